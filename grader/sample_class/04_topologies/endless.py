"""A loop that waits for an end that never comes."""

from collections.abc import Callable

import numpy as np


def generate(
    step: Callable[..., tuple],
    first: np.ndarray,
    state: np.ndarray,
    choose: Callable[[np.ndarray], np.ndarray],
    n_steps: int,
    eos: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Forget that some networks never write EOS."""
    tokens, writing, indices, mask = first, np.ones(len(first), dtype=bool), [], []
    while writing.any():
        logits, state = step(tokens, state)
        tokens = np.where(writing, choose(logits), 0)
        if len(indices) < n_steps:
            indices.append(tokens)
            mask.append(writing)
        writing = writing & (tokens != eos) if eos is not None else writing
    return np.array(indices), np.array(mask)

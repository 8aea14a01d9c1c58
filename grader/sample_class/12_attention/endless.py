"""A decoder that waits for an end that need not come."""

from collections.abc import Callable

import numpy as np


def greedy_decode(
    step: Callable[..., tuple], first: np.ndarray, state: object, eos: int, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Forget to hand the state on: some sequences never write EOS."""
    tokens, writing, indices, mask = first, np.ones(len(first), dtype=bool), [], []
    while writing.any():
        logits, _ = step(tokens, state)
        tokens = np.where(writing, logits.argmax(axis=-1), 0)
        if len(indices) < n_steps:
            indices.append(tokens)
            mask.append(writing)
        writing = writing & (tokens != eos)
    return np.array(indices), np.array(mask)

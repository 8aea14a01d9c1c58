"""A text that never gets past EOS."""

from collections.abc import Callable

import numpy as np

from course_rnn import EOS, decode


def sample_text(
    step: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    state: np.ndarray,
    vocabulary: dict[str, int],
    rng: np.random.Generator,
    prompt: tuple[str, ...] = (EOS,),
    n_tokens: int = 200,
    temperature: float = 1.0,
) -> list[str]:
    """Turn back at EOS without drawing again."""
    for token in prompt:
        logits, state = step(np.array([vocabulary[token]]), state)
    index = sample_index(logits[0], rng, temperature)  # noqa: F821, from the cell above
    written = []
    while len(written) < n_tokens:
        if index == vocabulary[EOS]:
            continue
        written.append(index)
        logits, state = step(np.array([index]), state)
        index = sample_index(logits[0], rng, temperature)  # noqa: F821
    return decode(written, vocabulary)

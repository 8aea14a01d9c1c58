"""A text that only EOS can end."""

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
    """Forget n_tokens."""
    for token in prompt:
        logits, state = step(np.array([vocabulary[token]]), state)
    written = []
    while True:
        index = sample_index(logits[0], rng, temperature)  # noqa: F821, from the cell above
        if index == vocabulary[EOS]:
            break
        written = [index]
        logits, state = step(np.array([index]), state)
    return decode(written, vocabulary)

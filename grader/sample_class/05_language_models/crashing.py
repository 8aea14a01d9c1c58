"""Probabilities that do not belong to the tokens they are drawn with."""

import numpy as np

from course_rnn import softmax


def sample_index(logits: np.ndarray, rng: np.random.Generator, temperature: float = 1.0) -> int:
    """Count the tokens one too far."""
    p = softmax(logits / temperature)
    return int(rng.choice(len(p) + 1, p=p))

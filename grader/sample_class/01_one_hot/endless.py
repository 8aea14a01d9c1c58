"""A loop whose counter never moves."""

import numpy as np


def encode(tokens: list[str], vocabulary: dict[str, int]) -> np.ndarray:
    """Forget to count t up."""
    indices = []
    t = 0
    while t < len(tokens):
        indices[t:] = [vocabulary.get(tokens[t], vocabulary["<UNK>"])]
    return np.array([*indices, vocabulary["<EOS>"]])

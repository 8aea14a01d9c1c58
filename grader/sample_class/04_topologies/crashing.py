"""Indices that leave the array."""

import numpy as np


def last_state(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Forget that Python counts from 0."""
    lengths = np.sum(mask, axis=0)
    return a[lengths, np.arange(len(lengths))]

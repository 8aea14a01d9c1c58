"""A function that wants more memory than there is."""

import numpy as np


def count_rnn_parameters(n_x: int, n_a: int, n_y: int) -> int:
    """Count by making room for every parameter a hundred thousand times."""
    return np.ones((10**5, n_x * 10**4, n_a)).size

"""A function that wants more memory than there is."""

import numpy as np


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Make one row a word, after all rows there could be."""
    return np.ones((10**6, 10**6))[np.asarray(indices)]

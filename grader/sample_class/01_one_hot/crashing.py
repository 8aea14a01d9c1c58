"""A right idea with a misspelt function."""

import numpy as np


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Call a function that NumPy does not have."""
    x = np.zeroes((len(indices), n_classes))
    x[np.arange(len(indices)), indices] = 1
    return x

"""A first attempt with a mistake, then the right one; an experiment that fails."""

import numpy as np


# --- one_hot
def one_hot(indices, n_classes):
    return indices == n_classes


def one_hot(indices, n_classes):
    return np.eye(n_classes)[np.asarray(indices)]


# --- own
one_hot(np.array([5]), 2)

# --- own
pad_batch([])

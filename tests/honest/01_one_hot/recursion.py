"""Recursion for any number of axes."""

import numpy as np


# --- one_hot
def one_hot(indices, n_classes):
    indices = np.asarray(indices)
    if indices.ndim == 0:
        row = np.zeros(n_classes)
        row[indices] = 1
        return row
    return np.array([one_hot(part, n_classes) for part in indices])


# --- encode
def encode(tokens, vocabulary):
    if not len(tokens):
        return [vocabulary["<EOS>"]]
    first, *rest = tokens
    return [vocabulary.get(first, vocabulary["<UNK>"])] + encode(rest, vocabulary)

"""Batch first inside, transposed views at the end."""

import numpy as np


# --- pad_batch
def pad_batch(sequences):
    B, T = len(sequences), max(map(len, sequences))
    indices, mask = np.zeros((B, T), dtype=int), np.zeros((B, T), dtype=bool)
    for b, s in enumerate(sequences):
        indices[b, : len(s)], mask[b, : len(s)] = s, True
    return indices.T, mask.T


# --- one_hot
def one_hot(indices, n_classes):
    indices = np.asarray(indices)
    classes_first = np.stack([indices == k for k in range(n_classes)])
    return np.moveaxis(classes_first, 0, -1)

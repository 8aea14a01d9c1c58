"""int8, uint16, float32, bool: smaller types than the solution's."""

import numpy as np


# --- encode
def encode(tokens, vocabulary):
    ids = [vocabulary[t] if t in vocabulary else vocabulary["<UNK>"] for t in tokens]
    return np.array(ids + [vocabulary["<EOS>"]], dtype=np.uint16)


# --- one_hot
def one_hot(indices, n_classes):
    return np.eye(n_classes, dtype=np.float32)[np.asarray(indices, dtype=np.int8)]


# --- pad_batch
def pad_batch(sequences):
    T = max(map(len, sequences))
    indices = np.zeros((T, len(sequences)), dtype=np.int32)
    mask = np.zeros_like(indices, dtype=np.bool_)
    for b, s in enumerate(sequences):
        indices[: len(s), b] = s
        mask[: len(s), b] = 1
    return indices, mask

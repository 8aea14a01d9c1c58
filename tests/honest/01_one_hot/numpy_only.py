"""NumPy where it can be NumPy."""

import numpy as np


# --- build_vocabulary
def build_vocabulary(sentences, max_size=None):
    flat = np.array([t for s in sentences for t in s], dtype=str)
    tokens, counts = np.unique(flat, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    entries = ["<PAD>", "<UNK>", "<EOS>", *tokens[order].tolist()]
    return dict(zip(entries[:max_size], range(len(entries))))


# --- encode
def encode(tokens, vocabulary):
    lookup = np.vectorize(lambda t: vocabulary.get(t, vocabulary["<UNK>"]), otypes=[int])
    return np.append(lookup(np.array(tokens, dtype=object)), vocabulary["<EOS>"])


# --- one_hot
def one_hot(indices, n_classes):
    return (np.asarray(indices)[..., np.newaxis] == np.arange(n_classes)).astype(float)


# --- pad_batch
def pad_batch(sequences):
    lengths = np.array([len(s) for s in sequences])
    mask = np.arange(lengths.max())[:, None] < lengths
    indices = np.zeros(mask.shape, dtype=np.int64)
    indices.T[mask.T] = np.concatenate([np.asarray(s, dtype=np.int64) for s in sequences])
    return indices, mask

"""Everything in the first answer's cell; the others only mention it."""

from collections import Counter

import numpy as np


# --- build_vocabulary
def build_vocabulary(sentences, max_size=None):
    counts = Counter(t for s in sentences for t in s)
    names = ["<PAD>", "<UNK>", "<EOS>"] + sorted(counts, key=lambda t: (-counts[t], t))
    return {t: i for i, t in enumerate(names[:max_size])}


def encode(tokens, vocabulary):
    return np.array([vocabulary.get(t, vocabulary["<UNK>"]) for t in [*tokens, "<EOS>"]])


def one_hot(indices, n_classes):
    return np.eye(n_classes)[indices]


# --- encode
# above

# --- one_hot
assert one_hot([1], 2).tolist() == [[0, 1]]

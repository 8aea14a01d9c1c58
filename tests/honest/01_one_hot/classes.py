"""A vocabulary class; the functions are its methods."""

from collections import Counter

import numpy as np


# --- own
class Vocabulary(dict):
    SPECIAL = ["<PAD>", "<UNK>", "<EOS>"]

    @classmethod
    def learn(cls, sentences, max_size=None):
        counts = Counter()
        for s in sentences:
            counts.update(s)
        words = sorted(counts, key=lambda w: (-counts[w], w))
        return cls((w, i) for i, w in enumerate((cls.SPECIAL + words)[:max_size]))

    def __missing__(self, word):
        return self["<UNK>"]


# --- build_vocabulary
build_vocabulary = Vocabulary.learn


# --- encode
def encode(tokens, vocabulary):
    vocabulary = Vocabulary(vocabulary)
    return np.array([vocabulary[t] for t in tokens] + [vocabulary["<EOS>"]])

"""Generator functions inside."""

from collections import Counter

import numpy as np


# --- build_vocabulary
def entries(sentences):
    yield from ("<PAD>", "<UNK>", "<EOS>")
    counts = Counter(t for s in sentences for t in s)
    yield from sorted(counts, key=lambda t: (-counts[t], t))


def build_vocabulary(sentences, max_size=None):
    vocabulary = {}
    for i, entry in enumerate(entries(sentences)):
        if i == max_size:
            break
        vocabulary[entry] = i
    return vocabulary


# --- encode
def encode(tokens, vocabulary):
    def ids():
        for t in tokens:
            yield vocabulary.get(t, vocabulary["<UNK>"])
        yield vocabulary["<EOS>"]

    return np.array(list(ids()))

"""Subclasses of dict and list as results."""

import numpy as np

# --- own
from collections import Counter, OrderedDict, defaultdict


class Ids(list):
    pass


# --- build_vocabulary
def build_vocabulary(sentences, max_size=None):
    counts = defaultdict(int)
    for sentence in sentences:
        for token in sentence:
            counts[token] += 1
    result = OrderedDict()
    for token in ["<PAD>", "<UNK>", "<EOS>"] + sorted(counts, key=lambda t: (-counts[t], t)):
        if max_size is None or len(result) < max_size:
            result[token] = len(result)
    return result


# --- encode
def encode(tokens, vocabulary):
    return Ids([vocabulary.get(t, vocabulary["<UNK>"]) for t in tokens] + [vocabulary["<EOS>"]])

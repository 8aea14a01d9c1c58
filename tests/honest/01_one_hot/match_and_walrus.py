"""Newer syntax: match, walrus, f-strings with quotes, positional-only, unions."""

from collections import Counter

import numpy as np


# --- build_vocabulary
def build_vocabulary(sentences, max_size: int | None = None, /):
    counts = Counter(t for s in sentences for t in s)
    names = ["<PAD>", "<UNK>", "<EOS>", *sorted(counts, key=lambda t: (-counts[t], t))]
    match max_size:
        case None:
            pass
        case int(n):
            names = names[:n]
    return {name: i for i, name in enumerate(names)}


# --- encode
def encode(tokens, vocabulary):
    unknown, ids = vocabulary["<UNK>"], []
    while (t := len(ids)) < len(tokens):
        ids.append(vocabulary.get(tokens[t], unknown))
    return np.array(ids + [vocabulary["<EOS>"]])

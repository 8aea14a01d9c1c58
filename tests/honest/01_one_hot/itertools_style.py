"""chain, zip_longest, most_common."""

from collections import Counter
from itertools import chain, zip_longest

import numpy as np

# --- own
from itertools import chain, zip_longest, count, islice


# --- build_vocabulary
def build_vocabulary(sentences, max_size=None):
    ranked = sorted(Counter(chain.from_iterable(sentences)).items(), key=lambda kv: (-kv[1], kv[0]))
    names = chain(["<PAD>", "<UNK>", "<EOS>"], (name for name, _ in ranked))
    return dict(zip(islice(names, max_size), count()))


# --- encode
def encode(tokens, vocabulary):
    return np.fromiter(
        (vocabulary.get(t, vocabulary["<UNK>"]) for t in chain(tokens, ["<EOS>"])), dtype=np.int32
    )


# --- pad_batch
def pad_batch(sequences):
    rows = list(zip_longest(*sequences))
    indices = np.array([[0 if i is None else i for i in row] for row in rows], dtype=int)
    return indices, np.array([[i is not None for i in row] for row in rows])

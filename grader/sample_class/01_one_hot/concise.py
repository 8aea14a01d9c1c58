"""Right answers in as few lines as possible, as lists where an array is not needed."""

from collections import Counter
from itertools import chain, zip_longest

import numpy as np


def build_vocabulary(sentences: list[list[str]], max_size: int | None = None) -> dict[str, int]:
    """Sort by the alphabet first: most_common keeps that order among equals."""
    words = Counter(sorted(chain(*sentences))).most_common()
    entries = ["<PAD>", "<UNK>", "<EOS>"] + [word for word, _ in words]
    return {word: i for i, word in enumerate(entries[:max_size])}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> list[int]:
    """Return a list."""
    return [vocabulary.get(t, vocabulary["<UNK>"]) for t in tokens] + [vocabulary["<EOS>"]]


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Take rows of the identity, in whole numbers."""
    return np.eye(n_classes, dtype=int)[indices]


def pad_batch(sequences: list[np.ndarray]) -> tuple[list[list[int]], list[list[bool]]]:
    """Let zip_longest stand the sequences side by side."""
    steps = list(zip_longest(*sequences))
    return [[i or 0 for i in s] for s in steps], [[i is not None for i in s] for s in steps]

"""Right answers in plain loops."""

import numpy as np


def build_vocabulary(sentences: list[list[str]], max_size: int | None = None) -> dict[str, int]:
    """Count, then pick the most frequent token again and again."""
    counts = {}
    for sentence in sentences:
        for token in sentence:
            counts[token] = counts.get(token, 0) + 1
    vocabulary = {"<PAD>": 0, "<UNK>": 1, "<EOS>": 2}
    while counts and (max_size is None or len(vocabulary) < max_size):
        best = None
        for token, count in counts.items():
            if best is None or count > counts[best] or (count == counts[best] and token < best):
                best = token
        vocabulary[best] = len(vocabulary)
        del counts[best]
    return vocabulary


def encode(tokens: list[str], vocabulary: dict[str, int]) -> np.ndarray:
    """Look up token after token."""
    indices = np.zeros(len(tokens) + 1, dtype=int)
    for t in range(len(tokens)):
        if tokens[t] in vocabulary:
            indices[t] = vocabulary[tokens[t]]
        else:
            indices[t] = vocabulary["<UNK>"]
    indices[len(tokens)] = vocabulary["<EOS>"]
    return indices


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Set one entry for each place of indices."""
    x = np.zeros((*indices.shape, n_classes))
    for place in np.ndindex(indices.shape):
        x[place][indices[place]] = 1
    return x


def pad_batch(sequences: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Copy entry by entry."""
    T = 0
    for sequence in sequences:
        if len(sequence) > T:
            T = len(sequence)
    indices = np.zeros((T, len(sequences)), dtype=np.int64)
    mask = np.zeros((T, len(sequences)), dtype=bool)
    for b in range(len(sequences)):
        for t in range(len(sequences[b])):
            indices[t, b] = sequences[b][t]
            mask[t, b] = True
    return indices, mask

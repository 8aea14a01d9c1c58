"""Right answers between prints and warnings."""

import sys
import warnings

import numpy as np


def build_vocabulary(sentences: list[list[str]], max_size: int | None = None) -> dict[str, int]:
    """Report every count."""
    counts = {}
    for token in [token for sentence in sentences for token in sentence]:
        counts[token] = counts.get(token, 0) + 1
        print("counted", token, counts[token])
    warnings.warn(f"{len(counts)} different tokens", UserWarning, stacklevel=2)
    entries = ["<PAD>", "<UNK>", "<EOS>", *sorted(counts, key=lambda t: (-counts[t], t))]
    return {token: index for index, token in enumerate(entries[:max_size])}


def encode(tokens: list[str], vocabulary: dict[str, int]) -> np.ndarray:
    """Complain about unknown words."""
    indices = []
    for token in tokens:
        if token not in vocabulary:
            print("unknown:", token, file=sys.stderr)
        indices.append(vocabulary.get(token, vocabulary["<UNK>"]))
    return np.array([*indices, vocabulary["<EOS>"]])


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Divide by zero on the way, which NumPy warns of."""
    distance = np.abs(np.arange(n_classes) - indices[..., None])
    print("largest ratio", (1 / distance).max())
    return (distance == 0).astype(float)


def pad_batch(sequences: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Show every sequence."""
    T, B = max(len(sequence) for sequence in sequences), len(sequences)
    indices, mask = np.zeros((T, B), dtype=int), np.zeros((T, B), dtype=bool)
    for b, sequence in enumerate(sequences):
        print(f"sequence {b}:", sequence, file=sys.stderr)
        indices[: len(sequence), b] = sequence
        mask[: len(sequence), b] = True
    return indices, mask

"""Right answers that leave the loops to NumPy."""

import numpy as np


def build_vocabulary(sentences: list[list[str]], max_size: int | None = None) -> dict[str, int]:
    """Count with np.unique, which sorts; a stable sort by frequency keeps the alphabet."""
    corpus = np.array([token for sentence in sentences for token in sentence], dtype=str)
    words, counts = np.unique(corpus, return_counts=True)
    ranked = words[np.argsort(-counts, kind="stable")].tolist()
    entries = ["<PAD>", "<UNK>", "<EOS>", *ranked][:max_size]
    return dict(zip(entries, range(len(entries)), strict=True))


def encode(tokens: list[str], vocabulary: dict[str, int]) -> np.ndarray:
    """Fill an array from an iterator."""
    unknown = vocabulary["<UNK>"]
    known = (vocabulary.get(token, unknown) for token in tokens)
    return np.append(np.fromiter(known, dtype=int, count=len(tokens)), vocabulary["<EOS>"])


def one_hot(indices: np.ndarray, n_classes: int) -> np.ndarray:
    """Compare every index with every class."""
    return np.equal(indices[..., np.newaxis], np.arange(n_classes)).astype(float)


def pad_batch(sequences: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Write all tokens at once where the mask is set."""
    lengths = np.array([len(sequence) for sequence in sequences])
    mask = np.arange(lengths.max()) < lengths[:, None]
    rows = np.zeros(mask.shape, dtype=int)
    rows[mask] = np.concatenate([np.asarray(s, dtype=int) for s in sequences])
    return rows.T, mask.T

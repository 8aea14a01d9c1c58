"""Right answers between prints and warnings."""

import re
import sys
import warnings
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from course_rnn import STOP_WORDS, encode, pad_batch


def tokenize(text: str, punctuation: bool = False) -> list[str]:
    """Show what is found."""
    tokens = []
    for match in re.finditer(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*|[^\w\s]|_", text):
        print("found", match[0], "at", match.start(), file=sys.stderr)
        if punctuation or match[0][0].isalnum():
            tokens += [match[0]]
    return tokens


def remove_stop_words(tokens: Sequence[str], stop_words: Collection[str] = STOP_WORDS) -> list[str]:
    """Warn of every loss."""
    kept = []
    for token in tokens:
        if token in set(stop_words):
            warnings.warn(f"{token} goes", UserWarning, stacklevel=2)
        else:
            kept.append(token)
    return kept


def vectorize(
    texts: Sequence[Sequence[str]], vocabulary: Mapping[str, int], max_length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Count aloud."""
    if max_length is None:
        max_length = max(map(len, texts)) + 1
    print("at most", max_length, "steps for", len(texts), "texts")
    short = [list(tokens)[: max_length - 1] for tokens in texts]
    return pad_batch([encode(tokens, vocabulary) for tokens in short])


def mean_pool(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Let NumPy warn of an overflow."""
    print("far too large:", np.exp(1000 + 0 * x).max())
    return np.stack([x[mask[:, b], b].mean(axis=0) for b in range(x.shape[1])])


def f1_score(targets: np.ndarray, predictions: np.ndarray, positive: int = 1) -> float:
    """Divide by zero first, with NumPy's warning, and put it right."""
    there, found = targets == positive, predictions == positive
    both = (there & found).sum()
    precision, recall = both / found.sum(), both / there.sum()
    print("precision", precision, "recall", recall)
    return float(np.nan_to_num(2 * precision * recall / (precision + recall)))

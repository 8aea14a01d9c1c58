"""Right answers in plain loops."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from course_rnn import STOP_WORDS


def tokenize(text: str, punctuation: bool = False) -> list[str]:
    """Walk along the characters, with a word in hand."""
    tokens, word = [], ""
    for i, character in enumerate(text):
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        joins = character == "'" and word != "" and after.isalnum()
        joins = joins or (character in ".," and before.isdigit() and after.isdigit())
        if character.isalnum() or joins:
            word += character
            continue
        if word:
            tokens.append(word)
            word = ""
        if punctuation and not character.isspace():
            tokens.append(character)
    if word:
        tokens.append(word)
    return tokens


def remove_stop_words(tokens: Sequence[str], stop_words: Collection[str] = STOP_WORDS) -> list[str]:
    """Compare each word with each stop word."""
    kept = []
    for token in tokens:
        is_stop_word = False
        for stop_word in stop_words:
            if token == stop_word:
                is_stop_word = True
        if not is_stop_word:
            kept.append(token)
    return kept


def vectorize(
    texts: Sequence[Sequence[str]], vocabulary: Mapping[str, int], max_length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Write number after number into arrays of zeros."""
    T = max(len(tokens) for tokens in texts) + 1
    if max_length is not None and max_length < T:
        T = max_length
    indices = np.zeros((T, len(texts)), dtype=int)
    mask = np.zeros((T, len(texts)), dtype=bool)
    for b, tokens in enumerate(texts):
        t = 0
        for token in tokens:
            if t < T - 1:
                indices[t, b] = vocabulary[token if token in vocabulary else "<UNK>"]
                mask[t, b] = True
                t += 1
        indices[t, b] = vocabulary["<EOS>"]
        mask[t, b] = True
    return indices, mask


def mean_pool(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Add up step after step, and count."""
    T, B, n_x = x.shape
    pooled = np.zeros((B, n_x))
    for b in range(B):
        length = 0
        for t in range(T):
            if mask[t, b]:
                pooled[b] += x[t, b]
                length += 1
        pooled[b] /= length
    return pooled


def f1_score(targets: np.ndarray, predictions: np.ndarray, positive: int = 1) -> float:
    """Count in one loop, then precision and recall."""
    both = there = found = 0
    for y, y_hat in zip(targets.ravel(), predictions.ravel(), strict=True):
        there += y == positive
        found += y_hat == positive
        both += y == positive and y_hat == positive
    if both == 0:
        return 0.0
    precision, recall = both / found, both / there
    return 2 * precision * recall / (precision + recall)

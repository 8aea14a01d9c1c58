"""Rows of different lengths where an array belongs."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_rnn import encode


def vectorize(
    texts: Sequence[Sequence[str]], vocabulary: Mapping[str, int], max_length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Make an array of rows before they are padded."""
    indices = np.array([encode(tokens, vocabulary) for tokens in texts]).T[:max_length]
    return indices, indices != 0

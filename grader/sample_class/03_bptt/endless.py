"""A loop whose counter never moves."""

from collections.abc import Callable

import numpy as np

from course_rnn import RNNParams


def truncated_bptt(
    x: np.ndarray, a0: np.ndarray, params: RNNParams, head: Callable[..., tuple], length: int
) -> tuple[float, np.ndarray, RNNParams]:
    """Forget to move on to the next piece."""
    loss, total = 0.0, RNNParams(*map(np.zeros_like, params))
    start = 0
    while start < len(x):
        a, caches = rnn_forward(x[start : start + length], a0, params)  # noqa: F821, given
        piece, da = head(a, slice(start, start + length))
        grads = rnn_backward(da, caches)[2]  # noqa: F821, from the cell above
        loss, total, a0 = loss + piece, RNNParams(*map(np.add, total, grads)), a[-1]
    return loss, a0, total

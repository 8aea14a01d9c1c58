"""A loop whose counter never moves."""

from typing import Any

import numpy as np

from course_rnn import RNNParams


def rnn_forward(x: np.ndarray, a0: np.ndarray, params: RNNParams) -> tuple[np.ndarray, Any]:
    """Forget to count t up."""
    a = np.zeros((len(x), *a0.shape))
    caches = [None] * len(x)
    a_t = a0
    t = 0
    while t < len(x):
        a_t, caches[t] = rnn_cell_forward(x[t], a_t, params)  # noqa: F821, from the cell above
        a[t] = a_t
    return a, caches

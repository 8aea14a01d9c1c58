"""A walk back in time that never arrives."""

import numpy as np

from course_rnn import LSTMParams


def lstm_backward(
    da: np.ndarray, caches: list
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Forget to count t down."""
    da_prev = dc_prev = np.zeros_like(da[0])
    dx = np.zeros((len(da), 1, 1))
    t = len(da) - 1
    while t >= 0:
        _, _, _, grads = lstm_cell_backward(da[t] + da_prev, dc_prev, caches[t])  # noqa: F821, from the cell above
    return dx, da_prev, dc_prev, grads

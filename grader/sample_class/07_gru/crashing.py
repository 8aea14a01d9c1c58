"""Two vectors that cannot be laid end to end."""

from typing import Any

import numpy as np

from course_rnn import SimpleGRUParams, sigmoid


def simple_gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: SimpleGRUParams
) -> tuple[np.ndarray, Any]:
    """Join one below the other, as the equation's columns are."""
    h = np.concatenate([c_prev, x_t])
    u = sigmoid(h @ params.Wu.T + params.bu)
    return u * np.tanh(h @ params.Wc.T + params.bc) + (1 - u) * c_prev, h

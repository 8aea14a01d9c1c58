"""A product of matrices that do not fit."""

from typing import Any

import numpy as np

from course_rnn import RNNParams


def rnn_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, Any]:
    """Copy the equation's order, but not its column vectors."""
    a_t = np.tanh(params.Wax @ x_t + params.Waa @ a_prev + params.ba)
    return a_t, (x_t, a_prev, a_t, params)

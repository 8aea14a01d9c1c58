"""A product of matrices that do not fit."""

from typing import Any

import numpy as np

from course_rnn import RNNParams


def rnn_cell_backward(da_t: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Transpose Wax as the forward pass did."""
    x_t, a_prev, a_t, params = cache
    dz = da_t * (1 - a_t**2)
    grads = RNNParams(dz.T @ x_t, dz.T @ a_prev, dz.sum(axis=0))
    return dz @ params.Wax.T, dz @ params.Waa, grads

"""An update gate that keeps, as in PyTorch: the wrong cell here, with the right way back for it."""

from typing import Any

import numpy as np

from course_rnn import GRUParams, sigmoid


def gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, Any]:
    """Let an open gate keep the memory."""
    h = np.concatenate([c_prev, x_t], axis=1)
    z = sigmoid(h @ params.Wu.T + params.bu)
    r = sigmoid(h @ params.Wr.T + params.br)
    h_r = np.concatenate([r * c_prev, x_t], axis=1)
    n = np.tanh(h_r @ params.Wc.T + params.bc)
    return (1 - z) * n + z * c_prev, (h, h_r, c_prev, z, r, n, params)


def gru_cell_backward(dc_t: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, GRUParams]:
    """Differentiate just that."""
    h, h_r, c_prev, z, r, n, params = cache
    n_a = c_prev.shape[1]
    dzz = dc_t * (c_prev - n) * z * (1 - z)
    dzn = dc_t * (1 - z) * (1 - n**2)
    dh_r = dzn @ params.Wc
    dzr = dh_r[:, :n_a] * c_prev * r * (1 - r)
    dh = dzz @ params.Wu + dzr @ params.Wr
    dc_prev = dc_t * z + dh_r[:, :n_a] * r + dh[:, :n_a]
    dW = dzz.T @ h, dzr.T @ h, dzn.T @ h_r
    grads = GRUParams(*dW, *(dz.sum(axis=0) for dz in (dzz, dzr, dzn)))
    return dh[:, n_a:] + dh_r[:, n_a:], dc_prev, grads

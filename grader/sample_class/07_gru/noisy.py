"""Right answers between prints and warnings."""

import sys
import warnings
from typing import Any

import numpy as np

from course_rnn import GRUParams, SimpleGRUParams


def overflowing(z: np.ndarray) -> np.ndarray:
    """Compute a sigmoid that NumPy warns of where -z is large."""
    return 1 / (1 + np.exp(-40 * z)) ** 0 / (1 + np.exp(-z))


def simple_gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: SimpleGRUParams
) -> tuple[np.ndarray, Any]:
    """Show the gate."""
    h = np.concatenate((c_prev, x_t), axis=-1)
    u = overflowing(h @ params.Wu.T + params.bu)
    print("gate", u.round(2))
    return u * np.tanh(h @ params.Wc.T + params.bc) + (1 - u) * c_prev, h


def gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, Any]:
    """Show every shape."""
    print("x_t", x_t.shape, "c_prev", c_prev.shape, file=sys.stderr)
    h = np.concatenate((c_prev, x_t), axis=-1)
    u, r = overflowing(h @ params.Wu.T + params.bu), overflowing(h @ params.Wr.T + params.br)
    h_r = np.concatenate((r * c_prev, x_t), axis=-1)
    c_tilde = np.tanh(h_r @ params.Wc.T + params.bc)
    return u * c_tilde + (1 - u) * c_prev, (h, h_r, u, r, c_tilde, params)


def gru_forward(x: np.ndarray, c0: np.ndarray, params: GRUParams) -> tuple[np.ndarray, Any]:
    """Warn at every step."""
    c, caches = [c0], []
    for t, x_t in enumerate(x):
        warnings.warn(f"step {t} of {len(x)}", UserWarning, stacklevel=2)
        c_t, cache = gru_cell_forward(x_t, c[-1], params)
        c.append(c_t)
        caches.append(cache)
    return np.array(c[1:]), caches


def gru_cell_backward(dc_t: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, GRUParams]:
    """Think aloud."""
    h, h_r, u, r, c_tilde, p = cache
    n_a = u.shape[1]
    c_prev = h[:, :n_a]
    dzu = dc_t * (c_tilde - c_prev) * u * (1 - u)
    dzc = dc_t * u * (1 - c_tilde * c_tilde)
    dzr = (dzc @ p.Wc)[:, :n_a] * c_prev * r * (1 - r)
    print("largest gradients before the gates", *(np.abs(dz).max() for dz in (dzu, dzr, dzc)))
    dh = dzu @ p.Wu + dzr @ p.Wr
    back = dzc @ p.Wc
    dc_prev = dh[:, :n_a] + r * back[:, :n_a] + (1 - u) * dc_t
    db = (dz.sum(axis=0) for dz in (dzu, dzr, dzc))
    return (dh + back)[:, n_a:], dc_prev, GRUParams(dzu.T @ h, dzr.T @ h, dzc.T @ h_r, *db)

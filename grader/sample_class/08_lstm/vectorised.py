"""Right answers with all gates in one product."""

from typing import Any

import numpy as np

from course_rnn import LSTMParams, PeepholeParams, sigmoid


def lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Stack the four matrices, multiply once, cut in four."""
    h = np.hstack([a_prev, x_t])
    z = h @ np.vstack(params[:4]).T + np.concatenate(params[4:])
    f, u, o, g = np.split(z, 4, axis=1)
    f, u, o, g = sigmoid(f), sigmoid(u), sigmoid(o), np.tanh(g)
    c_t = f * c_prev + u * g
    shown = np.tanh(c_t)
    return o * shown, c_t, (h, c_prev, np.stack([f, u, o, g]), shown, params)


def lstm_forward(
    x: np.ndarray, a0: np.ndarray, c0: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Fill one array with both states."""
    both, caches = np.empty((2, len(x), *a0.shape), dtype=x.dtype), []
    state = a0, c0
    for t, x_t in enumerate(x):
        *state, cache = lstm_cell_forward(x_t, *state, params)
        both[:, t] = state
        caches.append(cache)
    return both[0], both[1], caches


def lstm_cell_backward(
    da_t: np.ndarray, dc_t: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Compute the four gradients before the functions side by side."""
    h, c_prev, (f, u, o, g), shown, params = cache
    n_a = c_prev.shape[1]
    dc = dc_t + da_t * o * (1 - shown**2)
    slopes = f * (1 - f), u * (1 - u), o * (1 - o), 1 - g**2
    arriving = dc * c_prev, dc * g, da_t * shown, dc * u
    dz = np.hstack([d * slope for d, slope in zip(arriving, slopes, strict=True)])
    dh = dz @ np.vstack(params[:4])
    grads = LSTMParams(*np.split(dz.T @ h, 4), *np.split(dz.sum(0), 4))
    return dh[:, n_a:], dh[:, :n_a], dc * f, grads


def lstm_backward(
    da: np.ndarray, caches: list
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Add the gradients of the weights in place."""
    da_prev = dc_prev = np.zeros_like(da[0])
    dx, total = [], 0
    for da_t, cache in reversed(list(zip(da, caches, strict=True))):
        dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da_t + da_prev, dc_prev, cache)
        dx.insert(0, dx_t)
        total = total + np.array([*grads, None], dtype=object)[:-1]
    return np.stack(dx), da_prev, dc_prev, LSTMParams(*total)


def peephole_lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: PeepholeParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Multiply once, add the peepholes afterwards."""
    z = np.hstack([a_prev, x_t]) @ np.vstack(params[:4]).T + np.concatenate(params[4:8])
    z_f, z_u, z_o, z_c = np.split(z, 4, axis=1)
    f, u = sigmoid(z_f + params.pf * c_prev), sigmoid(z_u + params.pu * c_prev)
    c_t = f * c_prev + u * np.tanh(z_c)
    return sigmoid(z_o + params.po * c_t) * np.tanh(c_t), c_t, z

"""Right answers between prints and warnings."""

import sys
import warnings
from typing import Any

import numpy as np

from course_rnn import LSTMParams, PeepholeParams, sigmoid


def lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Show every shape, and let NumPy warn of an overflow."""
    print("x_t", x_t.shape, "a_prev", a_prev.shape, "c_prev", c_prev.shape, file=sys.stderr)
    print("far too large:", np.exp(1000 + 0 * c_prev).max())
    h = np.concatenate((a_prev, x_t), axis=-1)
    f, u, o = (sigmoid(h @ W.T + b) for W, b in zip(params[:3], params[4:7], strict=True))
    c_tilde = np.tanh(h @ params.Wc.T + params.bc)
    c_t = u * c_tilde + f * c_prev
    return o * np.tanh(c_t), c_t, [h, c_prev, f, u, o, c_tilde, c_t, params]


def lstm_forward(
    x: np.ndarray, a0: np.ndarray, c0: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Warn at every step."""
    a, c, caches = [a0], [c0], []
    for t, x_t in enumerate(x):
        warnings.warn(f"step {t} of {len(x)}", UserWarning, stacklevel=2)
        a_t, c_t, cache = lstm_cell_forward(x_t, a[-1], c[-1], params)
        a.append(a_t)
        c.append(c_t)
        caches.append(cache)
    return np.array(a[1:]), np.array(c[1:]), caches


def lstm_cell_backward(
    da_t: np.ndarray, dc_t: np.ndarray, cache: list
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Think aloud."""
    h, c_prev, f, u, o, c_tilde, c_t, params = cache
    n_a = c_t.shape[1]
    total = dc_t + da_t * o * (1 - np.tanh(c_t) ** 2)
    print("largest gradient of c:", np.abs(total).max())
    dzf, dzu = total * c_prev * f * (1 - f), total * c_tilde * u * (1 - u)
    dzo, dzc = da_t * np.tanh(c_t) * o * (1 - o), total * u * (1 - c_tilde**2)
    dh = dzf @ params.Wf + dzu @ params.Wu + dzo @ params.Wo + dzc @ params.Wc
    dW = (dz.T @ h for dz in (dzf, dzu, dzo, dzc))
    db = (dz.sum(axis=0) for dz in (dzf, dzu, dzo, dzc))
    return dh[:, n_a:], dh[:, :n_a], total * f, LSTMParams(*dW, *db)


def lstm_backward(
    da: np.ndarray, caches: list
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Announce every step."""
    da_prev, dc_prev, dx, total = np.zeros_like(da[0]), np.zeros_like(da[0]), [], None
    for t in range(len(da) - 1, -1, -1):
        print("back at step", t, file=sys.stderr)
        dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da[t] + da_prev, dc_prev, caches[t])
        dx.append(dx_t)
        total = grads if total is None else [g + h for g, h in zip(total, grads, strict=True)]
    return np.array(dx[::-1]), da_prev, dc_prev, LSTMParams(*total)


def peephole_lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: PeepholeParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Show what the peepholes see."""
    print("through the peepholes", params.pf * c_prev, params.pu * c_prev)
    h = np.concatenate((a_prev, x_t), axis=-1)
    f = sigmoid(params.bf + params.pf * c_prev + h @ params.Wf.T)
    u = sigmoid(params.bu + params.pu * c_prev + h @ params.Wu.T)
    c_t = f * c_prev + u * np.tanh(h @ params.Wc.T + params.bc)
    o = sigmoid(params.bo + params.po * c_t + h @ params.Wo.T)
    return o * np.tanh(c_t), c_t, {"o": o}

"""Right answers in plain loops."""

import math
from typing import Any

import numpy as np

from course_rnn import LSTMParams, PeepholeParams


def squash(z: float) -> float:
    """Compute the sigmoid of one number."""
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def total(row: list, weights: np.ndarray, bias: float) -> float:
    """Sum up one number of a gate before its function."""
    for value, weight in zip(row, weights, strict=True):
        bias = bias + value * weight
    return bias


def lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Go through the batch, then through the units."""
    f, u, o, candidate, c_t, a_t = (np.zeros_like(c_prev) for _ in range(6))
    for b in range(len(x_t)):
        row = list(a_prev[b]) + list(x_t[b])
        for i in range(c_prev.shape[1]):
            f[b, i] = squash(total(row, params.Wf[i], params.bf[i]))
            u[b, i] = squash(total(row, params.Wu[i], params.bu[i]))
            o[b, i] = squash(total(row, params.Wo[i], params.bo[i]))
            candidate[b, i] = math.tanh(total(row, params.Wc[i], params.bc[i]))
            c_t[b, i] = u[b, i] * candidate[b, i] + f[b, i] * c_prev[b, i]
            a_t[b, i] = o[b, i] * math.tanh(c_t[b, i])
    before = {"x_t": x_t, "a_prev": a_prev, "c_prev": c_prev, "params": params}
    return a_t, c_t, {**before, "f": f, "u": u, "o": o, "candidate": candidate, "c_t": c_t}


def lstm_forward(
    x: np.ndarray, a0: np.ndarray, c0: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Write the states into arrays made before."""
    a = np.zeros((len(x), *a0.shape), dtype=x.dtype)
    c = np.zeros_like(a)
    caches = []
    for t in range(len(x)):
        before = (a0, c0) if t == 0 else (a[t - 1], c[t - 1])
        a[t], c[t], cache = lstm_cell_forward(x[t], *before, params)
        caches.append(cache)
    return a, c, caches


def lstm_cell_backward(
    da_t: np.ndarray, dc_t: np.ndarray, cache: dict
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Treat one sentence after the other and add up what the weights get."""
    x_t, a_prev, c_prev, params = (cache[k] for k in ("x_t", "a_prev", "c_prev", "params"))
    n_a = a_prev.shape[1]
    dx_t, da_prev, dc_prev = (np.zeros_like(array) for array in (x_t, a_prev, c_prev))
    grads = LSTMParams(*(np.zeros_like(weight) for weight in params))
    for b in range(len(x_t)):
        f, u, o, candidate, c_t = (cache[k][b] for k in ("f", "u", "o", "candidate", "c_t"))
        shown = np.tanh(c_t)
        dc = dc_t[b] + da_t[b] * o * (1 - shown * shown)
        dz = {
            "f": dc * c_prev[b] * f * (1 - f),
            "u": dc * candidate * u * (1 - u),
            "o": da_t[b] * shown * o * (1 - o),
            "c": dc * u * (1 - candidate * candidate),
        }
        seen = np.append(a_prev[b], x_t[b])
        back = np.zeros_like(seen)
        for name in dz:
            back = back + getattr(params, f"W{name}").T @ dz[name]
            getattr(grads, f"W{name}")[...] += np.outer(dz[name], seen)
            getattr(grads, f"b{name}")[...] += dz[name]
        da_prev[b], dx_t[b] = back[:n_a], back[n_a:]
        dc_prev[b] = dc * f
    return dx_t, da_prev, dc_prev, grads


def lstm_backward(
    da: np.ndarray, caches: list
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    """Count the steps down."""
    da_next, dc_next = np.zeros_like(da[0]), np.zeros_like(da[0])
    dx = [None] * len(da)
    t = len(da) - 1
    while t >= 0:
        dx[t], da_next, dc_next, step = lstm_cell_backward(da[t] + da_next, dc_next, caches[t])
        if t == len(da) - 1:
            grads = [np.zeros_like(g) for g in step]
        for place, gradient in enumerate(step):
            grads[place] = grads[place] + gradient
        t = t - 1
    return np.array(dx), da_next, dc_next, LSTMParams(*grads)


def peephole_lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: PeepholeParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Let each unit look at its own cell state."""
    a_t, c_t = np.zeros_like(a_prev), np.zeros_like(c_prev)
    for b in range(len(x_t)):
        row = list(a_prev[b]) + list(x_t[b])
        for i in range(c_prev.shape[1]):
            old = c_prev[b, i]
            f = squash(total(row, params.Wf[i], params.bf[i]) + params.pf[i] * old)
            u = squash(total(row, params.Wu[i], params.bu[i]) + params.pu[i] * old)
            new = u * math.tanh(total(row, params.Wc[i], params.bc[i])) + f * old
            o = squash(total(row, params.Wo[i], params.bo[i]) + params.po[i] * new)
            c_t[b, i], a_t[b, i] = new, o * math.tanh(new)
    return a_t, c_t, None

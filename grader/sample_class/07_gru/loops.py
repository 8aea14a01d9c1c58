"""Right answers in plain loops."""

import math
from typing import Any

import numpy as np

from course_rnn import GRUParams, SimpleGRUParams


def number(row: list, weights: np.ndarray, bias: float) -> float:
    """Sum up one number of a gate before its function."""
    total = bias
    for value, weight in zip(row, weights, strict=True):
        total = total + value * weight
    return total


def squash(z: float) -> float:
    """Compute the sigmoid of one number."""
    return 1 / (1 + math.exp(-z)) if z > -700 else 0.0


def simple_gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: SimpleGRUParams
) -> tuple[np.ndarray, Any]:
    """Go through the batch, then through the memory."""
    c_t = np.zeros_like(c_prev)
    for b in range(len(x_t)):
        row = list(c_prev[b]) + list(x_t[b])
        for i in range(c_prev.shape[1]):
            u = squash(number(row, params.Wu[i], params.bu[i]))
            candidate = math.tanh(number(row, params.Wc[i], params.bc[i]))
            c_t[b, i] = u * candidate + (1 - u) * c_prev[b, i]
    return c_t, None


def gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, Any]:
    """Compute both gates of a sentence before its candidate."""
    B, n_a = c_prev.shape
    c_t = np.zeros_like(c_prev)
    u, r, candidate = (np.zeros_like(c_prev) for _ in range(3))
    for b in range(B):
        row = list(c_prev[b]) + list(x_t[b])
        for i in range(n_a):
            u[b, i] = squash(number(row, params.Wu[i], params.bu[i]))
            r[b, i] = squash(number(row, params.Wr[i], params.br[i]))
        relevant = [r[b, i] * c_prev[b, i] for i in range(n_a)] + list(x_t[b])
        for i in range(n_a):
            candidate[b, i] = math.tanh(number(relevant, params.Wc[i], params.bc[i]))
            c_t[b, i] = u[b, i] * candidate[b, i] + (1 - u[b, i]) * c_prev[b, i]
    cache = {"x_t": x_t, "c_prev": c_prev, "u": u, "r": r, "candidate": candidate}
    return c_t, {**cache, "params": params}


def gru_forward(x: np.ndarray, c0: np.ndarray, params: GRUParams) -> tuple[np.ndarray, Any]:
    """Write the memories into an array made before."""
    c = np.zeros((len(x), *c0.shape), dtype=x.dtype)
    caches = {}
    for t in range(len(x)):
        before = c0 if t == 0 else c[t - 1]
        c[t], caches[t] = gru_cell_forward(x[t], before, params)
    return c, caches


def gru_cell_backward(dc_t: np.ndarray, cache: dict) -> tuple[np.ndarray, np.ndarray, GRUParams]:
    """Treat one sentence after the other and add up what the weights get."""
    x_t, c_prev, params = cache["x_t"], cache["c_prev"], cache["params"]
    n_a = c_prev.shape[1]
    dx_t, dc_prev = np.zeros_like(x_t), np.zeros_like(c_prev)
    dWu, dWr, dWc, dbu, dbr, dbc = (np.zeros_like(weight) for weight in params)
    for b in range(len(x_t)):
        u, r, candidate = cache["u"][b], cache["r"][b], cache["candidate"][b]
        dzu = dc_t[b] * (candidate - c_prev[b]) * u * (1 - u)
        dzc = dc_t[b] * u * (1 - candidate * candidate)
        back = params.Wc.T @ dzc
        dzr = back[:n_a] * c_prev[b] * r * (1 - r)
        gates = params.Wu.T @ dzu + params.Wr.T @ dzr
        dx_t[b] = back[n_a:] + gates[n_a:]
        dc_prev[b] = dc_t[b] * (1 - u) + back[:n_a] * r + gates[:n_a]
        seen = np.append(c_prev[b], x_t[b])
        relevant = np.append(r * c_prev[b], x_t[b])
        dWu += np.outer(dzu, seen)
        dWr += np.outer(dzr, seen)
        dWc += np.outer(dzc, relevant)
        dbu += dzu
        dbr += dzr
        dbc += dzc
    return dx_t, dc_prev, GRUParams(dWu, dWr, dWc, dbu, dbr, dbc)

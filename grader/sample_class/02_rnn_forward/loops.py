"""Right answers in plain loops."""

import math
from typing import Any

import numpy as np

from course_rnn import RNNParams


def softmax(logits: np.ndarray) -> np.ndarray:
    """Treat row after row."""
    p = np.zeros_like(logits)
    for place in np.ndindex(logits.shape[:-1]):
        row = logits[place]
        largest = max(row)
        powers = [math.exp(z - largest) for z in row]
        for k in range(len(row)):
            p[place][k] = powers[k] / sum(powers)
    return p


def rnn_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, Any]:
    """Sum up number by number."""
    B, n_x = x_t.shape
    n_a = a_prev.shape[1]
    a_t = np.zeros_like(a_prev)
    for b in range(B):
        for i in range(n_a):
            z = params.ba[i]
            for j in range(n_x):
                z = z + params.Wax[i, j] * x_t[b, j]
            for j in range(n_a):
                z = z + params.Waa[i, j] * a_prev[b, j]
            a_t[b, i] = math.tanh(z)
    return a_t, {"x_t": x_t, "a_prev": a_prev, "a_t": a_t, "params": params}


def rnn_forward(x: np.ndarray, a0: np.ndarray, params: RNNParams) -> tuple[np.ndarray, Any]:
    """Write the states into an array made before."""
    a = np.zeros((x.shape[0], *a0.shape), dtype=x.dtype)
    caches = {}
    for t in range(x.shape[0]):
        if t == 0:
            a[0], caches[0] = rnn_cell_forward(x[0], a0, params)
        else:
            a[t], caches[t] = rnn_cell_forward(x[t], a[t - 1], params)
    return a, caches


def count_rnn_parameters(n_x: int, n_a: int, n_y: int) -> int:
    """Count what stands in front of each unit."""
    count = 0
    for inputs, outputs in ((n_x, n_a), (n_a, n_a), (n_a, n_y)):
        count += inputs * outputs
    for bias in (n_a, n_y):
        count += bias
    return count

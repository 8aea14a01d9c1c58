"""Right answers in plain loops."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import RNNParams


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Treat step after step and sequence after sequence."""
    T, B, n_y = logits.shape
    loss = 0.0
    dlogits = np.zeros_like(logits)
    for t in range(T):
        for b in range(B):
            largest = max(logits[t, b])
            total = sum(math.exp(z - largest) for z in logits[t, b])
            right = targets[t, b]
            loss += (largest + math.log(total) - logits[t, b, right]) / B
            for k in range(n_y):
                p = math.exp(logits[t, b, k] - largest) / total
                dlogits[t, b, k] = (p - (1 if k == right else 0)) / B
    return loss, dlogits


def numerical_gradient(
    loss: Callable[[np.ndarray], float], w: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Make two fresh copies for each number."""
    gradient = np.zeros(w.shape)
    for place in np.ndindex(*w.shape):
        up = w.astype(float)
        down = w.astype(float)
        up[place] = up[place] + h
        down[place] = down[place] - h
        gradient[place] = (loss(up) - loss(down)) / (2 * h)
    return gradient


def rnn_cell_backward(da_t: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Follow every weight to every number it acted on."""
    x_t, a_prev, a_t, params = cache
    dx_t, da_prev = np.zeros_like(x_t), np.zeros_like(a_prev)
    dWax, dWaa, dba = (np.zeros_like(weight) for weight in params)
    for b in range(len(x_t)):
        for i in range(len(dba)):
            dz = da_t[b, i] * (1 - a_t[b, i] * a_t[b, i])
            dba[i] += dz
            for j in range(x_t.shape[1]):
                dWax[i, j] += dz * x_t[b, j]
                dx_t[b, j] += dz * params.Wax[i, j]
            for j in range(a_prev.shape[1]):
                dWaa[i, j] += dz * a_prev[b, j]
                da_prev[b, j] += dz * params.Waa[i, j]
    return dx_t, da_prev, RNNParams(dWax, dWaa, dba)


def rnn_backward(da: np.ndarray, caches: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Count down from the last step."""
    T = len(da)
    da_prev = np.zeros(da[0].shape, dtype=da.dtype)
    dx = []
    t = T - 1
    while t >= 0:
        dx_t, da_prev, step = rnn_cell_backward(da[t] + da_prev, caches[t])
        dx.insert(0, dx_t)
        if t == T - 1:
            dWax, dWaa, dba = step
        else:
            dWax, dWaa, dba = dWax + step.Wax, dWaa + step.Waa, dba + step.ba
        t -= 1
    return np.array(dx), da_prev, RNNParams(dWax, dWaa, dba)


def truncated_bptt(
    x: np.ndarray, a0: np.ndarray, params: RNNParams, head: Callable[..., tuple], length: int
) -> tuple[float, np.ndarray, RNNParams]:
    """Count the steps that are left."""
    done, loss, state = 0, 0.0, a0
    dWax, dWaa, dba = (np.zeros_like(weight) for weight in params)
    while done < len(x):
        n = min(length, len(x) - done)
        a, caches = rnn_forward(x[done : done + n], state, params)  # noqa: F821, given
        piece, da = head(a, slice(done, done + n))
        _, _, grads = rnn_backward(da, caches)
        loss += piece
        dWax += grads.Wax
        dWaa += grads.Waa
        dba += grads.ba
        state = a[n - 1]
        done += n
    return loss, state, RNNParams(dWax, dWaa, dba)

"""Right answers between prints and warnings."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import RNNParams


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Overflow on purpose, which NumPy warns of, before doing it right."""
    print("naive loss would be", -np.log(np.exp(logits) / np.exp(logits).sum()).sum())
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    dlogits, B = np.exp(log_p), targets.shape[1]
    t, b = np.indices(targets.shape)
    dlogits[t, b, targets] -= 1
    return -log_p[t, b, targets].sum() / B, dlogits / B


def numerical_gradient(
    loss: Callable[[np.ndarray], float], w: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Report every number."""
    w = np.array(w, dtype=np.float64)
    gradient = np.empty_like(w)
    for i in np.ndindex(w.shape):
        kept = w[i]
        w[i] = kept + h
        above = loss(w)
        w[i] = kept - h
        gradient[i] = (above - loss(w)) / (2 * h)
        w[i] = kept
        print(i, gradient[i], file=sys.stderr)
    return gradient


def rnn_cell_backward(da_t: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Show every shape."""
    x_t, a_prev, a_t, params = cache
    print("da_t", da_t.shape, "a_t", a_t.shape)
    dz = da_t * (1 - a_t**2)
    return dz @ params.Wax, dz @ params.Waa, RNNParams(dz.T @ x_t, dz.T @ a_prev, dz.sum(0))


def rnn_backward(da: np.ndarray, caches: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Warn at every step."""
    dx, da_prev, total = [], np.zeros_like(da[0]), None
    for t in range(len(da) - 1, -1, -1):
        warnings.warn(f"step {t} of {len(da)}", UserWarning, stacklevel=2)
        dx_t, da_prev, grads = rnn_cell_backward(da[t] + da_prev, caches[t])
        dx.append(dx_t)
        total = grads if total is None else RNNParams(*map(np.add, total, grads))
    return np.stack(dx)[::-1], da_prev, total


def truncated_bptt(
    x: np.ndarray, a0: np.ndarray, params: RNNParams, head: Callable[..., tuple], length: int
) -> tuple[float, np.ndarray, RNNParams]:
    """Think aloud."""
    loss, total = 0.0, RNNParams(*map(np.zeros_like, params))
    for start in range(0, len(x), length):
        a, caches = rnn_forward(x[start : start + length], a0, params)  # noqa: F821, given
        piece, da = head(a, slice(start, start + len(a)))
        total = RNNParams(*map(np.add, total, rnn_backward(da, caches)[2]))
        loss, a0 = loss + piece, a[-1]
        print("piece from", start, "loss", piece)
    return loss, a0, total

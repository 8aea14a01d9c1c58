"""Right answers with few, large operations."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import RNNParams


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Let NumPy add up the exponentials in the logarithm."""
    T, B, n_y = logits.shape
    log_p = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    flat, places = log_p.reshape(-1, n_y), np.arange(T * B)
    dflat = np.exp(flat)
    dflat[places, targets.ravel()] -= 1
    return -flat[places, targets.ravel()].sum() / B, dflat.reshape(T, B, n_y) / B


def numerical_gradient(
    loss: Callable[[np.ndarray], float], w: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Take the rows of h times the identity as steps."""
    steps = (h * np.eye(w.size)).reshape(-1, *w.shape)
    return np.array([loss(w + s) - loss(w - s) for s in steps]).reshape(w.shape) / (2 * h)


def rnn_cell_backward(da_t: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Multiply by [Waa, Wax] and split."""
    x_t, a_prev, a_t, (Wax, Waa, _) = cache
    dz = da_t - da_t * a_t**2
    n_a = a_t.shape[1]
    djoined = dz @ np.concatenate([Waa, Wax], axis=1)
    dW = dz.T @ np.concatenate([a_prev, x_t, np.ones_like(x_t[:, :1])], axis=1)
    return djoined[:, n_a:], djoined[:, :n_a], RNNParams(dW[:, n_a:-1], dW[:, :n_a], dW[:, -1])


def rnn_backward(da: np.ndarray, caches: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Keep only the recursion in the loop."""
    x, a_prev, a = (np.stack([cache[i] for cache in caches]) for i in range(3))
    Wax, Waa, _ = caches[0][3]
    dz = (1 - a**2) * da
    for t in range(len(da) - 2, -1, -1):
        dz[t] += dz[t + 1] @ Waa * (1 - a[t] ** 2)
    rows = dz.reshape(-1, dz.shape[-1])
    dWax, dWaa = (rows.T @ array.reshape(len(rows), -1) for array in (x, a_prev))
    return dz @ Wax, dz[0] @ Waa, RNNParams(dWax, dWaa, rows.sum(axis=0))


def truncated_bptt(
    x: np.ndarray, a0: np.ndarray, params: RNNParams, head: Callable[..., tuple], length: int
) -> tuple[float, np.ndarray, RNNParams]:
    """Split where the pieces end."""
    losses, every, state = [], [], a0
    for steps in np.split(np.arange(len(x)), np.arange(length, len(x), length)):
        piece = slice(steps[0], steps[-1] + 1)
        a, caches = rnn_forward(x[piece], state, params)  # noqa: F821, given
        loss, da = head(a, piece)
        losses.append(loss)
        every.append(rnn_backward(da, caches)[2])
        state = a[-1]
    return np.sum(losses), state, RNNParams(*(np.sum(g, axis=0) for g in zip(*every, strict=True)))

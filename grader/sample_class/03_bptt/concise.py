"""Right answers in few lines, with einsum, and plain tuples where they serve."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from course_rnn import RNNParams


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    """Multiply by the one-hot targets."""
    y = np.eye(logits.shape[2])[targets]
    z = logits - logits.max(2)[..., None]
    log_p = z - np.log(np.exp(z).sum(2))[..., None]
    return -np.einsum("tbk,tbk", y, log_p) / len(y[0]), (np.exp(log_p) - y) / len(y[0])


def numerical_gradient(
    loss: Callable[[np.ndarray], float], w: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    """Make the step an array."""

    def slope(i: int) -> float:
        step = np.zeros(w.size)
        step[i] = h
        return (loss(w + step.reshape(w.shape)) - loss(w - step.reshape(w.shape))) / (2 * h)

    return np.reshape([slope(i) for i in range(w.size)], w.shape)


def rnn_cell_backward(da_t: np.ndarray, cache: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Name the axes."""
    x_t, a_prev, a_t, p = cache
    dz = da_t * (1 + a_t) * (1 - a_t)
    back = [np.einsum("bi,ij->bj", dz, W) for W in (p.Wax, p.Waa)]
    dWax, dWaa = (np.einsum("bi,bj->ij", dz, entered) for entered in (x_t, a_prev))
    return *back, RNNParams(dWax, dWaa, np.einsum("bi->i", dz))


def rnn_backward(da: np.ndarray, caches: Any) -> tuple[np.ndarray, np.ndarray, RNNParams]:  # noqa: ANN401
    """Collect all steps, return them as lists and tuples."""
    steps = [(None, 0 * da[0], None)]
    for da_t, cache in zip(da[::-1], caches[::-1], strict=True):
        steps.append(rnn_cell_backward(da_t + steps[-1][1], cache))
    dx, das, grads = zip(*steps[1:], strict=True)
    return list(dx[::-1]), das[-1], tuple(map(sum, zip(*grads, strict=True)))


def truncated_bptt(
    x: np.ndarray, a0: np.ndarray, params: RNNParams, head: Callable[..., tuple], length: int
) -> tuple[float, np.ndarray, RNNParams]:
    """Fold over the pieces."""

    def add(so_far: tuple, start: int) -> tuple:
        a, caches = rnn_forward(x[start : start + length], so_far[1], params)  # noqa: F821, given
        loss, da = head(a, slice(start, min(start + length, len(x))))
        grads = map(np.add, so_far[2], rnn_backward(da, caches)[2])
        return so_far[0] + loss, a[-1], tuple(grads)

    return reduce(add, range(0, len(x), length), (0, a0, [0 * w for w in params]))

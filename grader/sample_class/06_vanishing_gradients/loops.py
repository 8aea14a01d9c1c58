"""Right answers in plain loops."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_rnn import RNNParams


def state_jacobian(a_t: np.ndarray, params: RNNParams) -> np.ndarray:
    """Fill in entry by entry."""
    n_a = a_t.shape[-1]
    jacobian = np.zeros((*a_t.shape, n_a), dtype=a_t.dtype)
    for place in np.ndindex(a_t.shape[:-1]):
        for i in range(n_a):
            slope = 1 - a_t[place][i] ** 2
            for j in range(n_a):
                jacobian[place][i, j] = slope * params.Waa[i, j]
    return jacobian


def gradient_norms(
    dstate: Sequence[np.ndarray], caches: Sequence[Any], cell_backward: Callable[..., tuple]
) -> np.ndarray:
    """Add up squares, example after example."""
    norms = []
    for k in range(len(caches) + 1):
        if k > 0:
            result = cell_backward(*dstate, caches[len(caches) - k])
            dstate = result[1:-1]
        total = 0.0
        B = dstate[0].shape[0]
        for b in range(B):
            squares = 0.0
            for part in dstate:
                for number in part[b]:
                    squares += number * number
            total += math.sqrt(squares)
        norms.append(total / B)
    return np.array(norms)


def clip_by_value(grads: RNNParams, limit: float) -> RNNParams:
    """Look at each number."""
    clipped = []
    for g in grads:
        new = g.copy()
        for place in np.ndindex(g.shape):
            if new[place] > limit:
                new[place] = limit
            elif new[place] < -limit:
                new[place] = -limit
        clipped.append(new)
    return RNNParams(clipped[0], clipped[1], clipped[2])


def clip_by_norm(grads: RNNParams, max_norm: float) -> tuple[RNNParams, float]:
    """Add up squares, then shrink if need be."""
    squares = 0.0
    for g in grads:
        for place in np.ndindex(g.shape):
            squares += float(g[place]) ** 2
    norm = math.sqrt(squares)
    if norm <= max_norm:
        return grads, norm
    shrunk = []
    for g in grads:
        shrunk.append(g * (max_norm / norm))
    return RNNParams(*shrunk), norm

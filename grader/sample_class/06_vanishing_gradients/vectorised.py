"""Right answers with products, one long vector, and where."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_rnn import RNNParams


def state_jacobian(a_t: np.ndarray, params: RNNParams) -> np.ndarray:
    """Build the diagonal matrices and multiply."""
    diagonal = np.eye(a_t.shape[-1], dtype=a_t.dtype) * (1 - np.square(a_t))[..., :, None]
    return diagonal @ params.Waa


def gradient_norms(
    dstate: Sequence[np.ndarray], caches: Sequence[Any], cell_backward: Callable[..., tuple]
) -> np.ndarray:
    """Keep all gradients, measure them at the end in one go."""
    kept = [np.hstack(dstate)]
    for cache in caches[::-1]:
        dstate = cell_backward(*dstate, cache)[1:-1]
        kept.append(np.hstack(dstate))
    return np.sqrt(np.square(np.stack(kept)).sum(axis=2)).mean(axis=1)


def clip_by_value(grads: RNNParams, limit: float) -> RNNParams:
    """Say which numbers are where, field by field."""

    def cut(g: np.ndarray) -> np.ndarray:
        return np.where(np.abs(g) > limit, np.sign(g) * limit, g)

    return RNNParams(Wax=cut(grads.Wax), Waa=cut(grads.Waa), ba=cut(grads.ba))


def clip_by_norm(grads: RNNParams, max_norm: float) -> tuple[RNNParams, float]:
    """Lay all numbers into one long vector."""
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return RNNParams._make(g / max(1, norm / max_norm) for g in grads), norm

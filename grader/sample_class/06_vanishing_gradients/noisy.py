"""Right answers between prints and warnings."""

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_rnn import RNNParams


def state_jacobian(a_t: np.ndarray, params: RNNParams) -> np.ndarray:
    """Show the mean slope."""
    slope = 1 - a_t**2
    print("mean slope", slope.mean())
    return slope.reshape(*slope.shape, 1) * params.Waa


def gradient_norms(
    dstate: Sequence[np.ndarray], caches: Sequence[Any], cell_backward: Callable[..., tuple]
) -> np.ndarray:
    """Report every step back."""
    norms = np.zeros(len(caches) + 1)
    for k in range(len(norms)):
        norms[k] = np.mean(np.linalg.norm(np.concatenate(dstate, axis=1), axis=1))
        print(f"lag {k}: {norms[k]}", file=sys.stderr)
        if k < len(caches):
            _, *dstate, _ = cell_backward(*dstate, caches[-1 - k])
    return norms


def clip_by_value(grads: RNNParams, limit: float) -> RNNParams:
    """Warn of large numbers."""
    for name, g in grads._asdict().items():
        if np.abs(g).max() > limit:
            warnings.warn(f"{name} has numbers beyond {limit}", UserWarning, stacklevel=2)
    return grads._replace(**{name: g.clip(-limit, limit) for name, g in grads._asdict().items()})


def clip_by_norm(grads: RNNParams, max_norm: float) -> tuple[RNNParams, float]:
    """Divide by zero on purpose, which NumPy warns of: the smaller of 1 and infinity is 1."""
    norm = np.sqrt(np.sum([np.sum(g**2) for g in grads]))
    factor = min(1.0, max_norm / norm)
    print("norm", norm, "factor", factor)
    return RNNParams(*[g * factor for g in grads]), norm

"""A cell that is taken for one with a single state and no star."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def gradient_norms(
    dstate: Sequence[np.ndarray], caches: Sequence[Any], cell_backward: Callable[..., tuple]
) -> np.ndarray:
    """Hand the list itself to the cell."""
    norms = [np.linalg.norm(dstate[0], axis=-1).mean()]
    for cache in reversed(caches):
        _, dstate, _ = cell_backward(dstate, cache)
        norms.append(np.linalg.norm(dstate, axis=-1).mean())
    return np.array(norms)

"""Right answers in few lines, with einsum, and lists of arrays where they serve."""

from functools import reduce
from typing import Any

import numpy as np

from course_rnn import RNNParams


def softmax(logits: np.ndarray) -> np.ndarray:
    """Put the classes in front, where no keepdims is needed."""
    z = np.moveaxis(logits, -1, 0)
    e = np.exp(z - z.max(0))
    return np.moveaxis(e / e.sum(0), 0, -1)


def rnn_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, Any]:
    """Name the axes."""
    z = np.einsum("ij,bj->bi", params.Wax, x_t) + np.einsum("ij,bj->bi", params.Waa, a_prev)
    return np.tanh(z + params.ba), None


def rnn_forward(x: np.ndarray, a0: np.ndarray, params: RNNParams) -> tuple[list[np.ndarray], Any]:
    """Return the states as a list."""
    states = reduce(lambda a, x_t: [*a, rnn_cell_forward(x_t, a[-1], params)[0]], x, [a0])
    return states[1:], ()


def count_rnn_parameters(n_x: int, n_a: int, n_y: int) -> int:
    """Ask NumPy how large the arrays are."""
    shapes = (n_a, n_x), (n_a, n_a), (n_a,), (n_y, n_a), (n_y,)
    return sum(int(np.prod(shape)) for shape in shapes)

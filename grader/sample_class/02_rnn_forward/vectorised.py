"""Right answers with one large product instead of two."""

from typing import Any

import numpy as np

from course_rnn import RNNParams


def softmax(logits: np.ndarray) -> np.ndarray:
    """Subtract the logarithm of the sum, then take exp once more."""
    shifted = logits - np.max(logits, -1, keepdims=True)
    return np.exp(shifted - np.log(np.exp(shifted).sum(-1))[..., None])


def rnn_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, Any]:
    """Multiply [a_prev, x_t] by [Waa, Wax]."""
    Wax, Waa, ba = params
    joined = np.concatenate([a_prev, x_t], axis=1)
    W = np.concatenate([Waa, Wax], axis=1)
    a_t = np.tanh(joined @ W.T + ba)
    return a_t, (joined, a_t, W)


def rnn_forward(x: np.ndarray, a0: np.ndarray, params: RNNParams) -> tuple[np.ndarray, Any]:
    """Take the input's share out of the loop."""
    Wax, Waa, ba = params
    share = np.tensordot(x, Wax, axes=(-1, -1)) + ba
    a = np.empty_like(share)
    state = a0
    for t, z in enumerate(share):
        state = np.tanh(z + state @ Waa.T)
        a[t] = state
    return a, (x, a0, a, params)


def count_rnn_parameters(n_x: int, n_a: int, n_y: int) -> int:
    """Take a bias for one more column of its matrix."""
    return int(np.dot([n_x + n_a + 1, n_a + 1], [n_a, n_y]))

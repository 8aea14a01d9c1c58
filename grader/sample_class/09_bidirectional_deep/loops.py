"""Right answers in plain loops."""

from typing import Any

import numpy as np

from course_rnn import BidirectionalParams, RNNParams, rnn_backward, rnn_forward


def reverse_padded(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Move one step after the other."""
    y = np.array(x)
    for b in range(x.shape[1]):
        length = int(mask[:, b].sum())
        for t in range(length):
            y[t, b] = x[length - 1 - t, b]
    return y


def bidirectional_forward(
    x: np.ndarray,
    mask: np.ndarray,
    a0_forward: np.ndarray,
    a0_backward: np.ndarray,
    params: BidirectionalParams,
) -> tuple[np.ndarray, Any]:
    """Read each sentence on its own, without its padding, as often as needed."""
    n_a = a0_forward.shape[1]
    a = np.zeros((*mask.shape, 2 * n_a), dtype=x.dtype)
    for b in range(x.shape[1]):
        length = int(mask[:, b].sum())
        sentence = x[:length, b : b + 1]
        ahead, _ = rnn_forward(sentence, a0_forward[b : b + 1], params.forward)
        back, _ = rnn_forward(sentence[::-1], a0_backward[b : b + 1], params.backward)
        for t in range(length):
            a[t, b, :n_a] = ahead[t, 0]
            a[t, b, n_a:] = back[length - 1 - t, 0]
    return a, None


def bidirectional_last(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Overwrite the forward half as long as there are tokens."""
    n_a = a.shape[2] // 2
    last = np.zeros_like(a[0])
    for b in range(a.shape[1]):
        last[b, n_a:] = a[0, b, n_a:]
        for t in range(len(a)):
            if mask[t, b]:
                last[b, :n_a] = a[t, b, :n_a]
    return last


def stacked_forward(
    x: np.ndarray, states0: tuple[np.ndarray, ...], params: tuple[RNNParams, ...]
) -> tuple[np.ndarray, Any]:
    """Count the layers up."""
    caches = {}
    for level in range(len(params)):
        x, caches[level] = rnn_forward(x, states0[level], params[level])
    return x, caches


def stacked_backward(
    da: np.ndarray, caches: dict
) -> tuple[np.ndarray, list[np.ndarray], list[RNNParams]]:
    """Count the layers down."""
    n_layers = len(caches)
    dstates0, grads = [None] * n_layers, [None] * n_layers
    level = n_layers - 1
    while level >= 0:
        da, dstates0[level], grads[level] = rnn_backward(da, caches[level])
        level = level - 1
    return da, dstates0, grads

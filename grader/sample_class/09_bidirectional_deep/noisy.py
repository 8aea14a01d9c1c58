"""Right answers between prints and warnings."""

import sys
import warnings
from typing import Any

import numpy as np

from course_rnn import BidirectionalParams, RNNParams, rnn_backward, rnn_forward


def reverse_padded(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Show every length."""
    y = x.copy()
    for b, length in enumerate(mask.sum(axis=0)):
        print("sequence", b, "has", length, "tokens", file=sys.stderr)
        y[:length, b] = np.flip(x[:length, b], axis=0)
    return y


def bidirectional_forward(
    x: np.ndarray,
    mask: np.ndarray,
    a0_forward: np.ndarray,
    a0_backward: np.ndarray,
    params: BidirectionalParams,
) -> tuple[np.ndarray, Any]:
    """Warn of the direction."""
    print("x", x.shape, "mask", mask.shape)
    ahead, first = rnn_forward(x, a0_forward, params.forward)
    warnings.warn("now from the other end", UserWarning, stacklevel=2)
    back, second = rnn_forward(reverse_padded(x, mask), a0_backward, params.backward)
    a = np.concatenate((ahead, reverse_padded(back, mask)), axis=-1)
    a[~mask] = 0
    return a, {"forward": first, "backward": second}


def bidirectional_last(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Let NumPy warn of an overflow."""
    print("far too large:", np.exp(1000 + 0 * a).max())
    n_a = a.shape[-1] // 2
    ends = len(mask) - 1 - mask[::-1].argmax(axis=0)
    ahead = np.stack([a[end, b, :n_a] for b, end in enumerate(ends)])
    return np.concatenate((ahead, a[0, :, n_a:]), axis=-1)


def stacked_forward(
    x: np.ndarray, states0: tuple[np.ndarray, ...], params: tuple[RNNParams, ...]
) -> tuple[np.ndarray, Any]:
    """Announce every layer."""
    a, memory = x, []
    for level, weights in enumerate(params):
        print("layer", level, "reads", a.shape, file=sys.stderr)
        a, caches = rnn_forward(a, states0[level], weights)
        memory += [caches]
    return a, memory


def stacked_backward(da: np.ndarray, caches: list) -> tuple[np.ndarray, list, list]:
    """Think aloud."""
    dstates0, grads = [], []
    for level, memory in reversed(list(enumerate(caches))):
        print("largest gradient at layer", level, np.abs(da).max())
        da, dstate0, of_layer = rnn_backward(da, memory)
        dstates0 = [dstate0, *dstates0]
        grads = [of_layer, *grads]
    return da, dstates0, grads

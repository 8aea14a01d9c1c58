"""Right answers in few lines, and lists where they serve."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import EncoderDecoderParams, rnn_forward


def last_state(a: np.ndarray, mask: np.ndarray) -> list[np.ndarray]:
    """Cut the padding off each column."""
    return [column[there][-1] for column, there in zip(a.swapaxes(0, 1), mask.T, strict=True)]


def masked_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> tuple[float, np.ndarray]:
    """Make a one-hot of which rows are zero on padding."""
    y = (targets[..., None] == np.arange(logits.shape[2])) & mask[..., None]
    z = logits - logits.max(2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(2, keepdims=True))
    return -log_p[y].sum() / len(mask[0]), (np.exp(log_p) * mask[..., None] - y) / len(mask[0])


def generate(
    step: Callable[..., tuple],
    first: np.ndarray,
    state: np.ndarray,
    choose: Callable[[np.ndarray], np.ndarray],
    n_steps: int,
    eos: int | None = None,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Multiply by who goes on."""
    indices, mask, goes_on = [first], [], first == first
    while goes_on.any() and len(mask) < n_steps:
        logits, state = step(indices[-1], state)
        indices.append(choose(logits) * goes_on)
        mask.append(goes_on)
        goes_on = goes_on & (indices[-1] != eos)
    return indices[1:], mask


def encode_then_decode(
    x: np.ndarray, mask: np.ndarray, y: np.ndarray, params: EncoderDecoderParams
) -> tuple[np.ndarray, Any]:
    """Nest the calls."""
    first = np.asarray(last_state(rnn_forward(x, None, params.encoder)[0], mask))
    Wya, by = params.readout
    return np.einsum("tba,ya->tby", rnn_forward(y, first, params.decoder)[0], Wya) + by, ()

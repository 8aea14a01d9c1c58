"""Right answers between prints and warnings."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import EncoderDecoderParams, readout_forward, rnn_forward


def last_state(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Report the lengths."""
    lengths = mask.sum(axis=0)
    print("lengths", lengths)
    return np.stack([a[length - 1, b] for b, length in enumerate(lengths)])


def masked_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> tuple[float, np.ndarray]:
    """Overflow on purpose, which NumPy warns of, before doing it right."""
    print("naive losses would be", -np.log(np.exp(logits) / np.exp(logits).sum()).sum())
    safe, B = np.where(mask, targets, 0), mask.shape[1]
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    losses = -np.take_along_axis(log_p, safe[..., None], axis=-1)[..., 0]
    y = np.eye(logits.shape[-1], dtype=logits.dtype)[safe]
    return losses[mask].sum() / B, np.where(mask[..., None], np.exp(log_p) - y, 0) / B


def generate(
    step: Callable[..., tuple],
    first: np.ndarray,
    state: np.ndarray,
    choose: Callable[[np.ndarray], np.ndarray],
    n_steps: int,
    eos: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Warn at every step."""
    tokens, writing, indices, mask = first, np.full(len(first), True), [], []
    for t in range(n_steps):
        warnings.warn(f"step {t} of {n_steps}", UserWarning, stacklevel=2)
        logits, state = step(tokens, state)
        tokens = choose(logits)
        tokens[~writing] = 0
        indices.append(tokens.copy())
        mask.append(writing.copy())
        if eos is not None:
            writing[tokens == eos] = False
        if not any(writing):
            break
    return np.array(indices), np.array(mask)


def encode_then_decode(
    x: np.ndarray, mask: np.ndarray, y: np.ndarray, params: EncoderDecoderParams
) -> tuple[np.ndarray, Any]:
    """Show every shape."""
    a, _ = rnn_forward(x, np.zeros((x.shape[1], len(params.encoder.ba))), params.encoder)
    print("encoder", a.shape, file=sys.stderr)
    d, _ = rnn_forward(y, last_state(a, mask), params.decoder)
    print("decoder", d.shape, file=sys.stderr)
    return readout_forward(d, params.readout)[0], {"a": a, "d": d}

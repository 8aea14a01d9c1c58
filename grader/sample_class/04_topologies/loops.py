"""Right answers in plain loops."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import EncoderDecoderParams


def last_state(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Walk along each sequence and remember the state."""
    T, B, n_a = a.shape
    result = np.zeros((B, n_a), dtype=a.dtype)
    for b in range(B):
        for t in range(T):
            if mask[t, b]:
                result[b] = a[t, b]
    return result


def masked_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> tuple[float, np.ndarray]:
    """Skip what is masked."""
    T, B, n_y = logits.shape
    loss, dlogits = 0.0, np.zeros_like(logits)
    for t in range(T):
        for b in range(B):
            if not mask[t, b]:
                continue
            largest = max(logits[t, b])
            total = sum(math.exp(z - largest) for z in logits[t, b])
            loss += (largest + math.log(total) - logits[t, b, targets[t, b]]) / B
            for k in range(n_y):
                p = math.exp(logits[t, b, k] - largest) / total
                dlogits[t, b, k] = (p - (k == targets[t, b])) / B
    return loss, dlogits


def generate(
    step: Callable[..., tuple],
    first: np.ndarray,
    state: np.ndarray,
    choose: Callable[[np.ndarray], np.ndarray],
    n_steps: int,
    eos: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Look at each sequence after each step."""
    B = len(first)
    ended = [False] * B
    tokens, rows, masks = first, [], []
    while len(rows) < n_steps and not all(ended):
        logits, state = step(tokens, state)
        chosen = choose(logits)
        row, there = [], []
        for b in range(B):
            there.append(not ended[b])
            row.append(0 if ended[b] else int(chosen[b]))
            if eos is not None and row[b] == eos:
                ended[b] = True
        rows.append(row)
        masks.append(there)
        tokens = np.array(row)
    return np.array(rows), np.array(masks)


def encode_then_decode(
    x: np.ndarray, mask: np.ndarray, y: np.ndarray, params: EncoderDecoderParams
) -> tuple[np.ndarray, Any]:
    """Take every step by hand."""
    B, n_a = x.shape[1], len(params.encoder.ba)
    states, a_t = [], np.zeros((B, n_a))
    for x_t in x:
        a_t = np.tanh(x_t @ params.encoder.Wax.T + a_t @ params.encoder.Waa.T + params.encoder.ba)
        states.append(a_t)
    a_t = last_state(np.array(states), mask)
    logits = []
    for y_t in y:
        a_t = np.tanh(y_t @ params.decoder.Wax.T + a_t @ params.decoder.Waa.T + params.decoder.ba)
        logits.append(a_t @ params.readout.Wya.T + params.readout.by)
    return np.array(logits), None

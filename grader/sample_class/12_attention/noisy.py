"""Right answers between prints and warnings."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import AttentionDecoderParams, AttentionParams, readout_forward, softmax
from course_rnn.recurrence import Layer


def additive_attention(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    params: AttentionParams,
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Show every shape."""
    print("query", query.shape, "keys", keys.shape, "values", values.shape, file=sys.stderr)
    h = np.tanh(query @ params.Wq.T + keys @ params.Wk.T)
    scores = h @ params.we
    scores[~mask] = -np.inf
    warnings.warn("now the softmax", UserWarning, stacklevel=2)
    weights = softmax(scores.swapaxes(0, 1)).swapaxes(0, 1)
    context = sum(weight[:, None] * value for weight, value in zip(weights, values, strict=True))
    return context, weights, (query, keys, values, h, weights, params)


def additive_attention_backward(
    dcontext: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, AttentionParams]:
    """Think aloud."""
    query, keys, values, h, weights, params = cache
    dvalues = weights[:, :, np.newaxis] * dcontext
    dweights = np.sum(values * dcontext, axis=2)
    dscores = weights * (dweights - np.sum(weights * dweights, axis=0))
    print("these add up to zero:", dscores.sum(axis=0))
    dz = dscores[:, :, np.newaxis] * params.we * (1 - h**2)
    dWq = np.tensordot(dz.sum(axis=0), query, axes=(0, 0))
    dWk = sum(dz_t.T @ k_t for dz_t, k_t in zip(dz, keys, strict=True))
    dwe = sum(dscores_t @ h_t for dscores_t, h_t in zip(dscores, h, strict=True))
    return dz.sum(axis=0) @ params.Wq, dz @ params.Wk, dvalues, AttentionParams(dWq, dWk, dwe)


def dot_product_attention(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Let NumPy warn of an overflow."""
    print("far too large:", np.exp(1000 + 0 * query).max())
    scores = np.sum(query * keys, axis=2) / np.sqrt(keys.shape[2]).astype(keys.dtype)
    hidden = np.where(mask, 0, -np.inf).astype(keys.dtype)
    weights = softmax((scores + hidden).T).T
    return np.sum(weights[:, :, None] * values, axis=0), weights, {"weights": weights}


def decoder_step(
    y_t: np.ndarray,
    state: tuple[np.ndarray, ...],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, Any]:
    """Say where it looks."""
    query, *_ = state
    context, weights, first = additive_attention(
        query, annotations, annotations, mask, params.attention
    )
    print("looks at", weights.argmax(axis=0), "of", len(weights))
    results = cell.forward(np.concatenate((y_t, context), axis=1), *state, params.cell)
    logits, last = readout_forward(results[0], params.readout)
    return logits, tuple(results[:-1]), weights, [first, results[-1], last]


def greedy_decode(
    step: Callable[..., tuple], first: np.ndarray, state: object, eos: int, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Warn at every step."""
    tokens, writing, indices, mask = first, np.full(len(first), True), [], []
    for t in range(n_steps):
        warnings.warn(f"step {t} of {n_steps}", UserWarning, stacklevel=2)
        logits, state = step(tokens, state)
        tokens = logits.argmax(axis=1)
        tokens[~writing] = 0
        indices.append(tokens.copy())
        mask.append(writing.copy())
        writing[tokens == eos] = False
        if not any(writing):
            break
    return np.array(indices), np.array(mask)

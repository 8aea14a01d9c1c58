"""Right answers with few, large operations."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import AttentionDecoderParams, AttentionParams, readout_forward
from course_rnn.recurrence import Layer


def additive_attention(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    params: AttentionParams,
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Let one matrix act on [query, key]."""
    both = np.concatenate([np.broadcast_to(query, (*mask.shape, query.shape[1])), keys], axis=2)
    h = np.tanh(both @ np.hstack([params.Wq, params.Wk]).T)
    scores = np.ma.masked_array(h @ params.we, ~mask)
    powers = np.exp(scores - scores.max(axis=0)).filled(0)
    weights = powers / powers.sum(axis=0)
    return np.einsum("tb,tbv->bv", weights, values), weights, (both, values, h, weights, params)


def additive_attention_backward(
    dcontext: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, AttentionParams]:
    """Go back through the one matrix, and cut."""
    both, values, h, weights, params = cache
    n_q = params.Wq.shape[1]
    dweights = np.einsum("tbv,bv->tb", values, dcontext)
    centred = dweights - np.einsum("tb,tb->b", weights, dweights)
    dscores = weights * centred
    dz = np.einsum("tb,e,tbe->tbe", dscores, params.we, 1 - h**2)
    dW = np.einsum("tbe,tbi->ei", dz, both)
    dboth = dz @ np.hstack([params.Wq, params.Wk])
    grads = AttentionParams(dW[:, :n_q], dW[:, n_q:], np.einsum("tb,tbe->e", dscores, h))
    dvalues = np.einsum("tb,bv->tbv", weights, dcontext)
    return dboth[..., :n_q].sum(axis=0), dboth[..., n_q:], dvalues, grads


def dot_product_attention(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Multiply matrices, one for each sequence."""
    scores = (keys.transpose(1, 0, 2) @ query[..., None])[..., 0].T * keys.shape[2] ** -0.5
    shown = np.where(mask, scores, -np.inf)
    powers = np.exp(shown - shown.max(axis=0))
    weights = powers / powers.sum(axis=0)
    return (weights.T[:, None] @ values.transpose(1, 0, 2))[:, 0], weights, ()


def decoder_step(
    y_t: np.ndarray,
    state: tuple[np.ndarray, ...],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, Any]:
    """Stack side by side."""
    context, weights, looked = additive_attention(
        state[0], annotations, annotations, mask, params.attention
    )
    *states, ran = cell.forward(np.hstack([y_t, context]), *state, params.cell)
    logits, scored = readout_forward(states[0], params.readout)
    return logits, tuple(states), weights, (looked, ran, scored)


def greedy_decode(
    step: Callable[..., tuple], first: np.ndarray, state: object, eos: int, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Let all write to the end, then cut."""
    tokens, rows = first, []
    for _ in range(n_steps):
        logits, state = step(tokens, state)
        tokens = np.argmax(logits, axis=1)
        rows.append(tokens)
    indices = np.array(rows)
    ended = np.cumsum(indices == eos, axis=0)
    mask = np.concatenate([np.ones((1, len(first)), dtype=bool), ended[:-1] == 0])
    T = mask.any(axis=1).sum()
    return np.where(mask, indices, 0)[:T], mask[:T]

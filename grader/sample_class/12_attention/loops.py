"""Right answers in plain loops."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn import AttentionDecoderParams, AttentionParams
from course_rnn.recurrence import Layer


def additive_attention(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    params: AttentionParams,
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Treat each sequence on its own, and each of its places."""
    T, B, _ = keys.shape
    context = np.zeros((B, values.shape[2]), dtype=values.dtype)
    weights = np.zeros((T, B), dtype=values.dtype)
    for b in range(B):
        places = [t for t in range(T) if mask[t, b]]
        scores = {}
        for t in places:
            h = np.tanh(params.Wq @ query[b] + params.Wk @ keys[t, b])
            scores[t] = float(params.we @ h)
        highest = max(scores.values())
        total = sum(math.exp(scores[t] - highest) for t in places)
        for t in places:
            weights[t, b] = math.exp(scores[t] - highest) / total
            context[b] += weights[t, b] * values[t, b]
    return context, weights, (query, keys, values, mask, weights, params)


def additive_attention_backward(
    dcontext: np.ndarray, cache: tuple
) -> tuple[np.ndarray, np.ndarray, np.ndarray, AttentionParams]:
    """Collect what comes back, place by place; the hidden units are computed again."""
    query, keys, values, mask, weights, params = cache
    Wq, Wk, we = params
    dquery, dkeys, dvalues = np.zeros_like(query), np.zeros_like(keys), np.zeros_like(values)
    dWq, dWk, dwe = np.zeros_like(Wq), np.zeros_like(Wk), np.zeros_like(we)
    T, B = mask.shape
    for b in range(B):
        dweights = [values[t, b] @ dcontext[b] for t in range(T)]
        mean = sum(weights[t, b] * dweights[t] for t in range(T))
        for t in range(T):
            if not mask[t, b]:
                continue
            dvalues[t, b] = weights[t, b] * dcontext[b]
            de = weights[t, b] * (dweights[t] - mean)
            h = np.tanh(Wq @ query[b] + Wk @ keys[t, b])
            dz = de * we * (1 - h * h)
            dwe += de * h
            dWq += np.outer(dz, query[b])
            dWk += np.outer(dz, keys[t, b])
            dquery[b] += Wq.T @ dz
            dkeys[t, b] += Wk.T @ dz
    return dquery, dkeys, dvalues, AttentionParams(dWq, dWk, dwe)


def dot_product_attention(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Count through sequences and places."""
    T, B, n_k = keys.shape
    weights = np.zeros((T, B), dtype=values.dtype)
    context = np.zeros((B, values.shape[2]), dtype=values.dtype)
    for b in range(B):
        scores = np.full(T, -np.inf)
        for t in range(T):
            if mask[t, b]:
                scores[t] = query[b] @ keys[t, b] / math.sqrt(n_k)
        powers = np.exp(scores - scores.max())
        for t in range(T):
            weights[t, b] = powers[t] / powers.sum()
            context[b] = context[b] + weights[t, b] * values[t, b]
    return context, weights, None


def decoder_step(
    y_t: np.ndarray,
    state: tuple[np.ndarray, ...],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, Any]:
    """Fill the cell's input, and score row by row."""
    context, weights, _ = additive_attention(
        state[0], annotations, annotations, mask, params.attention
    )
    n_in, n_h = y_t.shape[1], context.shape[1]
    cell_input = np.zeros((len(y_t), n_in + n_h), dtype=y_t.dtype)
    cell_input[:, :n_in] = y_t
    cell_input[:, n_in:] = context
    results = cell.forward(cell_input, *state, params.cell)
    new_state = []
    for result in results[:-1]:
        new_state.append(result)
    logits = []
    for row in new_state[0]:
        logits.append(params.readout.Wya @ row + params.readout.by)
    return np.array(logits), tuple(new_state), weights, None


def greedy_decode(
    step: Callable[..., tuple], first: np.ndarray, state: object, eos: int, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Look at each sequence after each step."""
    B = len(first)
    ended = [False] * B
    tokens, rows, masks = first, [], []
    while len(rows) < n_steps and not all(ended):
        logits, state = step(tokens, state)
        row, there = [], []
        for b in range(B):
            there.append(not ended[b])
            best = 0
            for k in range(logits.shape[1]):
                if logits[b, k] > logits[b, best]:
                    best = k
            row.append(0 if ended[b] else best)
            if row[b] == eos:
                ended[b] = True
        rows.append(row)
        masks.append(there)
        tokens = np.array(row)
    return np.array(rows), np.array(masks)

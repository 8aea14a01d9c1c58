"""Attention: gradients, masks, and what the weights must be."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from judges import assert_backward, assert_equals_torch, dtypes, each, few, seeds, sizes

from course_rnn.attention import (
    AttentionParams,
    additive_attention,
    additive_attention_backward,
    causal_mask,
    dot_product_attention,
    dot_product_attention_backward,
    init_attention,
)

shapes = given(T=sizes, B=sizes, n_q=sizes, n_k=sizes, n_v=sizes, n_e=sizes, seed=seeds)


def draw_mask(rng, T, B):
    mask = rng.random((T, B)) < 0.6
    mask[rng.integers(T, size=B), np.arange(B)] = True
    return mask


def draw(T, B, n_q, n_k, n_v, n_e, seed):
    rng = np.random.default_rng(seed)
    arrays = [rng.normal(size=shape) for shape in [(B, n_q), (T, B, n_k), (T, B, n_v)]]
    return (*arrays, init_attention(n_q, n_k, n_e, rng)), draw_mask(rng, T, B), rng


def assert_proven(forward, backward, published, at, mask, dtype, tolerance, rng):
    """Judge the gradients of the context; the weights are judged as part of it."""

    def context_of(*at):
        context, _, cache = forward(*at[:3], mask, *at[3:])
        return context, cache

    def their_context_of(q, k, v, *params):
        scores = published(q, k, *params).masked_fill(~torch.from_numpy(mask), -torch.inf)
        return ((scores.softmax(dim=0)[..., None] * v).sum(dim=0),)

    assert_backward(context_of, backward, at, rng)
    at = each(lambda w: w.astype(dtype), at)
    assert_equals_torch(context_of, backward, their_context_of, at, tolerance, rng)


@dtypes
@shapes
@few
def test_additive_attention_backward(T, B, n_q, n_k, n_v, n_e, seed, dtype, tolerance):
    def published(q, k, params):
        return torch.tanh(q @ params.Wq.T + k @ params.Wk.T) @ params.we

    at, mask, rng = draw(T, B, n_q, n_k, n_v, n_e, seed)
    functions = additive_attention, additive_attention_backward
    assert_proven(*functions, published, at, mask, dtype, tolerance, rng)


@dtypes
@shapes
@few
def test_dot_product_attention_backward(T, B, n_q, n_k, n_v, n_e, seed, dtype, tolerance):
    def published(q, k):
        return torch.einsum("bk,tbk->tb", q, k) / n_k**0.5

    (_, k, v, _), mask, rng = draw(T, B, n_q, n_k, n_v, n_e, seed)
    at = rng.normal(size=(B, n_k)), k, v
    functions = dot_product_attention, dot_product_attention_backward
    assert_proven(*functions, published, at, mask, dtype, tolerance, rng)


@pytest.mark.parametrize("attention", ["additive", "dot product"])
def test_weights_are_an_average_over_what_the_mask_allows(attention):
    (q, k, v, params), _, _ = draw(6, 3, 4, 4, 7, 5, seed=0)
    mask = np.arange(6)[:, None] < np.array([6, 4, 1])
    if attention == "additive":
        context, weights, _ = additive_attention(q, k, v, mask, params)
    else:
        context, weights, _ = dot_product_attention(100 * q, 100 * k, v, mask)
    np.testing.assert_allclose(weights.sum(axis=0), 1)
    assert not weights[~mask].any()
    np.testing.assert_allclose(context[2], v[0, 2])  # one token: nothing to choose from
    np.testing.assert_allclose(context[1], weights[:4, 1] @ v[:4, 1])


def test_causal_mask_lets_every_step_of_a_sequence_attend_to_its_past():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(6, 5))
    everywhere = np.broadcast_to(a[:, None], (6, 6, 5))
    context, _, _ = dot_product_attention(a, everywhere, everywhere, causal_mask(6))
    a_torch = torch.from_numpy(a)
    theirs = torch.nn.functional.scaled_dot_product_attention(*[a_torch[None]] * 3, is_causal=True)
    np.testing.assert_allclose(context, theirs[0].numpy(), atol=1e-14)


def test_scores_of_a_long_key_are_divided_by_its_root():
    query, keys = np.ones((1, 100)), np.stack([np.zeros((1, 100)), np.ones((1, 100))])
    _, weights, _ = dot_product_attention(query, keys, keys, np.ones((2, 1), dtype=bool))
    assert math.log(weights[1, 0] / weights[0, 0]) == pytest.approx(10)


Q, K, V, M = np.zeros((3, 4)), np.zeros((6, 3, 5)), np.zeros((6, 3, 7)), np.ones((6, 3), dtype=bool)
P = AttentionParams(np.zeros((2, 4)), np.zeros((2, 5)), np.zeros(2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((Q[0], K, V, M, P), r"query has shape \(4,\), expected the axes \(B, n_q\)"),
        ((Q, K[:, :2], V, M, P), r"keys has shape \(6, 2, 5\), expected .* = \(6, 3, 5\)"),
        ((Q, K, V[:5], M, P), r"values has shape \(5, 3, 7\), expected .* = \(6, 3, 7\)"),
        ((Q, K, V, M.T, P), r"mask has shape \(3, 6\), expected \(T, B\) = \(6, 3\)"),
        ((Q, K, V, M * np.array([1, 1, 0]), P), "False in all of column 2, expected at least one"),
        ((Q, K, V, M, P._replace(Wk=P.Wq)), r"Wk has shape \(2, 4\), expected .* = \(2, 5\)"),
        ((Q[:0], K[:, :0], V[:, :0], M[:, :0], P), "query has shape .* expected no axis of size 0"),
        ((Q, K * np.nan, V, M, P), "keys of shape .* has NaN at"),
        ((Q, K, V * np.nan, M, P), "values of shape .* has NaN at"),
    ],
)
def test_what_does_not_fit_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        additive_attention(*arguments)


def test_other_functions_say_what_does_not_fit_too():
    with pytest.raises(ValueError, match=r"keys has shape \(6, 3, 5\), expected .* = \(6, 3, 4\)"):
        dot_product_attention(Q, K, V, M)
    _, _, cache = additive_attention(Q, K, V, M, P)
    with pytest.raises(ValueError, match=r"dcontext has shape \(7, 3\), expected .* = \(3, 7\)"):
        additive_attention_backward(V[0].T, cache)

"""Attention: a weighted average of many vectors, with weights that depend on a query.

The query is what a decoder looks for, the keys say what each source step offers, the values are
what is averaged. Additive and dot-product attention differ in how they score a key.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from course_rnn.initialise import glorot
from course_rnn.losses import softmax
from course_rnn.rnn import Cache
from course_rnn.shapes import check_shapes


class AttentionParams(NamedTuple):
    """The weights of additive attention, shared by all source steps and all queries."""

    Wq: np.ndarray
    """(n_e, n_q), from the query to the hidden units"""
    Wk: np.ndarray
    """(n_e, n_k), from a key to the hidden units"""
    we: np.ndarray
    """(n_e,), from the hidden units to the score"""


def init_attention(n_q: int, n_k: int, n_e: int, rng: np.random.Generator) -> AttentionParams:
    """Draw the weights of additive attention, all Glorot.

    Parameters
    ----------
    n_q, n_k, n_e
        The sizes of a query, a key and the hidden layer between them and the score.
    rng
        The source of randomness.

    Returns
    -------
    AttentionParams
        Wq (n_e, n_q), Wk (n_e, n_k), we (n_e,).
    """
    return AttentionParams(glorot(n_e, n_q, rng), glorot(n_e, n_k, rng), glorot(1, n_e, rng)[0])


def additive_attention(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    params: AttentionParams,
) -> tuple[np.ndarray, np.ndarray, Cache]:
    r"""Average the values, most of all those whose keys a small network finds to fit the query.

    $$e_t = w_e^\top \tanh(W_q q + W_k k_t), \qquad
    \alpha_t = \frac{\text{mask}_t\, e^{e_t}}{\sum_s \text{mask}_s\, e^{e_s}}, \qquad
    \text{context} = \sum_t \alpha_t v_t$$

    Parameters
    ----------
    query : ndarray, shape (B, n_q)
        One query q a sequence, such as the decoder's state.
    keys : ndarray, shape (T, B, n_k)
        One key a source step, such as the encoder's states.
    values : ndarray, shape (T, B, n_v)
        What is averaged; in an encoder-decoder the keys themselves.
    mask : ndarray of bool, shape (T, B)
        True where there is a source token, at least one in each column.
    params
        The weights.

    Returns
    -------
    context : ndarray, shape (B, n_v)
        The weighted averages.
    weights : ndarray, shape (T, B)
        The alphas: zero where the mask is False, each column sums to one.
    cache
        For `additive_attention_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a column of the mask is False throughout.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015).
    """
    Wq, Wk, we = params
    check_shapes(
        query=(query, "B n_q"),
        keys=(keys, "T B n_k"),
        Wq=(Wq, "n_e n_q"),
        Wk=(Wk, "n_e n_k"),
        we=(we, "n_e"),
    )
    h = np.tanh(query @ Wq.T + keys @ Wk.T)  # (T, B, n_e)
    context, weights = _average(h @ we, values, mask)
    return context, weights, (query, keys, values, h, weights, params)


def additive_attention_backward(
    dcontext: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, np.ndarray, AttentionParams]:
    r"""Send the gradient of the context back to the query, the keys, the values and the weights.

    $$dv_t = \alpha_t\, d\text{context}, \qquad
    de_t = \alpha_t \left(d\alpha_t - \sum_s \alpha_s\, d\alpha_s\right), \qquad
    dz_t = de_t\, w_e \odot (1 - h_t^2)$$

    with $d\alpha_t = v_t^\top d\text{context}$ and $h_t = \tanh(z_t)$; from $dz$ to the query, the
    keys and the weights it is as in a vanilla cell.

    Parameters
    ----------
    dcontext : ndarray, shape (B, n_v)
        The gradient of the loss with respect to the context.
    cache
        From `additive_attention`.

    Returns
    -------
    dquery : ndarray, shape (B, n_q)
        With respect to the query.
    dkeys : ndarray, shape (T, B, n_k)
        With respect to the keys; where the values are the keys, add dvalues.
    dvalues : ndarray, shape (T, B, n_v)
        With respect to the values.
    grads : AttentionParams
        With respect to the weights, summed over source steps and batch.

    Raises
    ------
    ValueError
        If dcontext has another shape than the context.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015), differentiated.
    """
    query, keys, values, h, weights, (Wq, Wk, we) = cache
    dscores, dvalues = _average_backward(dcontext, values, weights)
    # tanh'(z) = 1 - tanh(z)^2
    dz = dscores[..., None] * we * (1 - h * h)  # (T, B, n_e)
    dz_of_query = dz.sum(axis=0)  # the query takes part in every score
    grads = AttentionParams(
        dz_of_query.T @ query,
        np.tensordot(dz, keys, axes=((0, 1), (0, 1))),
        np.tensordot(dscores, h, axes=2),
    )
    return dz_of_query @ Wq, dz @ Wk, dvalues, grads


def dot_product_attention(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Cache]:
    r"""Average the values, most of all those whose keys point where the query points.

    $$e_t = \frac{q^\top k_t}{\sqrt{n_k}}, \qquad
    \alpha_t = \frac{\text{mask}_t\, e^{e_t}}{\sum_s \text{mask}_s\, e^{e_s}}, \qquad
    \text{context} = \sum_t \alpha_t v_t$$

    Parameters
    ----------
    query : ndarray, shape (B, n_k)
        One query q a sequence, as long as a key.
    keys : ndarray, shape (T, B, n_k)
        One key a source step.
    values : ndarray, shape (T, B, n_v)
        What is averaged.
    mask : ndarray of bool, shape (T, B)
        True where there is a source token, at least one in each column.

    Returns
    -------
    context : ndarray, shape (B, n_v)
        The weighted averages.
    weights : ndarray, shape (T, B)
        The alphas: zero where the mask is False, each column sums to one.
    cache
        For `dot_product_attention_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a column of the mask is False throughout.

    Notes
    -----
    Luong, Pham & Manning (2015); the division by the root of n_k: Vaswani et al. (2017).

    Examples
    --------
    >>> query, keys = np.array([[0.0, 1.0]]), np.array([[[1.0, 0.0]], [[0.0, 9.0]]])
    >>> context, weights, _ = dot_product_attention(query, keys, keys, np.ones((2, 1), dtype=bool))
    >>> weights.round(3)
    array([[0.002],
           [0.998]])
    """
    sizes = check_shapes(query=(query, "B n_k"), keys=(keys, "T B n_k"))
    scores = (keys * query).sum(axis=-1) / math.sqrt(sizes["n_k"])
    context, weights = _average(scores, values, mask)
    return context, weights, (query, keys, values, weights)


def dot_product_attention_backward(
    dcontext: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Send the gradient of the context back to the query, the keys and the values.

    $$dv_t = \alpha_t\, d\text{context}, \qquad
    de_t = \alpha_t \left(d\alpha_t - \sum_s \alpha_s\, d\alpha_s\right), \qquad
    dq = \sum_t \frac{de_t\, k_t}{\sqrt{n_k}}, \qquad dk_t = \frac{de_t\, q}{\sqrt{n_k}}$$

    Parameters
    ----------
    dcontext : ndarray, shape (B, n_v)
        The gradient of the loss with respect to the context.
    cache
        From `dot_product_attention`.

    Returns
    -------
    dquery : ndarray, shape (B, n_k)
        With respect to the query.
    dkeys : ndarray, shape (T, B, n_k)
        With respect to the keys.
    dvalues : ndarray, shape (T, B, n_v)
        With respect to the values.

    Raises
    ------
    ValueError
        If dcontext has another shape than the context.

    Notes
    -----
    Vaswani et al. (2017), differentiated.
    """
    query, keys, values, weights = cache
    dscores, dvalues = _average_backward(dcontext, values, weights)
    dproducts = dscores[..., None] / math.sqrt(query.shape[-1])  # (T, B, 1)
    return (dproducts * keys).sum(axis=0), dproducts * query, dvalues


def causal_mask(n_steps: int) -> np.ndarray:
    r"""Let each step attend to itself and to what came before it, not to what is still to come.

    $$\text{mask}_{s,t} = (s \le t)$$

    Parameters
    ----------
    n_steps
        The number T of steps.

    Returns
    -------
    ndarray of bool, shape (T, T)
        Column t is the mask of step t's query: T queries of one sequence are a batch of T.

    Notes
    -----
    Vaswani et al. (2017), section 3.2.3.

    Examples
    --------
    >>> causal_mask(3).astype(int)
    array([[1, 1, 1],
           [0, 1, 1],
           [0, 0, 1]])
    """
    steps = np.arange(n_steps)
    return steps[:, None] <= steps


def _average(
    scores: np.ndarray, values: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the context (B, n_v) and the weights (T, B), the softmax of the scores over time."""
    check_shapes(keys=(scores, "T B"), values=(values, "T B n_v"), mask=(mask, "T B"))
    if not np.any(mask, axis=0).all():
        empty = int(np.argmin(np.any(mask, axis=0)))
        raise ValueError(
            f"mask of shape {np.shape(mask)} is False in all of column {empty}, "
            "expected at least one True in each column"
        )
    weights = softmax(np.where(mask, scores, -math.inf).T).T
    return (weights[..., None] * values).sum(axis=0), weights


def _average_backward(
    dcontext: np.ndarray, values: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of the scores (T, B) and of the values (T, B, n_v)."""
    check_shapes(values=(values, "T B n_v"), dcontext=(dcontext, "B n_v"))
    dweights = (values * dcontext).sum(axis=-1)
    dscores = weights * (dweights - (weights * dweights).sum(axis=0))
    return dscores, weights[..., None] * dcontext

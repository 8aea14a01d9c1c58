"""Complete recurrent networks: read a sequence and decide, or decide at every step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.readout import ReadoutParams, init_readout, readout_backward, readout_forward
from course_rnn.rnn import Cache, RNNParams, init_rnn, rnn_backward, rnn_forward
from course_rnn.shapes import check_shapes


class RNNModel(NamedTuple):
    """A recurrent layer and the readout on top of it."""

    rnn: RNNParams
    readout: ReadoutParams


def init_rnn_model(n_x: int, n_a: int, n_y: int, rng: np.random.Generator) -> RNNModel:
    """Draw the weights of a recurrent layer and its readout.

    Parameters
    ----------
    n_x, n_a, n_y
        The sizes of the input, the state and the output.
    rng
        The source of randomness.

    Returns
    -------
    RNNModel
        Its RNNParams and its ReadoutParams.
    """
    return RNNModel(init_rnn(n_x, n_a, rng), init_readout(n_a, n_y, rng))


def many_to_many_forward(x: np.ndarray, model: RNNModel) -> tuple[np.ndarray, Cache]:
    r"""Compute logits at every step, starting from the state zero.

    $$a^{\langle t \rangle} = \text{cell}(x^{\langle t \rangle}, a^{\langle t-1 \rangle}),
    \qquad z^{\langle t \rangle} = W_{ya} a^{\langle t \rangle} + b_y$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    model
        The weights.

    Returns
    -------
    logits : ndarray, shape (T, B, n_y)
        One vector of scores a step.
    cache
        For `many_to_many_backward`.
    """
    a, caches = rnn_forward(x, None, model.rnn)
    logits, cache = readout_forward(a, model.readout)
    return logits, (caches, cache)


def many_to_many_backward(dlogits: np.ndarray, cache: Cache) -> RNNModel:
    """Send the gradient of the logits of all steps back to the weights.

    Parameters
    ----------
    dlogits : ndarray, shape (T, B, n_y)
        The gradient of the loss with respect to the logits.
    cache
        From `many_to_many_forward`.

    Returns
    -------
    RNNModel
        The gradients, in the places of the weights.
    """
    rnn_caches, readout_cache = cache
    da, readout_grads = readout_backward(dlogits, readout_cache)
    _, _, rnn_grads = rnn_backward(da, rnn_caches)
    return RNNModel(rnn_grads, readout_grads)


def last_state(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    r"""Pick the state of each sequence at its own end, before the padding.

    $$a_b^{\langle T_b \rangle}, \qquad T_b = \sum_t \text{mask}_{t,b}$$

    Parameters
    ----------
    a : ndarray, shape (T, B, n_a)
        The states of all steps.
    mask : ndarray of bool, shape (T, B)
        True where there is a token, at the start of each column.

    Returns
    -------
    ndarray, shape (B, n_a)
        One state a sequence.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a column of the mask is not True, then False.

    Examples
    --------
    >>> a, mask = np.arange(6.0).reshape(3, 2, 1), np.array([[1, 1], [1, 0], [1, 0]], dtype=bool)
    >>> last_state(a, mask).ravel()
    array([4., 1.])
    """
    check_shapes(a=(a, "T B n_a"), mask=(mask, "T B"))
    return a[_ends(mask)]


def last_state_backward(da_last: np.ndarray, mask: np.ndarray) -> np.ndarray:
    r"""Send the gradient of the last states back to the steps they came from.

    $$da_b^{\langle t \rangle} = da_{last,b} \text{ if } t = T_b \text{, else } 0$$

    Parameters
    ----------
    da_last : ndarray, shape (B, n_a)
        The gradient of the loss with respect to the last states.
    mask : ndarray of bool, shape (T, B)
        As in `last_state`.

    Returns
    -------
    ndarray, shape (T, B, n_a)
        With respect to all states.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a column of the mask is not True, then False.

    Examples
    --------
    >>> mask = np.array([[True, True], [True, False]])
    >>> last_state_backward(np.array([[5.0], [7.0]]), mask)[..., 0]
    array([[0., 7.],
           [5., 0.]])
    """
    sizes = check_shapes(mask=(mask, "T B"), da_last=(da_last, "B n_a"))
    da = np.zeros((sizes["T"], *da_last.shape), dtype=da_last.dtype)
    da[_ends(mask)] = da_last
    return da


def many_to_one_forward(
    x: np.ndarray, mask: np.ndarray, model: RNNModel
) -> tuple[np.ndarray, Cache]:
    r"""Read each sequence to its own end, then compute logits once.

    $$z_b = W_{ya} a_b^{\langle T_b \rangle} + b_y$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs, padded at their ends.
    mask : ndarray of bool, shape (T, B)
        True where there is a token; T_b is the sum of column b.
    model
        The weights.

    Returns
    -------
    logits : ndarray, shape (B, n_y)
        One vector of scores a sequence.
    cache
        For `many_to_one_backward`.
    """
    a, caches = rnn_forward(x, None, model.rnn)
    logits, cache = readout_forward(last_state(a, mask), model.readout)
    return logits, (caches, cache, mask)


def many_to_one_backward(dlogits: np.ndarray, cache: Cache) -> RNNModel:
    """Send the gradient of the logits back through the last state of each sequence.

    Parameters
    ----------
    dlogits : ndarray, shape (B, n_y)
        The gradient of the loss with respect to the logits.
    cache
        From `many_to_one_forward`.

    Returns
    -------
    RNNModel
        The gradients, in the places of the weights.
    """
    rnn_caches, readout_cache, mask = cache
    da_last, readout_grads = readout_backward(dlogits, readout_cache)
    _, _, rnn_grads = rnn_backward(last_state_backward(da_last, mask), rnn_caches)
    return RNNModel(rnn_grads, readout_grads)


def _ends(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the index (t, b) of the last token of every sequence."""
    lengths = np.sum(mask, axis=0)
    if not np.array_equal(mask, np.arange(len(mask))[:, None] < lengths) or not lengths.all():
        raise ValueError(
            f"mask of shape {np.shape(mask)} is not True, then False in every column: "
            "padding stands after the tokens, and each sequence has at least one token"
        )
    return lengths - 1, np.arange(len(lengths))

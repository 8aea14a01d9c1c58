"""The readout: a linear map from states to logits, the same at every step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.initialise import glorot
from course_rnn.rnn import Cache
from course_rnn.shapes import check_shapes


class ReadoutParams(NamedTuple):
    """The weights between a state and the logits."""

    Wya: np.ndarray
    """(n_y, n_a), from the state to the output"""
    by: np.ndarray
    """(n_y,), bias of the output"""


def init_readout(n_a: int, n_y: int, rng: np.random.Generator) -> ReadoutParams:
    """Draw the weights of a readout: Wya Glorot, by zero.

    Parameters
    ----------
    n_a, n_y
        The sizes of the state and of the output.
    rng
        The source of randomness.

    Returns
    -------
    ReadoutParams
        Wya (n_y, n_a), by (n_y,).
    """
    return ReadoutParams(glorot(n_y, n_a, rng), np.zeros(n_y))


def readout_forward(a: np.ndarray, params: ReadoutParams) -> tuple[np.ndarray, Cache]:
    r"""Compute the logits of every state.

    $$z^{\langle t \rangle} = W_{ya} a^{\langle t \rangle} + b_y, \qquad
    y^{\langle t \rangle} = g_2(z^{\langle t \rangle})$$

    The output function g2 is left to the loss: softmax for classes, none for numbers.

    Parameters
    ----------
    a : ndarray, shape (..., n_a)
        States of one step (B, n_a) or of all (T, B, n_a).
    params
        The weights.

    Returns
    -------
    logits : ndarray, shape (..., n_y)
        The scores z.
    cache
        For `readout_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Elman (1990).

    Examples
    --------
    >>> logits, _ = readout_forward(np.ones((1, 2)), ReadoutParams(np.eye(3, 2), np.zeros(3)))
    >>> logits
    array([[1., 1., 0.]])
    """
    Wya, by = params
    check_shapes(a=(a, "... n_a"), Wya=(Wya, "n_y n_a"), by=(by, "n_y"))
    # z<t> = Wya a<t> + by
    return a @ Wya.T + by, (a, params)


def readout_backward(dlogits: np.ndarray, cache: Cache) -> tuple[np.ndarray, ReadoutParams]:
    r"""Send the gradient of the logits back to the states and the weights.

    $$da = dz\, W_{ya}, \qquad dW_{ya} = dz^\top a, \qquad db_y = \sum dz$$

    Parameters
    ----------
    dlogits : ndarray, shape (..., n_y)
        The gradient of the loss with respect to the logits.
    cache
        From `readout_forward`.

    Returns
    -------
    da : ndarray, shape (..., n_a)
        With respect to the states.
    grads : ReadoutParams
        With respect to the weights, summed over all leading axes.

    Raises
    ------
    ValueError
        If dlogits has another shape than the logits.

    Notes
    -----
    Rumelhart, Hinton & Williams (1986).
    """
    a, (Wya, _) = cache
    check_shapes(Wya=(Wya, "n_y n_a"), dlogits=(dlogits, "... n_y"))
    if dlogits.shape[:-1] != a.shape[:-1]:
        raise ValueError(f"dlogits has shape {dlogits.shape}, expected {(*a.shape[:-1], len(Wya))}")
    dz_rows = dlogits.reshape(-1, dlogits.shape[-1])
    grads = ReadoutParams(dz_rows.T @ a.reshape(-1, a.shape[-1]), dz_rows.sum(axis=0))
    return dlogits @ Wya, grads

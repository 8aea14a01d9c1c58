"""The readout: a linear map from states to logits, the same at every step."""

from typing import NamedTuple

import numpy as np

from course_rnn.initialise import glorot
from course_rnn.rnn import Cache


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
    """
    Wya, by = params
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
    """
    a, (Wya, _) = cache
    dz_rows = dlogits.reshape(-1, dlogits.shape[-1])
    grads = ReadoutParams(dz_rows.T @ a.reshape(-1, a.shape[-1]), dz_rows.sum(axis=0))
    return dlogits @ Wya, grads

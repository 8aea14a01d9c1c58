"""Complete recurrent networks: read a sequence and decide, or decide at every step."""

from typing import NamedTuple

import numpy as np

from course_rnn.readout import ReadoutParams, init_readout, readout_backward, readout_forward
from course_rnn.rnn import Cache, RNNParams, init_rnn, rnn_backward, rnn_forward


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
    a0 = np.zeros((x.shape[1], len(model.rnn.ba)))
    a, caches = rnn_forward(x, a0, model.rnn)
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
    a0 = np.zeros((x.shape[1], len(model.rnn.ba)))
    a, caches = rnn_forward(x, a0, model.rnn)
    last = mask.sum(axis=0) - 1, np.arange(x.shape[1])  # where each sequence ends
    logits, cache = readout_forward(a[last], model.readout)
    return logits, (caches, cache, last, a.shape)


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
    rnn_caches, readout_cache, last, shape = cache
    da_last, readout_grads = readout_backward(dlogits, readout_cache)
    da = np.zeros(shape)
    da[last] = da_last
    _, _, rnn_grads = rnn_backward(da, rnn_caches)
    return RNNModel(rnn_grads, readout_grads)

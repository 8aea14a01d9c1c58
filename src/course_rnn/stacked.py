"""Layers on top of each other: the states of one are the inputs of the next."""

from collections.abc import Sequence

import numpy as np

from course_rnn.recurrence import RNN, Layer
from course_rnn.rnn import Cache


def stacked_forward(
    x: np.ndarray,
    states0: Sequence[np.ndarray | tuple | None],
    params: Sequence[tuple],
    layers: Sequence[Layer] | None = None,
) -> tuple[np.ndarray, Cache]:
    r"""Run a list of layers, each along the states of the one below.

    $$a^{[l] \langle t \rangle} = \text{cell}^{[l]}(a^{[l-1] \langle t \rangle},
    a^{[l] \langle t-1 \rangle}), \qquad a^{[0]} = x$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs of the lowest layer.
    states0
        For each layer its state before the first step, (B, n_a); a pair (a0, c0) for an LSTM;
        None stands for zero.
    params
        For each layer its weights, the lowest first.
    layers
        For each layer what runs it: RNN, GRU, LSTM or another Layer. None: all are RNN.

    Returns
    -------
    a : ndarray, shape (T, B, n_a)
        The states of the highest layer.
    caches
        For `stacked_backward`.

    Raises
    ------
    ValueError
        If the lists differ in length, or an array does not fit its layer.

    Notes
    -----
    El Hihi & Bengio (1995); Graves, Mohamed & Hinton (2013).

    Examples
    --------
    >>> from course_rnn.rnn import init_rnn
    >>> rng = np.random.default_rng(0)
    >>> params = [init_rnn(4, 5, rng), init_rnn(5, 7, rng)]
    >>> a, caches = stacked_forward(rng.normal(size=(6, 3, 4)), [None, None], params)
    >>> a.shape
    (6, 3, 7)
    """
    layers = [RNN] * len(params) if layers is None else layers
    for name, items in (("states0", states0), ("layers", layers)):
        if len(items) != len(params):
            raise ValueError(f"{name} has {len(items)} items, expected {len(params)} as params has")
    a, all_caches = x, []
    for layer, state0, weights in zip(layers, states0, params, strict=True):
        a, *_, caches = layer.forward(a, *layer.states(state0), weights)
        all_caches.append((layer, caches))
    return a, all_caches


def stacked_backward(
    da: np.ndarray, caches: Cache
) -> tuple[np.ndarray, list[np.ndarray | tuple], list[tuple]]:
    r"""Send the gradients of the highest layer's states down through all layers.

    $$da^{[l-1]} = dx^{[l]}$$

    Parameters
    ----------
    da : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to the states of the highest layer.
    caches
        From `stacked_forward`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs of the lowest layer.
    dstates0
        For each layer with respect to its first state, the lowest first.
    grads
        For each layer with respect to its weights.

    Raises
    ------
    ValueError
        If da has not the shape of a or has NaN in it.
    """
    dstates0, all_grads = [], []
    for layer, layer_caches in reversed(caches):
        da, *dstate0, grads = layer.backward(da, layer_caches)
        dstates0.insert(0, layer.state(dstate0))
        all_grads.insert(0, grads)
    return da, dstates0, all_grads

"""Two layers read a sequence, one from each end, and every step knows both sides.

Padded sequences are reversed at their own ends: the padding stays behind the tokens, where it
cannot reach them. States at padding are zero.
"""

from typing import NamedTuple

import numpy as np

from course_rnn.recurrence import RNN, Layer
from course_rnn.rnn import Cache
from course_rnn.shapes import check_shapes


class BidirectionalParams(NamedTuple):
    """The weights of both directions, shared by all time steps."""

    forward: tuple
    """of the layer that reads from the first step on, such as RNNParams"""
    backward: tuple
    """of the layer that reads from the last step on"""


def reverse_padded(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    r"""Turn each sequence around at its own end; padding stays where it is.

    $$y_b^{\langle t \rangle} = x_b^{\langle T_b + 1 - t \rangle} \text{ for } t \le T_b, \qquad
    y_b^{\langle t \rangle} = x_b^{\langle t \rangle} \text{ after}$$

    Done twice it changes nothing, and it is its own backward pass.

    Parameters
    ----------
    x : ndarray, shape (T, B, n)
        Sequences, padded at their ends.
    mask : ndarray of bool, shape (T, B)
        True where there is a token; T_b is the sum of column b.

    Returns
    -------
    ndarray, shape (T, B, n)

    Raises
    ------
    ValueError
        If x and mask differ in T or B, or a token follows padding.

    Examples
    --------
    >>> x = np.array([1, 2, 3, 0])[:, None, None]
    >>> reverse_padded(x, x[:, :, 0] > 0).ravel()
    array([3, 2, 1, 0])
    """
    check_mask(x, mask)
    t = np.arange(len(x))[:, None]
    source = np.where(mask, mask.sum(axis=0) - 1 - t, t)  # (T, B): the step that comes here
    return np.take_along_axis(x, source[:, :, None], axis=0)


def check_mask(x: np.ndarray, mask: np.ndarray) -> None:
    """Make sure that a mask belongs to a batch and has its padding at the ends.

    Parameters
    ----------
    x : ndarray, shape (T, B, n)
        Sequences.
    mask : ndarray of bool, shape (T, B)
        True where there is a token.

    Raises
    ------
    ValueError
        If x and mask differ in T or B, the mask is not bool, or a token follows padding.
    """
    check_shapes(x=(x, "T B n"), mask=(mask, "T B"))
    if mask.dtype != bool:
        raise ValueError(f"mask has dtype {mask.dtype}, expected bool")
    if (mask[1:] & ~mask[:-1]).any():
        b = int(np.argwhere((mask[1:] & ~mask[:-1]).any(axis=0))[0, 0])
        raise ValueError(
            f"mask of shape {mask.shape} has a token after padding in sequence {b}, "
            "expected padding at the end only"
        )


def bidirectional_forward(
    x: np.ndarray,
    mask: np.ndarray,
    state0_forward: np.ndarray | tuple | None,
    state0_backward: np.ndarray | tuple | None,
    params: BidirectionalParams,
    layer: Layer = RNN,
) -> tuple[np.ndarray, Cache]:
    r"""Run one layer from each end and put their states side by side.

    $$a^{\langle t \rangle} = [\overrightarrow{a}^{\langle t \rangle},
    \overleftarrow{a}^{\langle t \rangle}]$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs, padded at their ends.
    mask : ndarray of bool, shape (T, B)
        True where there is a token.
    state0_forward, state0_backward : ndarray, shape (B, n_a)
        The state before the first step of each direction; a pair (a0, c0) for an LSTM; None
        stands for zero.
    params
        The weights of both directions.
    layer
        What runs both ways: RNN, GRU, LSTM or another Layer.

    Returns
    -------
    a : ndarray, shape (T, B, 2 n_a)
        The states [forward, backward]; zero at padding.
    caches
        For `bidirectional_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it, or a token follows padding.

    Notes
    -----
    Schuster & Paliwal (1997). Impossible in real time: the last step must be known first.
    """
    turned = reverse_padded(x, mask)
    ahead, *_, caches = layer.forward(x, *layer.states(state0_forward), params.forward)
    back, *_, back_caches = layer.forward(turned, *layer.states(state0_backward), params.backward)
    a = np.concatenate([ahead, reverse_padded(back, mask)], axis=-1)
    a *= mask[:, :, None]
    return a, (caches, back_caches, a, mask, layer)


def bidirectional_backward(
    da: np.ndarray, caches: Cache
) -> tuple[np.ndarray, np.ndarray | tuple, np.ndarray | tuple, BidirectionalParams]:
    r"""Send the gradients of the states of both directions back through time.

    $$dx = \overrightarrow{dx} + \overleftarrow{dx}$$

    Parameters
    ----------
    da : ndarray, shape (T, B, 2 n_a)
        The gradient of the loss with respect to the states; at padding it is left out.
    caches
        From `bidirectional_forward`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    dstate0_forward, dstate0_backward : ndarray, shape (B, n_a)
        With respect to the first state of each direction; a pair (da0, dc0) for an LSTM.
    grads : BidirectionalParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If da has not the shape of a or has NaN in it.

    Notes
    -----
    Schuster & Paliwal (1997).
    """
    ahead_caches, back_caches, a, mask, layer = caches
    check_shapes(a=(a, "T B 2*n_a"), da=(da, "T B 2*n_a"))
    ahead, back = np.split(da * mask[:, :, None], 2, axis=-1)
    dx, *dstate0, grads = layer.backward(ahead, ahead_caches)
    turned, *dback0, back_grads = layer.backward(reverse_padded(back, mask), back_caches)
    dx = dx + reverse_padded(turned, mask)
    return dx, layer.state(dstate0), layer.state(dback0), BidirectionalParams(grads, back_grads)


def bidirectional_layer(mask: np.ndarray, layer: Layer = RNN) -> Layer:
    """Make a layer that reads a batch from both ends, to be stacked with others.

    Parameters
    ----------
    mask : ndarray of bool, shape (T, B)
        True where there is a token.
    layer
        What runs both ways: RNN, GRU, LSTM or another Layer.

    Returns
    -------
    Layer
        Its two states are the first states of the two directions.
    """

    def forward(x: np.ndarray, ahead0: object, back0: object, params: tuple) -> tuple:
        return bidirectional_forward(x, mask, ahead0, back0, params, layer)

    return Layer(forward, bidirectional_backward, n_states=2)


def bidirectional_last(a: np.ndarray, mask: np.ndarray) -> np.ndarray:
    r"""Pick the state of each direction that has read the whole sequence.

    $$[\overrightarrow{a}_b^{\langle T_b \rangle}, \overleftarrow{a}_b^{\langle 1 \rangle}]$$

    Parameters
    ----------
    a : ndarray, shape (T, B, 2 n_a)
        From `bidirectional_forward`.
    mask : ndarray of bool, shape (T, B)
        True where there is a token; T_b is the sum of column b.

    Returns
    -------
    ndarray, shape (B, 2 n_a)

    Raises
    ------
    ValueError
        If a and mask differ in T or B, or a token follows padding.
    """
    check_mask(a, mask)
    n_a = a.shape[-1] // 2
    b = np.arange(a.shape[1])
    return np.concatenate([a[mask.sum(axis=0) - 1, b, :n_a], a[0, :, n_a:]], axis=-1)


def bidirectional_last_backward(dlast: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Send the gradient of the picked states back to the steps they were picked from.

    Parameters
    ----------
    dlast : ndarray, shape (B, 2 n_a)
        The gradient of the loss with respect to `bidirectional_last`.
    mask : ndarray of bool, shape (T, B)
        True where there is a token.

    Returns
    -------
    ndarray, shape (T, B, 2 n_a)
        Zero everywhere else.

    Raises
    ------
    ValueError
        If dlast and mask differ in B.
    """
    check_shapes(mask=(mask, "T B"), dlast=(dlast, "B 2*n_a"))
    n_a = dlast.shape[-1] // 2
    da = np.zeros((*mask.shape, 2 * n_a), dtype=dlast.dtype)
    da[mask.sum(axis=0) - 1, np.arange(mask.shape[1]), :n_a] = dlast[:, :n_a]
    da[0, :, n_a:] = dlast[:, n_a:]
    return da

"""Weights to and from the layouts of Keras' SimpleRNN, GRU and LSTM.

Arrays in, arrays out: Keras itself is not needed.
"""

from collections.abc import Sequence

import numpy as np

from course_rnn.interop.conventions import KERAS
from course_rnn.interop.layouts import Params, Stacked, stack_gates, unstack_gates
from course_rnn.reset_after_gru import ResetAfterGRUParams
from course_rnn.shapes import check_shapes


def to_keras(params: Params) -> list[np.ndarray]:
    r"""Write the weights of one layer as Keras' `layer.set_weights` takes them.

    $$1 - \sigma(z) = \sigma(-z)$$: Keras' update gate keeps the old state where ours takes the
    candidate, so its weights change their sign.

    Parameters
    ----------
    params
        The weights of one layer. GRUParams belong to a layer with reset_after=False,
        ResetAfterGRUParams to one with reset_after=True. For keras.layers.Bidirectional, join
        the lists of both directions, the forward one first.

    Returns
    -------
    list of ndarray
        kernel (n_x, G n_a), recurrent_kernel (n_a, G n_a), bias (G n_a,), with G = 1 (RNN),
        3 (GRU), 4 (LSTM); the bias of ResetAfterGRUParams is (2, 3 n_a).

    Raises
    ------
    ValueError
        If Keras has no such layer.

    Notes
    -----
    The cells of keras.layers.GRU and keras.layers.LSTM.

    Examples
    --------
    >>> from course_rnn.gru import init_gru
    >>> [array.shape for array in to_keras(init_gru(4, 5, np.random.default_rng(0)))]
    [(4, 15), (5, 15), (15,)]
    """
    Wx, Wa, bx, ba = stack_gates(params, KERAS)
    bias = np.stack([bx, ba]) if isinstance(params, ResetAfterGRUParams) else bx
    return [Wx.T.copy(), Wa.T.copy(), bias]


def from_keras(weights: Sequence[np.ndarray]) -> Params:
    r"""Read the weights of one layer from Keras' `layer.get_weights()`.

    $$b_g = b_{ig} + b_{hg}$$ where a GRU with reset_after=True has two biases a gate; its
    candidate, whose second bias is multiplied by the reset gate, keeps both.

    Parameters
    ----------
    weights
        kernel (n_x, G n_a), recurrent_kernel (n_a, G n_a) and bias (G n_a,), or (2, 3 n_a) with
        reset_after=True. Of keras.layers.Bidirectional, give the two halves one after the other.

    Returns
    -------
    RNNParams, GRUParams, ResetAfterGRUParams or LSTMParams
        As the number of gates and the shape of the bias tell.

    Raises
    ------
    ValueError
        If there are not three arrays (use_bias=False has two), or shapes do not fit each other.

    Notes
    -----
    What goes to Keras and comes back is equal to the last bit. A GRU with reset_after=True that
    comes from Keras and goes back computes the same, with the sum of the biases in the first row.
    """
    if len(weights) != 3:
        raise ValueError(
            f"weights has {len(weights)} arrays, expected kernel, recurrent_kernel and bias of "
            "one layer in one direction, with use_bias=True"
        )
    kernel, recurrent_kernel, bias = map(np.asarray, weights)
    axes = dict(recurrent_kernel=(recurrent_kernel, "n_a G*n_a"), kernel=(kernel, "n_x G*n_a"))
    sizes = check_shapes(**axes, bias=(bias, "... G*n_a"))
    if bias.shape[:-1] not in ((), (2,)) or (bias.ndim == 2 and sizes["G*n_a"] != 3 * sizes["n_a"]):
        raise ValueError(f"bias has shape {bias.shape}, expected (G n_a,), or (2, 3 n_a) of a GRU")
    reset = "after" if bias.ndim == 2 else "before"
    bx, ba = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))
    return unstack_gates(Stacked(kernel.T, recurrent_kernel.T, bx, ba), KERAS, reset)

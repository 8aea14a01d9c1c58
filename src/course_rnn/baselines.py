"""What one would try before a recurrent network: a feed-forward net and a 1-D convolution.

Both are two linear maps with a tanh between them; they differ in what they are shown.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.readout import ReadoutParams, init_readout, readout_backward, readout_forward
from course_rnn.rnn import Cache


class TwoLayers(NamedTuple):
    """A hidden layer and an output layer."""

    hidden: ReadoutParams
    output: ReadoutParams


def init_two_layers(n_x: int, n_h: int, n_y: int, rng: np.random.Generator) -> TwoLayers:
    """Draw the weights of a hidden layer and an output layer.

    Parameters
    ----------
    n_x, n_h, n_y
        The sizes of the input, the hidden layer and the output.
    rng
        The source of randomness.

    Returns
    -------
    TwoLayers
        hidden (n_h, n_x) and output (n_y, n_h), each with a bias.
    """
    return TwoLayers(init_readout(n_x, n_h, rng), init_readout(n_h, n_y, rng))


def feed_forward(x: np.ndarray, model: TwoLayers) -> tuple[np.ndarray, Cache]:
    r"""Compute logits from a vector of fixed length.

    $$z = W_2 \tanh(W_1 x + b_1) + b_2$$

    Parameters
    ----------
    x : ndarray, shape (B, n_x)
        Word counts, or the one-hot vectors of all positions side by side.
    model
        The weights.

    Returns
    -------
    logits : ndarray, shape (B, n_y)
        The scores.
    cache
        For `feed_forward_backward`.
    """
    z, hidden_cache = readout_forward(x, model.hidden)
    h = np.tanh(z)
    logits, output_cache = readout_forward(h, model.output)
    return logits, (hidden_cache, h, output_cache)


def feed_forward_backward(dlogits: np.ndarray, cache: Cache) -> TwoLayers:
    """Send the gradient of the logits back to both layers.

    Parameters
    ----------
    dlogits : ndarray, shape (B, n_y)
        The gradient of the loss with respect to the logits.
    cache
        From `feed_forward`.

    Returns
    -------
    TwoLayers
        The gradients, in the places of the weights.
    """
    hidden_cache, h, output_cache = cache
    dh, output_grads = readout_backward(dlogits, output_cache)
    _, hidden_grads = readout_backward(dh * (1 - h * h), hidden_cache)
    return TwoLayers(hidden_grads, output_grads)


def windows(x: np.ndarray, width: int) -> np.ndarray:
    r"""Show every window of neighbouring steps as one vector.

    $$w^{\langle t \rangle} = [x^{\langle t \rangle}, \dots, x^{\langle t+k-1 \rangle}]$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    width
        The number k of steps in a window, at most T.

    Returns
    -------
    ndarray, shape (T - width + 1, B, width * n_x)
        One vector a window.
    """
    n_windows = len(x) - width + 1
    return np.concatenate([x[k : k + n_windows] for k in range(width)], axis=-1)


def convolution(x: np.ndarray, width: int, model: TwoLayers) -> tuple[np.ndarray, Cache]:
    r"""Look for patterns in every window, keep the strongest answer of each, compute logits.

    $$h^{\langle t \rangle} = \tanh(W_1 w^{\langle t \rangle} + b_1), \qquad
    z = W_2 \max_t h^{\langle t \rangle} + b_2$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs, padded at their ends.
    width
        The number of steps in a window.
    model
        The weights; model.hidden takes width * n_x inputs.

    Returns
    -------
    logits : ndarray, shape (B, n_y)
        The scores.
    cache
        For `convolution_backward`.

    Notes
    -----
    Waibel et al. (1989); the maximum over time: Collobert et al. (2011).
    """
    z, hidden_cache = readout_forward(windows(x, width), model.hidden)
    h = np.tanh(z)  # (T - width + 1, B, n_h)
    logits, output_cache = readout_forward(h.max(axis=0), model.output)
    return logits, (hidden_cache, h, output_cache)


def convolution_backward(dlogits: np.ndarray, cache: Cache) -> TwoLayers:
    """Send the gradient of the logits back to the window that won the maximum.

    Parameters
    ----------
    dlogits : ndarray, shape (B, n_y)
        The gradient of the loss with respect to the logits.
    cache
        From `convolution`.

    Returns
    -------
    TwoLayers
        The gradients, in the places of the weights.
    """
    hidden_cache, h, output_cache = cache
    dh_max, output_grads = readout_backward(dlogits, output_cache)
    dh = np.zeros_like(h)
    np.put_along_axis(dh, h.argmax(axis=0)[None], dh_max[None], axis=0)
    _, hidden_grads = readout_backward(dh * (1 - h * h), hidden_cache)
    return TwoLayers(hidden_grads, output_grads)

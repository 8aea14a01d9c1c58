"""Causal 1-D convolution: the same small window at every step, which never sees the future."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.initialise import glorot
from course_rnn.rnn import Cache
from course_rnn.shapes import check_shapes


class ConvolutionParams(NamedTuple):
    """The weights of one causal convolution, shared by all time steps."""

    Wyx: np.ndarray
    """(k, n_y, n_x), one matrix a lag; Wyx[0] meets the present"""
    by: np.ndarray
    """(n_y,), bias of the output"""


def init_convolution(n_x: int, n_y: int, width: int, rng: np.random.Generator) -> ConvolutionParams:
    """Draw the weights of a causal convolution: Wyx Glorot over the whole window, by zero.

    Parameters
    ----------
    n_x, n_y
        The sizes of the input and of the output.
    width
        The number k of steps the window sees.
    rng
        The source of randomness.

    Returns
    -------
    ConvolutionParams
        Wyx (k, n_y, n_x), by (n_y,).
    """
    Wyx = glorot(n_y, width * n_x, rng).reshape(n_y, width, n_x).swapaxes(0, 1)
    return ConvolutionParams(np.ascontiguousarray(Wyx), np.zeros(n_y))


def conv1d_causal(
    x: np.ndarray, params: ConvolutionParams, dilation: int = 1
) -> tuple[np.ndarray, Cache]:
    r"""Compute every output from the present input and a few inputs before it.

    $$y^{\langle t \rangle} = \sum_{j=0}^{k-1} W_j\, x^{\langle t - j d \rangle} + b_y, \qquad
    x^{\langle s \rangle} = 0 \text{ before the first step}$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    params
        The weights.
    dilation
        The distance d between the steps the window sees; it spans (k - 1) d + 1 steps.

    Returns
    -------
    y : ndarray, shape (T, B, n_y)
        As many outputs as inputs, before any activation function.
    cache
        For `conv1d_causal_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or dilation is below one.

    Notes
    -----
    Waibel et al. (1989); dilated: van den Oord et al. (2016). Libraries store the window turned
    round: PyTorch's Conv1d weight is Wyx[::-1].transpose(1, 2, 0).

    Examples
    --------
    >>> x = np.array([1.0, 2.0, 4.0]).reshape(3, 1, 1)
    >>> difference = ConvolutionParams(np.array([1.0, -1.0]).reshape(2, 1, 1), np.zeros(1))
    >>> conv1d_causal(x, difference)[0].ravel()
    array([1., 1., 2.])
    """
    Wyx, by = params
    check_shapes(x=(x, "T B n_x"), Wyx=(Wyx, "k n_y n_x"), by=(by, "n_y"))
    if dilation < 1:
        raise ValueError(f"dilation is {dilation}, expected 1 or more")
    y = np.zeros((*x.shape[:2], len(by)), dtype=np.result_type(x, Wyx)) + by
    for j, W_j in enumerate(Wyx):
        past, present = _lag(len(x), j * dilation)
        # y<t> = sum over j of W_j x<t - j d> + by
        y[present] += x[past] @ W_j.T
    return y, (x, params, dilation)


def conv1d_causal_backward(dy: np.ndarray, cache: Cache) -> tuple[np.ndarray, ConvolutionParams]:
    r"""Send the gradient of the outputs back to the inputs and the weights.

    $$dx^{\langle s \rangle} = \sum_j W_j^\top dy^{\langle s + j d \rangle}, \qquad
    dW_j = \sum_t dy^{\langle t \rangle} x^{\langle t - j d \rangle \top}, \qquad
    db_y = \sum_t dy^{\langle t \rangle}$$

    Parameters
    ----------
    dy : ndarray, shape (T, B, n_y)
        The gradient of the loss with respect to the outputs.
    cache
        From `conv1d_causal`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    grads : ConvolutionParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If dy has another shape than the outputs.

    Notes
    -----
    Waibel et al. (1989).
    """
    x, (Wyx, by), dilation = cache
    check_shapes(x=(x, "T B n_x"), by=(by, "n_y"), dy=(dy, "T B n_y"))
    dx, dWyx = np.zeros(x.shape, dtype=dy.dtype), np.empty(Wyx.shape, dtype=dy.dtype)
    for j, W_j in enumerate(Wyx):
        past, present = _lag(len(x), j * dilation)
        dx[past] += dy[present] @ W_j
        dWyx[j] = np.tensordot(dy[present], x[past], axes=((0, 1), (0, 1)))
    return dx, ConvolutionParams(dWyx, dy.sum(axis=(0, 1)))


def _lag(n_steps: int, lag: int) -> tuple[slice, slice]:
    """Return the steps that have a step `lag` later, and those later steps."""
    return slice(0, max(n_steps - lag, 0)), slice(lag, None)

"""The vanilla recurrent network: one cell, and the same cell along a sequence.

Each `*_forward` returns a cache, which the `*_backward` below it takes. Time comes first:
a sequence is (T, B, n_x), one step is (B, n_x).
"""

from typing import Any, NamedTuple

import numpy as np

from course_rnn.initialise import glorot

Cache = Any
"""What a forward function keeps for its backward: the layer's own business, pass it through."""


class RNNParams(NamedTuple):
    """The weights of one recurrent layer, shared by all time steps."""

    Wax: np.ndarray
    """(n_a, n_x), from the input to the state"""
    Waa: np.ndarray
    """(n_a, n_a), from the previous state to the state"""
    ba: np.ndarray
    """(n_a,), bias of the state"""


def init_rnn(n_x: int, n_a: int, rng: np.random.Generator) -> RNNParams:
    """Draw the weights of a recurrent layer: Wax and Waa Glorot, ba zero.

    Parameters
    ----------
    n_x, n_a
        The sizes of the input and of the state.
    rng
        The source of randomness.

    Returns
    -------
    RNNParams
        Wax (n_a, n_x), Waa (n_a, n_a), ba (n_a,).

    Notes
    -----
    Glorot & Bengio (2010).
    """
    return RNNParams(glorot(n_a, n_x, rng), glorot(n_a, n_a, rng), np.zeros(n_a))


def rnn_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams
) -> tuple[np.ndarray, Cache]:
    r"""Compute the new state from the input and the previous state.

    $$a^{\langle t \rangle} = \tanh(W_{ax} x^{\langle t \rangle}
    + W_{aa} a^{\langle t-1 \rangle} + b_a)$$

    Parameters
    ----------
    x_t : ndarray, shape (B, n_x)
        The input of this step.
    a_prev : ndarray, shape (B, n_a)
        The state of the step before.
    params
        The weights.

    Returns
    -------
    a_t : ndarray, shape (B, n_a)
        The new state, between -1 and 1.
    cache
        For `rnn_cell_backward`.

    Notes
    -----
    Elman (1990).
    """
    Wax, Waa, ba = params
    # a<t> = tanh(Wax x<t> + Waa a<t-1> + ba)
    a_t = np.tanh(x_t @ Wax.T + a_prev @ Waa.T + ba)
    return a_t, (x_t, a_prev, a_t, params)


def rnn_cell_backward(da_t: np.ndarray, cache: Cache) -> tuple[np.ndarray, np.ndarray, RNNParams]:
    r"""Send the gradient of the new state back to everything it was computed from.

    $$dz = da \odot (1 - a^2), \quad dx = dz\, W_{ax}, \quad da_{prev} = dz\, W_{aa}, \quad
    dW_{ax} = dz^\top x, \quad dW_{aa} = dz^\top a_{prev}, \quad db_a = \sum_b dz$$

    Parameters
    ----------
    da_t : ndarray, shape (B, n_a)
        The gradient of the loss with respect to a_t.
    cache
        From `rnn_cell_forward`.

    Returns
    -------
    dx_t : ndarray, shape (B, n_x)
        With respect to the input.
    da_prev : ndarray, shape (B, n_a)
        With respect to the previous state.
    grads : RNNParams
        With respect to the weights, summed over the batch.

    Notes
    -----
    Rumelhart, Hinton & Williams (1986).
    """
    x_t, a_prev, a_t, (Wax, Waa, _) = cache
    # tanh'(z) = 1 - tanh(z)^2
    dz = da_t * (1 - a_t * a_t)
    grads = RNNParams(dz.T @ x_t, dz.T @ a_prev, dz.sum(axis=0))
    return dz @ Wax, dz @ Waa, grads


def rnn_forward(x: np.ndarray, a0: np.ndarray, params: RNNParams) -> tuple[np.ndarray, Cache]:
    r"""Run the cell along a sequence, each step from the state of the step before.

    $$a^{\langle t \rangle} = \tanh(W_{ax} x^{\langle t \rangle}
    + W_{aa} a^{\langle t-1 \rangle} + b_a), \qquad t = 1, \dots, T$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    a0 : ndarray, shape (B, n_a)
        The state before the first step.
    params
        The weights, the same at every step.

    Returns
    -------
    a : ndarray, shape (T, B, n_a)
        The states of all steps; a0 is not among them.
    caches
        For `rnn_backward`.

    Notes
    -----
    Elman (1990). The input's share Wax x<t> does not wait for the state, so it is computed for
    all steps at once, before the loop.
    """
    Wax, Waa, ba = params
    z = x @ Wax.T + ba  # (T, B, n_a)
    a = np.empty_like(z)
    a_prev, Waa_T = a0, np.ascontiguousarray(Waa.T)
    for t in range(len(x)):
        # a<t> = tanh(Wax x<t> + Waa a<t-1> + ba)
        a_prev = a[t] = np.tanh(z[t] + a_prev @ Waa_T)
    return a, (x, a0, a, params)


def rnn_backward(da: np.ndarray, caches: Cache) -> tuple[np.ndarray, np.ndarray, RNNParams]:
    r"""Send the gradients of all states back through time.

    $$dz^{\langle t \rangle} = (da^{\langle t \rangle} + dz^{\langle t+1 \rangle} W_{aa})
    \odot (1 - a^{\langle t \rangle 2}), \qquad dW = \sum_t dW^{\langle t \rangle}$$

    Parameters
    ----------
    da : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to each state, as its own readout sends it.
    caches
        From `rnn_forward`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    da0 : ndarray, shape (B, n_a)
        With respect to the state before the first step.
    grads : RNNParams
        With respect to the weights, summed over time and batch.

    Notes
    -----
    Werbos (1990). Only the recursion stays in the loop; each weight gets one product for all steps.
    """
    x, a0, a, (Wax, Waa, _) = caches
    n_a = a.shape[-1]
    dtanh = 1 - a * a
    dz = np.empty_like(a)
    da_prev = np.zeros_like(a0)
    for t in reversed(range(len(a))):
        # dz<t> = (da<t> + dz<t+1> Waa) (1 - a<t>^2)
        dz[t] = (da[t] + da_prev) * dtanh[t]
        da_prev = dz[t] @ Waa
    a_before = np.concatenate([a0[None], a[:-1]])  # (T, B, n_a): the state that entered each step
    dz_rows = dz.reshape(-1, n_a).T  # (n_a, T B)
    grads = RNNParams(
        dz_rows @ x.reshape(-1, x.shape[-1]),
        dz_rows @ a_before.reshape(-1, n_a),
        dz_rows.sum(axis=1),
    )
    return dz @ Wax, da_prev, grads


def count_rnn_parameters(n_x: int, n_a: int, n_y: int) -> int:
    r"""Count the weights of a recurrent layer and its readout.

    $$\underbrace{n_a n_x}_{W_{ax}} + \underbrace{n_a^2}_{W_{aa}} + \underbrace{n_a}_{b_a}
    + \underbrace{n_y n_a}_{W_{ya}} + \underbrace{n_y}_{b_y}$$

    Parameters
    ----------
    n_x, n_a, n_y
        The sizes of the input, the state and the output.

    Returns
    -------
    int
        The number of weights and biases. The length T of the sequence is not in it: all steps
        share them.

    Examples
    --------
    >>> count_rnn_parameters(n_x=20_000, n_a=100, n_y=2)
    2010302
    """
    return n_a * n_x + n_a * n_a + n_a + n_y * n_a + n_y

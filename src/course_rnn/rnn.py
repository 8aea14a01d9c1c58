"""The vanilla recurrent network: one cell, and the same cell along a sequence.

Each `*_forward` returns a cache, which the `*_backward` below it takes. Time comes first:
a sequence is (T, B, n_x), one step is (B, n_x).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from course_rnn.allocation import keep_freed_memory
from course_rnn.initialise import glorot
from course_rnn.shapes import check_layer, check_shapes, rows

keep_freed_memory()

Cache = Any
"""What a forward function keeps for its backward: the layer's own business, pass it through."""


class Activation(NamedTuple):
    """A function g1 applied to every entry, and its derivative."""

    function: Callable[[np.ndarray], np.ndarray]
    """a = g1(z)"""
    slope: Callable[[np.ndarray], np.ndarray]
    """g1'(z), computed from a"""


TANH = Activation(np.tanh, lambda a: 1 - a * a)
RELU = Activation(lambda z: np.maximum(z, 0), lambda a: (a > 0).astype(a.dtype))


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
    x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams, g1: Activation = TANH
) -> tuple[np.ndarray, Cache]:
    r"""Compute the new state from the input and the previous state.

    $$a^{\langle t \rangle} = g_1(W_{ax} x^{\langle t \rangle}
    + W_{aa} a^{\langle t-1 \rangle} + b_a)$$

    Parameters
    ----------
    x_t : ndarray, shape (B, n_x)
        The input of this step.
    a_prev : ndarray, shape (B, n_a)
        The state of the step before.
    params
        The weights.
    g1
        The activation function: TANH, or RELU.

    Returns
    -------
    a_t : ndarray, shape (B, n_a)
        The new state; with tanh between -1 and 1.
    cache
        For `rnn_cell_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Elman (1990); ReLU: Le, Jaitly & Hinton (2015).
    """
    check_layer(params, x_t=(x_t, "B n_x"), a_prev=(a_prev, "B n_a"))
    Wax, Waa, ba = params
    # a<t> = g1(Wax x<t> + Waa a<t-1> + ba)
    a_t = g1.function(x_t @ Wax.T + a_prev @ Waa.T + ba)
    return a_t, (x_t, a_prev, a_t, params, g1)


def rnn_cell_backward(da_t: np.ndarray, cache: Cache) -> tuple[np.ndarray, np.ndarray, RNNParams]:
    r"""Send the gradient of the new state back to everything it was computed from.

    $$dz = da \odot g_1'(z), \quad dx = dz\, W_{ax}, \quad da_{prev} = dz\, W_{aa}, \quad
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

    Raises
    ------
    ValueError
        If da_t has not the shape of a_t or has NaN in it.

    Notes
    -----
    Rumelhart, Hinton & Williams (1986).
    """
    x_t, a_prev, a_t, (Wax, Waa, _), g1 = cache
    check_shapes(a_t=(a_t, "B n_a"), da_t=(da_t, "B n_a"))
    # dz<t> = da<t> g1'(z<t>), where tanh'(z) = 1 - tanh(z)^2
    dz = da_t * g1.slope(a_t)
    grads = RNNParams(dz.T @ x_t, dz.T @ a_prev, dz.sum(axis=0))
    return dz @ Wax, dz @ Waa, grads


def initial_states(x: np.ndarray, params: tuple, **states: np.ndarray | None) -> list[np.ndarray]:
    """Make sure that a sequence and the first states fit a layer; a state None becomes zero.

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    params
        The weights of the layer.
    **states : ndarray, shape (B, n_a), or None
        The states before the first step, by name.

    Returns
    -------
    list of ndarray, shape (B, n_a)
        The states in the order given.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.
    """
    given = {name: (state, "B n_a") for name, state in states.items() if state is not None}
    sizes = check_layer(params, x=(x, "T B n_x"), **given)
    if len(given) == len(states):
        return list(states.values())
    zero = np.zeros((sizes["B"], sizes["n_a"]), dtype=np.result_type(x, params[0]))
    return [zero if state is None else state for state in states.values()]


def states_from(state0: np.ndarray, z: np.ndarray) -> np.ndarray:
    r"""Make room for the states of all steps behind the first one.

    With a = states_from(a0, z), a[t] is the lecture's $a^{\langle t \rangle}$: a[0] is there,
    a[:-1] enter the steps, a[1:] leave them.

    Parameters
    ----------
    state0 : ndarray, shape (B, n_a)
        The state before the first step.
    z : ndarray, shape (T, B, n)
        What the states are computed from: T and the dtype are taken from it.

    Returns
    -------
    ndarray, shape (T + 1, B, n_a)
    """
    states = np.empty((len(z) + 1, *state0.shape), dtype=z.dtype)
    states[0] = state0
    return states


def rnn_forward(
    x: np.ndarray, a0: np.ndarray | None, params: RNNParams, g1: Activation = TANH
) -> tuple[np.ndarray, Cache]:
    r"""Run the cell along a sequence, each step from the state of the step before.

    $$a^{\langle t \rangle} = g_1(W_{ax} x^{\langle t \rangle}
    + W_{aa} a^{\langle t-1 \rangle} + b_a), \qquad t = 1, \dots, T$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    a0 : ndarray, shape (B, n_a)
        The state before the first step; None stands for zero.
    params
        The weights, the same at every step.
    g1
        The activation function: TANH, or RELU.

    Returns
    -------
    a : ndarray, shape (T, B, n_a)
        The states of all steps; a0 is not among them.
    caches
        For `rnn_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Elman (1990). The input's share Wax x<t> does not wait for the state, so it is computed for
    all steps at once, before the loop.
    """
    (a0,) = initial_states(x, params, a0=a0)
    Wax, Waa, ba = params
    z = (rows(x) @ Wax.T + ba).reshape(*x.shape[:2], -1)
    a, Waa_T = states_from(a0, z), Waa.T
    for t, z_t in enumerate(z):
        # a<t> = g1(Wax x<t> + Waa a<t-1> + ba)
        a[t + 1] = g1.function(z_t + a[t] @ Waa_T)
    return a[1:], (x, a, params, g1)


def rnn_backward(da: np.ndarray, caches: Cache) -> tuple[np.ndarray, np.ndarray, RNNParams]:
    r"""Send the gradients of all states back through time.

    $$dz^{\langle t \rangle} = (da^{\langle t \rangle} + dz^{\langle t+1 \rangle} W_{aa})
    \odot g_1'(z^{\langle t \rangle}), \qquad dW = \sum_t dW^{\langle t \rangle}$$

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

    Raises
    ------
    ValueError
        If da has not the shape of a or has NaN in it.

    Notes
    -----
    Werbos (1990). Only the recursion stays in the loop; each weight gets one product for all steps.
    """
    x, a, (Wax, Waa, _), g1 = caches
    check_shapes(a=(a[1:], "T B n_a"), da=(da, "T B n_a"))
    dz = g1.slope(a[1:])  # the gradient of each step replaces its slope
    da_prev, Waa = np.zeros_like(a[0]), by_columns(Waa, B=x.shape[1])
    for t in reversed(range(len(x))):
        # dz<t> = (da<t> + dz<t+1> Waa) g1'(z<t>)
        dz_t = dz[t]
        dz_t *= da[t] + da_prev
        da_prev = dz_t @ Waa
    dz = rows(dz)
    grads = RNNParams(dz.T @ rows(x), dz.T @ rows(a[:-1]), dz.sum(axis=0))
    return (dz @ Wax).reshape(x.shape), da_prev, grads


def by_columns(W: np.ndarray, B: int) -> np.ndarray:
    r"""Lay out the state's weights for the loop of a backward pass, $da_{prev} = dz\, W$.

    Parameters
    ----------
    W : ndarray, shape (n, n_a)
        The weights.
    B
        The size of the batch.

    Returns
    -------
    ndarray, shape (n, n_a)
        The same numbers, one column after the other: OpenBLAS multiplies a batch with them up to a
        third faster in float64. For a batch of one, W itself, as the copy would take longer.
    """
    return np.asfortranarray(W) if B > 1 else W


def entered(state0: np.ndarray, states: np.ndarray, x: np.ndarray) -> np.ndarray:
    r"""List what a gate's weights act on, $[a^{\langle t-1 \rangle}, x^{\langle t \rangle}]$.

    Parameters
    ----------
    state0 : ndarray, shape (B, n_a)
        The state before the first step.
    states : ndarray, shape (T, B, n_a)
        The states of all steps.
    x : ndarray, shape (T, B, n_x)
        The inputs.

    Returns
    -------
    ndarray, shape (T, B, n_a + n_x)
    """
    return np.concatenate([np.concatenate([state0[None], states[:-1]]), x], axis=-1)


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

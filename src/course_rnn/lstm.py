"""The long short-term memory: a cell state that gates write, read and forget.

One cell, and the same cell along a sequence. The gates share their weights' layout with the GRU:
each acts on [a_prev, x_t], state first.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.gates import (
    each_gate,
    gate_gradients,
    project,
    quiet_sigmoid,
    sigmoid,
    sigmoid_in_place,
)
from course_rnn.initialise import glorot
from course_rnn.rnn import Cache, by_columns, initial_states, states_from
from course_rnn.shapes import check_layer, check_shapes, rows


class LSTMParams(NamedTuple):
    """The weights of an LSTM layer, shared by all time steps."""

    Wf: np.ndarray
    """(n_a, n_a + n_x), forget gate: how much of the old cell state stays"""
    Wu: np.ndarray
    """(n_a, n_a + n_x), update gate: how much of the candidate is written"""
    Wo: np.ndarray
    """(n_a, n_a + n_x), output gate: how much of the cell state is read"""
    Wc: np.ndarray
    """(n_a, n_a + n_x), candidate for the cell state"""
    bf: np.ndarray
    """(n_a,), bias of the forget gate"""
    bu: np.ndarray
    """(n_a,), bias of the update gate"""
    bo: np.ndarray
    """(n_a,), bias of the output gate"""
    bc: np.ndarray
    """(n_a,), bias of the candidate"""


def init_lstm(n_x: int, n_a: int, rng: np.random.Generator, forget_bias: float = 1.0) -> LSTMParams:
    """Draw the weights of an LSTM layer: matrices Glorot, biases zero but for the forget gate's.

    Parameters
    ----------
    n_x, n_a
        The sizes of the input and of the states.
    rng
        The source of randomness.
    forget_bias
        The bias of the forget gate; with 1 the layer starts out remembering.

    Returns
    -------
    LSTMParams
        Four matrices (n_a, n_a + n_x) and four biases (n_a,).

    Notes
    -----
    Glorot & Bengio (2010); the forget bias: Jozefowicz, Zaremba & Sutskever (2015).
    """
    W = [glorot(n_a, n_a + n_x, rng) for _ in range(4)]
    return LSTMParams(*W, np.full(n_a, float(forget_bias)), *np.zeros((3, n_a)))


def lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Cache]:
    r"""Compute the new state and the new cell state.

    $$\Gamma_f = \sigma(W_f [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_f), \quad
    \Gamma_u = \sigma(W_u [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u), \quad
    \Gamma_o = \sigma(W_o [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_o)$$

    $$\tilde c = \tanh(W_c [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c), \qquad
    c^{\langle t \rangle} = \Gamma_u \odot \tilde c + \Gamma_f \odot c^{\langle t-1 \rangle}, \qquad
    a^{\langle t \rangle} = \Gamma_o \odot \tanh c^{\langle t \rangle}$$

    Parameters
    ----------
    x_t : ndarray, shape (B, n_x)
        The input of this step.
    a_prev : ndarray, shape (B, n_a)
        The state of the step before.
    c_prev : ndarray, shape (B, n_a)
        The cell state of the step before.
    params
        The weights.

    Returns
    -------
    a_t : ndarray, shape (B, n_a)
        The new state, between -1 and 1.
    c_t : ndarray, shape (B, n_a)
        The new cell state, of any size.
    cache
        For `lstm_cell_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Hochreiter & Schmidhuber (1997); the forget gate: Gers, Schmidhuber & Cummins (2000).
    """
    check_layer(params, x_t=(x_t, "B n_x"), a_prev=(a_prev, "B n_a"), c_prev=(c_prev, "B n_a"))
    Wf, Wu, Wo, Wc, bf, bu, bo, bc = params
    h = np.concatenate([a_prev, x_t], axis=1)  # [a<t-1>, x<t>]
    f = sigmoid(h @ Wf.T + bf)
    u = sigmoid(h @ Wu.T + bu)
    o = sigmoid(h @ Wo.T + bo)
    c_tilde = np.tanh(h @ Wc.T + bc)
    # c<t> = u c~ + f c<t-1>,  a<t> = o tanh(c<t>)
    c_t = u * c_tilde + f * c_prev
    a_t = o * np.tanh(c_t)
    return a_t, c_t, (h, c_prev, f, u, o, c_tilde, c_t, params)


def lstm_cell_backward(
    da_t: np.ndarray, dc_t: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    r"""Send the gradients of the new states back to everything they were computed from.

    $$\bar{dc} = dc + da \odot \Gamma_o (1 - \tanh^2 c), \qquad
    dc_{prev} = \bar{dc} \odot \Gamma_f$$

    $$dz_o = da \odot \tanh c \odot \Gamma_o (1 - \Gamma_o), \quad
    dz_f = \bar{dc} \odot c_{prev} \odot \Gamma_f (1 - \Gamma_f), \quad
    dz_u = \bar{dc} \odot \tilde c \odot \Gamma_u (1 - \Gamma_u), \quad
    dz_c = \bar{dc} \odot \Gamma_u (1 - \tilde c^2)$$

    $$[da_{prev}, dx] = \sum_g dz_g W_g, \qquad dW_g = dz_g^\top [a_{prev}, x], \qquad
    db_g = \sum_b dz_g$$

    Parameters
    ----------
    da_t : ndarray, shape (B, n_a)
        The gradient of the loss with respect to a_t.
    dc_t : ndarray, shape (B, n_a)
        With respect to c_t, as the next step sends it: without the way through a_t.
    cache
        From `lstm_cell_forward`.

    Returns
    -------
    dx_t : ndarray, shape (B, n_x)
        With respect to the input.
    da_prev, dc_prev : ndarray, shape (B, n_a)
        With respect to the previous states.
    grads : LSTMParams
        With respect to the weights, summed over the batch.

    Raises
    ------
    ValueError
        If da_t or dc_t has not the shape of c_t or has NaN in it.

    Notes
    -----
    Greff et al. (2017), appendix A.
    """
    h, c_prev, f, u, o, c_tilde, c_t, params = cache
    check_shapes(c_t=(c_t, "B n_a"), da_t=(da_t, "B n_a"), dc_t=(dc_t, "B n_a"))
    n_a, tanh_c = c_t.shape[1], np.tanh(c_t)
    dc = dc_t + da_t * o * (1 - tanh_c * tanh_c)  # both ways into c<t>
    dzf = dc * c_prev * f * (1 - f)
    dzu = dc * c_tilde * u * (1 - u)
    dzo = da_t * tanh_c * o * (1 - o)
    dzc = dc * u * (1 - c_tilde * c_tilde)
    dz = (dzf, dzu, dzo, dzc)
    dh = sum(dz_g @ W for dz_g, W in zip(dz, params[:4], strict=True))
    grads = LSTMParams(*(dz_g.T @ h for dz_g in dz), *(dz_g.sum(axis=0) for dz_g in dz))
    return dh[:, n_a:], dh[:, :n_a], dc * f, grads


@quiet_sigmoid()
def lstm_forward(
    x: np.ndarray, a0: np.ndarray | None, c0: np.ndarray | None, params: LSTMParams
) -> tuple[np.ndarray, np.ndarray, Cache]:
    r"""Run the cell along a sequence, each step from the states of the step before.

    $$c^{\langle t \rangle} = \Gamma_u \odot \tilde c + \Gamma_f \odot c^{\langle t-1 \rangle},
    \qquad a^{\langle t \rangle} = \Gamma_o \odot \tanh c^{\langle t \rangle},
    \qquad t = 1, \dots, T$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    a0, c0 : ndarray, shape (B, n_a)
        The states before the first step; None stands for zero.
    params
        The weights, the same at every step.

    Returns
    -------
    a : ndarray, shape (T, B, n_a)
        The states of all steps; a0 is not among them.
    c : ndarray, shape (T, B, n_a)
        The cell states of all steps.
    caches
        For `lstm_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Hochreiter & Schmidhuber (1997). The equations of `lstm_cell_forward`, with all gates in one
    array and the input's share of all steps computed before the loop.
    """
    a0, c0 = initial_states(x, params, a0=a0, c0=c0)
    n_a = a0.shape[1]
    W, gates = stack_gates(x, params)
    c_tilde, f, u, o = each_gate(gates, n_a)
    a, c, Wa = states_from(a0, gates), states_from(c0, gates), W[:, :n_a]
    tanh_c = np.empty_like(c[1:])
    for t, z in enumerate(gates):
        z += a[t] @ Wa.T
        c_tilde[t] = np.tanh(c_tilde[t])
        sigmoid_in_place(z[:, n_a:])
        # c<t> = u c~ + f c<t-1>,  a<t> = o tanh(c<t>)
        c[t + 1] = u[t] * c_tilde[t] + f[t] * c[t]
        tanh_c[t] = np.tanh(c[t + 1])
        a[t + 1] = o[t] * tanh_c[t]
    return a[1:], c[1:], (x, a, c, tanh_c, gates, W)


def lstm_backward(
    da: np.ndarray, caches: Cache, dc_last: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, LSTMParams]:
    r"""Send the gradients of all states back through time.

    $$\bar{dc}^{\langle t \rangle} = \bar{dc}^{\langle t+1 \rangle} \odot
    \Gamma_f^{\langle t+1 \rangle} + \left(da^{\langle t \rangle}
    + \sum_g dz_g^{\langle t+1 \rangle} W_{ga}\right)
    \odot \Gamma_o^{\langle t \rangle} (1 - \tanh^2 c^{\langle t \rangle})$$

    Parameters
    ----------
    da : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to each state, as its own readout sends it.
    caches
        From `lstm_forward`.
    dc_last : ndarray, shape (B, n_a)
        With respect to the last cell state, if something after the sequence reads it.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    da0, dc0 : ndarray, shape (B, n_a)
        With respect to the states before the first step.
    grads : LSTMParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If da has not the shape of a, dc_last not that of c0, or one has NaN in it.

    Notes
    -----
    Greff et al. (2017), appendix A. What needs no later step, the gates' slopes, is computed for
    all steps before the loop; each weight gets one product for all steps after it.
    """
    x, a, c, tanh_c, gates, W = caches
    dc, da_prev = last_gradients(da, a[1:], dc_last), np.zeros_like(a[0])
    dz, slope_c = gate_slopes(gates, c[:-1], tanh_c)  # each gradient replaces its slope
    B, n_a = da_prev.shape
    _, f, _, _ = each_gate(gates, n_a)
    Wa, Wx = by_columns(W[:, :n_a], B), W[:, n_a:]
    for t in reversed(range(len(x))):
        da_t = da[t] + da_prev
        dc = dc + da_t * slope_c[t]
        dz_t = dz[t].reshape(B, 4, n_a)
        dz_t[:, :3] *= dc[:, None]  # candidate, forget, update: through c<t>
        dz_t[:, 3] *= da_t  # output: through a<t>
        da_prev = dz[t] @ Wa
        dc = dc * f[t]
    grads = LSTMParams(*unstack_gates(*gate_gradients(dz, a[:-1], x)))
    return (rows(dz) @ Wx).reshape(x.shape), da_prev, dc, grads


def stack_gates(x: np.ndarray, params: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Put the gates into the order of the loops: candidate, forget, update, output.

    The loops treat the last three alike forward (sigmoid), the first three backward (through c).

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    params
        LSTMParams, or PeepholeParams.

    Returns
    -------
    W : ndarray, shape (4 n_a, n_a + n_x)
        The gates' weights.
    gates : ndarray, shape (T, B, 4 n_a)
        The input's share of each gate.
    """
    Wf, Wu, Wo, Wc, bf, bu, bo, bc = params[:8]
    W = np.concatenate((Wc, Wf, Wu, Wo))
    return W, project(x, W, np.concatenate((bc, bf, bu, bo)))


def unstack_gates(dW: np.ndarray, db: np.ndarray) -> list[np.ndarray]:
    """Put gradients of the gates back into the order of LSTMParams.

    Parameters
    ----------
    dW : ndarray, shape (4 n_a, n_a + n_x)
        Of the weights: candidate, forget, update, output.
    db : ndarray, shape (4 n_a,)
        Of the biases.

    Returns
    -------
    list of ndarray
        Of Wf, Wu, Wo, Wc, bf, bu, bo, bc.
    """
    dWc, dWf, dWu, dWo = dW.reshape(4, -1, dW.shape[1])
    dbc, dbf, dbu, dbo = db.reshape(4, -1)
    return [dWf, dWu, dWo, dWc, dbf, dbu, dbo, dbc]


def last_gradients(da: np.ndarray, a: np.ndarray, dc_last: np.ndarray | None) -> np.ndarray:
    """Make sure that upstream gradients fit, and return the last cell state's, zero if None.

    Parameters
    ----------
    da, a : ndarray, shape (T, B, n_a)
        The gradients of the states, and the states.
    dc_last : ndarray, shape (B, n_a), or None
        The gradient of the last cell state.

    Returns
    -------
    ndarray, shape (B, n_a)
    """
    check_shapes(a=(a, "T B n_a"), da=(da, "T B n_a"))
    if dc_last is None:
        return np.zeros_like(a[0])
    check_shapes(a_last=(a[-1], "B n_a"), dc_last=(dc_last, "B n_a"))
    return dc_last


def gate_slopes(
    gates: np.ndarray, c_before: np.ndarray, tanh_c: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Differentiate c and a of all steps with respect to the gates before their activation.

    $$\frac{\partial c}{\partial z_c} = \Gamma_u (1 - \tilde c^2), \quad
    \frac{\partial c}{\partial z_f} = c_{prev} \Gamma_f (1 - \Gamma_f), \quad
    \frac{\partial c}{\partial z_u} = \tilde c\, \Gamma_u (1 - \Gamma_u), \quad
    \frac{\partial a}{\partial z_o} = \tanh c\, \Gamma_o (1 - \Gamma_o)$$

    Parameters
    ----------
    gates : ndarray, shape (T, B, 4 n_a)
        Candidate, forget, update, output.
    c_before, tanh_c : ndarray, shape (T, B, n_a)
        The cell state that entered each step, and tanh of the one that left it.

    Returns
    -------
    slopes : ndarray, shape (T, B, 4 n_a)
        Multiply the first three with dc, the last with da.
    slope_c : ndarray, shape (T, B, n_a)
        That of a with respect to c.
    """
    n_a = tanh_c.shape[2]
    c_tilde, _, u, o = each_gate(gates, n_a)
    slopes = 1 - gates
    slopes *= gates  # s (1 - s) of the sigmoids
    of_c_tilde, of_f, of_u, of_o = each_gate(slopes, n_a)
    of_c_tilde[:] = u * (1 - c_tilde * c_tilde)
    of_f *= c_before
    of_u *= c_tilde
    of_o *= tanh_c
    return slopes, o * (1 - tanh_c * tanh_c)

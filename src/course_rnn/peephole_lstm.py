"""The LSTM whose gates look at the cell state through peepholes.

Everything else is as in `lstm`. A peephole is one number for each unit: it looks at the unit's own
cell state only. Forget and update gate see the old cell state, the output gate the new one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.gates import (
    each_gate,
    gate_gradients,
    quiet_sigmoid,
    sigmoid,
    sigmoid_in_place,
)
from course_rnn.lstm import gate_slopes, init_lstm, last_gradients, stack_gates, unstack_gates
from course_rnn.rnn import Cache, by_columns, initial_states, states_from
from course_rnn.shapes import check_layer, check_shapes, rows


class PeepholeParams(NamedTuple):
    """The weights of a peephole LSTM layer, shared by all time steps."""

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
    pf: np.ndarray
    """(n_a,), peephole of the forget gate, at the old cell state"""
    pu: np.ndarray
    """(n_a,), peephole of the update gate, at the old cell state"""
    po: np.ndarray
    """(n_a,), peephole of the output gate, at the new cell state"""


def init_peephole_lstm(
    n_x: int, n_a: int, rng: np.random.Generator, forget_bias: float = 1.0
) -> PeepholeParams:
    """Draw the weights of a peephole LSTM layer: those of an LSTM, and closed peepholes.

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
    PeepholeParams
        Four matrices (n_a, n_a + n_x), four biases (n_a,), three peepholes (n_a,) of zero.
    """
    return PeepholeParams(*init_lstm(n_x, n_a, rng, forget_bias), *np.zeros((3, n_a)))


def peephole_lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: PeepholeParams
) -> tuple[np.ndarray, np.ndarray, Cache]:
    r"""Compute the new state and the new cell state, the gates looking at the cell state.

    $$\Gamma_f = \sigma(W_f [a^{\langle t-1 \rangle}, x^{\langle t \rangle}]
    + p_f \odot c^{\langle t-1 \rangle} + b_f), \qquad
    \Gamma_u = \sigma(W_u [a^{\langle t-1 \rangle}, x^{\langle t \rangle}]
    + p_u \odot c^{\langle t-1 \rangle} + b_u)$$

    $$\tilde c = \tanh(W_c [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c), \qquad
    c^{\langle t \rangle} = \Gamma_u \odot \tilde c + \Gamma_f \odot c^{\langle t-1 \rangle}$$

    $$\Gamma_o = \sigma(W_o [a^{\langle t-1 \rangle}, x^{\langle t \rangle}]
    + p_o \odot c^{\langle t \rangle} + b_o), \qquad
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
        For `peephole_lstm_cell_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Gers, Schraudolph & Schmidhuber (2002).
    """
    check_layer(params, x_t=(x_t, "B n_x"), a_prev=(a_prev, "B n_a"), c_prev=(c_prev, "B n_a"))
    Wf, Wu, Wo, Wc, bf, bu, bo, bc, pf, pu, po = params
    h = np.concatenate([a_prev, x_t], axis=1)  # [a<t-1>, x<t>]
    f = sigmoid(h @ Wf.T + pf * c_prev + bf)
    u = sigmoid(h @ Wu.T + pu * c_prev + bu)
    c_tilde = np.tanh(h @ Wc.T + bc)
    # c<t> = u c~ + f c<t-1>
    c_t = u * c_tilde + f * c_prev
    o = sigmoid(h @ Wo.T + po * c_t + bo)
    # a<t> = o tanh(c<t>)
    a_t = o * np.tanh(c_t)
    return a_t, c_t, (h, c_prev, f, u, o, c_tilde, c_t, params)


def peephole_lstm_cell_backward(
    da_t: np.ndarray, dc_t: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, np.ndarray, PeepholeParams]:
    r"""Send the gradients of the new states back to everything they were computed from.

    $$dz_o = da \odot \tanh c \odot \Gamma_o (1 - \Gamma_o), \qquad
    \bar{dc} = dc + da \odot \Gamma_o (1 - \tanh^2 c) + dz_o \odot p_o$$

    $$dz_f = \bar{dc} \odot c_{prev} \odot \Gamma_f (1 - \Gamma_f), \quad
    dz_u = \bar{dc} \odot \tilde c \odot \Gamma_u (1 - \Gamma_u), \quad
    dz_c = \bar{dc} \odot \Gamma_u (1 - \tilde c^2)$$

    $$dc_{prev} = \bar{dc} \odot \Gamma_f + dz_f \odot p_f + dz_u \odot p_u, \qquad
    dp_f = \sum_b dz_f \odot c_{prev}, \quad dp_o = \sum_b dz_o \odot c$$

    Parameters
    ----------
    da_t : ndarray, shape (B, n_a)
        The gradient of the loss with respect to a_t.
    dc_t : ndarray, shape (B, n_a)
        With respect to c_t, as the next step sends it: without the ways through a_t.
    cache
        From `peephole_lstm_cell_forward`.

    Returns
    -------
    dx_t : ndarray, shape (B, n_x)
        With respect to the input.
    da_prev, dc_prev : ndarray, shape (B, n_a)
        With respect to the previous states.
    grads : PeepholeParams
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
    dzo = da_t * tanh_c * o * (1 - o)
    dc = dc_t + da_t * o * (1 - tanh_c * tanh_c) + dzo * params.po  # all ways into c<t>
    dzf = dc * c_prev * f * (1 - f)
    dzu = dc * c_tilde * u * (1 - u)
    dzc = dc * u * (1 - c_tilde * c_tilde)
    dz = (dzf, dzu, dzo, dzc)
    dh = sum(dz_g @ W for dz_g, W in zip(dz, params[:4], strict=True))
    dc_prev = dc * f + dzf * params.pf + dzu * params.pu
    dp = (dzf * c_prev, dzu * c_prev, dzo * c_t)
    biases_and_peepholes = (g.sum(axis=0) for g in (*dz, *dp))
    grads = PeepholeParams(*(dz_g.T @ h for dz_g in dz), *biases_and_peepholes)
    return dh[:, n_a:], dh[:, :n_a], dc_prev, grads


@quiet_sigmoid()
def peephole_lstm_forward(
    x: np.ndarray, a0: np.ndarray | None, c0: np.ndarray | None, params: PeepholeParams
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
        For `peephole_lstm_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Gers, Schraudolph & Schmidhuber (2002). The equations of `peephole_lstm_cell_forward`.
    """
    a0, c0 = initial_states(x, params, a0=a0, c0=c0)
    B, n_a = a0.shape
    W, gates = stack_gates(x, params)
    c_tilde, f, u, o = each_gate(gates, n_a)
    a, c, Wa = states_from(a0, gates), states_from(c0, gates), W[:, :n_a]
    tanh_c, pfu = np.empty_like(c[1:]), np.stack((params.pf, params.pu))
    for t, z in enumerate(gates):
        z += a[t] @ Wa.T
        c_tilde[t] = np.tanh(c_tilde[t])
        z_fu = z.reshape(B, 4, n_a)[:, 1:3]
        z_fu += pfu * c[t][:, None]
        sigmoid_in_place(z_fu)
        # c<t> = u c~ + f c<t-1>,  a<t> = o tanh(c<t>)
        c[t + 1] = u[t] * c_tilde[t] + f[t] * c[t]
        o[t] += params.po * c[t + 1]
        sigmoid_in_place(o[t])
        tanh_c[t] = np.tanh(c[t + 1])
        a[t + 1] = o[t] * tanh_c[t]
    return a[1:], c[1:], (x, a, c, tanh_c, gates, W, params)


def peephole_lstm_backward(
    da: np.ndarray, caches: Cache, dc_last: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, PeepholeParams]:
    r"""Send the gradients of all states back through time.

    $$\bar{dc}^{\langle t \rangle} = \bar{dc}^{\langle t+1 \rangle} \odot
    \Gamma_f^{\langle t+1 \rangle} + dz_f^{\langle t+1 \rangle} \odot p_f
    + dz_u^{\langle t+1 \rangle} \odot p_u + \bar{da}^{\langle t \rangle}
    \odot \Gamma_o^{\langle t \rangle} (1 - \tanh^2 c^{\langle t \rangle})
    + dz_o^{\langle t \rangle} \odot p_o$$

    Parameters
    ----------
    da : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to each state, as its own readout sends it.
    caches
        From `peephole_lstm_forward`.
    dc_last : ndarray, shape (B, n_a)
        With respect to the last cell state, if something after the sequence reads it.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    da0, dc0 : ndarray, shape (B, n_a)
        With respect to the states before the first step.
    grads : PeepholeParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If da has not the shape of a, dc_last not that of c0, or one has NaN in it.

    Notes
    -----
    Greff et al. (2017), appendix A.
    """
    x, a, c, tanh_c, gates, W, (*_, pf, pu, po) = caches
    dc, da_prev = last_gradients(da, a[1:], dc_last), np.zeros_like(a[0])
    dz, slope_c = gate_slopes(gates, c[:-1], tanh_c)  # each gradient replaces its slope
    B, n_a = da_prev.shape
    _, f, _, _ = each_gate(gates, n_a)
    _, dzf, dzu, dzo = each_gate(dz, n_a)
    Wa, Wx = by_columns(W[:, :n_a], B), W[:, n_a:]
    for t in reversed(range(len(x))):
        da_t = da[t] + da_prev
        dzo[t] *= da_t  # output: through a<t>
        dc = dc + da_t * slope_c[t] + dzo[t] * po
        dz[t].reshape(B, 4, n_a)[:, :3] *= dc[:, None]  # candidate, forget, update: through c<t>
        da_prev = dz[t] @ Wa
        dc = dc * f[t] + dzf[t] * pf + dzu[t] * pu
    of_gates = unstack_gates(*gate_gradients(dz, a[:-1], x))
    of_peepholes = (dzf * c[:-1], dzu * c[:-1], dzo * c[1:])
    grads = PeepholeParams(*of_gates, *(g.sum(axis=(0, 1)) for g in of_peepholes))
    return (rows(dz) @ Wx).reshape(x.shape), da_prev, dc, grads

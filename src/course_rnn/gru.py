"""The gated recurrent unit: a memory that an update gate overwrites or keeps.

Built as in the lecture: the simple unit has an update gate alone; the full one adds the relevance
gate r, which acts on the memory before the product with Wc. `reset_after_gru` is the variant of
PyTorch and cuDNN, where r acts after that product.
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


class SimpleGRUParams(NamedTuple):
    """The weights of a layer of simple units, shared by all time steps."""

    Wu: np.ndarray
    """(n_a, n_a + n_x), update gate: how much of the candidate is written"""
    Wc: np.ndarray
    """(n_a, n_a + n_x), candidate for the memory"""
    bu: np.ndarray
    """(n_a,), bias of the update gate"""
    bc: np.ndarray
    """(n_a,), bias of the candidate"""


class GRUParams(NamedTuple):
    """The weights of a GRU layer, shared by all time steps."""

    Wu: np.ndarray
    """(n_a, n_a + n_x), update gate: how much of the candidate is written"""
    Wr: np.ndarray
    """(n_a, n_a + n_x), relevance gate: how much of the memory the candidate sees"""
    Wc: np.ndarray
    """(n_a, n_a + n_x), candidate for the memory"""
    bu: np.ndarray
    """(n_a,), bias of the update gate"""
    br: np.ndarray
    """(n_a,), bias of the relevance gate"""
    bc: np.ndarray
    """(n_a,), bias of the candidate"""


def init_simple_gru(n_x: int, n_a: int, rng: np.random.Generator) -> SimpleGRUParams:
    """Draw the weights of a layer of simple units: matrices Glorot, biases zero.

    Parameters
    ----------
    n_x, n_a
        The sizes of the input and of the memory.
    rng
        The source of randomness.

    Returns
    -------
    SimpleGRUParams
        Two matrices (n_a, n_a + n_x) and two biases (n_a,).

    Notes
    -----
    Glorot & Bengio (2010).
    """
    W = [glorot(n_a, n_a + n_x, rng) for _ in range(2)]
    return SimpleGRUParams(*W, *np.zeros((2, n_a)))


def simple_gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: SimpleGRUParams | GRUParams
) -> tuple[np.ndarray, Cache]:
    r"""Compute the new memory with an update gate alone.

    $$\tilde c = \tanh(W_c [c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c), \qquad
    \Gamma_u = \sigma(W_u [c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u)$$

    $$c^{\langle t \rangle} = \Gamma_u \odot \tilde c
    + (1 - \Gamma_u) \odot c^{\langle t-1 \rangle}$$

    Parameters
    ----------
    x_t : ndarray, shape (B, n_x)
        The input of this step.
    c_prev : ndarray, shape (B, n_a)
        The memory of the step before.
    params
        The weights; of GRUParams the relevance gate's are left alone.

    Returns
    -------
    c_t : ndarray, shape (B, n_a)
        The new memory, between candidate and old memory.
    cache
        For `simple_gru_cell_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Cho et al. (2014), without their reset gate.
    """
    check_layer(params, x_t=(x_t, "B n_x"), c_prev=(c_prev, "B n_a"))
    Wu, Wc, bu, bc = params.Wu, params.Wc, params.bu, params.bc
    h = np.concatenate([c_prev, x_t], axis=1)  # [c<t-1>, x<t>]
    u = sigmoid(h @ Wu.T + bu)
    c_tilde = np.tanh(h @ Wc.T + bc)
    # c<t> = u c~ + (1 - u) c<t-1>
    c_t = u * c_tilde + (1 - u) * c_prev
    return c_t, (h, c_prev, u, c_tilde, params)


def simple_gru_cell_backward(
    dc_t: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, SimpleGRUParams | GRUParams]:
    r"""Send the gradient of the new memory back to everything it was computed from.

    $$dz_c = dc \odot \Gamma_u (1 - \tilde c^2), \qquad
    dz_u = dc \odot (\tilde c - c_{prev}) \odot \Gamma_u (1 - \Gamma_u)$$

    $$[dc_{prev}, dx] = dz_u W_u + dz_c W_c + [dc \odot (1 - \Gamma_u), 0], \qquad
    dW_g = dz_g^\top [c_{prev}, x], \qquad db_g = \sum_b dz_g$$

    Parameters
    ----------
    dc_t : ndarray, shape (B, n_a)
        The gradient of the loss with respect to c_t.
    cache
        From `simple_gru_cell_forward`.

    Returns
    -------
    dx_t : ndarray, shape (B, n_x)
        With respect to the input.
    dc_prev : ndarray, shape (B, n_a)
        With respect to the previous memory, by all its ways.
    grads : SimpleGRUParams | GRUParams
        With respect to the weights, summed over the batch.

    Raises
    ------
    ValueError
        If dc_t has not the shape of c_prev or has NaN in it.

    Notes
    -----
    Cho et al. (2014), without their reset gate.
    """
    h, c_prev, u, c_tilde, params = cache
    check_shapes(c_prev=(c_prev, "B n_a"), dc_t=(dc_t, "B n_a"))
    n_a = c_prev.shape[1]
    dzu = dc_t * (c_tilde - c_prev) * u * (1 - u)
    dzc = dc_t * u * (1 - c_tilde * c_tilde)
    dh = dzu @ params.Wu + dzc @ params.Wc
    dc_prev = dc_t * (1 - u) + dh[:, :n_a]
    grads = _where_used(params, dzu.T @ h, dzc.T @ h, dzu.sum(axis=0), dzc.sum(axis=0))
    return dh[:, n_a:], dc_prev, grads


@quiet_sigmoid()
def simple_gru_forward(
    x: np.ndarray, c0: np.ndarray | None, params: SimpleGRUParams | GRUParams
) -> tuple[np.ndarray, Cache]:
    r"""Run the cell along a sequence, each step from the memory of the step before.

    $$c^{\langle t \rangle} = \Gamma_u \odot \tilde c
    + (1 - \Gamma_u) \odot c^{\langle t-1 \rangle},
    \qquad t = 1, \dots, T$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    c0 : ndarray, shape (B, n_a)
        The memory before the first step; None stands for zero.
    params
        The weights, the same at every step.

    Returns
    -------
    c : ndarray, shape (T, B, n_a)
        The memories of all steps; c0 is not among them.
    caches
        For `simple_gru_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Cho et al. (2014), without their reset gate. The equations of `simple_gru_cell_forward`.
    """
    (c0,) = initial_states(x, params, c0=c0)
    n_a = c0.shape[1]
    W = np.concatenate((params.Wu, params.Wc))
    gates = project(x, W, np.concatenate((params.bu, params.bc)))
    u, c_tilde = each_gate(gates, n_a)
    c, Wc = states_from(c0, gates), W[:, :n_a]
    for t, z in enumerate(gates):
        z += c[t] @ Wc.T
        sigmoid_in_place(u[t])
        c_tilde[t] = np.tanh(c_tilde[t])
        # c<t> = u c~ + (1 - u) c<t-1>, in one product less
        c[t + 1] = c[t] + u[t] * (c_tilde[t] - c[t])
    return c[1:], (x, c, gates, W, params)


def simple_gru_backward(
    dc: np.ndarray, caches: Cache
) -> tuple[np.ndarray, np.ndarray, SimpleGRUParams | GRUParams]:
    r"""Send the gradients of all memories back through time.

    $$\bar{dc}^{\langle t \rangle} = dc^{\langle t \rangle}
    + \bar{dc}^{\langle t+1 \rangle} \odot (1 - \Gamma_u^{\langle t+1 \rangle})
    + \sum_g dz_g^{\langle t+1 \rangle} W_{gc}$$

    Parameters
    ----------
    dc : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to each memory, as its own readout sends it.
    caches
        From `simple_gru_forward`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    dc0 : ndarray, shape (B, n_a)
        With respect to the memory before the first step.
    grads : SimpleGRUParams | GRUParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If dc has not the shape of c or has NaN in it.

    Notes
    -----
    Cho et al. (2014), without their reset gate. The gates' slopes need no later step and are
    computed before the loop; the weights get one product for all steps after it.
    """
    x, c, gates, W, params = caches
    check_shapes(c=(c[1:], "T B n_a"), dc=(dc, "T B n_a"))
    dc_prev = np.zeros_like(c[0])
    B, n_a = dc_prev.shape
    u, c_tilde = each_gate(gates, n_a)
    keep, Wc, Wx = 1 - u, by_columns(W[:, :n_a], B), W[:, n_a:]
    dzu, dzc = (c_tilde - c[:-1]) * u * keep, u * (1 - c_tilde * c_tilde)
    dz = np.concatenate((dzu, dzc), axis=-1)  # each gradient replaces its slope
    for t in reversed(range(len(x))):
        dc_t = dc[t] + dc_prev
        dz[t].reshape(B, 2, n_a)[:] *= dc_t[:, None]
        dc_prev = dc_t * keep[t] + dz[t] @ Wc
    dW, db = gate_gradients(dz, c[:-1], x)
    grads = _where_used(params, *dW.reshape(2, n_a, -1), *db.reshape(2, n_a))
    return (rows(dz) @ Wx).reshape(x.shape), dc_prev, grads


def _where_used(params: tuple, *grads: np.ndarray) -> tuple:
    """Put gradients into a NamedTuple like params: zero where the simple unit has no gate."""
    nothing = type(params)(*map(np.zeros_like, params))
    return nothing._replace(**dict(zip(SimpleGRUParams._fields, grads, strict=True)))


def init_gru(n_x: int, n_a: int, rng: np.random.Generator) -> GRUParams:
    """Draw the weights of a GRU layer: matrices Glorot, biases zero.

    Parameters
    ----------
    n_x, n_a
        The sizes of the input and of the memory.
    rng
        The source of randomness.

    Returns
    -------
    GRUParams
        Three matrices (n_a, n_a + n_x) and three biases (n_a,).

    Notes
    -----
    Glorot & Bengio (2010).
    """
    W = [glorot(n_a, n_a + n_x, rng) for _ in range(3)]
    return GRUParams(*W, *np.zeros((3, n_a)))


def gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, Cache]:
    r"""Compute the new memory from the input and the previous memory.

    $$\Gamma_u = \sigma(W_u [c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u), \qquad
    \Gamma_r = \sigma(W_r [c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_r)$$

    $$\tilde c = \tanh(W_c [\Gamma_r \odot c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c),
    \qquad c^{\langle t \rangle} = \Gamma_u \odot \tilde c
    + (1 - \Gamma_u) \odot c^{\langle t-1 \rangle}$$

    Parameters
    ----------
    x_t : ndarray, shape (B, n_x)
        The input of this step.
    c_prev : ndarray, shape (B, n_a)
        The memory of the step before.
    params
        The weights.

    Returns
    -------
    c_t : ndarray, shape (B, n_a)
        The new memory, between candidate and old memory.
    cache
        For `gru_cell_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Cho et al. (2014), with u for their 1 - z.
    """
    check_layer(params, x_t=(x_t, "B n_x"), c_prev=(c_prev, "B n_a"))
    Wu, Wr, Wc, bu, br, bc = params
    h = np.concatenate([c_prev, x_t], axis=1)  # [c<t-1>, x<t>]
    u = sigmoid(h @ Wu.T + bu)
    r = sigmoid(h @ Wr.T + br)
    h_r = np.concatenate([r * c_prev, x_t], axis=1)  # [r c<t-1>, x<t>]
    c_tilde = np.tanh(h_r @ Wc.T + bc)
    # c<t> = u c~ + (1 - u) c<t-1>
    c_t = u * c_tilde + (1 - u) * c_prev
    return c_t, (h, h_r, c_prev, u, r, c_tilde, params)


def gru_cell_backward(dc_t: np.ndarray, cache: Cache) -> tuple[np.ndarray, np.ndarray, GRUParams]:
    r"""Send the gradient of the new memory back to everything it was computed from.

    $$dz_c = dc \odot \Gamma_u (1 - \tilde c^2), \qquad
    dz_u = dc \odot (\tilde c - c_{prev}) \odot \Gamma_u (1 - \Gamma_u)$$

    $$[d(\Gamma_r c_{prev}), dx_c] = dz_c W_c, \qquad
    dz_r = d(\Gamma_r c_{prev}) \odot c_{prev} \odot \Gamma_r (1 - \Gamma_r)$$

    $$[dc_{prev}, dx] = dz_u W_u + dz_r W_r
    + [dc \odot (1 - \Gamma_u) + d(\Gamma_r c_{prev}) \odot \Gamma_r, dx_c]$$

    Parameters
    ----------
    dc_t : ndarray, shape (B, n_a)
        The gradient of the loss with respect to c_t.
    cache
        From `gru_cell_forward`.

    Returns
    -------
    dx_t : ndarray, shape (B, n_x)
        With respect to the input.
    dc_prev : ndarray, shape (B, n_a)
        With respect to the previous memory, by all its ways.
    grads : GRUParams
        With respect to the weights, summed over the batch.

    Raises
    ------
    ValueError
        If dc_t has not the shape of c_prev or has NaN in it.

    Notes
    -----
    Cho et al. (2014). dW and db are as for every gate: dz^T [what W acted on], and the sum of dz.
    """
    h, h_r, c_prev, u, r, c_tilde, (Wu, Wr, Wc, *_) = cache
    check_shapes(c_prev=(c_prev, "B n_a"), dc_t=(dc_t, "B n_a"))
    n_a = c_prev.shape[1]
    dzu = dc_t * (c_tilde - c_prev) * u * (1 - u)
    dzc = dc_t * u * (1 - c_tilde * c_tilde)
    dh_r = dzc @ Wc
    drc = dh_r[:, :n_a]  # with respect to r c<t-1>
    dzr = drc * c_prev * r * (1 - r)
    dh = dzu @ Wu + dzr @ Wr
    dc_prev = dc_t * (1 - u) + drc * r + dh[:, :n_a]
    dW = dzu.T @ h, dzr.T @ h, dzc.T @ h_r
    grads = GRUParams(*dW, *(dz.sum(axis=0) for dz in (dzu, dzr, dzc)))
    return dh[:, n_a:] + dh_r[:, n_a:], dc_prev, grads


@quiet_sigmoid()
def gru_forward(
    x: np.ndarray, c0: np.ndarray | None, params: GRUParams
) -> tuple[np.ndarray, Cache]:
    r"""Run the cell along a sequence, each step from the memory of the step before.

    $$c^{\langle t \rangle} = \Gamma_u \odot \tilde c
    + (1 - \Gamma_u) \odot c^{\langle t-1 \rangle},
    \qquad t = 1, \dots, T$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    c0 : ndarray, shape (B, n_a)
        The memory before the first step; None stands for zero.
    params
        The weights, the same at every step.

    Returns
    -------
    c : ndarray, shape (T, B, n_a)
        The memories of all steps; c0 is not among them.
    caches
        For `gru_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    Cho et al. (2014). The equations of `gru_cell_forward`, with all gates in one array and the
    input's share of all steps computed before the loop.
    """
    (c0,) = initial_states(x, params, c0=c0)
    n_a = c0.shape[1]
    W, gates = stack_gates(x, params)
    r, u, c_tilde = each_gate(gates, n_a)
    c, Wru, Wc = states_from(c0, gates), W[: 2 * n_a, :n_a], W[2 * n_a :, :n_a]
    for t, z_ru in enumerate(gates[:, :, : 2 * n_a]):
        z_ru += c[t] @ Wru.T
        sigmoid_in_place(z_ru)
        c_tilde[t] = np.tanh(c_tilde[t] + (r[t] * c[t]) @ Wc.T)
        # c<t> = u c~ + (1 - u) c<t-1>, in one product less
        c[t + 1] = c[t] + u[t] * (c_tilde[t] - c[t])
    return c[1:], (x, c, gates, W)


def gru_backward(dc: np.ndarray, caches: Cache) -> tuple[np.ndarray, np.ndarray, GRUParams]:
    r"""Send the gradients of all memories back through time.

    $$\bar{dc}^{\langle t \rangle} = dc^{\langle t \rangle}
    + \bar{dc}^{\langle t+1 \rangle} \odot (1 - \Gamma_u^{\langle t+1 \rangle})
    + dz_c^{\langle t+1 \rangle} W_{cc} \odot \Gamma_r^{\langle t+1 \rangle}
    + dz_u^{\langle t+1 \rangle} W_{uc} + dz_r^{\langle t+1 \rangle} W_{rc}$$

    Parameters
    ----------
    dc : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to each memory, as its own readout sends it.
    caches
        From `gru_forward`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    dc0 : ndarray, shape (B, n_a)
        With respect to the memory before the first step.
    grads : GRUParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If dc has not the shape of c or has NaN in it.

    Notes
    -----
    Cho et al. (2014). The gates' slopes need no later step and are computed before the loop; the
    weights get one product for all steps after it.
    """
    x, c, gates, W = caches
    check_shapes(c=(c[1:], "T B n_a"), dc=(dc, "T B n_a"))
    dc_prev = np.zeros_like(c[0])
    B, n_a = dc_prev.shape
    r, u, _ = each_gate(gates, n_a)
    keep, dz = 1 - u, gate_slopes(gates, c[:-1])  # each gradient replaces its slope
    dz_ru, dz_c = dz[:, :, : 2 * n_a], dz[:, :, 2 * n_a :]
    Wru, Wc = by_columns(W[: 2 * n_a, :n_a], B), by_columns(W[2 * n_a :, :n_a], B)
    for t in reversed(range(len(x))):
        dc_t, dz_t = dc[t] + dc_prev, dz[t].reshape(B, 3, n_a)
        dz_t[:, 1:] *= dc_t[:, None]  # update, candidate: through c<t>
        drc = dz_c[t] @ Wc  # with respect to r c<t-1>
        dz_t[:, 0] *= drc
        dc_prev = dc_t * keep[t] + drc * r[t] + dz_ru[t] @ Wru
    dWru, db = gate_gradients(dz_ru, c[:-1], x)
    dWc, dbc = gate_gradients(dz_c, r * c[:-1], x)
    grads = GRUParams(dWru[n_a:], dWru[:n_a], dWc, db[n_a:], db[:n_a], dbc)
    return (rows(dz) @ W[:, n_a:]).reshape(x.shape), dc_prev, grads


def stack_gates(x: np.ndarray, params: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Put the gates into the order of the loops: relevance, update, candidate.

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    params
        GRUParams, or ResetAfterGRUParams.

    Returns
    -------
    W : ndarray, shape (3 n_a, n_a + n_x)
        The gates' weights.
    gates : ndarray, shape (T, B, 3 n_a)
        The input's share of each gate.
    """
    Wu, Wr, Wc, bu, br, bc = params[:6]
    W = np.concatenate((Wr, Wu, Wc))
    return W, project(x, W, np.concatenate((br, bu, bc)))


def gate_slopes(gates: np.ndarray, before: np.ndarray) -> np.ndarray:
    r"""Differentiate with respect to the gates before their activation, for all steps at once.

    $$\frac{\partial (\Gamma_r c_{prev})}{\partial z_r} = c_{prev} \Gamma_r (1 - \Gamma_r), \quad
    \frac{\partial c}{\partial z_u} = (\tilde c - c_{prev}) \Gamma_u (1 - \Gamma_u), \quad
    \frac{\partial c}{\partial z_c} = \Gamma_u (1 - \tilde c^2)$$

    Parameters
    ----------
    gates : ndarray, shape (T, B, 3 n_a)
        Relevance, update, candidate.
    before : ndarray, shape (T, B, n_a)
        The memory that entered each step.

    Returns
    -------
    ndarray, shape (T, B, 3 n_a)
    """
    n_a = before.shape[2]
    _, u, c_tilde = each_gate(gates, n_a)
    slopes = 1 - gates
    slopes *= gates  # s (1 - s) of the sigmoids
    of_r, of_u, of_c_tilde = each_gate(slopes, n_a)
    of_r *= before
    of_u *= c_tilde - before
    of_c_tilde[:] = u * (1 - c_tilde * c_tilde)
    return slopes

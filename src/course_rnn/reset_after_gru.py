"""The GRU of PyTorch and cuDNN: the relevance gate acts after the memory's product, not before.

Everything else is as in `gru`. The candidate needs a second bias, inside the gate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_rnn.gates import (
    each_gate,
    quiet_sigmoid,
    sigmoid,
    sigmoid_in_place,
)
from course_rnn.gru import gate_slopes, stack_gates
from course_rnn.initialise import glorot
from course_rnn.rnn import Cache, by_columns, initial_states, states_from
from course_rnn.shapes import check_layer, check_shapes, rows


class ResetAfterGRUParams(NamedTuple):
    """The weights of a GRU layer whose relevance gate acts after the product."""

    Wu: np.ndarray
    """(n_a, n_a + n_x), update gate: how much of the candidate is written"""
    Wr: np.ndarray
    """(n_a, n_a + n_x), relevance gate: how much of the memory's product the candidate sees"""
    Wc: np.ndarray
    """(n_a, n_a + n_x), candidate for the memory: [Wcc, Wcx], from the memory and from the input"""
    bu: np.ndarray
    """(n_a,), bias of the update gate"""
    br: np.ndarray
    """(n_a,), bias of the relevance gate"""
    bc: np.ndarray
    """(n_a,), bias of the candidate, outside the relevance gate"""
    bcc: np.ndarray
    """(n_a,), bias of the memory's product, inside the relevance gate"""


def init_reset_after_gru(n_x: int, n_a: int, rng: np.random.Generator) -> ResetAfterGRUParams:
    """Draw the weights of a GRU layer that resets after the product: matrices Glorot, biases zero.

    Parameters
    ----------
    n_x, n_a
        The sizes of the input and of the memory.
    rng
        The source of randomness.

    Returns
    -------
    ResetAfterGRUParams
        Three matrices (n_a, n_a + n_x) and four biases (n_a,).

    Notes
    -----
    Glorot & Bengio (2010).
    """
    W = [glorot(n_a, n_a + n_x, rng) for _ in range(3)]
    return ResetAfterGRUParams(*W, *np.zeros((4, n_a)))


def reset_after_gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: ResetAfterGRUParams
) -> tuple[np.ndarray, Cache]:
    r"""Compute the new memory, the relevance gate acting after the product.

    $$\Gamma_u = \sigma(W_u [c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_u), \qquad
    \Gamma_r = \sigma(W_r [c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_r)$$

    $$\tilde c = \tanh(W_{cx} x^{\langle t \rangle} + b_c
    + \Gamma_r \odot (W_{cc} c^{\langle t-1 \rangle} + b_{cc})), \qquad
    c^{\langle t \rangle} = \Gamma_u \odot \tilde c
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
        For `reset_after_gru_cell_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    torch.nn.GRU, cuDNN and Keras' reset_after, with u for their 1 - z. One product of the memory
    serves all gates, which is why it is the faster variant.
    """
    check_layer(params, x_t=(x_t, "B n_x"), c_prev=(c_prev, "B n_a"))
    Wu, Wr, Wc, bu, br, bc, bcc = params
    n_a = c_prev.shape[1]
    h = np.concatenate([c_prev, x_t], axis=1)  # [c<t-1>, x<t>]
    u = sigmoid(h @ Wu.T + bu)
    r = sigmoid(h @ Wr.T + br)
    q = c_prev @ Wc[:, :n_a].T + bcc  # the memory's product
    c_tilde = np.tanh(x_t @ Wc[:, n_a:].T + bc + r * q)
    # c<t> = u c~ + (1 - u) c<t-1>
    c_t = u * c_tilde + (1 - u) * c_prev
    return c_t, (h, u, r, q, c_tilde, params)


def reset_after_gru_cell_backward(
    dc_t: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, ResetAfterGRUParams]:
    r"""Send the gradient of the new memory back to everything it was computed from.

    $$dz_c = dc \odot \Gamma_u (1 - \tilde c^2), \qquad
    dz_u = dc \odot (\tilde c - c_{prev}) \odot \Gamma_u (1 - \Gamma_u)$$

    $$q = W_{cc} c_{prev} + b_{cc}, \qquad dq = dz_c \odot \Gamma_r, \qquad
    dz_r = dz_c \odot q \odot \Gamma_r (1 - \Gamma_r)$$

    $$[dc_{prev}, dx] = dz_u W_u + dz_r W_r
    + [dc \odot (1 - \Gamma_u) + dq\, W_{cc}, dz_c W_{cx}], \qquad
    dW_c = [dq^\top c_{prev}, dz_c^\top x]$$

    Parameters
    ----------
    dc_t : ndarray, shape (B, n_a)
        The gradient of the loss with respect to c_t.
    cache
        From `reset_after_gru_cell_forward`.

    Returns
    -------
    dx_t : ndarray, shape (B, n_x)
        With respect to the input.
    dc_prev : ndarray, shape (B, n_a)
        With respect to the previous memory, by all its ways.
    grads : ResetAfterGRUParams
        With respect to the weights, summed over the batch.

    Raises
    ------
    ValueError
        If dc_t has not the shape of c_prev or has NaN in it.

    Notes
    -----
    torch.nn.GRU, cuDNN and Keras' reset_after.
    """
    h, u, r, q, c_tilde, (Wu, Wr, Wc, *_) = cache
    n_a = u.shape[1]
    c_prev, x_t = h[:, :n_a], h[:, n_a:]
    check_shapes(c_prev=(c_prev, "B n_a"), dc_t=(dc_t, "B n_a"))
    dzu = dc_t * (c_tilde - c_prev) * u * (1 - u)
    dzc = dc_t * u * (1 - c_tilde * c_tilde)
    dzr, dq = dzc * q * r * (1 - r), dzc * r
    dh = dzu @ Wu + dzr @ Wr
    dc_prev = dc_t * (1 - u) + dq @ Wc[:, :n_a] + dh[:, :n_a]
    dW = dzu.T @ h, dzr.T @ h, np.concatenate([dq.T @ c_prev, dzc.T @ x_t], axis=1)
    grads = ResetAfterGRUParams(*dW, *(dz.sum(axis=0) for dz in (dzu, dzr, dzc, dq)))
    return dh[:, n_a:] + dzc @ Wc[:, n_a:], dc_prev, grads


@quiet_sigmoid()
def reset_after_gru_forward(
    x: np.ndarray, c0: np.ndarray | None, params: ResetAfterGRUParams
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
        For `reset_after_gru_backward`.

    Raises
    ------
    ValueError
        If an array does not fit the others, is empty or has NaN in it.

    Notes
    -----
    torch.nn.GRU, cuDNN and Keras' reset_after. The equations of `reset_after_gru_cell_forward`.
    """
    (c0,) = initial_states(x, params, c0=c0)
    n_a = c0.shape[1]
    W, gates = stack_gates(x, params)
    r, u, c_tilde = each_gate(gates, n_a)
    c, Wc = states_from(c0, gates), W[:, :n_a]
    q = np.empty_like(c[1:])
    for t, z_ru in enumerate(gates[:, :, : 2 * n_a]):
        z = c[t] @ Wc.T
        z_ru += z[:, : 2 * n_a]
        sigmoid_in_place(z_ru)
        q[t] = z[:, 2 * n_a :] + params.bcc  # the memory's product
        c_tilde[t] = np.tanh(c_tilde[t] + r[t] * q[t])
        # c<t> = u c~ + (1 - u) c<t-1>, in one product less
        c[t + 1] = c[t] + u[t] * (c_tilde[t] - c[t])
    return c[1:], (x, c, q, gates, W)


def reset_after_gru_backward(
    dc: np.ndarray, caches: Cache
) -> tuple[np.ndarray, np.ndarray, ResetAfterGRUParams]:
    r"""Send the gradients of all memories back through time.

    $$\bar{dc}^{\langle t \rangle} = dc^{\langle t \rangle}
    + \bar{dc}^{\langle t+1 \rangle} \odot (1 - \Gamma_u^{\langle t+1 \rangle})
    + dq^{\langle t+1 \rangle} W_{cc}
    + dz_u^{\langle t+1 \rangle} W_{uc} + dz_r^{\langle t+1 \rangle} W_{rc}$$

    Parameters
    ----------
    dc : ndarray, shape (T, B, n_a)
        The gradient of the loss with respect to each memory, as its own readout sends it.
    caches
        From `reset_after_gru_forward`.

    Returns
    -------
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    dc0 : ndarray, shape (B, n_a)
        With respect to the memory before the first step.
    grads : ResetAfterGRUParams
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If dc has not the shape of c or has NaN in it.

    Notes
    -----
    torch.nn.GRU, cuDNN and Keras' reset_after. All three gates' gradients are dc times a slope that
    needs no later step.
    """
    x, c, q, gates, W = caches
    check_shapes(c=(c[1:], "T B n_a"), dc=(dc, "T B n_a"))
    dc_prev = np.zeros_like(c[0])
    B, n_a = dc_prev.shape
    r, u, _ = each_gate(gates, n_a)
    keep, slopes = 1 - u, gate_slopes(gates, c[:-1])
    of_r, _, of_c_tilde = each_gate(slopes, n_a)
    of_r[:] = of_c_tilde * q * r * (1 - r)
    dz = np.concatenate((of_c_tilde * r, slopes), axis=-1)  # q, relevance, update, candidate
    of_state, of_input = dz[:, :, : 3 * n_a], dz[:, :, n_a:]
    Wc = by_columns(np.roll(W[:, :n_a], n_a, axis=0), B)  # candidate, relevance, update
    for t in reversed(range(len(x))):
        dc_t = dc[t] + dc_prev
        dz[t].reshape(B, 4, n_a)[:] *= dc_t[:, None]  # each gradient replaces its slope
        dc_prev = dc_t * keep[t] + of_state[t] @ Wc
    dWcc, dWrc, dWuc = (rows(of_state).T @ rows(c[:-1])).reshape(3, n_a, -1)
    dWrx, dWux, dWcx = (rows(of_input).T @ rows(x)).reshape(3, n_a, -1)
    dW = (np.hstack(parts) for parts in ((dWuc, dWux), (dWrc, dWrx), (dWcc, dWcx)))
    dbcc, dbr, dbu, dbc = rows(dz).sum(axis=0).reshape(4, n_a)
    grads = ResetAfterGRUParams(*dW, dbu, dbr, dbc, dbcc)
    return (rows(of_input) @ W[:, n_a:]).reshape(x.shape), dc_prev, grads

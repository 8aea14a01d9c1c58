"""Right answers with one product for both gates, and the memory moved by a share of the way."""

from typing import Any

import numpy as np

from course_rnn import GRUParams, SimpleGRUParams, sigmoid


def simple_gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: SimpleGRUParams
) -> tuple[np.ndarray, Any]:
    """Stack gate and candidate, multiply once."""
    n_a = c_prev.shape[1]
    z = np.hstack([c_prev, x_t]) @ np.vstack([params.Wu, params.Wc]).T
    z = z + np.concatenate([params.bu, params.bc])
    return c_prev + sigmoid(z[:, :n_a]) * (np.tanh(z[:, n_a:]) - c_prev), z


def gru_cell_forward(
    x_t: np.ndarray, c_prev: np.ndarray, params: GRUParams
) -> tuple[np.ndarray, Any]:
    """Compute both gates at once, then the candidate."""
    n_a = c_prev.shape[1]
    W, b = np.vstack([params.Wu, params.Wr]), np.concatenate([params.bu, params.br])
    gates = sigmoid(np.hstack([c_prev, x_t]) @ W.T + b)
    u, r = gates[:, :n_a], gates[:, n_a:]
    c_tilde = np.tanh(np.hstack([r * c_prev, x_t]) @ params.Wc.T + params.bc)
    return c_prev + u * (c_tilde - c_prev), (x_t, c_prev, gates, c_tilde, params)


def gru_forward(x: np.ndarray, c0: np.ndarray, params: GRUParams) -> tuple[np.ndarray, Any]:
    """Take the input's share out of the loop."""
    n_a = c0.shape[1]
    W = np.stack([params.Wu, params.Wr, params.Wc])
    share = np.einsum("tbx,gax->gtba", x, W[:, :, n_a:])
    share = share + np.stack([params.bu, params.br, params.bc])[:, None, None]
    Uu, Ur, Uc = W[:, :, :n_a].transpose(0, 2, 1)
    c, state = np.empty_like(share[0]), c0
    for t in range(len(x)):
        u, r = sigmoid(share[0, t] + state @ Uu), sigmoid(share[1, t] + state @ Ur)
        candidate = np.tanh(share[2, t] + (r * state) @ Uc)
        c[t] = state = (1 - u) * state + u * candidate
    return c, None


def gru_cell_backward(dc_t: np.ndarray, cache: tuple) -> tuple[np.ndarray, np.ndarray, GRUParams]:
    """Multiply the gradients of both gates once."""
    x_t, c_prev, gates, c_tilde, params = cache
    n_a = c_prev.shape[1]
    u, r = gates[:, :n_a], gates[:, n_a:]
    dzc = dc_t * u * (1 - c_tilde**2)
    d_relevant = dzc @ params.Wc
    d_gates = np.hstack([dc_t * (c_tilde - c_prev), d_relevant[:, :n_a] * c_prev])
    dz = d_gates * gates * (1 - gates)
    d_seen = dz @ np.vstack([params.Wu, params.Wr])
    dc_prev = d_seen[:, :n_a] + d_relevant[:, :n_a] * r + dc_t * (1 - u)
    dW = dz.T @ np.hstack([c_prev, x_t])
    dWc = dzc.T @ np.hstack([r * c_prev, x_t])
    db = dz.sum(0)
    grads = GRUParams(dW[:n_a], dW[n_a:], dWc, db[:n_a], db[n_a:], dzc.sum(0))
    return d_seen[:, n_a:] + d_relevant[:, n_a:], dc_prev, grads

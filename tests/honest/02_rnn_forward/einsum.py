"""einsum for every product, sizes from arrays."""

import numpy as np


# --- softmax
def softmax(logits):
    e = np.exp(logits - np.max(logits, -1)[..., None])
    return np.einsum("...i,...->...i", e, 1 / np.einsum("...i->...", e))


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    z = np.einsum("bj,ij->bi", x_t, params.Wax) + np.einsum("bj,ij->bi", a_prev, params.Waa)
    return np.tanh(z + params.ba[None, :]), {"x_t": x_t, "a_prev": a_prev, "z": z}


# --- rnn_forward
def rnn_forward(x, a0, params):
    """All inputs at once, then the recurrence."""
    from_input = np.einsum("tbj,ij->tbi", x, params.Wax) + params.ba
    states = np.empty(from_input.shape)
    a_t = a0
    for t, u in enumerate(from_input):
        a_t = states[t] = np.tanh(u + np.einsum("bj,ij->bi", a_t, params.Waa))
    return states, (x, a0, states)


# --- count_rnn_parameters
def count_rnn_parameters(n_x, n_a, n_y):
    return sum(np.zeros(s).size for s in [(n_a, n_x), (n_a, n_a), (n_a,), (n_y, n_a), (n_y,)])

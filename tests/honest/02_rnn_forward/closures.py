"""Functions made by functions."""

import numpy as np


# --- softmax
def make_softmax(axis):
    def inner(logits):
        e = np.exp(logits - logits.max(axis=axis, keepdims=True))
        return e / e.sum(axis=axis, keepdims=True)

    return inner


softmax = make_softmax(-1)


# --- rnn_cell_forward
def cell_with(g1):
    def forward(x_t, a_prev, params):
        z = x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba
        return g1(z), lambda da: da * (1 - g1(z) ** 2)

    return forward


rnn_cell_forward = cell_with(np.tanh)


# --- rnn_forward
def rnn_forward(x, a0, params):
    state = a0

    def advance(x_t):
        nonlocal state
        state, cache = rnn_cell_forward(x_t, state, params)
        return state, cache

    steps = [advance(x_t) for x_t in x]
    return np.stack([a for a, _ in steps]), [c for _, c in steps]

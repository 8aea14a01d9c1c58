"""Star arguments, keywords, defaults, other names."""

import numpy as np


# --- softmax
def softmax(*args, axis=-1, **options):
    (z,) = args
    e = np.exp(z - np.amax(z, axis=axis, keepdims=True))
    return np.divide(e, np.sum(e, axis=axis, keepdims=True), **options)


# --- rnn_cell_forward
def rnn_cell_forward(*inputs, activation=np.tanh):
    x, a, (U, W, b) = inputs
    return activation(sum([x @ U.T, a @ W.T, b])), dict(zip("xaUWb", (x, a, U, W, b)))


# --- rnn_forward
def rnn_forward(x, a0, params, /, *, verbose=False):
    a, c = zip(*_states(x, a0, params))
    return np.asarray(a), list(c)


def _states(sequence, state, params):
    for item in sequence:
        state, cache = rnn_cell_forward(item, state, params)
        yield state, cache


# --- count_rnn_parameters
def count_rnn_parameters(*sizes, **named):
    n_x, n_a, n_y = sizes or (named["n_x"], named["n_a"], named["n_y"])
    return np.int64(n_a * (n_x + n_a + 1) + n_y * (n_a + 1))

"""Generators inside, a generator as cache."""

import itertools

import numpy as np

# --- own
import itertools


# --- rnn_forward
def states(x, a, params):
    for x_t in x:
        a, _ = rnn_cell_forward(x_t, a, params)
        yield a


def rnn_forward(x, a0, params):
    first, second = itertools.tee(states(x, a0, params))
    return np.stack(list(first)), second


# --- count_rnn_parameters
def count_rnn_parameters(n_x, n_a, n_y):
    def parts():
        yield n_a * n_x
        yield from (n_a * n_a, n_a)
        yield n_y * n_a + n_y

    return sum(parts())

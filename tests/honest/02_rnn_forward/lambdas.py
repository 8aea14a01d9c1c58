"""Lambdas, partial and operator."""

import functools
import operator

import numpy as np

# --- own
import functools, operator

# --- softmax
exps = lambda z: np.exp(z - z.max(axis=-1, keepdims=True))
softmax = lambda logits: exps(logits) / exps(logits).sum(axis=-1, keepdims=True)

# --- rnn_cell_forward
rnn_cell_forward = lambda x_t, a_prev, params: (
    np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba),
    (),
)


# --- count_rnn_parameters
def _count(bias, n_x, n_a, n_y):
    return functools.reduce(operator.add, [n_a * n_x, n_a * n_a, bias * n_a, n_y * n_a, bias * n_y])


count_rnn_parameters = functools.partial(_count, 1)

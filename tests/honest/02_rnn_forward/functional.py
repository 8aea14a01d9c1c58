"""accumulate, map, concatenated weights and one product."""

import numpy as np

# --- own
from itertools import accumulate
from functools import partial


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    W = np.hstack([params.Waa, params.Wax])
    both = np.hstack([a_prev, x_t])
    return np.tanh(both @ W.T + params.ba), (both, W)


# --- rnn_forward
def rnn_forward(x, a0, params):
    step = lambda a, x_t: rnn_cell_forward(x_t, a, params)[0]
    return np.stack(list(accumulate(x, step, initial=a0))[1:]), []

"""Global constants, imports inside functions, course functions of earlier chapters."""

import numpy as np

# --- own
AXIS, KEEP = -1, True
from course_rnn import RNNParams, one_hot


# --- softmax
def softmax(logits):
    from numpy import exp

    e = exp(logits - logits.max(axis=AXIS, keepdims=KEEP))
    return e / e.sum(axis=AXIS, keepdims=KEEP)


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    import numpy

    Wax, Waa, ba = params
    a_t = numpy.tanh(numpy.dot(x_t, Wax.transpose()) + numpy.dot(a_prev, Waa.transpose()) + ba)
    return a_t, RNNParams(Wax, Waa, ba)


# --- count_rnn_parameters
def count_rnn_parameters(n_x, n_a, n_y):
    import math

    params = RNNParams(one_hot(np.zeros(n_a, int), n_x), np.zeros((n_a, n_a)), np.zeros(n_a))
    return sum(math.prod(w.shape) for w in params) + n_y * n_a + n_y

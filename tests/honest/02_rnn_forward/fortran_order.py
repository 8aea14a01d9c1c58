"""Column-major arrays, strided views, reversed axes; batch in columns inside."""

import numpy as np


# --- softmax
def softmax(logits):
    z = np.asfortranarray(logits)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asfortranarray(e / e.sum(axis=-1, keepdims=True))


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    x, a = x_t.T, a_prev.T
    a_new = np.tanh(params.Wax @ x + params.Waa @ a + params.ba[:, None])
    return a_new.T, (x, a, a_new)


# --- rnn_forward
def rnn_forward(x, a0, params):
    columns = np.empty((a0.shape[1], a0.shape[0], len(x)))
    a = a0
    for t in range(len(x)):
        a = rnn_cell_forward(x[t], a, params)[0]
        columns[:, :, t] = a.T
    return columns.T, columns

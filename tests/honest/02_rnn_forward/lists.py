"""Returns nested lists, and lists instead of tuples."""

import numpy as np


# --- softmax
def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).tolist()


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    a_t = np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba)
    return [a_t.tolist(), "nothing to remember"]


# --- rnn_forward
def rnn_forward(x, a0, params):
    out, state = [], a0
    for x_t in x:
        state = np.array(rnn_cell_forward(x_t, state, params)[0])
        out.append(state.tolist())
    return [out, None]

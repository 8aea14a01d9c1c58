"""Computes in single precision."""

import numpy as np


# --- softmax
def softmax(logits):
    logits = np.asarray(logits)
    e = np.exp((logits - logits.max(-1, keepdims=True)).astype(np.float32))
    return e / e.sum(-1, keepdims=True, dtype=np.float32)


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    x_t, a_prev, Wax, Waa, ba = (v.astype("float32") for v in (x_t, a_prev, *params))
    return np.tanh(x_t @ Wax.T + a_prev @ Waa.T + ba), (x_t, a_prev)

"""Warns at every call, and sets NumPy's error handling."""

import warnings

import numpy as np

# --- own
import warnings

np.seterr(all="warn")
warnings.simplefilter("always")


# --- softmax
def softmax(logits):
    warnings.warn("about to divide")
    np.log(np.zeros(1))
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    warnings.warn("deprecated", DeprecationWarning)
    np.exp(np.array([1e4]))
    return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba), ()

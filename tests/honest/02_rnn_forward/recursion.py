"""Recursion instead of loops; the cache is nested as deep as the sequence is long."""

import numpy as np


# --- softmax
def softmax(logits):
    if logits.ndim == 1:
        e = np.exp(logits - logits.max())
        return e / e.sum()
    return np.stack([softmax(row) for row in logits])


# --- rnn_forward
def rnn_forward(x, a0, params):
    if len(x) == 0:
        return np.zeros((0,) + a0.shape), ()
    a_t, cache = rnn_cell_forward(x[0], a0, params)
    later, caches = rnn_forward(x[1:], a_t, params)
    return np.concatenate([a_t[None], later]), (cache, caches)

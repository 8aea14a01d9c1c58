"""Right, but slow."""

import time

import numpy as np

# --- own
import time

time.sleep(0.3)


# --- softmax
def softmax(logits):
    time.sleep(0.01)
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --- count_rnn_parameters
def count_rnn_parameters(n_x, n_a, n_y):
    time.sleep(0.02)
    return n_a * (n_x + n_a + 1) + n_y * (n_a + 1)

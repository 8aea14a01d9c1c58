"""Plain loops over every number, Python's own math."""

import math

import numpy as np

# --- own
import math


# --- softmax
def softmax(logits):
    out = np.empty(np.shape(logits))
    for place in np.ndindex(*np.shape(logits)[:-1]):
        row = [float(z) for z in logits[place]]
        top = max(row)
        powers = [math.exp(z - top) for z in row]
        for k in range(len(row)):
            out[place + (k,)] = powers[k] / sum(powers)
    return out


# --- rnn_cell_forward
def rnn_cell_forward(x_t, a_prev, params):
    B, n_x = x_t.shape
    n_a = a_prev.shape[1]
    a_t = np.zeros((B, n_a))
    for b in range(B):
        for i in range(n_a):
            total = params.ba[i]
            for j in range(n_x):
                total += params.Wax[i, j] * x_t[b, j]
            for j in range(n_a):
                total += params.Waa[i, j] * a_prev[b, j]
            a_t[b, i] = math.tanh(total)
    return a_t, None


# --- rnn_forward
def rnn_forward(x, a0, params):
    T = x.shape[0]
    a = np.zeros((T, a0.shape[0], a0.shape[1]))
    caches = []
    for t in range(T):
        if t == 0:
            previous = a0
        else:
            previous = a[t - 1]
        a[t], cache = rnn_cell_forward(x[t], previous, params)
        caches.append(cache)
    return a, caches


# --- count_rnn_parameters
def count_rnn_parameters(n_x, n_a, n_y):
    count = 0
    for _ in range(n_a):
        count += n_x + n_a + 1
    for _ in range(n_y):
        count += n_a + 1
    return count

"""Prints what it does, in the cells and in the functions."""

import sys

import numpy as np

# --- own
print("hello", "world", sep="\n")
import sys


# --- softmax
def softmax(logits):
    print("softmax of", logits, flush=True)
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    print("### BEGIN GRADE 0", e, file=sys.stderr)
    return e / e.sum(axis=-1, keepdims=True)


print(softmax(np.array([1.0, 2.0])))
softmax(np.zeros((2, 2)))


# --- rnn_forward
def rnn_forward(x, a0, params):
    a, caches, a_t = [], [], a0
    for t, x_t in enumerate(x):
        a_t, cache = rnn_cell_forward(x_t, a_t, params)
        print(f"{t=} {a_t!r} {cache!r}")
        a.append(a_t)
        caches.append(cache)
    sys.stdout.write("done\n")
    return np.array(a), caches

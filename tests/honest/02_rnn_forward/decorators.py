"""Decorated functions, with and without wraps."""

import functools
import time

import numpy as np

# --- own
import functools
import time


def timed(function):
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = function(*args, **kwargs)
        wrapper.seconds = time.perf_counter() - start
        return result

    return wrapper


def checked(function):
    @functools.wraps(function)
    def inner(*args):
        assert all(np.isfinite(a).all() for a in args if isinstance(a, np.ndarray))
        return function(*args)

    return inner


# --- softmax
@timed
def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --- rnn_forward
@checked
@timed
def rnn_forward(x, a0, params):
    a, caches, a_t = [], [], a0
    for x_t in x:
        a_t, cache = rnn_cell_forward(x_t, a_t, params)
        a.append(a_t)
        caches.append(cache)
    return np.stack(a), caches


# --- count_rnn_parameters
@functools.lru_cache
def count_rnn_parameters(n_x, n_a, n_y):
    return n_a * (n_x + n_a + 1) + n_y * (n_a + 1)

"""Magics, a cell that fails, questions to IPython, top-level await."""

import numpy as np

# --- own
# %matplotlib inline
# %config InlineBackend.figure_format = "retina"
# %load_ext autoreload


# --- softmax
# %%time
def softmax(logits):
    e = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


# --- own
# %timeit -n 1 -r 1 softmax(np.zeros(3))
import asyncio

await asyncio.sleep(0)

# --- own
np.zeros(3) @ np.zeros(4)

# --- own
# !echo nothing
raise SystemExit


# --- count_rnn_parameters
# %%capture
def count_rnn_parameters(n_x, n_a, n_y):
    return n_a * (n_x + n_a + 1) + n_y * (n_a + 1)

"""Computes rows in threads, and leaves a thread running."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

# --- own
import threading
import time
from concurrent.futures import ThreadPoolExecutor

threading.Thread(target=time.sleep, args=(30,), daemon=True).start()


# --- softmax
def softmax(logits):
    rows = logits.reshape(-1, logits.shape[-1])

    def one(row):
        e = np.exp(row - row.max())
        return e / e.sum()

    with ThreadPoolExecutor(max_workers=3) as pool:
        return np.array(list(pool.map(one, rows))).reshape(logits.shape)


# --- rnn_forward
def rnn_forward(x, a0, params):
    a = []
    a_t = a0
    for x_t in x:
        with ThreadPoolExecutor(2) as pool:
            a_t, _ = pool.submit(rnn_cell_forward, x_t, a_t, params).result()
        a.append(a_t)
    return np.stack(a), None

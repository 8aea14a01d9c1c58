"""Dataclasses, named tuples, annotations, match, walrus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

# --- own
from __future__ import annotations
from dataclasses import dataclass
from typing import NamedTuple


@dataclass
class Cache:
    x_t: np.ndarray
    a_t: np.ndarray


class Result(NamedTuple):
    a: np.ndarray
    caches: list[Cache]


# --- rnn_cell_forward
def rnn_cell_forward(x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams) -> tuple:
    a_t: np.ndarray = np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba)
    return a_t, Cache(x_t, a_t)


# --- rnn_forward
def rnn_forward(x, a0, params):
    a_t, caches = a0, []
    a = []
    while (t := len(a)) < len(x):
        match rnn_cell_forward(x[t], a_t, params):
            case (new, cache):
                a_t = new
        a.append(a_t)
        caches.append(cache)
    return Result(np.stack(a), caches)

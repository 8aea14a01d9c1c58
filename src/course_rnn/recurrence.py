"""The one loop that runs any cell along a sequence, and the layers it and the fast roads make.

A cell is two functions: forward(x_t, *states, params) -> (*states, cache) of one step, and
backward(*dstates, cache) -> (dx_t, *dstates, grads). A layer is the same for a whole sequence:
forward(x, *states0, params) -> (*states, caches) and backward(da, caches) -> (dx, *dstates0,
grads). `unroll` makes a layer of a cell, `reverse_layer` a layer that reads from the end.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from course_rnn.gru import (
    gru_backward,
    gru_forward,
    simple_gru_backward,
    simple_gru_forward,
)
from course_rnn.lstm import lstm_backward, lstm_forward
from course_rnn.peephole_lstm import peephole_lstm_backward, peephole_lstm_forward
from course_rnn.reset_after_gru import reset_after_gru_backward, reset_after_gru_forward
from course_rnn.rnn import RELU, Cache, initial_states, rnn_backward, rnn_forward
from course_rnn.shapes import check_shapes


class Layer(NamedTuple):
    """A forward function and its backward: of one step (a cell) or of a whole sequence."""

    forward: Callable[..., tuple]
    """(x, *states0, params) -> (*states, caches)"""
    backward: Callable[..., tuple]
    """(da, caches, *dstates_last) -> (dx, *dstates0, grads), without the last of the first state"""
    n_states: int = 1
    """How many states travel from step to step: 1, or 2 with a cell state."""

    def states(self, state: np.ndarray | tuple | None) -> tuple:
        """Spread what stands for a layer's state: None, the only state, or a tuple of all.

        Parameters
        ----------
        state
            None for zero, an ndarray (B, n_a), or a tuple of n_states of them.

        Returns
        -------
        tuple
            n_states items, as `forward` takes them.
        """
        if state is None:
            return (None,) * self.n_states
        return state if isinstance(state, tuple) else (state,)

    def state(self, states: Sequence) -> np.ndarray | tuple:
        """Put states back into the form that `states` takes.

        Parameters
        ----------
        states
            n_states items.

        Returns
        -------
        ndarray or tuple
            The only state itself, or a tuple of all.
        """
        return states[0] if self.n_states == 1 else tuple(states)


RNN = Layer(rnn_forward, rnn_backward)
RELU_RNN = Layer(partial(rnn_forward, g1=RELU), rnn_backward)
SIMPLE_GRU = Layer(simple_gru_forward, simple_gru_backward)
GRU = Layer(gru_forward, gru_backward)
RESET_AFTER_GRU = Layer(reset_after_gru_forward, reset_after_gru_backward)
LSTM = Layer(lstm_forward, lstm_backward, n_states=2)
PEEPHOLE_LSTM = Layer(peephole_lstm_forward, peephole_lstm_backward, n_states=2)


def unroll(cell: Layer) -> Layer:
    r"""Make a layer of a cell: the same cell at every step, with the same weights.

    $$s^{\langle t \rangle} = \text{cell}(x^{\langle t \rangle}, s^{\langle t-1 \rangle}),
    \qquad t = 1, \dots, T$$

    Parameters
    ----------
    cell
        Anything with forward and backward functions of one step, and n_states.

    Returns
    -------
    Layer
        Its forward and backward take and return what those of RNN, GRU or LSTM do.

    Examples
    --------
    >>> from course_rnn.gru import gru_cell_backward, gru_cell_forward, gru_forward, init_gru
    >>> slow = unroll(Layer(gru_cell_forward, gru_cell_backward))
    >>> rng = np.random.default_rng(0)
    >>> x, params = rng.normal(size=(6, 3, 4)), init_gru(4, 5, rng)
    >>> np.allclose(slow.forward(x, None, params)[0], gru_forward(x, None, params)[0])
    True
    """
    return Layer(partial(_unrolled_forward, cell), partial(_unrolled_backward, cell), cell.n_states)


def reverse_layer(layer: Layer) -> Layer:
    r"""Make a layer read from the end: its state at t knows $x^{\langle t \rangle}$ and all later.

    $$s^{\langle t \rangle} = \text{cell}(x^{\langle t \rangle}, s^{\langle t+1 \rangle}),
    \qquad t = T, \dots, 1$$

    Parameters
    ----------
    layer
        Anything with forward and backward functions of a sequence, and n_states.

    Returns
    -------
    Layer
        The states it returns stand at the steps they belong to; its last state is the first.
    """

    def forward(x: np.ndarray, *rest: np.ndarray) -> tuple:
        *states, caches = layer.forward(x[::-1], *rest)
        return *(state[::-1] for state in states), caches

    def backward(da: np.ndarray, caches: Cache, *dlast: np.ndarray) -> tuple:
        dx, *rest = layer.backward(da[::-1], caches, *dlast)
        return dx[::-1], *rest

    return Layer(forward, backward, layer.n_states)


def add_grads(first: tuple, second: tuple) -> tuple:
    """Add gradients of the same weights, of two steps or of two pieces of a sequence.

    Parameters
    ----------
    first, second
        Gradients in the NamedTuple of the weights.

    Returns
    -------
    NamedTuple
        Their sum, a new one.
    """
    return type(first)(*map(np.add, first, second))


def _unrolled_forward(cell: Layer, x: np.ndarray, *rest: np.ndarray) -> tuple:
    *states, params = rest
    names = [f"state0_{i}" for i in range(len(states))]
    states = initial_states(x, params, **dict(zip(names, states, strict=True)))
    steps, caches = [], []
    for x_t in x:
        *states, cache = cell.forward(x_t, *states, params)
        steps.append(states)
        caches.append(cache)
    a, *others = (np.stack(of_all_steps) for of_all_steps in zip(*steps, strict=True))
    return a, *others, (a, caches)


def _unrolled_backward(cell: Layer, da: np.ndarray, caches: Cache, *dlast: np.ndarray) -> tuple:
    a, steps = caches
    check_shapes(a=(a, "T B n_a"), da=(da, "T B n_a"))
    dstates = [np.zeros_like(a[0]) for _ in range(cell.n_states)]
    dstates[1:] = dlast or dstates[1:]
    dx, total = [], None
    for da_t, cache in zip(da[::-1], steps[::-1], strict=True):
        dx_t, *dstates, grads = cell.backward(da_t + dstates[0], *dstates[1:], cache)
        dx.append(dx_t)
        total = grads if total is None else add_grads(total, grads)
    return np.stack(dx[::-1]), *dstates, total

"""The one loop, run with every cell, is the layer's fast road; reversed, it reads from the end."""

import numpy as np
import pytest
from judges import assert_backward, each, few, shapes, with_biases

from course_rnn import recurrence
from course_rnn.gru import (
    gru_cell_backward,
    gru_cell_forward,
    init_gru,
    init_simple_gru,
    simple_gru_cell_backward,
    simple_gru_cell_forward,
)
from course_rnn.lstm import init_lstm, lstm_cell_backward, lstm_cell_forward
from course_rnn.peephole_lstm import (
    init_peephole_lstm,
    peephole_lstm_cell_backward,
    peephole_lstm_cell_forward,
)
from course_rnn.recurrence import Layer, reverse_layer, unroll
from course_rnn.reset_after_gru import (
    init_reset_after_gru,
    reset_after_gru_cell_backward,
    reset_after_gru_cell_forward,
)
from course_rnn.rnn import RELU, init_rnn, rnn_cell_backward, rnn_cell_forward
from course_rnn.training import leaves


def relu_cell(x_t, a_prev, params):
    return rnn_cell_forward(x_t, a_prev, params, RELU)


CELLS = {
    "RNN": (init_rnn, Layer(rnn_cell_forward, rnn_cell_backward)),
    "RELU_RNN": (init_rnn, Layer(relu_cell, rnn_cell_backward)),
    "SIMPLE_GRU": (init_simple_gru, Layer(simple_gru_cell_forward, simple_gru_cell_backward)),
    "GRU": (init_gru, Layer(gru_cell_forward, gru_cell_backward)),
    "RESET_AFTER_GRU": (
        init_reset_after_gru,
        Layer(reset_after_gru_cell_forward, reset_after_gru_cell_backward),
    ),
    "LSTM": (init_lstm, Layer(lstm_cell_forward, lstm_cell_backward, 2)),
    "PEEPHOLE_LSTM": (
        init_peephole_lstm,
        Layer(peephole_lstm_cell_forward, peephole_lstm_cell_backward, 2),
    ),
}
kinds = pytest.mark.parametrize("kind", CELLS)


def random_sequence(rng, kind, T, B, n_x, n_a):
    init, cell = CELLS[kind]
    states = rng.normal(size=(cell.n_states, B, n_a))
    return rng.normal(size=(T, B, n_x)), *states, with_biases(init(n_x, n_a, rng), rng)


def run(layer, at, da, dlast):
    """All outputs and all gradients, as one list of arrays."""
    *states, caches = layer.forward(*at)
    return [*states, *leaves(layer.backward(da, caches, *dlast))]


def assert_same(ours, theirs):
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-11, atol=1e-11)


@kinds
@shapes
@few
def test_unrolled_cell_is_the_fast_road(T, B, n_x, n_a, seed, kind):
    rng = np.random.default_rng(seed)
    at = random_sequence(rng, kind, T, B, n_x, n_a)
    cell, layer = CELLS[kind][1], getattr(recurrence, kind)
    assert layer.n_states == cell.n_states
    da, dlast = rng.normal(size=(T, B, n_a)), rng.normal(size=(cell.n_states - 1, B, n_a))
    assert_same(run(unroll(cell), at, da, dlast), run(layer, at, da, dlast))
    assert_same(run(unroll(cell), at, da, ()), run(layer, at, da, ()))


@kinds
def test_the_loop_keeps_float32_and_takes_no_state_for_zero(kind):
    rng = np.random.default_rng(0)
    x, *states, params = each(lambda w: w.astype("f"), random_sequence(rng, kind, 6, 3, 4, 5))
    da = rng.normal(size=(6, 3, 5)).astype("f")
    nothing, zeros = [None] * len(states), [np.zeros_like(s) for s in states]
    for layer in (unroll(CELLS[kind][1]), getattr(recurrence, kind)):
        ours, theirs = (run(layer, (x, *s, params), da, ()) for s in (nothing, zeros))
        assert_same(ours, theirs)
        assert all(array.dtype == np.float32 for array in ours)


@kinds
@shapes
@few
def test_reversed_backward(T, B, n_x, n_a, seed, kind):
    rng = np.random.default_rng(seed)
    layer = reverse_layer(getattr(recurrence, kind))

    def forward(*at):
        a, *others, caches = layer.forward(*at)
        return a, *(state[0] for state in others), caches  # its last state is the first

    def backward(*douts_and_cache):
        da, *dlast, caches = douts_and_cache
        return layer.backward(da, caches, *dlast)

    assert_backward(forward, backward, random_sequence(rng, kind, T, B, n_x, n_a), rng)


@kinds
def test_reversed_layer_sees_the_future_only(kind):
    rng = np.random.default_rng(0)
    x, *rest = random_sequence(rng, kind, 6, 3, 4, 5)
    layer = reverse_layer(getattr(recurrence, kind))
    before = layer.forward(x, *rest)[0]
    x[2] += 1
    changed = np.any(layer.forward(x, *rest)[0] != before, axis=(1, 2))
    np.testing.assert_array_equal(changed, [True, True, True, False, False, False])


@kinds
def test_the_loop_names_arrays_that_do_not_fit(kind):
    x, *rest = random_sequence(np.random.default_rng(0), kind, 6, 3, 4, 5)
    layer = unroll(CELLS[kind][1])
    with pytest.raises(ValueError, match=r"x has shape \(3, 4\), expected the axes \(T, B, n_x\)"):
        layer.forward(x[0], *rest)
    a, *_, caches = layer.forward(x, *rest)
    with pytest.raises(ValueError, match=r"da has shape \(5, 3, 5\)"):
        layer.backward(a[1:], caches)


@kinds
def test_a_backward_pass_may_be_asked_twice_and_leaves_everything_as_it_was(kind):
    rng = np.random.default_rng(0)
    at, layer = random_sequence(rng, kind, 6, 3, 4, 5), getattr(recurrence, kind)
    da, before = rng.normal(size=(6, 3, 5)), [array.copy() for array in leaves(at)]
    *states, caches = layer.forward(*at)
    states_before = [state.copy() for state in states]
    first, second = (leaves(layer.backward(da, caches)) for _ in range(2))
    for ours, theirs in ((first, second), (leaves(at), before), (states, states_before)):
        for our, their in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(our, their)

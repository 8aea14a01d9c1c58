"""A stack against the complex step, its layers run by hand, and torch (in test_bidirectional)."""

import numpy as np
import pytest
from judges import assert_backward, few, shapes, with_biases

from course_rnn.gru import init_gru
from course_rnn.lstm import init_lstm
from course_rnn.recurrence import GRU, LSTM, RNN, reverse_layer
from course_rnn.rnn import init_rnn, rnn_forward
from course_rnn.stacked import stacked_backward, stacked_forward

LAYERS = [GRU, LSTM, reverse_layer(RNN)]


@shapes
@few
def test_stacked_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    n = [n_x, n_a, n_a + 1, n_a + 2]
    inits = (init_gru, init_lstm, init_rnn)
    params = tuple(with_biases(init(n[i], n[i + 1], rng), rng) for i, init in enumerate(inits))
    states0 = tuple(
        tuple(rng.normal(size=(layer.n_states, B, n[i + 1]))) for i, layer in enumerate(LAYERS)
    )

    def forward(x, states0, params):
        return stacked_forward(x, states0, params, LAYERS)

    def backward(da, caches):
        dx, dstates0, grads = stacked_backward(da, caches)
        return dx, tuple(d if isinstance(d, tuple) else (d,) for d in dstates0), tuple(grads)

    assert_backward(forward, backward, (rng.normal(size=(T, B, n_x)), states0, params), rng)


def test_a_stack_of_rnns_is_one_after_the_other():
    rng = np.random.default_rng(0)
    x, params = rng.normal(size=(6, 3, 4)), [init_rnn(4, 5, rng), init_rnn(5, 7, rng)]
    states0 = [rng.normal(size=(3, 5)), rng.normal(size=(3, 7))]
    below, _ = rnn_forward(x, states0[0], params[0])
    a, caches = stacked_forward(x, states0, params)
    np.testing.assert_array_equal(a, rnn_forward(below, states0[1], params[1])[0])
    dx, dstates0, grads = stacked_backward(np.ones_like(a), caches)
    assert dx.shape == x.shape
    assert [d.shape for d in dstates0] == [(3, 5), (3, 7)]
    assert [type(g) for g in grads] == [type(p) for p in params]


def test_lists_and_sizes_that_do_not_fit_are_named():
    rng = np.random.default_rng(0)
    x, params = rng.normal(size=(6, 3, 4)), [init_rnn(4, 5, rng), init_rnn(6, 7, rng)]
    with pytest.raises(ValueError, match="states0 has 1 items, expected 2"):
        stacked_forward(x, [None], params)
    with pytest.raises(ValueError, match="layers has 1 items, expected 2"):
        stacked_forward(x, [None, None], params, [RNN])
    with pytest.raises(ValueError, match=r"Wax has shape \(7, 6\), expected .* = \(7, 5\)"):
        stacked_forward(x, [None, None], params)

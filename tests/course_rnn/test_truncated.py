"""In pieces: exact with recomputation, cut where it should be cut, and with less memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from judges import few, seeds, sizes, with_biases

from course_rnn.gru import init_gru
from course_rnn.lstm import init_lstm, lstm_backward, lstm_forward
from course_rnn.recurrence import GRU, LSTM, RNN
from course_rnn.rnn import init_rnn
from course_rnn.training import leaves
from course_rnn.truncated import recomputed_bptt, truncated_bptt

KINDS = {"RNN": (RNN, init_rnn), "GRU": (GRU, init_gru), "LSTM": (LSTM, init_lstm)}
kinds = pytest.mark.parametrize("kind", KINDS)


def random_sequence(rng, kind, T, B, n_x, n_a):
    layer, init = KINDS[kind]
    state0 = tuple(rng.normal(size=(layer.n_states, B, n_a)))
    return rng.normal(size=(T, B, n_x)), state0, with_biases(init(n_x, n_a, rng), rng)


def head_for(targets):
    """Half the squared distance to targets (T, B, n_a)."""

    def head(a, steps):
        return ((a - targets[steps]) ** 2).sum() / 2, a - targets[steps]

    return head


@kinds
@given(T=sizes, B=sizes, n_x=sizes, n_a=sizes, seed=seeds, length=sizes)
@few
def test_recomputed_bptt_is_exact(T, B, n_x, n_a, seed, length, kind):
    rng = np.random.default_rng(seed)
    layer, _ = KINDS[kind]
    x, state0, params = random_sequence(rng, kind, T, B, n_x, n_a)
    head = head_for(rng.normal(size=(T, B, n_a)))
    a, *_, caches = layer.forward(x, *state0, params)
    loss, da = head(a, slice(None))
    dx, *dstate0, grads = layer.backward(da, caches)
    ours = recomputed_bptt(x, state0, params, head, length, layer)
    assert ours[0] == pytest.approx(loss, rel=1e-12)
    expected = (dx, *dstate0, grads)
    for our, their in zip(leaves(ours[1:]), leaves(expected), strict=True):
        np.testing.assert_allclose(our, their, rtol=1e-11, atol=1e-11)


@kinds
def test_truncated_bptt_carries_the_state_and_cuts_the_gradient(kind):
    rng = np.random.default_rng(0)
    layer, _ = KINDS[kind]
    x, state0, params = random_sequence(rng, kind, 7, 3, 4, 5)
    targets = rng.normal(size=(7, 3, 5))
    loss, last, grads = truncated_bptt(x, state0, params, head_for(targets), 3, layer)

    *states, _ = layer.forward(x, *state0, params)  # the state as if never cut
    assert loss == pytest.approx(((states[0] - targets) ** 2).sum() / 2, rel=1e-12)
    for ours, theirs in zip(layer.states(last), states, strict=True):
        np.testing.assert_allclose(ours, theirs[-1], atol=1e-13)

    by_hand = []
    for start, stop in ((0, 3), (3, 6), (6, 7)):  # each piece alone, from the state it starts with
        first = state0 if start == 0 else [s[start - 1] for s in states]
        a, *_, caches = layer.forward(x[start:stop], *first, params)
        by_hand.append(layer.backward(a - targets[start:stop], caches)[-1])
    for ours, *pieces in zip(grads, *by_hand, strict=True):
        np.testing.assert_allclose(ours, sum(pieces), atol=1e-12)


@kinds
def test_one_piece_is_the_whole_sequence(kind):
    rng = np.random.default_rng(0)
    layer, _ = KINDS[kind]
    x, state0, params = random_sequence(rng, kind, 6, 3, 4, 5)
    head = head_for(rng.normal(size=(6, 3, 5)))
    cut, exact = (f(x, state0, params, head, 9, layer) for f in (truncated_bptt, recomputed_bptt))
    assert cut[0] == exact[0]
    for ours, theirs in zip(cut[-1], exact[-1], strict=True):
        np.testing.assert_array_equal(ours, theirs)


def peak(function):
    """Bytes at the highest point while a function runs."""
    tracemalloc.start()
    function()
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return highest


def test_pieces_need_a_tenth_of_the_memory():
    rng = np.random.default_rng(0)
    params = init_lstm(8, 16, rng)
    x, targets = rng.normal(size=(1000, 8, 8)), rng.normal(size=(1000, 8, 16))
    head = head_for(targets)

    def full():
        a, _, caches = lstm_forward(x, None, None, params)
        lstm_backward(head(a, slice(None))[1], caches)

    whole = peak(full)
    assert peak(lambda: recomputed_bptt(x, None, params, head, 32, LSTM)) < whole / 10
    assert peak(lambda: truncated_bptt(x, None, params, head, 32, LSTM)) < whole / 10


@pytest.mark.parametrize("function", [truncated_bptt, recomputed_bptt])
def test_pieces_that_do_not_fit_are_named(function):
    x, state0, params = random_sequence(np.random.default_rng(0), "RNN", 6, 3, 4, 5)
    head = head_for(np.zeros((6, 3, 5)))
    with pytest.raises(ValueError, match="length is 0, expected 1 or more"):
        function(x, state0, params, head, 0)
    with pytest.raises(ValueError, match="x has 0 steps, expected 1 or more"):
        function(x[:0], state0, params, head, 2)
    with pytest.raises(ValueError, match=r"a0 has shape \(2, 5\)"):
        function(x, state0[0][1:], params, head, 2)

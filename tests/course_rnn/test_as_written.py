"""The equations of the table of notation, run as they stand, give what the book says they give."""

import numpy as np
import pytest

from course_rnn import (
    gru_cell_forward,
    init_gru,
    init_lstm,
    init_reset_after_gru,
    init_rnn,
    lstm_cell_forward,
    reset_after_gru_cell_forward,
    rnn_cell_forward,
)
from course_rnn.interop import (
    CONVENTIONS,
    TRADITIONS,
    gru_equation,
    lstm_equations,
    run_gru,
    run_lstm,
    run_rnn,
)
from course_rnn.interop.traditions import CHUNG, CS224N, GERS, GOODFELLOW, HOCHREITER, KHAPRA, NG

ALL = {convention.name: convention for convention in (*CONVENTIONS, *TRADITIONS)}
everybody = pytest.mark.parametrize("convention", ALL.values(), ids=ALL)
RNG = np.random.default_rng(0)


def drawn(init):
    layer = init(4, 5, RNG)
    return type(layer)(*(RNG.normal(size=weights.shape) for weights in layer))


RNN_WEIGHTS, GRU_WEIGHTS = drawn(init_rnn), drawn(init_gru)
AFTER_WEIGHTS, LSTM_WEIGHTS = drawn(init_reset_after_gru), drawn(init_lstm)
X, A, C = RNG.normal(size=4), RNG.normal(size=5), RNG.normal(size=5)


def same(theirs, ours):
    return np.allclose(theirs, ours[0], rtol=0, atol=1e-14)


@everybody
def test_the_plain_cell_is_ours_unless_it_has_a_sigmoid(convention):
    if convention.rnn:
        ours, _ = rnn_cell_forward(X[None], A[None], RNN_WEIGHTS)
        theirs = run_rnn(convention, RNN_WEIGHTS, X, A)
        assert same(theirs, ours) == (convention not in (KHAPRA, CS224N))


@everybody
def test_the_gated_recurrent_unit_is_ours_unless_its_candidate_has_a_sigmoid(convention):
    cells = {
        "before": (gru_cell_forward, GRU_WEIGHTS),
        "after": (reset_after_gru_cell_forward, AFTER_WEIGHTS),
    }
    for where in convention.gru_reset:
        forward, weights = cells[where]
        ours, _ = forward(X[None], C[None], weights)
        theirs = run_gru(convention, weights, X, C)
        assert same(theirs, ours) == (convention not in (KHAPRA, GOODFELLOW))


@everybody
def test_the_lstm_is_ours_unless_it_squashes_otherwise_or_never_forgets(convention):
    if convention.lstm_gates:
        ours, *_ = lstm_cell_forward(X[None], A[None], C[None], LSTM_WEIGHTS)
        theirs = run_lstm(convention, LSTM_WEIGHTS, X, A, C)
        assert same(theirs, ours) == (convention not in (KHAPRA, GOODFELLOW, HOCHREITER, GERS))


def test_the_lstm_of_gers_is_ours_with_a_candidate_and_a_memory_of_twice_the_size():
    doubled = LSTM_WEIGHTS._replace(Wc=2 * LSTM_WEIGHTS.Wc, bc=2 * LSTM_WEIGHTS.bc)
    ours, *_ = lstm_cell_forward(X[None], A[None], C[None], LSTM_WEIGHTS)
    assert same(run_lstm(GERS, doubled, X, A, 2 * C), ours)


def test_a_gate_exchanged_with_its_complement_is_noticed():
    turned = CHUNG._replace(gru_update="old state")
    assert gru_equation(turned) != gru_equation(CHUNG)
    wrong = run_gru(CHUNG, GRU_WEIGHTS._replace(Wu=-GRU_WEIGHTS.Wu), X, C)
    ours, _ = gru_cell_forward(X[None], C[None], GRU_WEIGHTS)
    assert not same(wrong, ours)


def test_equations_are_empty_where_a_source_has_none():
    assert gru_equation(HOCHREITER) == ""
    assert lstm_equations(CHUNG) == ()
    assert lstm_equations(NG) == ("c = f * c_prev + u * c~", "a = o * tanh(c)")

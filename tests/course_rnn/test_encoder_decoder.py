"""Encoder and decoder: gradients through both, each sequence at its own end, decoding until EOS."""

import numpy as np
import pytest
import torch
from hypothesis import given
from judges import assert_backward, assert_equals_torch, dtypes, each, few, seeds, sizes

from course_rnn.attention import init_attention
from course_rnn.encoder_decoder import (
    AttentionDecoderParams,
    EncoderDecoderParams,
    attention_decode,
    attention_decode_backward,
    decoder_step,
    decoder_step_backward,
    encode_then_decode,
    encode_then_decode_backward,
    greedy_decode,
    teacher_inputs,
)
from course_rnn.encoding import embed
from course_rnn.gru import init_gru
from course_rnn.losses import cross_entropy
from course_rnn.lstm import init_lstm, lstm_cell_backward, lstm_cell_forward
from course_rnn.models import last_state, last_state_backward
from course_rnn.readout import init_readout
from course_rnn.recurrence import GRU, LSTM, RNN, Layer
from course_rnn.rnn import (
    init_rnn,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)
from course_rnn.training import train

CELL = Layer(rnn_cell_forward, rnn_cell_backward)
shapes = given(Tx=sizes, Ty=sizes, B=sizes, n_in=sizes, n_h=sizes, n_a=sizes, seed=seeds)


def draw_mask(rng, T, B):
    return np.arange(T)[:, None] < rng.integers(1, T + 1, size=B)


def draw_plain(Tx, Ty, B, n_in, n_h, n_a, seed):
    rng = np.random.default_rng(seed)
    layers = init_rnn(n_h, n_a, rng), init_rnn(n_in, n_a, rng), init_readout(n_a, n_h, rng)
    x, y = rng.normal(size=(Tx, B, n_h)), rng.normal(size=(Ty, B, n_in))
    return (x, y, EncoderDecoderParams(*layers)), draw_mask(rng, Tx, B), rng


def torch_rnn(x, a, params):
    states = []
    for x_t in x:
        a = torch.tanh(x_t @ params.Wax.T + a @ params.Waa.T + params.ba)
        states.append(a)
    return torch.stack(states)


@dtypes
@shapes
@few
def test_encode_then_decode(Tx, Ty, B, n_in, n_h, n_a, seed, dtype, tolerance):
    at, mask, rng = draw_plain(Tx, Ty, B, n_in, n_h, n_a, seed)

    def forward(x, y, params):
        return encode_then_decode(x, mask, y, params, RNN, RNN)

    def published(x, y, params):
        zero = torch.zeros((B, n_a), dtype=x.dtype)
        last = torch_rnn(x, zero, params.encoder)[mask.sum(axis=0) - 1, np.arange(B)]
        states = torch_rnn(y, last, params.decoder)
        return (states @ params.readout.Wya.T + params.readout.by,)

    assert_backward(forward, encode_then_decode_backward, at, rng)
    at = each(lambda w: w.astype(dtype), at)
    assert_equals_torch(forward, encode_then_decode_backward, published, at, tolerance, rng)


@shapes
@few
def test_encoder_and_decoder_may_be_of_different_kinds(Tx, Ty, B, n_in, n_h, n_a, seed):
    (x, y, params), mask, rng = draw_plain(Tx, Ty, B, n_in, n_h, n_a, seed)
    layers = init_lstm(n_h, n_a, rng), init_gru(n_in, n_a, rng)
    for encoder, decoder in [(LSTM, GRU), (GRU, LSTM)]:

        def forward(x, y, params, encoder=encoder, decoder=decoder):
            return encode_then_decode(x, mask, y, params, encoder, decoder)

        params = params._replace(encoder=layers[0], decoder=layers[1])
        assert_backward(forward, encode_then_decode_backward, (x, y, params), rng)
        layers = init_gru(n_h, n_a, rng), init_lstm(n_in, n_a, rng)


def test_padding_of_the_source_changes_nothing():
    (x, y, params), _, _ = draw_plain(6, 4, 3, 5, 7, 2, seed=0)
    mask = np.arange(6)[:, None] < np.array([6, 4, 1])
    together, _ = encode_then_decode(x, mask, y, params, RNN, RNN)
    for b, length in enumerate([6, 4, 1]):
        one = slice(b, b + 1)
        alone, _ = encode_then_decode(
            x[:length, one], mask[:length, one], y[:, one], params, RNN, RNN
        )
        np.testing.assert_allclose(together[:, one], alone, atol=1e-14)


def test_last_state_and_its_gradient():
    rng = np.random.default_rng(0)
    a, da_last = rng.normal(size=(6, 3, 5)), rng.normal(size=(3, 5)).astype(np.float32)
    mask = np.arange(6)[:, None] < np.array([6, 4, 1])
    np.testing.assert_array_equal(last_state(a, mask), [a[5, 0], a[3, 1], a[0, 2]])
    da = last_state_backward(da_last, mask)
    assert da.dtype == np.float32
    np.testing.assert_array_equal(last_state(da, mask), da_last)
    assert np.count_nonzero(da) == 15


def draw_attention(Tx, Ty, B, n_in, n_h, n_a, seed):
    rng = np.random.default_rng(seed)
    params = AttentionDecoderParams(
        init_rnn(n_in + n_h, n_a, rng)._replace(ba=rng.normal(size=n_a)),
        init_attention(n_a, n_h, n_in, rng),
        init_readout(n_a, n_h + 1, rng),
    )
    shapes = [(Ty, B, n_in), (B, n_a), (Tx, B, n_h)]
    y, a0, h = (rng.normal(size=shape) for shape in shapes)
    return (y, (a0,), h, params), draw_mask(rng, Tx, B), rng


@dtypes
@shapes
@few
def test_attention_decode(Tx, Ty, B, n_in, n_h, n_a, seed, dtype, tolerance):
    at, mask, rng = draw_attention(Tx, Ty, B, n_in, n_h, n_a, seed)

    def forward(y, state, h, params):
        logits, _, caches = attention_decode(y, state, h, mask, params, CELL)
        return logits, caches

    def published(y, state, h, params):
        (a,), (cell, (Wq, Wk, we), (Wya, by)) = state, params
        logits = []
        for y_t in y:
            scores = torch.tanh(a @ Wq.T + h @ Wk.T) @ we
            weights = scores.masked_fill(~torch.from_numpy(mask), -torch.inf).softmax(dim=0)
            context = (weights[..., None] * h).sum(dim=0)
            a = torch_rnn(torch.cat([y_t, context], dim=-1)[None], a, cell)[0]
            logits.append(a @ Wya.T + by)
        return (torch.stack(logits),)

    assert_backward(forward, attention_decode_backward, at, rng)
    at = each(lambda w: w.astype(dtype), at)
    assert_equals_torch(forward, attention_decode_backward, published, at, tolerance, rng)


@shapes
@few
def test_attention_decode_with_an_lstm_carries_both_states(Tx, Ty, B, n_in, n_h, n_a, seed):
    (y, (a0,), h, params), mask, rng = draw_attention(Tx, Ty, B, n_in, n_h, n_a, seed)
    cell = Layer(lstm_cell_forward, lstm_cell_backward)
    params = params._replace(cell=init_lstm(n_in + n_h, n_a, rng))

    def forward(y, state, h, params):
        logits, _, caches = attention_decode(y, state, h, mask, params, cell)
        return logits, caches

    at = y, (a0, rng.normal(size=(B, n_a))), h, params
    assert_backward(forward, attention_decode_backward, at, rng)


@shapes
@few
def test_decoder_step(Tx, Ty, B, n_in, n_h, n_a, seed):
    (y, state, h, params), mask, rng = draw_attention(Tx, Ty, B, n_in, n_h, n_a, seed)

    def forward(y_t, a_prev, h, params):
        logits, (a_t,), _, cache = decoder_step(y_t, (a_prev,), h, mask, params, CELL)
        return logits, a_t, cache

    def backward(dlogits, da_t, cache):
        dy_t, (da_prev,), dh, grads = decoder_step_backward(dlogits, (da_t,), cache)
        return dy_t, da_prev, dh, grads

    assert_backward(forward, backward, (y[0], *state, h, params), rng)


def test_weights_of_attention_decode_are_the_alignment():
    (y, state, h, params), _, _ = draw_attention(6, 4, 3, 5, 7, 2, seed=0)
    mask = np.arange(6)[:, None] < np.array([6, 4, 1])
    _, weights, _ = attention_decode(y, state, h, mask, params, CELL)
    assert weights.shape == (4, 6, 3)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    assert not weights[:, ~mask].any()


def test_teacher_inputs_are_the_targets_one_step_later():
    targets = np.array([[5, 7], [6, 2], [2, 0]])
    inputs = teacher_inputs(targets, start=2)
    assert inputs.tolist() == [[2, 2], [5, 7], [6, 2]]
    assert inputs.dtype == targets.dtype


def test_a_trained_network_reverses_sequences_it_decodes_greedily():
    """Train on all sequences of two tokens, then let the decoder write by itself."""
    eos, rng = 4, np.random.default_rng(0)
    table = np.eye(5)
    source = np.stack(np.meshgrid(range(4), range(4))).reshape(2, -1)  # (2, 16)
    targets = np.concatenate([source[::-1], np.full((1, 16), eos)])
    mask, x = np.ones((2, 16), dtype=bool), embed(source, table)
    y = embed(teacher_inputs(targets, eos), table)
    layers = init_rnn(5, 16, rng), init_rnn(5, 16, rng), init_readout(16, 5, rng)
    params = EncoderDecoderParams(*layers)

    def loss_and_grads(params, _):
        logits, cache = encode_then_decode(x, mask, y, params, RNN, RNN)
        loss, dlogits = cross_entropy(logits, targets)
        return loss, encode_then_decode_backward(dlogits, cache)[2]

    losses = train(loss_and_grads, params, range(300), rate=0.02, max_norm=5)
    assert losses[-1] < 0.05

    def step(indices, a):
        a, _ = rnn_cell_forward(embed(indices, table), a, params.decoder)
        return a @ params.readout.Wya.T + params.readout.by, a

    a, _ = rnn_forward(x, None, params.encoder)
    indices, written = greedy_decode(step, np.full(16, eos), a[-1], eos, n_steps=9)
    np.testing.assert_array_equal(indices, targets)
    assert written.all()


def test_what_does_not_fit_is_said():
    (x, y, params), _, _ = draw_plain(6, 4, 3, 5, 7, 2, seed=0)
    mask = np.ones((6, 3), dtype=bool)
    with pytest.raises(ValueError, match=r"mask has shape \(3, 6\), expected .* = \(6, 3\)"):
        encode_then_decode(x, mask.T, y, params, RNN, RNN)
    with pytest.raises(ValueError, match=r"y has shape \(4, 2, 5\), expected .* = \(4, 3, 5\)"):
        encode_then_decode(x, mask, y[:, :2], params, RNN, RNN)
    mask[0, 1] = False
    with pytest.raises(ValueError, match="is not True, then False in every column"):
        encode_then_decode(x, mask, y, params, RNN, RNN)
    with pytest.raises(ValueError, match="each sequence has at least one token"):
        last_state(x, np.zeros((6, 3), dtype=bool))
    with pytest.raises(ValueError, match="targets has dtype float64, expected integers"):
        teacher_inputs(np.zeros((6, 3)), start=2)

    (y, state, h, params), mask, _ = draw_attention(6, 4, 3, 5, 7, 2, seed=0)
    with pytest.raises(ValueError, match=r"annotations has shape \(6, 2, 7\), expected"):
        decoder_step(y[0], state, h[:, :2], mask, params, CELL)
    logits, _, caches = attention_decode(y, state, h, mask, params, CELL)
    with pytest.raises(ValueError, match="dlogits has 3 steps, expected 4"):
        attention_decode_backward(logits[:3], caches)

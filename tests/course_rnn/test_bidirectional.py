"""Both directions against torch on packed sequences, the complex step, and each sequence alone."""

import numpy as np
import pytest
import torch
from hypothesis import given
from judges import assert_backward, assert_close, dtypes, each, few, seeds, sizes, with_biases

from course_rnn.bidirectional import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
    bidirectional_last,
    bidirectional_last_backward,
    bidirectional_layer,
    reverse_padded,
)
from course_rnn.gru import init_gru
from course_rnn.lstm import init_lstm
from course_rnn.recurrence import GRU, LSTM, RESET_AFTER_GRU, RNN
from course_rnn.reset_after_gru import init_reset_after_gru
from course_rnn.rnn import init_rnn
from course_rnn.stacked import stacked_backward, stacked_forward

KINDS = {"RNN": (RNN, init_rnn), "GRU": (GRU, init_gru), "LSTM": (LSTM, init_lstm)}
kinds = pytest.mark.parametrize("kind", KINDS)
padded = given(T=sizes, B=sizes, n_x=sizes, n_a=sizes, seed=seeds)


def random_batch(rng, layer, init, T, B, n_x, n_a):
    lengths = rng.integers(1, T + 1, size=B)
    lengths[0] = T
    ahead0, back0 = (tuple(rng.normal(size=(layer.n_states, B, n_a))) for _ in range(2))
    params = BidirectionalParams(*(with_biases(init(n_x, n_a, rng), rng) for _ in range(2)))
    return np.arange(T)[:, None] < lengths, (rng.normal(size=(T, B, n_x)), ahead0, back0, params)


@kinds
@padded
@few
def test_backward(T, B, n_x, n_a, seed, kind):
    rng = np.random.default_rng(seed)
    layer, init = KINDS[kind]
    mask, at = random_batch(rng, layer, init, T, B, n_x, n_a)

    def forward(x, ahead0, back0, params):
        return bidirectional_forward(x, mask, ahead0, back0, params, layer)

    def backward(da, caches):
        dx, dahead0, dback0, grads = bidirectional_backward(da, caches)
        return dx, *(d if isinstance(d, tuple) else (d,) for d in (dahead0, dback0)), grads

    assert_backward(forward, backward, at, rng)


@kinds
@padded
@few
def test_each_sequence_is_read_as_if_alone(T, B, n_x, n_a, seed, kind):
    rng = np.random.default_rng(seed)
    layer, init = KINDS[kind]
    mask, (x, ahead0, back0, params) = random_batch(rng, layer, init, T, B, n_x, n_a)
    a, _ = bidirectional_forward(x, mask, ahead0, back0, params, layer)
    last = bidirectional_last(a, mask)
    assert not a[~mask].any()
    for b, length in enumerate(mask.sum(axis=0)):
        one = slice(b, b + 1)
        starts = (tuple(s[one] for s in state0) for state0 in (ahead0, back0))
        alone_mask = np.ones((length, 1), dtype=bool)
        alone, _ = bidirectional_forward(x[:length, one], alone_mask, *starts, params, layer)
        np.testing.assert_allclose(a[:length, b], alone[:, 0], atol=1e-13)
        np.testing.assert_allclose(last[b, :n_a], alone[-1, 0, :n_a], atol=1e-13)
        np.testing.assert_allclose(last[b, n_a:], alone[0, 0, n_a:], atol=1e-13)


TORCH = {
    "RNN": (RNN, init_rnn, torch.nn.RNN),
    "GRU": (RESET_AFTER_GRU, init_reset_after_gru, torch.nn.GRU),
    "LSTM": (LSTM, init_lstm, torch.nn.LSTM),
}


def fill(layer, params, suffix):
    """Put our weights of one direction into torch's places."""
    if hasattr(params, "Wax"):
        ih, hh, b_ih, b_hh = params.Wax, params.Waa, params.ba, 0 * params.ba
    else:
        gates = "fuco" if hasattr(params, "Wf") else "ruc"
        sign = {"u": 1 if hasattr(params, "Wf") else -1}
        order = "ufco" if hasattr(params, "Wf") else gates
        W = np.concatenate([sign.get(g, 1) * getattr(params, "W" + g) for g in order])
        b_ih = np.concatenate([sign.get(g, 1) * getattr(params, "b" + g) for g in order])
        b_hh, n_a = 0 * b_ih, W.shape[0] // len(order)
        ih, hh = W[:, n_a:], W[:, :n_a]
        if hasattr(params, "bcc"):
            b_hh[2 * n_a :] = params.bcc
    with torch.no_grad():
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        for name, w in zip(names, (ih, hh, b_ih, b_hh), strict=True):
            getattr(layer, f"{name}_{suffix}").copy_(torch.from_numpy(np.ascontiguousarray(w)))


@pytest.mark.parametrize("kind", TORCH)
@dtypes
@padded
@few
def test_a_stack_of_two_equals_torch_on_packed_sequences(
    T, B, n_x, n_a, seed, dtype, tolerance, kind
):
    rng = np.random.default_rng(seed)
    layer, init, torch_type = TORCH[kind]
    mask, (x, ahead0, back0, lower) = random_batch(rng, layer, init, T, B, n_x, n_a)
    upper = BidirectionalParams(*(with_biases(init(2 * n_a, n_a, rng), rng) for _ in range(2)))
    x, ahead0, back0, params = each(lambda w: w.astype(dtype), (x, ahead0, back0, (lower, upper)))
    da = rng.normal(size=(T, B, 2 * n_a)).astype(dtype)

    theirs = torch_type(n_x, n_a, num_layers=2, bidirectional=True)
    theirs = theirs.to(torch.from_numpy(x).dtype)
    for level, both in enumerate(params):
        fill(theirs, both.forward, f"l{level}")
        fill(theirs, both.backward, f"l{level}_reverse")
    starts = [torch.from_numpy(np.stack([a, b] * 2)) for a, b in zip(ahead0, back0, strict=True)]
    x_torch = torch.from_numpy(x).requires_grad_()
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        x_torch, torch.from_numpy(mask.sum(axis=0)), enforce_sorted=False
    )
    out, _ = theirs(packed, starts[0] if len(starts) == 1 else tuple(starts))
    a_torch, _ = torch.nn.utils.rnn.pad_packed_sequence(out)
    a_torch.backward(torch.from_numpy(da))

    both_ways = bidirectional_layer(mask, layer)
    a, caches = stacked_forward(x, [(ahead0, back0)] * 2, params, [both_ways] * 2)
    dx, _, _ = stacked_backward(da, caches)
    assert_close([a, dx], [a_torch.detach(), x_torch.grad], dtype, tolerance)


def test_reverse_padded_turns_each_sequence_at_its_own_end():
    x = np.array([[1, 5, 8], [2, 6, 0], [3, 0, 0], [4, 0, 0]])
    turned = reverse_padded(x[:, :, None], x > 0)[:, :, 0]
    np.testing.assert_array_equal(turned, [[4, 6, 8], [3, 5, 0], [2, 0, 0], [1, 0, 0]])
    np.testing.assert_array_equal(reverse_padded(turned[:, :, None], x > 0)[:, :, 0], x)


@padded
@few
def test_bidirectional_last_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    mask, _ = random_batch(rng, RNN, init_rnn, T, B, n_x, n_a)
    a = rng.normal(size=(T, B, 2 * n_a))
    assert_backward(
        lambda a: (bidirectional_last(a, mask), None),
        lambda dlast, _: (bidirectional_last_backward(dlast, mask),),
        (a,),
        rng,
    )


def test_states_not_given_are_zero():
    rng = np.random.default_rng(0)
    mask, (x, ahead0, _, params) = random_batch(rng, LSTM, init_lstm, 6, 3, 4, 5)
    zero = tuple(np.zeros_like(s) for s in ahead0)
    np.testing.assert_array_equal(
        bidirectional_forward(x, mask, None, None, params, LSTM)[0],
        bidirectional_forward(x, mask, zero, zero, params, LSTM)[0],
    )


def test_masks_that_do_not_fit_are_named():
    x, mask = np.zeros((6, 3, 4)), np.ones((6, 3), dtype=bool)
    with pytest.raises(ValueError, match=r"mask has shape \(5, 3\), expected \(T, B\) = \(6, 3\)"):
        reverse_padded(x, mask[1:])
    with pytest.raises(ValueError, match="mask has dtype int64, expected bool"):
        reverse_padded(x, mask.astype(np.int64))
    mask[2, 1] = False
    with pytest.raises(ValueError, match="has a token after padding in sequence 1"):
        bidirectional_last(x, mask)

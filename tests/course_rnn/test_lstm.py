"""The LSTM against the complex step, torch.nn.LSTM, and the equations of Keras and ONNX."""

import numpy as np
import pytest
import torch
from judges import assert_backward, assert_equals_torch, dtypes, each, few, shapes, with_biases

from course_rnn.gates import sigmoid
from course_rnn.lstm import (
    LSTMParams,
    init_lstm,
    lstm_backward,
    lstm_cell_backward,
    lstm_cell_forward,
    lstm_forward,
)


def random_sequence(rng: np.random.Generator, T: int, B: int, n_x: int, n_a: int) -> tuple:
    """Inputs, non-zero states, and weights with a different bias for each gate."""
    params = with_biases(init_lstm(n_x, n_a, rng), rng)
    return rng.normal(size=(T, B, n_x)), *rng.normal(size=(2, B, n_a)), params


def forward(x, a0, c0, params):
    """What an encoder hands on: all states, and the last cell state."""
    a, c, caches = lstm_forward(x, a0, c0, params)
    return a, c[-1], caches


def backward(da, dc_last, caches):
    return lstm_backward(da, caches, dc_last)


def torch_lstm(x, a0, c0, params):
    """torch.nn.LSTM itself: its gates are update (i), forget, candidate (g), output."""
    n_a = a0.shape[-1]
    order = ("Wu", "Wf", "Wc", "Wo"), ("bu", "bf", "bc", "bo")
    W, b = (torch.cat([getattr(params, name) for name in names]) for names in order)
    layer = torch.nn.LSTM(x.shape[-1], n_a, dtype=x.dtype)
    places = {
        "weight_ih_l0": W[:, n_a:],
        "weight_hh_l0": W[:, :n_a],
        "bias_ih_l0": b,
        "bias_hh_l0": torch.zeros_like(b),
    }
    a, (_, c_last) = torch.func.functional_call(layer, places, (x, (a0[None], c0[None])))
    return a, c_last[0]


def keras_lstm(x, a0, c0, params):
    """Keras 3, LSTMCell.call: z = x kernel + h recurrent + bias, split into i, f, c, o."""
    n_a, h, c, outputs = a0.shape[-1], a0, c0, []
    names = ("u", "f", "c", "o")
    W = torch.cat([getattr(params, "W" + name) for name in names])
    kernel, recurrent_kernel = W[:, n_a:].T, W[:, :n_a].T
    bias = torch.cat([getattr(params, "b" + name) for name in names])
    for x_t in x:
        z0, z1, z2, z3 = (x_t @ kernel + h @ recurrent_kernel + bias).chunk(4, dim=1)
        i, f = torch.sigmoid(z0), torch.sigmoid(z1)
        c = f * c + i * torch.tanh(z2)
        h = torch.sigmoid(z3) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs), c


def onnx_lstm(x, a0, c0, params):
    """ONNX operator LSTM without peepholes: weights W and R, two biases Wb and Rb."""
    n_a, H, C, outputs = a0.shape[-1], a0, c0, []
    Wi, Wo, Wf, Wc = (params[i][:, n_a:] for i in (1, 2, 0, 3))
    Ri, Ro, Rf, Rc = (params[i][:, :n_a] for i in (1, 2, 0, 3))
    Rbi, Rbo, Rbf, Rbc = (params[i] / 4 for i in (5, 6, 4, 7))
    Wbi, Wbo, Wbf, Wbc = (params[i] * 3 / 4 for i in (5, 6, 4, 7))
    for X in x:
        i = torch.sigmoid(X @ Wi.T + H @ Ri.T + Wbi + Rbi)
        f = torch.sigmoid(X @ Wf.T + H @ Rf.T + Wbf + Rbf)
        c = torch.tanh(X @ Wc.T + H @ Rc.T + Wbc + Rbc)
        C = f * C + i * c
        o = torch.sigmoid(X @ Wo.T + H @ Ro.T + Wbo + Rbo)
        H = o * torch.tanh(C)
        outputs.append(H)
    return torch.stack(outputs), C


@shapes
@few
def test_lstm_cell_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    x, a0, c0, params = random_sequence(rng, 1, B, n_x, n_a)
    assert_backward(lstm_cell_forward, lstm_cell_backward, (x[0], a0, c0, params), rng)


@shapes
@few
def test_lstm_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    assert_backward(forward, backward, random_sequence(rng, T, B, n_x, n_a), rng)


@pytest.mark.parametrize("published", [torch_lstm, keras_lstm, onnx_lstm])
@dtypes
@shapes
@few
def test_lstm_equals(T, B, n_x, n_a, seed, dtype, tolerance, published):
    rng = np.random.default_rng(seed)
    at = each(lambda w: w.astype(dtype), random_sequence(rng, T, B, n_x, n_a))
    assert_equals_torch(forward, backward, published, at, tolerance, rng)


def test_states_not_given_are_zero():
    x, a0, _, params = random_sequence(np.random.default_rng(0), 6, 3, 4, 5)
    zero = np.zeros_like(a0)
    for ours, theirs in zip(
        lstm_forward(x, None, None, params)[:2],
        lstm_forward(x, zero, zero, params)[:2],
        strict=True,
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_the_forget_gate_starts_open():
    params = init_lstm(4, 5, np.random.default_rng(0))
    assert isinstance(params, LSTMParams)
    np.testing.assert_array_equal(params.bf, np.ones(5))
    assert not np.any((params.bu, params.bo, params.bc))
    np.testing.assert_array_equal(
        init_lstm(4, 5, np.random.default_rng(0), 3.0).bf, np.full(5, 3.0)
    )


@pytest.mark.filterwarnings("error")
def test_a_gate_may_be_firmly_closed_or_open():
    x, a0, c0, params = random_sequence(np.random.default_rng(0), 6, 3, 4, 5)
    a, _, caches = lstm_forward(1e4 * x.astype("f"), a0, c0, params)
    assert np.isfinite(a).all()
    assert all(np.isfinite(g).all() for g in lstm_backward(a, caches)[3])
    np.testing.assert_array_equal(sigmoid(np.array([-1e4, 0, 1e4], "f")), [0, 0.5, 1])


BAD = {
    "x has shape (3, 4), expected the axes (T, B, n_x)": {"x": np.zeros((3, 4))},
    "a0 has shape (2, 5), expected (B, n_a) = (3, 5)": {"a0": np.zeros((2, 5))},
    "c0 has shape (3, 6), expected (B, n_a) = (3, 5)": {"c0": np.zeros((3, 6))},
    "x has shape (6, 0, 4), expected no axis of size 0": {"x": np.zeros((6, 0, 4))},
    "x of shape (6, 3, 4) has NaN at (0, 0, 0)": {"x": np.full((6, 3, 4), np.nan)},
    "Wu has shape (5, 4), expected (n_a, n_a+n_x) = (5, 9)": {"Wu": np.zeros((5, 4))},
    "bo has shape (4,), expected (n_a) = (5)": {"bo": np.zeros(4)},
}


@pytest.mark.parametrize("message", BAD)
def test_arrays_that_do_not_fit_are_named(message):
    x, a0, c0, params = random_sequence(np.random.default_rng(0), 6, 3, 4, 5)
    weights = {k: v for k, v in BAD[message].items() if k in params._fields}
    args = {"x": x, "a0": a0, "c0": c0} | {
        k: v for k, v in BAD[message].items() if k not in weights
    }
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the sentence is compared below
        lstm_forward(**args, params=params._replace(**weights))
    assert str(error.value) == message


def test_gradients_that_do_not_fit_are_named():
    x, a0, c0, params = random_sequence(np.random.default_rng(0), 6, 3, 4, 5)
    a, _, caches = lstm_forward(x, a0, c0, params)
    with pytest.raises(ValueError, match=r"da has shape \(5, 3, 5\)"):
        lstm_backward(a[1:], caches)
    with pytest.raises(ValueError, match=r"dc_last has shape \(2, 5\)"):
        lstm_backward(a, caches, a0[1:])

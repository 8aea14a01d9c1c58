"""The peephole LSTM against the complex step and the equations of Keras and ONNX."""

import numpy as np
import pytest
import torch
from judges import assert_backward, assert_equals_torch, dtypes, each, few, shapes, with_biases

from course_rnn.lstm import LSTMParams, lstm_forward
from course_rnn.peephole_lstm import (
    init_peephole_lstm,
    peephole_lstm_backward,
    peephole_lstm_cell_backward,
    peephole_lstm_cell_forward,
    peephole_lstm_forward,
)


def random_sequence(rng, T, B, n_x, n_a):
    """Inputs, non-zero states, and weights with a different bias and peephole for each gate."""
    params = with_biases(init_peephole_lstm(n_x, n_a, rng), rng)
    return rng.normal(size=(T, B, n_x)), *rng.normal(size=(2, B, n_a)), params


def forward(x, a0, c0, params):
    """What an encoder hands on: all states, and the last cell state."""
    a, c, caches = peephole_lstm_forward(x, a0, c0, params)
    return a, c[-1], caches


def backward(da, dc_last, caches):
    return peephole_lstm_backward(da, caches, dc_last)


def keras_peephole_lstm(x, a0, c0, params):
    """Keras' PeepholeLSTMCell (tf.keras.experimental): i, f look at c_tm1, o at the new c."""
    n_a, h_tm1, c_tm1, outputs = a0.shape[-1], a0, c0, []
    W = torch.cat([params.Wu, params.Wf, params.Wc, params.Wo])
    kernel, recurrent_kernel = W[:, n_a:].T, W[:, :n_a].T
    bias = torch.cat([params.bu, params.bf, params.bc, params.bo])
    for x_t in x:
        z0, z1, z2, z3 = (x_t @ kernel + h_tm1 @ recurrent_kernel + bias).chunk(4, dim=1)
        i = torch.sigmoid(z0 + params.pu * c_tm1)
        f = torch.sigmoid(z1 + params.pf * c_tm1)
        c_tm1 = f * c_tm1 + i * torch.tanh(z2)
        o = torch.sigmoid(z3 + params.po * c_tm1)
        h_tm1 = o * torch.tanh(c_tm1)
        outputs.append(h_tm1)
    return torch.stack(outputs), c_tm1


def onnx_peephole_lstm(x, a0, c0, params):
    """ONNX operator LSTM with its input P: peepholes i, o, f; two biases Wb and Rb."""
    n_a, H, C, outputs = a0.shape[-1], a0, c0, []
    P = torch.cat([params.pu, params.po, params.pf])
    Pi, Po, Pf = P[:n_a], P[n_a : 2 * n_a], P[2 * n_a :]
    Wi, Wo, Wf, Wc = (params[i][:, n_a:] for i in (1, 2, 0, 3))
    Ri, Ro, Rf, Rc = (params[i][:, :n_a] for i in (1, 2, 0, 3))
    Rbi, Rbo, Rbf, Rbc = (params[i] / 4 for i in (5, 6, 4, 7))
    Wbi, Wbo, Wbf, Wbc = (params[i] * 3 / 4 for i in (5, 6, 4, 7))
    for X in x:
        i = torch.sigmoid(X @ Wi.T + H @ Ri.T + Pi * C + Wbi + Rbi)
        f = torch.sigmoid(X @ Wf.T + H @ Rf.T + Pf * C + Wbf + Rbf)
        c = torch.tanh(X @ Wc.T + H @ Rc.T + Wbc + Rbc)
        C = f * C + i * c
        o = torch.sigmoid(X @ Wo.T + H @ Ro.T + Po * C + Wbo + Rbo)
        H = o * torch.tanh(C)
        outputs.append(H)
    return torch.stack(outputs), C


@shapes
@few
def test_peephole_lstm_cell_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    x, a0, c0, params = random_sequence(rng, 1, B, n_x, n_a)
    at = x[0], a0, c0, params
    assert_backward(peephole_lstm_cell_forward, peephole_lstm_cell_backward, at, rng)


@shapes
@few
def test_peephole_lstm_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    assert_backward(forward, backward, random_sequence(rng, T, B, n_x, n_a), rng)


@pytest.mark.parametrize("published", [keras_peephole_lstm, onnx_peephole_lstm])
@dtypes
@shapes
@few
def test_peephole_lstm_equals(T, B, n_x, n_a, seed, dtype, tolerance, published):
    rng = np.random.default_rng(seed)
    at = each(lambda w: w.astype(dtype), random_sequence(rng, T, B, n_x, n_a))
    assert_equals_torch(forward, backward, published, at, tolerance, rng)


def test_with_closed_peepholes_it_is_the_lstm():
    rng = np.random.default_rng(0)
    params = init_peephole_lstm(4, 5, rng)
    x, a0, c0 = rng.normal(size=(6, 3, 4)), *rng.normal(size=(2, 3, 5))
    for ours, theirs in zip(
        peephole_lstm_forward(x, a0, c0, params)[:2],
        lstm_forward(x, a0, c0, LSTMParams(*params[:8]))[:2],
        strict=True,
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-14)


def test_arrays_that_do_not_fit_are_named():
    x, a0, c0, params = random_sequence(np.random.default_rng(0), 6, 3, 4, 5)
    with pytest.raises(ValueError, match=r"po has shape \(4,\), expected \(n_a\) = \(5\)"):
        peephole_lstm_forward(x, a0, c0, params._replace(po=params.po[1:]))
    with pytest.raises(ValueError, match=r"c_prev has shape \(3, 4\)"):
        peephole_lstm_cell_forward(x[0], a0, c0[:, 1:], params)
    a, _, caches = peephole_lstm_forward(x, a0, c0, params)
    with pytest.raises(ValueError, match=r"da has shape \(6, 3, 4\)"):
        peephole_lstm_backward(a[:, :, 1:], caches)

"""The GRUs against the complex step, torch.nn.GRU, and the equations of Keras and ONNX."""

import numpy as np
import pytest
import torch
from judges import assert_backward, assert_equals_torch, dtypes, each, few, shapes, with_biases

from course_rnn.gru import (
    GRUParams,
    SimpleGRUParams,
    gru_backward,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
    init_gru,
    init_simple_gru,
    simple_gru_backward,
    simple_gru_cell_backward,
    simple_gru_cell_forward,
    simple_gru_forward,
)
from course_rnn.reset_after_gru import (
    ResetAfterGRUParams,
    init_reset_after_gru,
    reset_after_gru_backward,
    reset_after_gru_cell_backward,
    reset_after_gru_cell_forward,
    reset_after_gru_forward,
)

CELLS = {
    "simple": (init_simple_gru, simple_gru_cell_forward, simple_gru_cell_backward),
    "full": (init_gru, gru_cell_forward, gru_cell_backward),
    "reset after": (
        init_reset_after_gru,
        reset_after_gru_cell_forward,
        reset_after_gru_cell_backward,
    ),
}
LAYERS = {
    "simple": (init_simple_gru, simple_gru_forward, simple_gru_backward),
    "full": (init_gru, gru_forward, gru_backward),
    "reset after": (init_reset_after_gru, reset_after_gru_forward, reset_after_gru_backward),
}


def random_sequence(rng, init, T, B, n_x, n_a):
    """Inputs, a non-zero state, and weights with a different bias for each gate."""
    params = with_biases(init(n_x, n_a, rng), rng)
    return rng.normal(size=(T, B, n_x)), rng.normal(size=(B, n_a)), params


def torch_gru(x, c0, params):
    """torch.nn.GRU itself: its gates are reset, z = 1 - u, candidate (n)."""
    n_a = c0.shape[-1]
    W = torch.cat([params.Wr, -params.Wu, params.Wc])
    layer = torch.nn.GRU(x.shape[-1], n_a, dtype=x.dtype)
    places = {
        "weight_ih_l0": W[:, n_a:],
        "weight_hh_l0": W[:, :n_a],
        "bias_ih_l0": torch.cat([params.br, -params.bu, params.bc]),
        "bias_hh_l0": torch.cat([torch.zeros(2 * n_a, dtype=x.dtype), params.bcc]),
    }
    return (torch.func.functional_call(layer, places, (x, c0[None]))[0],)


def keras_gru(x, c0, params):
    """Keras 3, GRUCell.call, reset_after or not: gates z = 1 - u, r, h."""
    n_a, h_tm1, outputs = c0.shape[-1], c0, []
    reset_after = hasattr(params, "bcc")
    W = torch.cat([-params.Wu, params.Wr, params.Wc])
    kernel, recurrent_kernel = W[:, n_a:].T, W[:, :n_a].T
    input_bias = torch.cat([-params.bu, params.br, params.bc])
    for x_t in x:
        x_z, x_r, x_h = (x_t @ kernel + input_bias).chunk(3, dim=1)
        recurrent_z, recurrent_r = (h_tm1 @ recurrent_kernel[:, : 2 * n_a]).chunk(2, dim=1)
        z, r = torch.sigmoid(x_z + recurrent_z), torch.sigmoid(x_r + recurrent_r)
        if reset_after:
            recurrent_h = r * (h_tm1 @ recurrent_kernel[:, 2 * n_a :] + params.bcc)
        else:
            recurrent_h = (r * h_tm1) @ recurrent_kernel[:, 2 * n_a :]
        hh = torch.tanh(x_h + recurrent_h)
        h_tm1 = z * h_tm1 + (1 - z) * hh
        outputs.append(h_tm1)
    return (torch.stack(outputs),)


def onnx_gru(x, c0, params):
    """ONNX operator GRU, linear_before_reset 0 or 1: Ht = (1 - zt) ht + zt Ht-1."""
    n_a, H, outputs = c0.shape[-1], c0, []
    linear_before_reset = hasattr(params, "bcc")
    Wz, Wr, Wh = (W[:, n_a:] for W in (-params.Wu, params.Wr, params.Wc))
    Rz, Rr, Rh = (W[:, :n_a] for W in (-params.Wu, params.Wr, params.Wc))
    Wbz, Wbr, Wbh = -params.bu / 4, params.br / 4, params.bc
    Rbz, Rbr = -params.bu * 3 / 4, params.br * 3 / 4
    for X in x:
        z = torch.sigmoid(X @ Wz.T + H @ Rz.T + Rbz + Wbz)
        r = torch.sigmoid(X @ Wr.T + H @ Rr.T + Rbr + Wbr)
        if linear_before_reset:
            h = torch.tanh(X @ Wh.T + r * (H @ Rh.T + params.bcc) + Wbh)
        else:
            h = torch.tanh(X @ Wh.T + (r * H) @ Rh.T + Wbh)  # Rbh is zero
        H = (1 - z) * h + z * H
        outputs.append(H)
    return (torch.stack(outputs),)


def lecture_simple_gru(x, c0, params):
    """The lecture's simplified unit: no relevance gate."""
    c, outputs = c0, []
    for x_t in x:
        h = torch.cat([c, x_t], dim=1)
        u = torch.sigmoid(h @ params.Wu.T + params.bu)
        c = u * torch.tanh(h @ params.Wc.T + params.bc) + (1 - u) * c
        outputs.append(c)
    return (torch.stack(outputs),)


JUDGES = [
    ("simple", lecture_simple_gru),
    ("full", keras_gru),
    ("full", onnx_gru),
    ("reset after", torch_gru),
    ("reset after", keras_gru),
    ("reset after", onnx_gru),
]


@pytest.mark.parametrize("kind", CELLS)
@shapes
@few
def test_cell_backward(T, B, n_x, n_a, seed, kind):
    rng = np.random.default_rng(seed)
    init, forward, backward = CELLS[kind]
    x, c0, params = random_sequence(rng, init, 1, B, n_x, n_a)
    assert_backward(forward, backward, (x[0], c0, params), rng)


@pytest.mark.parametrize("kind", LAYERS)
@shapes
@few
def test_layer_backward(T, B, n_x, n_a, seed, kind):
    rng = np.random.default_rng(seed)
    init, forward, backward = LAYERS[kind]
    assert_backward(forward, backward, random_sequence(rng, init, T, B, n_x, n_a), rng)


@pytest.mark.parametrize(("kind", "published"), JUDGES)
@dtypes
@shapes
@few
def test_layer_equals(T, B, n_x, n_a, seed, dtype, tolerance, kind, published):
    rng = np.random.default_rng(seed)
    init, forward, backward = LAYERS[kind]
    at = each(lambda w: w.astype(dtype), random_sequence(rng, init, T, B, n_x, n_a))
    assert_equals_torch(forward, backward, published, at, tolerance, rng)


def test_the_simple_unit_leaves_the_relevance_gate_of_full_weights_alone():
    rng = np.random.default_rng(0)
    x, c0, params = random_sequence(rng, init_gru, 6, 3, 4, 5)
    simple = SimpleGRUParams(params.Wu, params.Wc, params.bu, params.bc)
    for forward, backward, first in (
        (simple_gru_forward, simple_gru_backward, x),
        (simple_gru_cell_forward, simple_gru_cell_backward, x[0]),
    ):
        c, cache = forward(first, c0, params)
        theirs, their_cache = forward(first, c0, simple)
        np.testing.assert_array_equal(c, theirs)
        grads, their_grads = backward(c, cache)[2], backward(c, their_cache)[2]
        assert type(grads) is GRUParams
        assert not grads.Wr.any()
        for name in SimpleGRUParams._fields:
            np.testing.assert_array_equal(getattr(grads, name), getattr(their_grads, name))


def test_an_open_relevance_gate_and_no_second_bias_make_both_variants_equal():
    x, c0, params = random_sequence(np.random.default_rng(0), init_gru, 6, 3, 4, 5)
    params = params._replace(br=np.full(5, 1e3))
    after = ResetAfterGRUParams(*params, bcc=np.zeros(5))
    np.testing.assert_allclose(
        gru_forward(x, c0, params)[0], reset_after_gru_forward(x, c0, after)[0], atol=1e-14
    )


@pytest.mark.parametrize("kind", LAYERS)
def test_a_state_not_given_is_zero(kind):
    init, forward, _ = LAYERS[kind]
    x, c0, params = random_sequence(np.random.default_rng(0), init, 6, 3, 4, 5)
    np.testing.assert_array_equal(
        forward(x, None, params)[0], forward(x, np.zeros_like(c0), params)[0]
    )


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.filterwarnings("error")
def test_a_gate_may_be_firmly_closed_or_open(kind):
    init, forward, backward = LAYERS[kind]
    x, c0, params = random_sequence(np.random.default_rng(0), init, 6, 3, 4, 5)
    c, caches = forward(1e4 * x.astype("f"), c0, params)
    assert all(np.isfinite(g).all() for g in (c, *backward(c, caches)[2]))


@pytest.mark.parametrize("kind", LAYERS)
def test_arrays_that_do_not_fit_are_named(kind):
    init, forward, backward = LAYERS[kind]
    x, c0, params = random_sequence(np.random.default_rng(0), init, 6, 3, 4, 5)
    with pytest.raises(ValueError, match=r"x has shape \(3, 4\), expected the axes \(T, B, n_x\)"):
        forward(x[0], c0, params)
    with pytest.raises(ValueError, match=r"c0 has shape \(2, 5\), expected \(B, n_a\) = \(3, 5\)"):
        forward(x, c0[1:], params)
    with pytest.raises(ValueError, match=r"Wc has shape \(5, 5\), expected .* = \(5, 9\)"):
        forward(x, c0, params._replace(Wc=params.Wc[:, 4:]))
    _, caches = forward(x, c0, params)
    with pytest.raises(ValueError, match=r"dc has shape \(5, 3, 5\)"):
        backward(np.zeros((5, 3, 5)), caches)
    init, forward, backward = CELLS[kind]
    with pytest.raises(ValueError, match=r"c_prev of shape \(3, 5\) has NaN at \(0, 0\)"):
        forward(x[0], c0 * np.nan, params)
    _, cache = forward(x[0], c0, params)
    with pytest.raises(ValueError, match=r"dc_t has shape \(2, 5\)"):
        backward(c0[1:], cache)

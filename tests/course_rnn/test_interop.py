"""Weights that travel compute the same: against torch.nn itself, and Keras' and ONNX' equations."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from judges import dtypes, few, seeds, sizes

from course_rnn import interop
from course_rnn.bidirectional import BidirectionalParams, bidirectional_layer
from course_rnn.gru import GRUParams, gru_cell_forward, gru_forward, init_gru, init_simple_gru
from course_rnn.interop.conventions import CHO, CONVENTIONS, KERAS, LECTURE, ONNX, PYTORCH
from course_rnn.lstm import LSTMParams, init_lstm, lstm_cell_forward, lstm_forward
from course_rnn.recurrence import LSTM, RESET_AFTER_GRU, RNN
from course_rnn.reset_after_gru import (
    ResetAfterGRUParams,
    init_reset_after_gru,
    reset_after_gru_cell_forward,
    reset_after_gru_forward,
)
from course_rnn.rnn import RNNParams, init_rnn, rnn_forward
from course_rnn.stacked import stacked_forward

KINDS = {
    "RNN": (init_rnn, torch.nn.RNN),
    "GRU": (init_reset_after_gru, torch.nn.GRU),
    "LSTM": (init_lstm, torch.nn.LSTM),
}
LAYERS = {"RNN": RNN, "GRU": RESET_AFTER_GRU, "LSTM": LSTM}
kinds = pytest.mark.parametrize("kind", KINDS)
stacks = given(
    T=sizes,
    B=sizes,
    n_x=sizes,
    n_a=sizes,
    n_layers=st.integers(1, 3),
    both=st.booleans(),
    seed=seeds,
)


def filled(params, rng, dtype=np.float64):
    """Replace the weights by others of the same shapes, none of them zero."""
    return type(params)(*((0.5 * rng.normal(size=w.shape)).astype(dtype) for w in params))


def run(params, x, a0, c0):
    """Run our layer along a sequence."""
    if isinstance(params, LSTMParams):
        return lstm_forward(x, a0, c0, params)[0]
    forward = {
        RNNParams: rnn_forward,
        GRUParams: gru_forward,
        ResetAfterGRUParams: reset_after_gru_forward,
    }
    return forward[type(params)](x, a0, params)[0]


def run_stack(layers, kind, x, a0, c0):
    """Run our layers on top of each other; a0 and c0 have one state a direction, as PyTorch's."""
    both = isinstance(layers[0], BidirectionalParams)
    layer = LAYERS[kind]
    states = list(zip(a0, c0, strict=True)) if layer.n_states == 2 else list(a0)
    if both:
        layer = bidirectional_layer(np.ones(x.shape[:2], dtype=bool), layer)
        states = list(zip(states[::2], states[1::2], strict=True))
    return stacked_forward(x, states, layers, [layer] * len(layers))[0]


def run_torch(layer, x, a0, c0):
    """Run PyTorch's layer along a sequence."""
    x, a0, c0 = map(torch.from_numpy, (x, a0, c0))
    with torch.no_grad():
        return layer(x, (a0, c0) if isinstance(layer, torch.nn.LSTM) else a0)[0].numpy()


def torch_layer(kind, n_x, n_a, n_layers, both, dtype, seed):
    torch.manual_seed(seed)
    return KINDS[kind][1](
        n_x, n_a, n_layers, bidirectional=both, dtype=torch.from_numpy(np.zeros(1, dtype)).dtype
    )


def start(rng, T, B, n_x, n_a, n_states, dtype):
    drawn = rng.normal(size=(T, B, n_x)), *rng.normal(size=(2, n_states, B, n_a))
    return [array.astype(dtype) for array in drawn]


def our_stack(kind, n_x, n_a, n_layers, both, rng, dtype):
    layers = []
    for k in range(n_layers):
        n_in = n_x if k == 0 else n_a * (1 + both)
        pair = [filled(KINDS[kind][0](n_in, n_a, rng), rng, dtype) for _ in range(1 + both)]
        layers.append(BidirectionalParams(*pair) if both else pair[0])
    return layers


def assert_same(ours, theirs):
    """Compare trees of weights, bit by bit and with their types."""
    assert type(ours) is type(theirs)
    if isinstance(ours, np.ndarray):
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
        return
    for our, their in zip(ours, theirs, strict=True):
        assert_same(our, their)


@dtypes
@kinds
@stacks
@few
def test_from_torch_computes_the_same(kind, T, B, n_x, n_a, n_layers, both, seed, dtype, tolerance):
    layer = torch_layer(kind, n_x, n_a, n_layers, both, dtype, seed)
    rng = np.random.default_rng(seed)
    at = start(rng, T, B, n_x, n_a, n_layers * (1 + both), dtype)
    ours = run_stack(interop.from_torch(layer.state_dict()), kind, *at)
    assert ours.dtype == dtype
    np.testing.assert_allclose(ours, run_torch(layer, *at), rtol=0, atol=tolerance)


@dtypes
@kinds
@stacks
@few
def test_to_torch_computes_the_same(kind, T, B, n_x, n_a, n_layers, both, seed, dtype, tolerance):
    rng = np.random.default_rng(seed)
    layers = our_stack(kind, n_x, n_a, n_layers, both, rng, dtype)
    layer = torch_layer(kind, n_x, n_a, n_layers, both, dtype, seed)
    state = interop.to_torch(layers)
    assert list(state) == list(layer.state_dict())
    layer.load_state_dict({name: torch.from_numpy(array) for name, array in state.items()})
    at = start(rng, T, B, n_x, n_a, n_layers * (1 + both), dtype)
    np.testing.assert_allclose(
        run_stack(layers, kind, *at), run_torch(layer, *at), rtol=0, atol=tolerance
    )


@dtypes
@kinds
@stacks
@few
def test_there_and_back_through_torch_is_exact(
    kind, T, B, n_x, n_a, n_layers, both, seed, dtype, tolerance
):
    layers = our_stack(kind, n_x, n_a, n_layers, both, np.random.default_rng(seed), dtype)
    assert_same(interop.from_torch(interop.to_torch(layers)), layers)


@kinds
def test_what_comes_back_to_torch_has_one_bias(kind):
    state = torch_layer(kind, 4, 5, 2, True, np.float64, 0).state_dict()
    back = interop.to_torch(interop.from_torch(state))
    for name, array in back.items():
        if name.startswith("weight"):
            np.testing.assert_array_equal(array, state[name])
            continue
        other = name.replace("_ih", "_xx").replace("_hh", "_ih").replace("_xx", "_hh")
        np.testing.assert_array_equal(array + back[other], state[name] + state[other])
        if "_hh" in name:  # all of it is in bias_ih, but for the GRU's candidate, which is last
            assert not array[: 10 if kind == "GRU" else None].any()
            assert kind != "GRU" or np.array_equal(array[10:], state[name][10:])


def logistic(z):
    return 1 / (1 + np.exp(-z))


def keras_rnn(x, h, c, kernel, recurrent_kernel, bias):
    return np.tanh(x @ kernel + bias + h @ recurrent_kernel), c


def keras_gru(x, h, c, kernel, recurrent_kernel, bias):
    """One step of Keras' GRU: a bias of two rows stands for reset_after=True."""
    reset_after = bias.ndim == 2
    bias, recurrent_bias = bias if reset_after else (bias, np.zeros_like(bias))
    x_z, x_r, x_h = np.split(x @ kernel + bias, 3, axis=-1)
    R_z, R_r, R_h = np.split(recurrent_kernel, 3, axis=-1)
    b_z, b_r, b_h = np.split(recurrent_bias, 3)
    z, r = logistic(x_z + h @ R_z + b_z), logistic(x_r + h @ R_r + b_r)
    hh = np.tanh(x_h + (r * (h @ R_h + b_h) if reset_after else (r * h) @ R_h))
    return z * h + (1 - z) * hh, c


def keras_lstm(x, h, c, kernel, recurrent_kernel, bias):
    """One step of Keras' LSTM."""
    i, f, new, o = np.split(x @ kernel + h @ recurrent_kernel + bias, 4, axis=-1)
    c = logistic(f) * c + logistic(i) * np.tanh(new)
    return logistic(o) * np.tanh(c), c


KERAS_KINDS = {
    "SimpleRNN": (init_rnn, keras_rnn, 1, ()),
    "GRU, reset before": (init_gru, keras_gru, 3, ()),
    "GRU, reset after": (init_reset_after_gru, keras_gru, 3, (2,)),
    "LSTM": (init_lstm, keras_lstm, 4, ()),
}
keras_kinds = pytest.mark.parametrize("kind", KERAS_KINDS)


def run_keras(kind, weights, x, a0, c0):
    """Run Keras' cell along a sequence."""
    h, c, outputs = a0, c0, []
    for x_t in x:
        h, c = KERAS_KINDS[kind][1](x_t, h, c, *weights)
        outputs.append(h)
    return np.stack(outputs)


@keras_kinds
@given(T=sizes, B=sizes, n_x=sizes, n_a=sizes, seed=seeds)
@few
def test_from_keras_computes_the_same(kind, T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    _, _, gates, rows = KERAS_KINDS[kind]
    shapes = (n_x, gates * n_a), (n_a, gates * n_a), (*rows, gates * n_a)
    weights = [rng.normal(size=shape) for shape in shapes]
    x, (a0,), (c0,) = start(rng, T, B, n_x, n_a, 1, np.float64)
    ours = run(interop.from_keras(weights), x, a0, c0)
    np.testing.assert_allclose(ours, run_keras(kind, weights, x, a0, c0), rtol=0, atol=1e-12)


@keras_kinds
@given(T=sizes, B=sizes, n_x=sizes, n_a=sizes, seed=seeds)
@few
def test_to_keras_computes_the_same_and_comes_back(kind, T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    params = filled(KERAS_KINDS[kind][0](n_x, n_a, rng), rng, np.float32)
    weights = interop.to_keras(params)
    assert_same(interop.from_keras(weights), params)
    x, (a0,), (c0,) = start(rng, T, B, n_x, n_a, 1, np.float32)
    theirs = run_keras(kind, weights, x, a0, c0)
    np.testing.assert_allclose(run(params, x, a0, c0), theirs, rtol=0, atol=4e-6)


LAYER = init_lstm(4, 5, np.random.default_rng(0))
STATE = interop.to_torch([LAYER])
WRONG = {
    "reset before": (
        lambda: interop.to_torch([init_gru(4, 5, np.random.default_rng(0))]),
        "the GRU of PyTorch resets after the product",
    ),
    "no layer": (lambda: interop.to_torch([STATE]), "params is a dict"),
    "no such layer": (
        lambda: interop.to_torch([init_simple_gru(4, 5, np.random.default_rng(0))]),
        "params is a SimpleGRUParams, which PyTorch has no layer for",
    ),
    "NaN": (lambda: interop.to_torch([LAYER._replace(bu=np.full(5, np.nan))]), "bu of shape"),
    "another gate": (lambda: interop.to_keras(LAYER._replace(Wo=np.ones((5, 8)))), "Wo has shape"),
    "no input": (
        lambda: interop.to_keras(LSTMParams(*[np.ones((5, 5))] * 4, *[np.ones(5)] * 4)),
        "Wf has shape (5, 5), expected (n_a, n_a + n_x)",
    ),
    "no bias": (
        lambda: interop.from_torch(torch.nn.GRU(4, 5, bias=False).state_dict()),
        "state lacks bias_hh_l0, bias_ih_l0",
    ),
    "projection": (
        lambda: interop.from_torch(torch.nn.LSTM(4, 5, proj_size=2).state_dict()),
        "state has weight_hr_l0",
    ),
    "a whole model": (
        lambda: interop.from_torch({f"rnn.{name}": array for name, array in STATE.items()}),
        "state lacks bias_hh_l0, bias_ih_l0, weight_hh_l0, weight_ih_l0",
    ),
    "two gates": (
        lambda: interop.from_torch({name: array[:10] for name, array in STATE.items()}),
        "have 10 rows for n_a = 5 units, expected 5 (RNN), 15 (GRU) or 20 (LSTM)",
    ),
    "sizes": (
        lambda: interop.from_torch(STATE | {"weight_ih_l0": np.ones((19, 4))}),
        "weight_hh_l0 has shape (20, 5), expected (G*n_a, n_a) = (19, 5)",
    ),
    "Keras without bias": (lambda: interop.from_keras([np.ones((4, 15))] * 2), "has 2 arrays"),
    "Keras' sizes": (
        lambda: interop.from_keras([np.ones((4, 15)), np.ones((5, 20)), np.ones(20)]),
        "kernel has shape (4, 15), expected (n_x, G*n_a) = (4, 20)",
    ),
    "two biases of an LSTM": (
        lambda: interop.from_keras([np.ones((4, 20)), np.ones((5, 20)), np.ones((2, 20))]),
        "bias has shape (2, 20)",
    ),
    "Keras' bias": (
        lambda: interop.from_keras([np.ones((4, 15)), np.ones((5, 15)), np.ones((3, 15))]),
        "bias has shape (3, 15)",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_travel_is_told_in_a_sentence(case):
    convert, sentence = WRONG[case]
    with pytest.raises(ValueError) as told:  # noqa: PT011
        convert()
    assert sentence in str(told.value)


def step_as_told(convention, reset, gates, x, h):
    """Compute one step of a GRU from nothing but what the table says about a convention."""
    letters = convention.gru_gates.values()
    Wx, Wa, bx, ba = (dict(zip(letters, np.split(w, 3), strict=True)) for w in gates)
    u, r = (logistic(x @ Wx[g].T + bx[g] + h @ Wa[g].T + ba[g]) for g in "ur")
    inner = {
        "before": lambda: (r * h) @ Wa["c"].T + ba["c"],
        "after": lambda: r * (h @ Wa["c"].T + ba["c"]),
    }[reset]
    new = np.tanh(x @ Wx["c"].T + bx["c"] + inner())
    takes = u if convention.gru_update == "candidate" else 1 - u
    return takes * new + (1 - takes) * h


def gru_of_the_lecture(reset, Wx, Wa, bx, ba, x, h):
    W = np.split(np.concatenate([Wa, Wx], axis=1), 3)
    (bu, br, bc), (cu, cr, cc) = np.split(bx, 3), np.split(ba, 3)
    if reset == "before":
        return gru_cell_forward(x, h, GRUParams(*W, bu + cu, br + cr, bc + cc))[0]
    params = ResetAfterGRUParams(*W, bu + cu, br + cr, bc, cc)
    return reset_after_gru_cell_forward(x, h, params)[0]


def gru_of_cho(reset, Wx, Wa, bx, ba, x, h):
    (W_r, W_z, W), (U_r, U_z, U) = np.split(Wx, 3), np.split(Wa, 3)
    b_r, b_z, b = np.split(bx + ba, 3)
    r, z = logistic(x @ W_r.T + h @ U_r.T + b_r), logistic(x @ W_z.T + h @ U_z.T + b_z)
    return z * h + (1 - z) * np.tanh(x @ W.T + (r * h) @ U.T + b)


def gru_of_torch(reset, Wx, Wa, bx, ba, x, h):
    cell = torch.nn.GRUCell(Wx.shape[1], Wa.shape[1], dtype=torch.float64)
    names = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
    cell.load_state_dict(dict(zip(names, map(torch.from_numpy, (Wx, Wa, bx, ba)), strict=True)))
    with torch.no_grad():
        return cell(torch.from_numpy(x), torch.from_numpy(h)).numpy()


def gru_of_keras(reset, Wx, Wa, bx, ba, x, h):
    bias = np.stack([bx, ba]) if reset == "after" else bx + ba
    return keras_gru(x, h, None, Wx.T, Wa.T, bias)[0]


def gru_of_onnx(reset, Wx, Wa, bx, ba, x, h):
    (Wz, Wr, Wh), (Rz, Rr, Rh) = np.split(Wx, 3), np.split(Wa, 3)
    (Wbz, Wbr, Wbh), (Rbz, Rbr, Rbh) = np.split(bx, 3), np.split(ba, 3)
    zt = logistic(x @ Wz.T + h @ Rz.T + Wbz + Rbz)
    rt = logistic(x @ Wr.T + h @ Rr.T + Wbr + Rbr)
    linear_before_reset = reset == "after"
    share = rt * (h @ Rh.T + Rbh) if linear_before_reset else (rt * h) @ Rh.T + Rbh
    return (1 - zt) * np.tanh(x @ Wh.T + share + Wbh) + zt * h


def lstm_as_told(convention, Wx, Wa, b, x, h, c):
    """Compute one step of an LSTM from nothing but the table's order of gates."""
    parts = np.split(x @ Wx.T + h @ Wa.T + b, 4, axis=-1)
    z = dict(zip(convention.lstm_gates.values(), parts, strict=True))
    c = logistic(z["f"]) * c + logistic(z["u"]) * np.tanh(z["c"])
    return logistic(z["o"]) * np.tanh(c)


def lstm_of_the_lecture(Wx, Wa, b, x, h, c):
    W = np.split(np.concatenate([Wa, Wx], axis=1), 4)
    return lstm_cell_forward(x, h, c, LSTMParams(*W, *np.split(b, 4)))[0]


def lstm_of_torch(Wx, Wa, b, x, h, c):
    cell = torch.nn.LSTMCell(Wx.shape[1], Wa.shape[1], dtype=torch.float64)
    names = "weight_ih", "weight_hh", "bias_ih", "bias_hh"
    arrays = map(torch.from_numpy, (Wx, Wa, b, np.zeros_like(b)))
    cell.load_state_dict(dict(zip(names, arrays, strict=True)))
    with torch.no_grad():
        return cell(torch.from_numpy(x), tuple(map(torch.from_numpy, (h, c))))[0].numpy()


def lstm_of_keras(Wx, Wa, b, x, h, c):
    return keras_lstm(x, h, c, Wx.T, Wa.T, b)[0]


def lstm_of_onnx(Wx, Wa, b, x, h, c):
    it, ot, ft, ct = np.split(x @ Wx.T + h @ Wa.T + b, 4, axis=-1)
    Ct = logistic(ft) * c + logistic(it) * np.tanh(ct)
    return logistic(ot) * np.tanh(Ct)


PUBLISHED = {
    LECTURE.name: (gru_of_the_lecture, lstm_of_the_lecture),
    CHO.name: (gru_of_cho, None),
    PYTORCH.name: (gru_of_torch, lstm_of_torch),
    KERAS.name: (gru_of_keras, lstm_of_keras),
    ONNX.name: (gru_of_onnx, lstm_of_onnx),
}
conventions = pytest.mark.parametrize("convention", CONVENTIONS, ids=[c.name for c in CONVENTIONS])


@conventions
def test_table_tells_the_gru_that_is_published(convention):
    rng = np.random.default_rng(0)
    gates = [rng.normal(size=shape) for shape in ((15, 4), (15, 5), (15,), (15,))]
    x, h = rng.normal(size=(3, 4)), rng.normal(size=(3, 5))
    for reset in convention.gru_reset:
        published = PUBLISHED[convention.name][0](reset, *gates, x, h)
        told = step_as_told(convention, reset, gates, x, h)
        np.testing.assert_allclose(told, published, rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    "convention", [c for c in CONVENTIONS if c.lstm_gates], ids=lambda c: c.name
)
def test_table_tells_the_lstm_that_is_published(convention):
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in ((20, 4), (20, 5), (20,))]
    at = [rng.normal(size=shape) for shape in ((3, 4), (3, 5), (3, 5))]
    published = PUBLISHED[convention.name][1](*weights, *at)
    told = lstm_as_told(convention, *weights, *at)
    np.testing.assert_allclose(told, published, rtol=0, atol=1e-14)


def shape_told(axes, gates):
    sizes = {"n_x": 4, "n_a": 5, "G": gates}
    return tuple(eval(axis, {}, sizes) for axis in axes.split())


@kinds
def test_table_tells_the_shapes_that_torch_and_keras_have(kind):
    init, layer = KINDS[kind]
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[kind]
    state = layer(4, 5).state_dict()
    assert list(state) == list(PYTORCH.weights)
    for name, axes in PYTORCH.weights.items():
        assert tuple(state[name].shape) == shape_told(axes, gates)
    assert sum(name.startswith("bias") for name in state) == PYTORCH.lstm_biases
    kernel, recurrent, bias = interop.to_keras(init(4, 5, np.random.default_rng(0)))
    told = [shape_told(axes, gates) for axes in KERAS.weights.values()]
    assert [kernel.shape, recurrent.shape, bias.shape[-1:]] == told
    assert bias.size // told[-1][0] == (KERAS.gru_biases if kind == "GRU" else KERAS.lstm_biases)


def test_table_tells_our_own_shapes():
    params = init_lstm(4, 5, np.random.default_rng(0))
    matrix, bias = (shape_told(axes, 1) for axes in LECTURE.weights.values())
    assert [w.shape for w in params] == [matrix] * 4 + [bias] * 4
    assert list(LECTURE.lstm_gates.values()) == [name[1] for name in LSTMParams._fields[:4]]
    assert list(LECTURE.gru_gates.values()) == [name[1] for name in GRUParams._fields[:3]]


def test_table_in_markdown_has_a_column_for_each_and_both_equations():
    lines = interop.conventions_table().splitlines()
    assert {line.count("|") for line in lines} == {len(CONVENTIONS) + 2}
    update = next(line for line in lines if line.startswith("| GRU: new state"))
    assert "`u * c~ + (1 - u) * c_prev`" in update
    assert "`(1 - z) * n + z * h_prev`" in update
    assert "| - |" in next(line for line in lines if line.startswith("| LSTM: gates"))


def test_neither_torch_nor_keras_is_imported():
    code = (
        "import sys, course_rnn.interop; print({'torch', 'keras', 'tensorflow'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"

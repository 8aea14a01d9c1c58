"""Every backward pass against the complex step and against PyTorch's autograd, on random shapes."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_rnn import (
    RNNParams,
    cross_entropy,
    init_readout,
    init_rnn,
    masked_cross_entropy,
    readout_backward,
    readout_forward,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
)
from course_rnn.baselines import (
    convolution,
    convolution_backward,
    feed_forward,
    feed_forward_backward,
    init_two_layers,
)
from course_rnn.models import (
    init_rnn_model,
    many_to_many_backward,
    many_to_many_forward,
    many_to_one_backward,
    many_to_one_forward,
)
from course_rnn.training import leaves

sizes = st.integers(1, 6)
shapes = given(T=sizes, B=sizes, n_x=sizes, n_a=sizes, seed=st.integers(0, 10_000))
few = settings(max_examples=40, deadline=None)


def rebuild(tree: tuple, arrays: list[np.ndarray]) -> tuple:
    """Put arrays into the places of a NamedTuple of NamedTuples."""
    items = [rebuild(x, arrays) if isinstance(x, tuple) else arrays.pop(0) for x in tree]
    return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)


def complex_step(function: Callable[[tuple], complex], at: tuple, along: tuple) -> float:
    """Differentiate along a direction: Im f(w + ih d) / h, exact to rounding."""
    h = 1e-30
    steps = [w + 1j * h * d for w, d in zip(leaves(at), leaves(along), strict=True)]
    return function(rebuild(at, steps)).imag / h


def assert_gradient(function: Callable, at: tuple, grads: tuple, rng: np.random.Generator) -> None:
    """Compare the gradient with the complex step along three random directions."""
    for got, weight in zip(leaves(grads), leaves(at), strict=True):
        assert got.shape == weight.shape
    for _ in range(3):
        along = rebuild(at, [rng.normal(size=w.shape) for w in leaves(at)])
        dot = sum(np.sum(g * d) for g, d in zip(leaves(grads), leaves(along), strict=True))
        exact = complex_step(function, at, along)
        scale = sum(np.abs(g * d).sum() for g, d in zip(leaves(grads), leaves(along), strict=True))
        assert abs(dot - exact) <= 1e-12 * max(scale, 1e-3)


def random_rnn(rng: np.random.Generator, n_x: int, n_a: int) -> RNNParams:
    params = init_rnn(n_x, n_a, rng)
    return params._replace(ba=rng.normal(size=n_a))


@shapes
@few
def test_rnn_cell_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    x_t, a_prev, params = (
        rng.normal(size=(B, n_x)),
        rng.normal(size=(B, n_a)),
        random_rnn(rng, n_x, n_a),
    )
    da = rng.normal(size=(B, n_a))
    _, cache = rnn_cell_forward(x_t, a_prev, params)
    assert_gradient(
        lambda at: (rnn_cell_forward(*at)[0] * da).sum(),
        (x_t, a_prev, params),
        rnn_cell_backward(da, cache),
        rng,
    )


@shapes
@few
def test_rnn_backward_complex_step(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    x, a0, params = (
        rng.normal(size=(T, B, n_x)),
        rng.normal(size=(B, n_a)),
        random_rnn(rng, n_x, n_a),
    )
    da = rng.normal(size=(T, B, n_a))
    _, caches = rnn_forward(x, a0, params)
    assert_gradient(
        lambda at: (rnn_forward(*at)[0] * da).sum(), (x, a0, params), rnn_backward(da, caches), rng
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)])
@shapes
@few
def test_rnn_equals_torch(T, B, n_x, n_a, seed, dtype, tolerance):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(T, B, n_x)).astype(dtype)
    a0 = rng.normal(size=(B, n_a)).astype(dtype)
    params = RNNParams(*(w.astype(dtype) for w in random_rnn(rng, n_x, n_a)))
    da = rng.normal(size=(T, B, n_a)).astype(dtype)

    layer = torch.nn.RNN(n_x, n_a, dtype=torch.from_numpy(x).dtype)
    with torch.no_grad():
        layer.weight_ih_l0.copy_(torch.from_numpy(params.Wax))
        layer.weight_hh_l0.copy_(torch.from_numpy(params.Waa))
        layer.bias_ih_l0.copy_(torch.from_numpy(params.ba))
        layer.bias_hh_l0.zero_()
    x_torch = torch.from_numpy(x).requires_grad_()
    a0_torch = torch.from_numpy(a0[None]).requires_grad_()
    a_torch, _ = layer(x_torch, a0_torch)
    a_torch.backward(torch.from_numpy(da))

    a, caches = rnn_forward(x, a0, params)
    dx, da0, grads = rnn_backward(da, caches)
    assert a.dtype == dx.dtype == da0.dtype == grads.Waa.dtype == dtype
    pairs = [
        (a, a_torch.detach()),
        (dx, x_torch.grad),
        (da0, a0_torch.grad[0]),
        (grads.Wax, layer.weight_ih_l0.grad),
        (grads.Waa, layer.weight_hh_l0.grad),
        (grads.ba, layer.bias_ih_l0.grad),
    ]
    for ours, theirs in pairs:
        theirs = theirs.numpy()
        assert np.abs(ours - theirs).max() <= tolerance * max(1, np.abs(theirs).max())


@shapes
@few
def test_loop_of_cells_equals_the_fast_road(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    x, a0, params = (
        rng.normal(size=(T, B, n_x)),
        rng.normal(size=(B, n_a)),
        random_rnn(rng, n_x, n_a),
    )
    da = rng.normal(size=(T, B, n_a))
    a, caches = rnn_forward(x, a0, params)
    dx, da0, grads = rnn_backward(da, caches)

    a_t, cells = a0, []
    for t in range(T):
        a_t, cache = rnn_cell_forward(x[t], a_t, params)
        cells.append(cache)
        np.testing.assert_allclose(a_t, a[t], atol=1e-13)
    da_prev, total = np.zeros_like(a0), [np.zeros_like(w) for w in params]
    for t in reversed(range(T)):
        dx_t, da_prev, step = rnn_cell_backward(da[t] + da_prev, cells[t])
        np.testing.assert_allclose(dx_t, dx[t], atol=1e-12)
        total = [sum_ + g for sum_, g in zip(total, step, strict=True)]
    np.testing.assert_allclose(da_prev, da0, atol=1e-12)
    for sum_, g in zip(total, grads, strict=True):
        np.testing.assert_allclose(sum_, g, atol=1e-11)


@shapes
@few
def test_readout_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    a, params = rng.normal(size=(T, B, n_a)), init_readout(n_a, n_x, rng)
    dlogits = rng.normal(size=(T, B, n_x))
    _, cache = readout_forward(a, params)
    assert_gradient(
        lambda at: (readout_forward(*at)[0] * dlogits).sum(),
        (a, params),
        readout_backward(dlogits, cache),
        rng,
    )


@shapes
@few
def test_masked_cross_entropy_equals_torch(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    n_y = n_x + 1
    logits, targets = rng.normal(size=(T, B, n_y)) * 30, rng.integers(n_y, size=(T, B))
    mask = rng.random((T, B)) < 0.7
    z = torch.from_numpy(logits).requires_grad_()
    losses = torch.nn.functional.cross_entropy(
        z.reshape(-1, n_y), torch.from_numpy(targets).reshape(-1), reduction="none"
    )
    theirs = (losses * torch.from_numpy(mask).reshape(-1)).sum() / B
    theirs.backward()
    loss, dlogits = masked_cross_entropy(logits, targets, mask)
    assert loss == pytest.approx(theirs.item(), rel=1e-12, abs=1e-12)
    np.testing.assert_allclose(dlogits, z.grad.numpy(), atol=1e-12)


def test_cross_entropy_is_the_masked_one_without_a_mask():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(6, 3, 7)), rng.integers(7, size=(6, 3))
    loss, dlogits = cross_entropy(logits, targets)
    everywhere = masked_cross_entropy(logits, targets, np.ones((6, 3), dtype=bool))
    assert loss == everywhere[0]
    np.testing.assert_array_equal(dlogits, everywhere[1])


def numerical(function: Callable[[tuple], float], at: tuple) -> list[np.ndarray]:
    """Differentiate with central differences, entry by entry, where code is not complex-safe."""
    grads = []
    for w in leaves(at):
        g = np.zeros_like(w)
        for i in np.ndindex(w.shape):
            kept, h = w[i], 1e-6
            w[i] = kept + h
            up = function(at)
            w[i] = kept - h
            down = function(at)
            w[i] = kept
            g[i] = (up - down) / (2 * h)
        grads.append(g)
    return grads


rng = np.random.default_rng(4)
MASK = np.arange(6)[:, None] < np.array([6, 4, 2])
X = rng.normal(size=(6, 3, 4))
MODELS = {
    "many to many": (
        init_rnn_model(4, 5, 7, rng),
        lambda m: many_to_many_forward(X, m),
        many_to_many_backward,
        rng.normal(size=(6, 3, 7)),
    ),
    "many to one": (
        init_rnn_model(4, 5, 7, rng),
        lambda m: many_to_one_forward(X, MASK, m),
        many_to_one_backward,
        rng.normal(size=(3, 7)),
    ),
    "feed-forward": (
        init_two_layers(4, 5, 7, rng),
        lambda m: feed_forward(X[0], m),
        feed_forward_backward,
        rng.normal(size=(3, 7)),
    ),
    "convolution": (
        init_two_layers(3 * 4, 5, 7, rng),
        lambda m: convolution(X, 3, m),
        convolution_backward,
        rng.normal(size=(3, 7)),
    ),
}


@pytest.mark.parametrize("name", MODELS)
def test_model_backward(name):
    model, forward, backward, dlogits = MODELS[name]
    grads = backward(dlogits, forward(model)[1])
    expected = numerical(lambda m: (forward(m)[0] * dlogits).sum(), model)
    for ours, theirs in zip(leaves(grads), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-8)


def test_many_to_one_reads_each_sequence_to_its_own_end():
    model = init_rnn_model(4, 5, 7, np.random.default_rng(0))
    together, _ = many_to_one_forward(X, MASK, model)
    for b, length in enumerate(MASK.sum(axis=0)):
        alone, _ = many_to_one_forward(X[:length, b : b + 1], MASK[:length, b : b + 1], model)
        np.testing.assert_allclose(together[b], alone[0], atol=1e-14)

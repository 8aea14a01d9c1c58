"""Every backward pass against the complex step and against PyTorch's autograd, on random shapes."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from judges import assert_backward, assert_equals_torch, dtypes, each, few, shapes, with_biases

from course_rnn import (
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
from course_rnn.rnn import RELU, TANH
from course_rnn.training import leaves

ACTIVATIONS = {"tanh": TANH, "relu": RELU}


def random_sequence(rng: np.random.Generator, T: int, B: int, n_x: int, n_a: int) -> tuple:
    return (
        rng.normal(size=(T, B, n_x)),
        rng.normal(size=(B, n_a)),
        with_biases(init_rnn(n_x, n_a, rng), rng),
    )


def torch_rnn(x, a0, params, nonlinearity):
    """torch.nn.RNN itself, with our weights in its places."""
    layer = torch.nn.RNN(x.shape[-1], a0.shape[-1], nonlinearity=nonlinearity, dtype=x.dtype)
    names = {
        "weight_ih_l0": params.Wax,
        "weight_hh_l0": params.Waa,
        "bias_ih_l0": params.ba,
        "bias_hh_l0": torch.zeros_like(params.ba),
    }
    return (torch.func.functional_call(layer, names, (x, a0[None]))[0],)


@pytest.mark.parametrize("g1", ACTIVATIONS)
@shapes
@few
def test_rnn_cell_backward(T, B, n_x, n_a, seed, g1):
    rng = np.random.default_rng(seed)
    x, a_prev, params = random_sequence(rng, 1, B, n_x, n_a)
    forward = partial(rnn_cell_forward, g1=ACTIVATIONS[g1])
    assert_backward(forward, rnn_cell_backward, (x[0], a_prev, params), rng)


@pytest.mark.parametrize("g1", ACTIVATIONS)
@shapes
@few
def test_rnn_backward(T, B, n_x, n_a, seed, g1):
    rng = np.random.default_rng(seed)
    at = random_sequence(rng, T, B, n_x, n_a)
    assert_backward(partial(rnn_forward, g1=ACTIVATIONS[g1]), rnn_backward, at, rng)


@pytest.mark.parametrize("g1", ACTIVATIONS)
@dtypes
@shapes
@few
def test_rnn_equals_torch(T, B, n_x, n_a, seed, dtype, tolerance, g1):
    rng = np.random.default_rng(seed)
    at = each(lambda w: w.astype(dtype), random_sequence(rng, T, B, n_x, n_a))
    forward, judge = partial(rnn_forward, g1=ACTIVATIONS[g1]), partial(torch_rnn, nonlinearity=g1)
    assert_equals_torch(forward, rnn_backward, judge, at, tolerance, rng)


def test_rnn_names_arrays_that_do_not_fit():
    x, a0, params = random_sequence(np.random.default_rng(0), 6, 3, 4, 5)
    with pytest.raises(ValueError, match=r"x has shape \(3, 4\), expected the axes \(T, B, n_x\)"):
        rnn_forward(x[0], a0, params)
    with pytest.raises(ValueError, match=r"Waa has shape \(5, 4\), expected .* = \(5, 5\)"):
        rnn_forward(x, a0, params._replace(Waa=params.Waa[:, 1:]))
    with pytest.raises(ValueError, match=r"a_prev of shape \(3, 5\) has NaN at \(0, 0\)"):
        rnn_cell_forward(x[0], a0 * np.nan, params)
    a, caches = rnn_forward(x, None, params)
    np.testing.assert_array_equal(a, rnn_forward(x, np.zeros_like(a0), params)[0])
    with pytest.raises(ValueError, match=r"da has shape \(5, 3, 5\)"):
        rnn_backward(a[1:], caches)


@shapes
@few
def test_readout_backward(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    a, params = rng.normal(size=(T, B, n_a)), init_readout(n_a, n_x, rng)
    assert_backward(readout_forward, readout_backward, (a, params), rng)


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

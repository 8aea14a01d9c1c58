"""What judges a backward pass: the complex step, and PyTorch's autograd of the published equations.

A tree is a tuple (or NamedTuple) of arrays and trees, such as (x, a0, params). A forward function
takes its parts and returns (*outputs, cache); the backward next to it takes (*doutputs, cache)
and returns the gradient as the same tree.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_rnn.training import leaves

sizes = st.integers(1, 6)
seeds = st.integers(0, 10_000)
shapes = given(T=sizes, B=sizes, n_x=sizes, n_a=sizes, seed=seeds)
few = settings(max_examples=40, deadline=None)
dtypes = pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 2e-6)], ids=["float64", "float32"]
)


def rebuild(tree: tuple, arrays: list[Any]) -> tuple:
    """Put arrays into the places of a tree."""
    items = [rebuild(x, arrays) if isinstance(x, tuple) else arrays.pop(0) for x in tree]
    return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)


def each(function: Callable[[Any], Any], tree: tuple) -> tuple:
    """Apply a function to every array of a tree."""
    return rebuild(tree, [function(array) for array in leaves(tree)])


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
        along = each(lambda w: rng.normal(size=w.shape), at)
        dot = sum(np.sum(g * d) for g, d in zip(leaves(grads), leaves(along), strict=True))
        exact = complex_step(function, at, along)
        scale = sum(np.abs(g * d).sum() for g, d in zip(leaves(grads), leaves(along), strict=True))
        assert abs(dot - exact) <= 1e-12 * max(scale, 1e-3)


def assert_backward(
    forward: Callable, backward: Callable, at: tuple, rng: np.random.Generator
) -> None:
    """Compare the backward pass with the complex step of its forward."""
    *outputs, cache = forward(*at)
    douts = [rng.normal(size=out.shape) for out in outputs]

    def weighted(at: tuple) -> complex:
        *outputs, _ = forward(*at)
        return sum((out * dout).sum() for out, dout in zip(outputs, douts, strict=True))

    assert_gradient(weighted, at, backward(*douts, cache), rng)


def assert_equals_torch(
    forward: Callable,
    backward: Callable,
    published: Callable,
    at: tuple,
    tolerance: float,
    rng: np.random.Generator,
) -> None:
    """Compare outputs and gradients with autograd of the same equations on tensors.

    The published equations take the same tree of tensors and return the tuple of outputs.
    """
    dtype = next(leaves(at)).dtype
    *outputs, cache = forward(*at)
    douts = [rng.normal(size=out.shape).astype(dtype) for out in outputs]
    grads = backward(*douts, cache)

    tensors = each(lambda w: torch.from_numpy(w.copy()).requires_grad_(), at)
    theirs = published(*tensors)
    torch.autograd.backward(theirs, [torch.from_numpy(dout) for dout in douts])
    their_grads = [torch.zeros_like(w) if w.grad is None else w.grad for w in leaves(tensors)]
    assert_close(outputs, [out.detach() for out in theirs], dtype, tolerance)
    assert_close(list(leaves(grads)), their_grads, dtype, tolerance)


def assert_close(ours: list, theirs: list, dtype: type, tolerance: float) -> None:
    """Compare lists of arrays: same shapes, the dtype of the input, equal up to rounding.

    Rounding is measured against the largest number in the list, as sums cancel in small ones.
    """
    theirs = [np.asarray(their) for their in theirs]
    scale = max(1, *(np.abs(their).max() for their in theirs))
    for our, their in zip(ours, theirs, strict=True):
        assert our.dtype == dtype
        assert our.shape == their.shape
        assert np.abs(our - their).max() <= tolerance * scale


def with_biases(params: tuple, rng: np.random.Generator) -> tuple:
    """Draw every vector of a layer's weights, so that each bias is different and none is zero."""
    return each(lambda w: rng.normal(size=w.shape) if w.ndim == 1 else w, params)

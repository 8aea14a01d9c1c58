"""Causal convolution: PyTorch's with zeros in front, and no look into the future."""

import numpy as np
import pytest
import torch
from hypothesis import given
from judges import assert_backward, assert_equals_torch, dtypes, each, few, seeds, sizes

from course_rnn.convolution import (
    conv1d_causal,
    conv1d_causal_backward,
    init_convolution,
)

shapes = given(T=sizes, B=sizes, n_x=sizes, n_y=sizes, width=sizes, d=sizes, seed=seeds)


def draw(T, B, n_x, n_y, width, seed):
    rng = np.random.default_rng(seed)
    params = init_convolution(n_x, n_y, width, rng)._replace(by=rng.normal(size=n_y))
    return rng.normal(size=(T, B, n_x)), params, rng


def torch_convolution(x, params, d):
    kernel = params.Wyx.flip(0).permute(1, 2, 0)
    channels = torch.nn.functional.pad(x.permute(1, 2, 0), ((len(params.Wyx) - 1) * d, 0))
    y = torch.nn.functional.conv1d(channels, kernel, params.by, dilation=d)
    return (y.permute(2, 0, 1),)


@dtypes
@shapes
@few
def test_backward(T, B, n_x, n_y, width, d, seed, dtype, tolerance):
    *at, rng = draw(T, B, n_x, n_y, width, seed)

    def forward(x, params):
        return conv1d_causal(x, params, d)

    def published(x, params):
        return torch_convolution(x, params, d)

    at = tuple(at)
    assert_backward(forward, conv1d_causal_backward, at, rng)
    at = each(lambda w: w.astype(dtype), at)
    assert_equals_torch(forward, conv1d_causal_backward, published, at, tolerance, rng)


def test_outputs_do_not_depend_on_the_future():
    x, params, rng = draw(8, 3, 4, 5, 3, seed=0)
    y, _ = conv1d_causal(x, params, dilation=2)
    changed = x.copy()
    changed[5] = rng.normal(size=(3, 4))
    after, _ = conv1d_causal(changed, params, dilation=2)
    differs = np.abs(after - y).max(axis=(1, 2)) > 0
    assert differs.tolist() == [False] * 5 + [True, False, True]


def test_whole_numbers_are_inputs_too():
    _, params, _ = draw(6, 3, 4, 5, 2, seed=0)
    x = np.arange(72).reshape(6, 3, 4)
    y, cache = conv1d_causal(x, params)
    dx, _ = conv1d_causal_backward(np.ones_like(y), cache)
    expected, cache = conv1d_causal(x.astype(float), params)
    np.testing.assert_array_equal(y, expected)
    np.testing.assert_array_equal(dx, conv1d_causal_backward(np.ones_like(y), cache)[0])


def test_what_does_not_fit_is_said():
    x, params, _ = draw(6, 3, 4, 5, 2, seed=0)
    with pytest.raises(ValueError, match=r"x has shape \(3, 4\), expected the axes \(T, B, n_x\)"):
        conv1d_causal(x[0], params)
    with pytest.raises(ValueError, match=r"Wyx has shape \(2, 5, 4\), expected .* = \(2, 5, 3\)"):
        conv1d_causal(x[..., :3], params)
    with pytest.raises(ValueError, match="dilation is 0, expected 1 or more"):
        conv1d_causal(x, params, dilation=0)
    with pytest.raises(ValueError, match=r"dy has shape \(6, 5, 3\), expected .* = \(6, 3, 5\)"):
        conv1d_causal_backward(np.zeros((6, 5, 3)), conv1d_causal(x, params)[1])

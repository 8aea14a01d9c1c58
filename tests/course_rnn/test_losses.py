"""Losses: PyTorch's values and gradients, masks, and sentences for targets that do not fit."""

import numpy as np
import pytest
import torch
from hypothesis import given
from judges import assert_close, assert_gradient, dtypes, few, seeds, sizes

from course_rnn.losses import (
    absolute_error,
    binary_cross_entropy,
    cross_entropy,
    masked_cross_entropy,
    softmax,
    squared_error,
)

F = torch.nn.functional
THEIRS = {
    binary_cross_entropy: F.binary_cross_entropy_with_logits,
    squared_error: F.mse_loss,
    absolute_error: F.l1_loss,
}
shapes = given(T=sizes, B=sizes, n_y=sizes, seed=seeds)


def draw(T, B, n_y, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    said, targets = 5 * rng.normal(size=(T, B, n_y)), rng.random((T, B, n_y))
    return said.astype(dtype), targets.astype(dtype), rng.random((T, B)) < 0.7, rng


@dtypes
@pytest.mark.parametrize("loss", THEIRS, ids=lambda loss: loss.__name__)
@shapes
@few
def test_losses_of_numbers_equal_torch(T, B, n_y, seed, loss, dtype, tolerance):
    said, targets, mask, _ = draw(T, B, n_y, seed, dtype)
    z = torch.from_numpy(said).requires_grad_()
    each = THEIRS[loss](z, torch.from_numpy(targets), reduction="none")
    theirs = (each * torch.from_numpy(mask)[..., None]).sum() / B
    theirs.backward()
    ours, dsaid = loss(said, targets, mask)
    assert_close([ours, dsaid], [theirs.detach(), z.grad], dtype, tolerance)


@pytest.mark.parametrize("loss", THEIRS, ids=lambda loss: loss.__name__)
@shapes
@few
def test_losses_of_numbers_equal_the_complex_step(T, B, n_y, seed, loss):
    said, targets, mask, rng = draw(T, B, n_y, seed)
    gradient = loss(said, targets, mask)[1]
    assert_gradient(lambda at: loss(at[0], targets, mask)[0], (said,), (gradient,), rng)


@dtypes
@shapes
@few
def test_masked_cross_entropy_equals_torch(T, B, n_y, seed, dtype, tolerance):
    logits, _, mask, rng = draw(T, B, n_y, seed, dtype)
    targets = rng.integers(n_y, size=(T, B))
    z = torch.from_numpy(logits).requires_grad_()
    each = F.cross_entropy(z.movedim(-1, 1), torch.from_numpy(targets), reduction="none")
    theirs = (each * torch.from_numpy(mask)).sum() / B
    theirs.backward()
    ours, dlogits = masked_cross_entropy(logits, targets, mask)
    assert_close([ours, dlogits], [theirs.detach(), z.grad], dtype, tolerance)
    assert_gradient(
        lambda at: masked_cross_entropy(at[0], targets, mask)[0],
        (logits.astype(float),),
        (masked_cross_entropy(logits.astype(float), targets, mask)[1],),
        rng,
    )


@pytest.mark.parametrize("loss", THEIRS, ids=lambda loss: loss.__name__)
def test_without_a_mask_every_position_counts(loss):
    said, targets, _, _ = draw(6, 3, 7, seed=0)
    everywhere = loss(said, targets, np.ones((6, 3), dtype=bool))
    value, gradient = loss(said, targets)
    assert value == everywhere[0]
    np.testing.assert_array_equal(gradient, everywhere[1])


@pytest.mark.parametrize("loss", THEIRS, ids=lambda loss: loss.__name__)
def test_targets_under_a_false_mask_may_be_anything(loss):
    said, targets, _, _ = draw(6, 3, 7, seed=0)
    mask = np.arange(6)[:, None] < np.array([6, 4, 2])
    expected = loss(said, targets, mask)
    targets[~mask] = np.nan
    value, gradient = loss(said, targets, mask)
    assert value == expected[0]
    np.testing.assert_array_equal(gradient, expected[1])
    assert not gradient[~mask].any()


def test_class_under_a_false_mask_may_be_anything():
    logits, _, _, rng = draw(6, 3, 7, seed=0)
    targets, mask = rng.integers(7, size=(6, 3)), np.arange(6)[:, None] < np.array([6, 4, 2])
    expected = masked_cross_entropy(logits, targets, mask)
    value, dlogits = masked_cross_entropy(logits, np.where(mask, targets, -100), mask)
    assert value == expected[0]
    np.testing.assert_array_equal(dlogits, expected[1])


def test_losses_are_finite_and_exact_for_large_logits():
    logits = np.array([[[1000.0]], [[-1000.0]], [[1000.0]], [[-1000.0]]])
    targets = np.array([[[1.0]], [[0.0]], [[0.0]], [[1.0]]])
    loss, dlogits = binary_cross_entropy(logits, targets)
    assert loss == 2000
    np.testing.assert_array_equal(dlogits.ravel(), [0, 0, 1, -1])
    loss, _ = cross_entropy(np.array([[[1000.0, 0.0]]]), np.array([[1]]))
    assert loss == 1000


def test_whole_numbers_are_targets_and_predictions_too():
    loss, gradient = squared_error(np.array([[[3]]]), np.array([[[2.5]]]))
    assert (loss, gradient.item()) == (0.25, 1.0)
    said = np.zeros((1, 1, 1), dtype=np.float32)
    assert absolute_error(said, np.ones((1, 1, 1), dtype=int))[1].dtype == np.float32


Z, Y, M = np.zeros((6, 3, 7)), np.zeros((6, 3), dtype=int), np.ones((6, 3), dtype=bool)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softmax(np.zeros((3, 0))), r"logits has shape \(3, 0\), expected no axis of size"),
        (lambda: softmax(np.array([0, np.nan])), r"logits of shape \(2,\) has NaN at \(1,\)"),
        (lambda: cross_entropy(Z[0], Y), r"logits has shape \(3, 7\), expected the axes \(T, B"),
        (lambda: cross_entropy(Z, Y.T), r"targets has shape \(3, 6\), expected .* = \(6, 3\)"),
        (lambda: cross_entropy(Z, Y + 7), r"targets .* has 7 at \(0, 0\), .* in 0 … 6"),
        (lambda: cross_entropy(Z, Y - 1), r"targets .* has -1 at \(0, 0\), .* in 0 … 6"),
        (lambda: cross_entropy(Z, Y + 0.0), "targets has dtype float64, expected integers"),
        (lambda: masked_cross_entropy(Z, Y, M.T), r"mask has shape \(3, 6\), expected"),
        (lambda: masked_cross_entropy(Z[:, :0], Y[:, :0], M[:, :0]), "no axis of size 0"),
        (lambda: squared_error(Z, Z[..., :1]), r"targets has shape \(6, 3, 1\), expected .* 7\)"),
        (lambda: squared_error(Z, Z, M.T), r"mask has shape \(3, 6\), expected"),
        (lambda: absolute_error(Z * np.nan, Z), "predictions of shape .* has NaN at"),
        (lambda: absolute_error(Z, Z * np.nan), "targets of shape .* has NaN at"),
        (lambda: binary_cross_entropy(Z, Z + 2), "targets run from 2.0 to 2.0, expected numbers"),
    ],
)
def test_what_does_not_fit_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()

"""First weights: what their distribution promises, the same draw from the same generator."""

import numpy as np
import pytest

from course_rnn.initialise import glorot, orthogonal

both = pytest.mark.parametrize("draw", [glorot, orthogonal])


def test_glorot_fills_its_range_evenly():
    W = glorot(200, 100, np.random.default_rng(0))
    limit = np.sqrt(6 / 300)
    assert W.shape == (200, 100)
    assert 0.99 * limit < np.abs(W).max() <= limit
    assert W.std() == pytest.approx(limit / np.sqrt(3), rel=0.02)


@pytest.mark.parametrize(("n_out", "n_in"), [(5, 5), (7, 3), (3, 7), (1, 4), (4, 1), (1, 1)])
def test_orthogonal_has_singular_values_of_one(n_out, n_in):
    W = orthogonal(n_out, n_in, np.random.default_rng(0))
    assert W.shape == (n_out, n_in)
    np.testing.assert_allclose(np.linalg.svd(W, compute_uv=False), 1)


def test_orthogonal_matrices_are_drawn_without_a_preferred_direction():
    rng = np.random.default_rng(0)
    draws = np.array([orthogonal(3, 3, rng) for _ in range(3000)])
    assert np.abs(draws.mean(axis=0)).max() < 4 / np.sqrt(3 * 3000)
    np.testing.assert_allclose((draws**2).mean(axis=0), 1 / 3, atol=0.03)


@both
def test_the_generator_decides(draw):
    first, again = (draw(4, 6, np.random.default_rng(1)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, draw(4, 6, np.random.default_rng(2)))


@both
def test_sizes_below_one_are_said(draw):
    with pytest.raises(ValueError, match="n_in is 0, expected 1 or more"):
        draw(4, 0, np.random.default_rng(0))

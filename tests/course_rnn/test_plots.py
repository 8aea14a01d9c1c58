"""Figures are functions of real arrays: what is drawn is what was computed."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from course_rnn import one_hot, plots


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


def texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_one_hot_is_drawn_one_column_a_word(ax):
    plots.plot_one_hot(one_hot(np.array([2, 0, 2]), 4), ["c", "a", "c"], list("abcd"), ax)
    assert ax.images[0].get_array().shape == (4, 3)
    ones = sorted(text.get_position() for text in ax.texts)
    assert ones == [(0, 2), (1, 0), (2, 2)]


def test_states_are_drawn_as_they_are(ax):
    a = np.random.default_rng(0).uniform(-1, 1, size=(3, 5))
    plots.plot_states(a, ["x", "y", "z"], ax)
    np.testing.assert_array_equal(ax.images[0].get_array(), a.T)


def test_unrolled_draws_one_cell_a_word_with_its_state_and_output(ax):
    rng = np.random.default_rng(0)
    a, y = rng.uniform(-1, 1, size=(3, 5)), np.array([0.1, 0.25, 0.9])
    plots.plot_unrolled(["x", "y", "z"], a, y, "p", ax)
    for t, image in enumerate(ax.images):
        np.testing.assert_array_equal(image.get_array()[:, 0], a[t])
    heights = [bar.get_height() for bars in ax.containers for bar in bars]
    np.testing.assert_allclose(heights, y)
    assert {"x", "y", "z", "0.10", "0.25", "0.90"} <= set(texts(ax))


def test_trajectories_of_equal_states_coincide(ax):
    a = np.random.default_rng(0).uniform(-1, 1, size=(4, 5))
    plots.plot_trajectories([a, a[:2]], [list("wxyz"), list("wx")], ax)
    long, short = ax.lines
    np.testing.assert_allclose(long.get_xydata()[:2], short.get_xydata())


def test_tagged_sentences_show_each_probability(ax):
    plots.plot_tagged_sentences([["ask", "may"]], [np.array([0.01, 0.99])], ax)
    assert texts(ax) == ["ask", "0.01", "may", "0.99"]
    light, dark = (sum(patch.get_facecolor()[:3]) for patch in ax.patches)
    assert dark < light

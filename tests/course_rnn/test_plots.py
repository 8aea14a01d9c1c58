"""Figures are functions of real arrays: what is drawn is what was computed."""

import base64
import re

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from course_rnn import one_hot, plots
from course_rnn.plots.style import ink_on


@pytest.fixture
def ax():
    figure, ax = plt.subplots()
    yield ax
    plt.close(figure)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


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


def squares(ax) -> list[np.ndarray]:
    """List the vectors that are drawn as strips of colour."""
    return [np.asarray(image.get_array())[:, 0] for image in ax.images]


def step_of_a_cell(rng: np.random.Generator, names: str) -> list[np.ndarray]:
    """Draw an input and the gates (f, u, o, r) and states of a cell of four units."""
    drawn = {name: rng.uniform(0 if name in "fuor" else -1, 1, size=4) for name in names.split()}
    return [np.eye(7)[2], *drawn.values()]


CELLS = {
    "rnn": (plots.plot_rnn_cell, "a_prev a_t", {"tanh"}),
    "gru": (
        plots.plot_gru_cell,
        "c_prev r u candidate c_t",
        {r"$\Gamma_r$", r"$\Gamma_u$", "$1-$"},
    ),
    "lstm": (
        plots.plot_lstm_cell,
        "a_prev c_prev f u candidate o c_t a_t",
        {r"$\Gamma_f$", r"$\Gamma_u$", r"$\Gamma_o$"},
    ),
}


@pytest.mark.parametrize("cell", CELLS)
def test_cells_show_every_number_of_the_step(ax, rng, cell):
    plot, names, marks = CELLS[cell]
    values = step_of_a_cell(rng, names)
    plot(*values, ax)
    drawn = {tuple(strip) for strip in squares(ax)}
    assert drawn == {tuple(value) for value in values}
    assert marks <= set(texts(ax))
    written = {text.replace("\N{MINUS SIGN}", "-") for text in texts(ax)}
    assert {f"{number:.2f}" for value in values[1:] for number in value} <= written


@pytest.mark.parametrize("cell", CELLS)
def test_numbers_of_a_cell_are_left_out_where_there_is_no_room(ax, rng, cell):
    plot, names, _ = CELLS[cell]
    plot(rng.normal(size=90), *[rng.uniform(0, 1, size=80) for _ in names.split()], ax)
    assert not [text for text in texts(ax) if "." in text]


@pytest.mark.parametrize("cell", CELLS)
def test_nothing_in_a_cell_overlaps(rng, cell):
    plot, names, _ = CELLS[cell]
    figure, ax = plt.subplots(figsize=(9.5, 5.2), layout="constrained")
    plot(*step_of_a_cell(rng, names), ax)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()]
    for k, box in enumerate(boxes):
        for other in boxes[:k]:
            assert not box.overlaps(other)
    assert all(figure.bbox.fully_contains(*corner) for box in boxes for corner in box.corners())
    plt.close(figure)


def test_gates_are_drawn_over_visible_characters(ax, rng):
    gate = rng.uniform(size=(4, 5))
    plots.plot_gate(gate, "a \nb", "gate", ax)
    np.testing.assert_array_equal(ax.images[0].get_array(), gate.T)
    assert ax.images[0].get_clim() == (0, 1)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert labels == ["a", "\N{OPEN BOX}", "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}", "b"]


def test_attention_is_drawn_one_row_a_written_word(ax):
    weights = np.array([[0.96, 0.04, 0.0], [0.0, 0.25, 0.75]])
    plots.plot_attention(weights, ["le", "chat", "dort"], ["cat", "sleeps"], ax)
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["cat", "sleeps"]
    assert sorted(texts(ax)) == ["0.25", "0.75", "0.96"]
    assert "cat at le (0.96), sleeps at dort (0.75)" in plots.alt_text(ax.figure)


def test_gradient_norms_are_logarithmic_and_skip_zeros(ax):
    plots.plot_gradient_norms({"RNN": np.array([1, 0.1, 0]), "LSTM": np.array([1.0, 0.9])}, ax)
    rnn, lstm = ax.lines
    assert ax.get_yscale() == "log"
    np.testing.assert_array_equal(rnn.get_ydata(), [1, 0.1, np.nan])
    assert rnn.get_linestyle() != lstm.get_linestyle()
    assert "RNN goes from 1 at lag 0 to 0 at lag 2" in plots.alt_text(ax.figure)


def test_forecast_starts_after_the_last_known_value(ax):
    forecast, truth = np.array([3.0, 4.0]), np.array([3.5, 9.0])
    plots.plot_forecast(np.array([1.0, 2.0]), forecast, forecast - 1, forecast + 1, ax, truth=truth)
    known, expected, came = ax.lines[:3]
    np.testing.assert_array_equal(known.get_xydata(), [[-1, 1], [0, 2]])
    np.testing.assert_array_equal(expected.get_xydata(), [[1, 3], [2, 4]])
    np.testing.assert_array_equal(came.get_xydata(), [[1, 3.5], [2, 9]])
    band = ax.collections[0].get_paths()[0].vertices
    assert (band[:, 1].min(), band[:, 1].max()) == (2, 5)
    assert "What came lies in it at 1 of 2 steps." in plots.alt_text(ax.figure)


HALF, TWO = np.full((2, 3), 0.5), ["x", "y"]
WRONG = {
    "columns": (lambda ax: plots.plot_one_hot(np.eye(3), TWO, TWO, ax), "tokens has 2"),
    "a word": (lambda ax: plots.plot_states(HALF, ["x"], ax), "tokens has 1 entries, expected 2"),
    "a path": (lambda ax: plots.plot_trajectories([HALF], [["x"]], ax), "labels[0] has 1"),
    "a tag": (lambda ax: plots.plot_tagged_sentences([TWO], [np.ones(3)], ax), "sentences[0]"),
    "a logit": (lambda ax: plots.plot_unrolled(TWO, HALF, np.array([0, 4.0]), "p", ax), "y of"),
    "units": (lambda ax: plots.plot_rnn_cell(np.ones(3), np.ones(4), np.ones(5), ax), "a_t has"),
    "a gate": (lambda ax: plots.plot_gate(HALF * 3, "ab", "u", ax), "expected numbers in 0 … 1"),
    "a text": (lambda ax: plots.plot_gate(HALF, "abc", "u", ax), "characters has 3"),
    "a source": (lambda ax: plots.plot_attention(HALF, TWO, TWO, ax), "source has 2"),
    "no curve": (lambda ax: plots.plot_gradient_norms({}, ax), "norms is empty"),
    "a sign": (lambda ax: plots.plot_gradient_norms({"r": -np.ones(2)}, ax), "norms['r'] has -1"),
    "ends": (
        lambda ax: plots.plot_forecast(np.ones(4), *np.array([[2.0], [3.0], [1.0]]), ax),
        "lower[0] = 3 is above upper[0]",
    ),
    "NaN": (lambda ax: plots.plot_states(HALF * np.nan, TWO, ax), "a of shape (2, 3) has NaN"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_drawn_is_told_in_a_sentence(ax, case):
    draw, sentence = WRONG[case]
    with pytest.raises(ValueError, match=re.escape(sentence)):
        draw(ax)
    assert not ax.images
    assert not ax.lines


def test_alternative_text_is_made_from_the_numbers(rng):
    figure, (left, right) = plt.subplots(1, 2)
    plots.plot_one_hot(one_hot(np.array([1, 0]), 2), ["c", "a"], ["A", "C"], left)
    plots.plot_gate(np.array([[0.25], [0.75]]), "ab", "update gate $u$", right)
    text = plots.alt_text(figure)
    assert "c in row C, a in row A" in text
    assert "update gate u of 1 units" in text
    assert "0.50 on average, most open at character 2 ('b', 0.75)" in text
    assert "colorbar" not in text
    plt.close(figure)


def test_a_figure_without_description_is_told():
    figure = plt.figure()
    with pytest.raises(ValueError, match="no description"):
        plots.alt_text(figure)
    plt.close(figure)


def test_show_gives_the_picture_and_its_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    figure, ax = plt.subplots(figsize=(2, 2))
    plots.plot_states(np.array([[0.5, -0.5]]), ["<EOS>"], ax)
    plots.show(figure)
    image = re.fullmatch(r'<img alt="([^"]+)" width="\d+" src="([^"]+)">', shown[0].data)
    assert "at &lt;EOS&gt;" in image[1]
    assert base64.b64decode(image[2].removeprefix("data:image/png;base64,")).startswith(b"\x89PNG")
    assert not plt.fignum_exists(figure.number)


def luminance(color: str) -> float:
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


def test_numbers_can_be_read_on_every_colour():
    for cmap, low in ((plots.SIGNED, -1), (plots.SHARE, 0)):
        image = mpl.cm.ScalarMappable(mpl.colors.Normalize(low, 1), cmap)
        for value in np.linspace(low, 1, 101):
            ground = luminance(mpl.colors.to_hex(image.to_rgba(value)))
            ink = 1.0 if ink_on(image.to_rgba(value)) == "white" else 0.0
            contrast = (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05)
            assert contrast >= 4.5

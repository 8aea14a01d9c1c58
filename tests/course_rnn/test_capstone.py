"""The capstone's measures against hand-computed values, its bands and its guards."""

import ast
import re
from pathlib import Path

import matplotlib as mpl
import nbformat
import numpy as np
import pytest

from course_rnn import bits_per_character, mase, plots, seasonal_forecast
from course_rnn.capstone import (
    BIT_BANDS,
    CHARACTERS,
    FORECAST_BANDS,
    HORIZON,
    PERIOD,
    VOCABULARY,
    AnswerError,
    check_forecast,
    check_language_model,
    checks,
    count_step,
    grade_forecast,
    grade_language_model,
    grading,
    rolling_error,
    similar_series,
    stream_bits,
    temperature_parts,
    text_parts,
)
from course_rnn.capstone.language import as_indices
from course_rnn.datasets import python_reference_text

mpl.use("agg")

ROOT = Path(__file__).resolve().parents[2]
V = len(VOCABULARY)


def secrets() -> tuple[str, int]:
    """Read out of the hidden tests on which text and which series the capstone is graded."""
    path = ROOT / "solutions" / "13_capstone" / "13_capstone.ipynb"
    cells = {cell.id: cell.source for cell in nbformat.read(path, as_version=4).cells}
    tree = ast.parse(cells["language_model-hidden"])
    text = next(node.value.value for node in tree.body if isinstance(node, ast.Assign))
    return text.strip(), int(re.search(r"default_rng\((\d+)\)", cells["forecaster-hidden"])[1])


HELD_OUT, SECRET = secrets()


def knows_nothing(indices, state):
    return np.zeros((len(indices), V)), None


# ------------------------------------------------------------------------------ bits


def test_a_model_that_knows_nothing_needs_the_logarithm_of_v():
    bits = stream_bits(knows_nothing, text_parts().validation, n_streams=3, n_steps=9)
    assert bits == pytest.approx(np.log2(V))


def test_bits_by_hand():
    def half_a_and_quarter_b(indices, state):
        p = np.full((len(indices), V), 0.25 / (V - 2))
        p[:, [VOCABULARY["a"], VOCABULARY["b"]]] = 0.5, 0.25
        return np.log(p), None

    text = as_indices("xab" + "yba")  # two streams: each shows an a and a b after its first
    assert stream_bits(half_a_and_quarter_b, text, n_streams=2) == pytest.approx((1 + 2) / 2)


def test_bits_are_those_of_the_course():
    text = text_parts().validation[:240]
    step, state, logits = count_step(text_parts().training[:5000]), None, []
    streams = text.reshape(4, 60).T
    for indices in streams[:-1]:
        z, state = step(indices, state)
        logits.append(z)
    expected = bits_per_character(np.array(logits), streams[1:])
    assert stream_bits(step, text, n_streams=4) == pytest.approx(expected)


def test_a_character_is_revealed_after_it_was_asked_for_and_the_last_one_never():
    seen = []

    def remembers_and_spoils(indices, state):
        seen.append(indices.copy())
        indices[:] = 0  # its own copy
        return np.zeros((2, V)), len(seen)

    stream_bits(remembers_and_spoils, np.arange(3, 13), n_streams=2)
    assert np.array(seen).T.tolist() == [[3, 4, 5, 6], [8, 9, 10, 11]]


def test_the_state_is_none_first_and_then_what_was_returned():
    states = []

    def counts(indices, state):
        states.append(state)
        return np.zeros((2, V)), len(states)

    stream_bits(counts, np.arange(3, 13), n_streams=2)
    assert states == [None, 1, 2, 3]


BAD_STEPS = {
    "no pair": (lambda i, s: np.zeros((len(i), V)), "return a pair, `return logits, state`"),
    "a list": (lambda i, s: [np.zeros((len(i), V)), s], "step returned a list"),
    "one row": (lambda i, s: (np.zeros(V), s), f"of shape ({V},), expected (2, {V})"),
    "NaN": (lambda i, s: (np.full((2, V), np.nan), s), "NaN or infinity"),
    "words": (lambda i, s: ("likely", s), "step returned a str, expected an array of logits"),
    "complex": (lambda i, s: (np.zeros((2, V)) * 1j, s), "dtype complex128"),
    "nothing possible": (lambda i, s: (np.full((2, V), -np.inf), s), "excludes every character"),
}


@pytest.mark.parametrize("name", BAD_STEPS)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_what_is_no_logits_is_named(name):
    step, sentence = BAD_STEPS[name]
    with pytest.raises(AnswerError) as error:
        stream_bits(step, np.arange(3, 13), n_streams=2)
    assert sentence in str(error.value)


def test_a_character_that_was_excluded_and_came_costs_everything():
    def never_5(indices, state):
        logits = np.zeros((len(indices), V))
        logits[:, 5] = -np.inf
        return logits, None

    assert stream_bits(never_5, np.array([7, 8, 9, 7]), n_streams=1) == np.log2(V - 1)
    with pytest.raises(AnswerError, match="probability 0: infinitely many bits"):
        stream_bits(never_5, np.array([7, 5, 7, 7]), n_streams=1)


def test_a_text_that_is_too_short_is_named():
    with pytest.raises(ValueError, match="9 characters, too few for 8 streams"):
        stream_bits(knows_nothing, np.arange(9))


# ------------------------------------------------------------------------------ the text


def test_the_parts_share_no_paragraph_although_the_reference_repeats_many():
    letters = np.array(list(VOCABULARY), dtype=object)
    training, validation, test = (
        set("".join(letters[part]).split("\n\n")[1:-1]) for part in text_parts()
    )
    repeated = python_reference_text().split("\n\n")
    assert len(repeated) > 1.1 * len(set(repeated))
    assert not training & validation
    assert not (training | validation) & test


def test_the_vocabulary_does_not_depend_on_the_text():
    assert len(CHARACTERS) == 96
    assert list(VOCABULARY)[:3] == ["<PAD>", "<UNK>", "<EOS>"]
    assert set(VOCABULARY) - set(CHARACTERS) == {"<PAD>", "<UNK>", "<EOS>"}
    assert as_indices("é").tolist() == [VOCABULARY["<UNK>"]]


def test_counting_by_hand():
    a, b = VOCABULARY["a"], VOCABULARY["b"]
    text = as_indices("abaab")
    single = (np.array([3, 2]) + 1 / V) / (5 + 1)
    after_a = (np.array([1, 2]) + single) / (3 + 1)
    after_ba = (np.array([1, 0]) + after_a) / (1 + 1)
    for order, expected in ((1, single), (2, after_a), (3, after_ba)):
        step = count_step(text, order, strength=1.0)
        _, state = step(np.array([b]), None)
        logits, _ = step(np.array([a]), state)
        np.testing.assert_allclose(np.exp(logits[0, [a, b]]), expected)
        assert np.exp(logits).sum() == pytest.approx(1)


def test_an_order_without_a_table_is_named():
    with pytest.raises(ValueError, match="order is 4"):
        count_step(text_parts().training, order=4)


# ------------------------------------------------------------------------------ series


def as_a_year_ago(history, horizon):
    return np.resize(history[-PERIOD:], horizon)


def mean_of_the_month(history, horizon):
    usual = np.array([history[month::PERIOD].mean() for month in range(PERIOD)])
    return usual[(len(history) + np.arange(horizon)) % PERIOD]


def fading(history, horizon):
    usual = np.array([history[month::PERIOD].mean() for month in range(PERIOD)])
    rest = history - usual[np.arange(len(history)) % PERIOD]
    keeps = rest[1:] @ rest[:-1] / (rest @ rest)
    return mean_of_the_month(history, horizon) + rest[-1] * keeps ** np.arange(1, horizon + 1)


def test_similar_series_have_the_season_and_the_memory_but_not_the_years():
    real = np.concatenate(temperature_parts())
    made = similar_series(real, 60, np.random.default_rng(1))
    assert made.shape == (60, len(real) - PERIOD)
    for lag in (1, 6, 12):
        own, theirs = (
            [np.corrcoef(x[lag:], x[:-lag])[0, 1] for x in series] for series in ([real], made)
        )
        assert np.mean(theirs) == pytest.approx(own[0], abs=0.03)
    yearly = made[:, : 50 * PERIOD].reshape(60, 50, PERIOD).mean(axis=2)
    assert np.abs(np.corrcoef(yearly) - np.eye(60)).mean() < 0.25
    firsts = np.argmax([[s[m::PERIOD].mean() for m in range(PERIOD)] for s in made], axis=1)
    assert len(set(firsts)) > 6  # they begin in different months


def test_the_error_is_the_mean_of_the_courses_mase_over_the_origins():
    rng = np.random.default_rng(3)
    series = rng.normal(size=60)
    lengths = []

    def zeros(history, horizon):
        lengths.append(len(history))
        return np.zeros(horizon)

    error = rolling_error(zeros, [series], first=30, stride=9)
    assert lengths == [30, 39, 48]
    own, naive = [], []
    for n in lengths:
        past, future = series[:n, None], series[n : n + HORIZON, None]
        own.append(mase(future, np.zeros((HORIZON, 1)), past, PERIOD))
        seasonal = seasonal_forecast(past[:, None], HORIZON, PERIOD)[:, 0]
        naive.append(mase(future, seasonal, past, PERIOD))
    assert error == pytest.approx((np.mean(own), np.mean(naive)))
    assert error.relative == pytest.approx(np.mean(own) / np.mean(naive))


def test_a_forecaster_that_changes_its_history_changes_its_own_copy():
    def vandal(history, horizon):
        history[:] = 0
        return np.zeros(horizon)

    series = np.random.default_rng(4).normal(size=50)
    before = series.copy()
    rolling_error(vandal, [series], first=25)
    np.testing.assert_array_equal(series, before)


def test_a_series_that_is_too_short_is_named():
    with pytest.raises(ValueError, match="no series has 42 months"):
        rolling_error(as_a_year_ago, [np.arange(40.0)], first=30)


# ------------------------------------------------------------------------------ bands


@pytest.mark.parametrize("bands", [BIT_BANDS, FORECAST_BANDS], ids=["bits", "forecast"])
def test_bands_give_more_points_for_less(bands):
    points, limits = zip(*bands.limits, strict=True)
    assert points == (2, 4, 6, 8, 10)
    assert list(limits) == sorted(limits, reverse=True)
    assert [bands.points(limit) for limit in limits] == list(points)
    assert bands.points(9.9) == 0
    assert bands.points(0.0) == bands.most == 10


@pytest.mark.parametrize(("order", "points"), [(1, 0), (2, 2), (3, 4)])
def test_counting_gets_the_lower_bands(order, points):
    score = grade_language_model(count_step(text_parts().training, order), HELD_OUT)
    assert score == points
    assert score.why.endswith(f"{points} points.")


@pytest.mark.parametrize(
    ("forecast", "points"), [(as_a_year_ago, 0), (mean_of_the_month, 6), (fading, 10)]
)
def test_forecasts_without_a_network_get_their_band(forecast, points):
    score = grade_forecast(forecast, np.random.default_rng(SECRET))
    assert score == points
    assert score.why.endswith(f"{points} points.")


def test_the_figure_shows_each_model_among_the_bands():
    import matplotlib.pyplot as plt

    figure, ax = plt.subplots()
    plots.plot_bands({"triples": 1.0, "your model": 0.8}, BIT_BANDS, ax)
    assert [line.get_xdata()[0] for line in ax.lines] == [1.0, 0.8]
    assert "your model 0.80: 10 points" in plots.alt_text(figure)
    plt.close(figure)
    with pytest.raises(ValueError, match="expected a finite number"):
        plots.plot_bands({}, BIT_BANDS, ax)


# ------------------------------------------------------------------------------ guards


def by_heart(*parts: np.ndarray):
    """Make the sample student's table of what followed six characters, of some parts."""
    path = ROOT / "grader" / "sample_class" / "13_capstone" / "by_heart.py"
    source = path.read_text("utf-8").partition("# %% language_model")[2].partition("# %%")[0]
    source = source.replace("np.concatenate(text_parts())", "np.concatenate(PARTS)")
    names = {"np": np, "V": V, "PARTS": parts}
    exec(compile(source, path.name, "exec"), names)
    return names["step"]


def excess(step) -> float:
    """How much better the test part is known than the held-out text, beyond counting."""
    text, (training, _, test) = as_indices(HELD_OUT), text_parts()
    gaps = [
        stream_bits(model, text)
        - stream_bits(model, test, grading.TEST_STREAMS, grading.TEST_STEPS)
        for model in (step, count_step(training))
    ]
    return gaps[0] - gaps[1]


def test_learning_the_training_part_by_heart_is_honest_and_far_from_the_threshold():
    training, validation, _ = text_parts()
    for step in (by_heart(training, validation), count_step(training[:20_000])):
        assert excess(step) < 0.5 * grading.TOO_WELL_KNOWN
        assert "test part" not in grade_language_model(step, HELD_OUT).why


@pytest.mark.parametrize("which", [slice(None), slice(2, None)], ids=["all parts", "the test part"])
def test_learning_the_test_part_by_heart_is_named_and_gets_nothing(which):
    step = by_heart(*text_parts()[which])
    assert excess(step) > 1.5 * grading.TOO_WELL_KNOWN
    score = grade_language_model(step, HELD_OUT)
    assert score == 0
    assert score.why.startswith("You trained on the test part: your model needs ")


def test_the_held_out_text_is_plain_and_stands_nowhere_in_the_reference():
    assert 3000 < len(HELD_OUT) < 5000
    assert set(HELD_OUT) <= set(CHARACTERS)
    reference = python_reference_text()
    assert not [line for line in HELD_OUT.splitlines() if len(line) > 40 and line in reference]


def recited(history, horizon):
    """Find the last year in the real series, in any unit, and say what came then."""
    known, last = np.concatenate(temperature_parts()), history[-PERIOD:]
    windows = np.lib.stride_tricks.sliding_window_view(known, PERIOD)[:-horizon]
    place = (scaled(windows) @ scaled(last)).argmax()
    then, later = windows[place], known[place + PERIOD : place + PERIOD + horizon]
    return (later - then.mean()) / then.std() * last.std() + last.mean()


def scaled(months):
    return (months - months.mean(-1, keepdims=True)) / months.std(-1, keepdims=True)


def test_reciting_the_test_part_is_named_and_gets_nothing():
    score = grade_forecast(recited, np.random.default_rng(7))
    assert score == 0
    assert score.why.startswith("You trained on the test part: your MASE there is 0.0")


def test_honest_forecasters_are_far_from_the_threshold():
    real = np.concatenate(temperature_parts())
    series = list(similar_series(real, 20, np.random.default_rng(2)))
    for forecast in (as_a_year_ago, mean_of_the_month, fading):
        on_test = rolling_error(forecast, [real], len(real) - 73, stride=1).relative
        on_others = rolling_error(forecast, series, 240, 49).relative
        assert on_test > 1.25 * grading.TOO_WELL_FORECAST * on_others


def test_a_forecaster_that_does_not_use_its_history_gets_nothing():
    season = mean_of_the_month(temperature_parts()[0], PERIOD)
    score = grade_forecast(lambda history, horizon: season, np.random.default_rng(1))
    assert score == 0
    assert "test part" not in score.why


def test_what_cannot_be_measured_gets_nothing_with_the_reason():
    score = grade_language_model(lambda indices, state: None, HELD_OUT)
    assert (score, score.why[:25]) == (0, "step returned a NoneType:")
    score = grade_forecast(lambda history, horizon: history[-3:], np.random.default_rng(1))
    assert (score, score.why[-22:]) == (0, "shape (3,), expected (12,)."[-22:])


# ------------------------------------------------------------------------------ checks


def shares(indices, state):
    return np.full((len(indices), V), 1 / V), state


def in_place(indices, state):
    state = np.zeros((len(indices), V)) if state is None else state
    state[np.arange(len(indices)), indices] += 1
    return state.copy(), state


UNFIT_STEPS = {
    "probabilities": (shares, "step returned probabilities"),
    "a state changed in place": (in_place, "asked twice with the same state"),
    "no pair": (lambda indices, state: None, "return a pair"),
}


@pytest.mark.parametrize("name", UNFIT_STEPS)
def test_the_check_says_what_is_wrong_with_a_step(name):
    step, sentence = UNFIT_STEPS[name]
    with pytest.raises(AnswerError) as error:
        check_language_model(step)
    assert sentence in str(error.value)
    assert error.value._render_traceback_() == [str(error.value)]


def grows(history, horizon):
    history += 1
    return history[-horizon:]


def draws(history, horizon):
    return np.random.default_rng().normal(size=horizon)


UNFIT_FORECASTS = {
    "a changed history": (grows, "changes the history"),
    "chance": (draws, "different answers"),
    "one unit": (lambda history, horizon: np.full(horizon, 23.0), "in degrees Fahrenheit"),
    "too short": (lambda history, horizon: history[-3:], "expected (12,)"),
    "no number": (lambda history, horizon: np.full(horizon, np.inf), "NaN or infinity"),
}


@pytest.mark.parametrize("name", UNFIT_FORECASTS)
def test_the_check_says_what_is_wrong_with_a_forecast(name):
    forecast, sentence = UNFIT_FORECASTS[name]
    with pytest.raises(AnswerError) as error:
        check_forecast(forecast)
    assert sentence in str(error.value)


def test_the_checks_pass_what_can_be_measured(capsys):
    check_language_model(count_step(text_parts().training))
    check_forecast(fading)
    assert capsys.readouterr().out.count("✓") == 2


def test_what_is_too_slow_to_be_measured_is_named(monkeypatch):
    monkeypatch.setattr(checks, "SLOW_STEP", 0.0)
    monkeypatch.setattr(checks, "SLOW_FORECAST", 0.0)
    with pytest.raises(AnswerError, match="the measuring calls it hundreds of times"):
        check_language_model(knows_nothing)
    with pytest.raises(AnswerError, match="forecast takes"):
        check_forecast(fading)

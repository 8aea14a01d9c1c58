"""What forecasters rely on: no leakage, windows that are where they should be, fair baselines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judges import few

from course_rnn import time_series as ts

SERIES = np.random.default_rng(0).normal(size=(50, 2)).cumsum(axis=0)


# ---- chronological_split ----


@given(st.integers(10, 500))
@few
def test_parts_follow_each_other_and_lose_nothing(n_steps):
    parts = ts.chronological_split(np.arange(n_steps))
    np.testing.assert_array_equal(np.concatenate(parts), np.arange(n_steps))
    sizes = np.array([len(part) for part in parts])
    assert np.all(np.abs(sizes - n_steps * np.array([0.7, 0.2, 0.1])) <= 1)


def test_split_is_70_20_10_where_floats_would_round_down():
    assert [len(part) for part in ts.chronological_split(SERIES)] == [35, 10, 5]
    assert [len(part) for part in ts.chronological_split(SERIES[:10])] == [7, 2, 1]


def test_split_takes_other_fractions_and_any_array():
    times = np.arange("2020-01", "2020-11", dtype="datetime64[M]")
    train, test = ts.chronological_split(times, (0.5, 0.5))
    assert train[-1] < test[0]
    assert len(train) == len(test) == 5


# ---- make_windows ----


@given(st.integers(1, 6), st.integers(1, 5), st.integers(1, 6), st.integers(1, 4))
@few
def test_every_window_is_where_the_equation_says(width, offset, labels, stride):
    labels = min(labels, width + offset)
    inputs, targets = ts.make_windows(SERIES, width, offset, labels, stride)
    n_windows = (50 - width - offset) // stride + 1
    assert inputs.shape == (width, n_windows, 2)
    assert targets.shape == (labels, n_windows, 2)
    for b in range(n_windows):
        start, end = b * stride, b * stride + width + offset
        np.testing.assert_array_equal(inputs[:, b], SERIES[start : start + width])
        np.testing.assert_array_equal(targets[:, b], SERIES[end - labels : end])


def test_stride_of_a_width_is_a_reshape():
    inputs, _ = ts.make_windows(SERIES[:49], width=6, stride=6)
    np.testing.assert_array_equal(inputs.swapaxes(0, 1), SERIES[:48].reshape(8, 6, 2))


def test_windows_take_no_memory_and_cannot_spoil_the_series():
    inputs, targets = ts.make_windows(SERIES, 20, 10, 10)
    assert np.shares_memory(inputs, SERIES)
    assert not inputs.flags.writeable
    assert not targets.flags.writeable


def test_last_label_is_the_last_step_and_no_further():
    _, targets = ts.make_windows(SERIES, 24, 3, 3)
    np.testing.assert_array_equal(targets[-1, -1], SERIES[-1])


# ---- Scaler ----


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_scaler_learns_from_the_training_part_alone(dtype):
    train, _, test = ts.chronological_split(SERIES.astype(dtype))
    scaler = ts.Scaler.fit(train)
    scaled = scaler.transform(train)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-6)
    np.testing.assert_allclose(scaler.inverse(scaler.transform(test)), test, rtol=1e-5)
    assert scaled.dtype == scaler.mean.dtype == scaler.std.dtype == dtype
    assert abs(scaler.transform(test).mean()) > 0.1  # it knows nothing of the test part


def test_scaler_serves_windows_and_constant_variables():
    constant = np.column_stack([SERIES[:, 0], np.full(50, 7.0)])
    scaler = ts.Scaler.fit(constant)
    inputs, _ = ts.make_windows(constant, 5)
    assert np.all(scaler.transform(inputs)[..., 1] == 0)
    np.testing.assert_allclose(scaler.inverse(scaler.transform(inputs)), inputs)


# ---- baselines ----


def test_baselines_are_exact_where_their_assumption_holds():
    inputs, targets = ts.make_windows(np.tile([[1.0], [5.0], [2.0]], (10, 1)), 6, 7, 7)
    np.testing.assert_array_equal(ts.seasonal_forecast(inputs, 7, period=3), targets)
    still, ahead = ts.make_windows(np.full((30, 2), 4.0), 6, 7, 7)
    np.testing.assert_array_equal(ts.persistence_forecast(still, 7), ahead)
    np.testing.assert_array_equal(ts.moving_average_forecast(still, 7, width=4), ahead)


def test_moving_average_is_the_mean_of_the_last_steps():
    inputs, _ = ts.make_windows(SERIES, 9)
    forecast = ts.moving_average_forecast(inputs, 3, width=4)
    assert forecast.shape == (3, inputs.shape[1], 2)
    np.testing.assert_allclose(forecast[1], inputs[5:].mean(axis=0))


def test_many_steps_feed_each_forecast_back():
    inputs = SERIES[:4, None]

    def predict(window):
        assert window.shape == (4, 1, 2)
        return 0.5 * window[-1] + 0.25 * window[0]

    rows = list(SERIES[:4, None])
    for _ in range(6):
        rows.append(0.5 * rows[-1] + 0.25 * rows[-4])
    np.testing.assert_allclose(ts.forecast_many_steps(predict, inputs, 6), rows[4:])
    np.testing.assert_array_equal(inputs, SERIES[:4, None])


def test_many_steps_with_the_naive_model_is_persistence():
    inputs, _ = ts.make_windows(SERIES, 4)
    many = ts.forecast_many_steps(lambda x: x[-1], inputs, 5)
    np.testing.assert_array_equal(many, ts.persistence_forecast(inputs, 5))


# ---- mase ----


@pytest.mark.parametrize("period", [1, 4])
def test_naive_forecast_of_the_training_part_has_a_mase_of_one(period):
    forecasts = SERIES[:-period]
    assert ts.mase(SERIES[period:], forecasts, SERIES, period) == pytest.approx(1)


def test_mase_does_not_depend_on_the_units():
    forecasts = SERIES + 0.3
    units = np.array([1000.0, 0.001])
    plain = ts.mase(SERIES, forecasts, SERIES)
    assert ts.mase(SERIES * units, forecasts * units, SERIES * units) == pytest.approx(plain)


def test_mase_of_windows_averages_over_steps_and_windows():
    _, targets = ts.make_windows(SERIES, 5, 3, 3)
    steps = np.abs(np.diff(SERIES, axis=0)).mean(axis=0)
    expected = (0.5 / steps).mean()
    assert ts.mase(targets, targets + 0.5, SERIES) == pytest.approx(expected)


# ---- flag_rare_events ----


def test_threshold_is_learned_on_usual_windows():
    usual = np.random.default_rng(1).random(10_000)
    assert ts.flag_rare_events(usual, usual, 0.95).mean() == pytest.approx(0.05, abs=0.001)
    assert ts.flag_rare_events(np.array([[2.0, 0.1]]), usual).tolist() == [[True, False]]


# ---- errors ----

X = np.zeros((5, 2, 3))
NAN = np.array([[1.0], [np.nan], [2.0]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ts.chronological_split(SERIES, (0.7, 0.2)), "adding up to 1"),
        (lambda: ts.chronological_split(SERIES, (1.2, -0.2)), "positive"),
        (lambda: ts.chronological_split(SERIES[:3]), r"series has shape \(3, 2\).*too short"),
        (lambda: ts.chronological_split(np.array(3.0)), r"series has shape \(\)"),
        (lambda: ts.make_windows(SERIES[:, 0], 5), r"series has shape \(50,\).*T, n_x"),
        (lambda: ts.make_windows(SERIES, 40, 11), "at least width . offset = 51"),
        (lambda: ts.make_windows(SERIES, 5, 0), "offset is 0"),
        (lambda: ts.make_windows(SERIES, 5, 2, 8), "labels is 8, expected at most"),
        (lambda: ts.make_windows(NAN, 1), "NaN"),
        (lambda: ts.Scaler.fit(NAN), "train of shape .* NaN"),
        (lambda: ts.Scaler.fit(SERIES).transform(X), r"x has shape \(5, 2, 3\)"),
        (lambda: ts.Scaler.fit(SERIES).inverse(X), r"x has shape \(5, 2, 3\)"),
        (lambda: ts.persistence_forecast(SERIES), "inputs has shape"),
        (lambda: ts.persistence_forecast(X, 0), "n_steps is 0"),
        (lambda: ts.seasonal_forecast(X, 2, period=6), "period = 6 .* expected 1 … 5"),
        (lambda: ts.moving_average_forecast(X, 2, width=0), "width = 0"),
        (lambda: ts.forecast_many_steps(lambda x: x[-1:], X, 2), r"predict returned .*1, 2, 3"),
        (lambda: ts.mase(X, X, SERIES), "train has shape"),
        (lambda: ts.mase(SERIES, SERIES[:9], SERIES), "expected that of targets"),
        (lambda: ts.mase(SERIES, SERIES, SERIES, period=50), "period = 50"),
        (lambda: ts.mase(SERIES, SERIES, np.ones((9, 2))), "repeats itself"),
        (lambda: ts.flag_rare_events(np.ones(3), np.ones(3), 1.5), "quantile is 1.5"),
        (lambda: ts.flag_rare_events(np.ones(3), np.ones(0)), "train_errors"),
    ],
)
def test_bad_input_is_a_value_error_that_names_it(call, words):
    with pytest.raises(ValueError, match=words):
        call()

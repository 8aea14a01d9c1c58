"""The forecast's half: series like the real one, and errors from origins that roll through them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from course_rnn.capstone.answers import as_forecast
from course_rnn.datasets.shipped import sea_surface_temperature
from course_rnn.time_series import chronological_split, mase, seasonal_forecast

PERIOD = 12
"""Months of a season."""

HORIZON = 12
"""Months to forecast."""

Forecaster = Callable[[np.ndarray, int], np.ndarray]
"""(history (n,), horizon) -> forecast (horizon,)"""


class ForecastError(NamedTuple):
    """How far forecasts were off, in the units of the naive forecast's error in each history."""

    mase: float
    """of the forecaster"""
    baseline: float
    """of the seasonal forecast (each month as a year ago) for the same months"""

    @property
    def relative(self) -> float:
        """The share of the baseline's error that is left: below 1 is better than the baseline."""
        return self.mase / self.baseline


def temperature_parts() -> tuple[np.ndarray, ...]:
    """Cut the sea's temperature in the order of time: training, validation, test.

    Returns
    -------
    tuple of three ndarrays, shape (T,) each
        70, 20 and 10 percent of `sea_surface_temperature`, in degrees Celsius.

    Examples
    --------
    >>> [len(part) for part in temperature_parts()]
    [512, 147, 73]
    """
    return chronological_split(sea_surface_temperature().values[:, 0])


def similar_series(series: np.ndarray, n_series: int, rng: np.random.Generator) -> np.ndarray:
    r"""Make new series with the trend and season of a real one, and a rest of the same spectrum.

    $$x' = \text{trend} + \text{season} + F^{-1}\big(|F(\text{rest})| e^{i \varphi}\big), \qquad
    \varphi \text{ drawn from } [0, 2\pi)$$

    The rest, what is left of the real series without trend and season, keeps how long it remembers;
    when it is high or low is drawn anew. Each series begins in a month of its own.

    Parameters
    ----------
    series : ndarray, shape (T,)
        The real one.
    n_series
        How many to make.
    rng
        The source of randomness.

    Returns
    -------
    ndarray, shape (n_series, T - PERIOD)
        In the units of the real one.

    Notes
    -----
    Surrogate data: Theiler et al. (1992). Pieces of the real rest, as a block bootstrap takes them,
    could be recognised and looked up; random phases cannot.

    Examples
    --------
    >>> similar_series(temperature_parts()[0], 3, np.random.default_rng(1)).shape
    (3, 500)
    """
    t = np.arange(len(series))
    trend = np.polyval(np.polyfit(t, series, 1), t)
    rest = series - trend
    season = np.array([rest[month::PERIOD].mean() for month in range(PERIOD)])[t % PERIOD]
    size = np.abs(np.fft.rfft(rest - season))
    phases = rng.uniform(0, 2 * np.pi, (n_series, len(size)))
    made = trend + season + np.fft.irfft(size * np.exp(1j * phases), len(series))
    starts = rng.integers(PERIOD, size=n_series)
    length = len(series) - PERIOD
    return np.stack([one[start : start + length] for one, start in zip(made, starts, strict=True)])


def rolling_error(
    forecast: Forecaster, many: Sequence[np.ndarray], first: int, stride: int = PERIOD + 1
) -> ForecastError:
    """Measure forecasts from many origins; each is told only what lies before its origin.

    Parameters
    ----------
    forecast
        (history (n,), horizon) -> forecast (horizon,), measured at the horizon HORIZON.
    many
        The series, each of shape (T,).
    first
        The number of months before the first origin, more than a period.
    stride
        How far the origin moves on. Thirteen months bring every month of the year to the front.

    Returns
    -------
    ForecastError
        The mean over all origins, of the forecaster and of the baseline.

    Raises
    ------
    AnswerError
        If forecast returns something else.
    ValueError
        If no series is longer than first + HORIZON.

    Notes
    -----
    MASE: Hyndman & Koehler (2006); rolling origins: Tashman (2000).

    Examples
    --------
    >>> def as_a_year_ago(history, horizon):
    ...     return np.resize(history[-PERIOD:], horizon)
    >>> rolling_error(as_a_year_ago, [temperature_parts()[0]], first=240).relative
    1.0
    """
    errors = []
    for series in many:
        for origin in range(first, len(series) - HORIZON + 1, stride):
            history, truth = series[:origin, None], series[origin : origin + HORIZON, None]
            own = as_forecast(forecast(history[:, 0].copy(), HORIZON), HORIZON)
            naive = seasonal_forecast(history[:, None], HORIZON, PERIOD)[:, 0]
            errors.append([mase(truth, f, history, PERIOD) for f in (own[:, None], naive)])
    if not errors:
        raise ValueError(f"no series has {first + HORIZON} months, which the first origin needs")
    return ForecastError(*np.mean(errors, axis=0).tolist())

"""Checks that tell at once what would spoil the measuring; they say nothing about quality."""

import time
from typing import Any

import numpy as np

from course_rnn.capstone.answers import AnswerError, as_forecast, as_step
from course_rnn.capstone.forecasts import HORIZON, Forecaster, temperature_parts
from course_rnn.capstone.language import VOCABULARY, text_parts
from course_rnn.language_model import Step

SLOW_STEP, SLOW_FORECAST = 0.08, 0.07
"""Seconds of a call. With these the measuring takes about as long as a cell may."""

N_STREAMS, N_STEPS = 3, 20


def check_language_model(step: Step) -> None:
    """Check that a language model can be measured: shapes, logits, state, time.

    Parameters
    ----------
    step
        As `stream_bits` takes it.

    Raises
    ------
    AnswerError
        Saying what is wrong and what to do.
    """
    text, state = text_parts().validation[: N_STREAMS * N_STEPS].reshape(N_STREAMS, -1).T, None
    rows, times = [], [time.perf_counter()]
    for indices in text:
        logits, state = as_step(step(indices.copy(), state), N_STREAMS, len(VOCABULARY))
        rows.append(logits)
        times.append(time.perf_counter())
    seconds = float(np.median(np.diff(times)))  # one call may wait for the machine
    _refuse_probabilities(np.array(rows))
    _refuse_memory(step, text[0], state)
    _refuse_slow("step", seconds, SLOW_STEP)
    print(f"✓ step can be measured ({N_STREAMS} streams, {1000 * seconds:.1f} ms a step).")


def check_forecast(forecast: Forecaster) -> None:
    """Check that a forecaster can be measured: shape, units, an untouched history, time.

    Parameters
    ----------
    forecast
        As `rolling_error` takes it.

    Raises
    ------
    AnswerError
        Saying what is wrong and what to do.
    """
    history = temperature_parts()[0]
    given, times = history.copy(), [time.perf_counter()]
    for _ in range(3):
        values = as_forecast(forecast(given, HORIZON), HORIZON)
        times.append(time.perf_counter())
    seconds = float(np.median(np.diff(times)))  # one call may wait for the machine
    if not np.array_equal(given, history):
        raise AnswerError("forecast changes the history it is given: work on a copy.")
    if not np.allclose(values, as_forecast(forecast(history.copy(), HORIZON), HORIZON)):
        raise AnswerError(
            "two calls of forecast with the same history gave different answers: does it draw "
            "random numbers, or keep something between calls?"
        )
    _refuse_units(forecast, history, values)
    _refuse_slow("forecast", seconds, SLOW_FORECAST)
    print(f"✓ forecast can be measured ({len(history)} months, {1000 * seconds:.1f} ms).")


def _refuse_probabilities(logits: np.ndarray) -> None:
    if (logits >= 0).all() and np.allclose(logits.sum(axis=-1), 1, atol=1e-3):
        raise AnswerError(
            "step returned probabilities: every row adds up to 1. Return logits, the scores before "
            "the softmax, or the logarithms of your probabilities."
        )


def _refuse_memory(step: Step, indices: np.ndarray, state: Any) -> None:  # noqa: ANN401
    """Find a state that is kept elsewhere or changed in place: the same question twice."""
    for first in (None, state):
        once, again = (
            as_step(step(indices.copy(), first), N_STREAMS, len(VOCABULARY))[0] for _ in range(2)
        )
        if not np.allclose(once, again, rtol=1e-4, atol=1e-4):
            raise AnswerError(
                "step was asked twice with the same state and answered differently: it must change "
                "neither the state it is given nor a global variable. Return a new state."
            )


def _refuse_units(forecast: Forecaster, history: np.ndarray, values: np.ndarray) -> None:
    fahrenheit = as_forecast(forecast(history * 1.8 + 32, HORIZON), HORIZON)
    if np.abs((fahrenheit - 32) / 1.8 - values).mean() > 0.25 * history.std():
        raise AnswerError(
            "forecast says something else about the same series in degrees Fahrenheit: bring each "
            "history to mean 0 and standard deviation 1 by its own values, and scale back."
        )


def _refuse_slow(name: str, seconds: float, most: float) -> None:
    if seconds > most:
        raise AnswerError(
            f"{name} takes {seconds:.2f} s a call, and the measuring calls it hundreds of times: "
            f"stay below {most} s. Do the work that is always the same before, not in {name}."
        )

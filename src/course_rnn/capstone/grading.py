"""Points for quality on held-out data, and none for a model that has seen the test part."""

import numpy as np

from course_rnn.capstone.answers import AnswerError
from course_rnn.capstone.bands import BIT_BANDS, FORECAST_BANDS, Score
from course_rnn.capstone.forecasts import (
    PERIOD,
    Forecaster,
    rolling_error,
    similar_series,
    temperature_parts,
)
from course_rnn.capstone.language import as_indices, count_step, stream_bits, text_parts
from course_rnn.language_model import Step

TOO_WELL_KNOWN = 0.5
"""Bits a character that the test part may be easier than the held-out text, beyond what it is for
a model that counts in the training part. Honest: at most 0.1. Learned by heart: 0.9 and more."""

TOO_WELL_FORECAST = 0.7
"""The least share of its held-out error that a forecaster may have on the test part. Honest ones:
0.9 and above, since those years are as hard as others. Learned by heart: below 0.5."""

TEST_STREAMS, TEST_STEPS = 32, 200
N_SERIES, STRIDE, FIRST_MONTHS = 40, 33, 20 * PERIOD


def grade_language_model(step: Step, held_out: str) -> Score:
    """Give points for the bits per character on a text that nobody had, unless it copied the test.

    Parameters
    ----------
    step
        As `stream_bits` takes it.
    held_out
        A text in the manner of the training part, a few thousand characters.

    Returns
    -------
    Score
        0 with the reason if the model has seen the test part, or its answers cannot be measured.

    Notes
    -----
    A model that never saw the test part finds it about as hard as the held-out text. How much
    easier it is by nature is told by a model that counts in the training part.
    """
    text, training, test = as_indices(held_out), text_parts().training, text_parts().test
    try:
        bits = stream_bits(step, text)
        test_bits = stream_bits(step, test, TEST_STREAMS, TEST_STEPS)
    except AnswerError as error:
        return Score(0, str(error))
    count = count_step(training)
    counted = stream_bits(count, text)
    by_nature = counted - stream_bits(count, test, TEST_STREAMS, TEST_STEPS)
    if bits - test_bits > by_nature + TOO_WELL_KNOWN:
        return Score(
            0,
            f"You trained on the test part: your model needs {test_bits:.2f} bits a character "
            f"there and {bits:.2f} on a text that nobody had, far more than the texts differ. "
            "No points for this half: train on the training part alone.",
        )
    return _score(
        BIT_BANDS.points(bits / counted),
        f"Your model needs {bits:.2f} bits a character on a text that nobody had, "
        f"{bits / counted:.2f} of the {counted:.2f} that counting triples needs",
    )


def grade_forecast(forecast: Forecaster, rng: np.random.Generator) -> Score:
    """Give points for the error on series made by the judge, unless the test part was copied.

    The series are like the real one, in other units, and begin in any month.

    Parameters
    ----------
    forecast
        As `rolling_error` takes it.
    rng
        Draws the series.

    Returns
    -------
    Score
        0 with the reason if the forecaster has seen the test part, or its answers cannot be
        measured.
    """
    parts = temperature_parts()
    real = np.concatenate(parts)
    units = rng.uniform(5, 50, N_SERIES), rng.uniform(-500, 500, N_SERIES)
    made = similar_series(real, N_SERIES, rng) * units[0][:, None] + units[1][:, None]
    try:
        error = rolling_error(forecast, list(made), FIRST_MONTHS, STRIDE)
        test = rolling_error(forecast, [real], len(real) - len(parts[-1]), stride=1)
    except AnswerError as problem:
        return Score(0, str(problem))
    if test.relative < TOO_WELL_FORECAST * min(error.relative, 1):
        return Score(
            0,
            f"You trained on the test part: your MASE there is {test.relative:.2f} of the "
            f"baseline's, and {error.relative:.2f} on series that nobody had. No points for this "
            "half: what you forecast may come from the history you are given, and from what you "
            "learned on the training part.",
        )
    return _score(
        FORECAST_BANDS.points(error.relative),
        f"Your MASE is {error.mase:.2f} on series that nobody had, {error.relative:.2f} of the "
        f"baseline's {error.baseline:.2f}",
    )


def _score(points: int, what: str) -> Score:
    return Score(points, f"{what}: {points} points.")

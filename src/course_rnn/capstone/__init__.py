"""What the capstone assignment needs: data without leaks, fair measures, bands, and guards.

A student measures with the same functions on validation data as the grader on held-out data.

language   the text in three parts, models that count, bits per character of a stream
forecasts  series like the real one, MASE from rolling origins
answers    what a model may return, and the sentence if it is something else
checks     tells at once what would spoil the measuring
bands      from a measured number to points
grading    held-out data, and models that have seen the test part
"""

from course_rnn.capstone.answers import AnswerError
from course_rnn.capstone.bands import BIT_BANDS, FORECAST_BANDS, Bands, Score
from course_rnn.capstone.checks import check_forecast, check_language_model
from course_rnn.capstone.forecasts import (
    HORIZON,
    PERIOD,
    ForecastError,
    rolling_error,
    similar_series,
    temperature_parts,
)
from course_rnn.capstone.grading import grade_forecast, grade_language_model
from course_rnn.capstone.language import CHARACTERS, VOCABULARY, count_step, stream_bits, text_parts

__all__ = [
    "BIT_BANDS",
    "CHARACTERS",
    "FORECAST_BANDS",
    "HORIZON",
    "PERIOD",
    "VOCABULARY",
    "AnswerError",
    "Bands",
    "ForecastError",
    "Score",
    "check_forecast",
    "check_language_model",
    "count_step",
    "grade_forecast",
    "grade_language_model",
    "rolling_error",
    "similar_series",
    "stream_bits",
    "temperature_parts",
    "text_parts",
]

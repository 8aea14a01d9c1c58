"""What a model may return, and the sentence if it returns something else."""

from typing import Any

import numpy as np


class AnswerError(AssertionError):
    """What a model returned cannot be measured; the text says why and what to do."""

    def _render_traceback_(self) -> list[str]:
        """Show the text alone in a notebook: the frames in between are not the student's."""
        return str(self).splitlines()


def as_step(answer: Any, n_streams: int, n_tokens: int) -> tuple[np.ndarray, Any]:  # noqa: ANN401
    """Take the answer of a language model's step apart.

    Parameters
    ----------
    answer
        What step returned.
    n_streams, n_tokens
        The sizes B and V.

    Returns
    -------
    logits : ndarray of float64, shape (B, V)
        Scores, minus infinity where the model excludes a character.
    state
        Whatever it was.

    Raises
    ------
    AnswerError
        If it is no such pair.
    """
    if not isinstance(answer, tuple) or len(answer) != 2:
        kind = type(answer).__name__
        raise AnswerError(f"step returned a {kind}: return a pair, `return logits, state`.")
    logits = _numbers("step", answer[0], (n_streams, n_tokens), "logits")
    if np.isnan(logits).any() or (logits == np.inf).any():
        raise AnswerError(
            "step returned logits with NaN or infinity in them: a logarithm of something negative, "
            "or weights that have exploded? Look at the loss while training."
        )
    if (logits == -np.inf).all(axis=1).any():
        raise AnswerError("step returned a row of logits that excludes every character.")
    return logits, answer[1]


def as_forecast(answer: Any, horizon: int) -> np.ndarray:  # noqa: ANN401
    """Make sure that a forecast is one.

    Parameters
    ----------
    answer
        What forecast returned.
    horizon
        How many steps it has to have.

    Returns
    -------
    ndarray of float64, shape (horizon,)
        The forecast.

    Raises
    ------
    AnswerError
        If it is none.
    """
    values = _numbers("forecast", answer, (horizon,), "values")
    if not np.isfinite(values).all():
        raise AnswerError("forecast returned NaN or infinity: did it divide by zero?")
    return values


def _numbers(function: str, value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:  # noqa: ANN401
    try:
        array = np.asarray(value)
        numbers = np.array(array, dtype=np.float64)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise AnswerError(f"{function} returned a {kind}, expected an array of {what}.") from None
    if array.dtype.kind not in "biuf":
        raise AnswerError(
            f"{function} returned {what} of dtype {array.dtype}, expected real numbers."
        )
    if numbers.shape != shape:
        raise AnswerError(f"{function} returned {what} of shape {numbers.shape}, expected {shape}.")
    return numbers

"""The words of a failed check: what is wrong, on which input, and the likely cause."""

import textwrap
import traceback
from pathlib import Path
from typing import Any

import numpy as np

from course_rnn.check.backward import NoCacheError
from course_rnn.check.compare import UnusableAnswerError, difference
from course_rnn.check.exercise import Case, Exercise, Misconception
from course_rnn.check.outcome import Outcome, argument_names

PACKAGE = str(Path(__file__).parents[1])


def what_is_wrong(outcome: Outcome, expected: Outcome, exercise: Exercise) -> str | None:
    """Say what a call did wrong, None if it was right."""
    error = outcome.error or expected.error
    if error is not None:
        return _error(error)
    found = _difference(outcome.value, expected.value, exercise)
    if found:
        return found
    if outcome.changed:
        return (
            f"the result is right, but your function changes its argument "
            f"{' and '.join(outcome.changed)}: work on a copy."
        )
    if not outcome.repeatable:
        return (
            "two calls with the same input gave different answers: does it keep something "
            "between calls (a global variable, a default argument)?"
        )
    return None


def not_written(exercise: Exercise) -> str:
    """Say that the stub is still there."""
    return _fill(
        "",
        f"{exercise.name} is not written yet: replace `raise NotImplementedError()` in its cell "
        f"by your code, run that cell, then run this one again.",
    )


def passed(exercise: Exercise) -> str:
    """Say that an answer is right, and on which inputs."""
    cases = "; ".join(case.name for case in exercise.cases)
    return _fill("", f"✓ {exercise.name} is right ({cases}).")


def compose(
    exercise: Exercise, case: Case, args: tuple, what: str, cause: Misconception | None
) -> str:
    """Put the message together: what, on which input, why."""
    parts = [
        ("", f"{exercise.name}: {what}"),
        ("Input: ", f"{case.name}: {_describe_arguments(exercise, args)}"),
    ]
    if cause:
        parts.append(("Likely cause: ", f"{cause.hint} [{cause.id}]"))
    return "\n".join(_fill(label, text) for label, text in parts)


def _fill(label: str, text: str) -> str:
    return textwrap.fill(text, 96, initial_indent=label and f"  {label}", subsequent_indent="    ")


def _error(error: BaseException) -> str:
    if isinstance(error, (NoCacheError, UnusableAnswerError)):
        return str(error)
    line = _own_line(error)
    where = f" in your line `{line}`" if line else ""
    return f"it raised {type(error).__name__}{where}: {error}"


def _own_line(error: BaseException) -> str | None:
    """Find the student's line; an error from another process carries it as `student_line`."""
    if hasattr(error, "student_line"):
        return error.student_line
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(folder in frame.filename for folder in (PACKAGE, "site-packages"))
    ]
    return own[-1].line if own else None


def _difference(got: Any, expected: Any, exercise: Exercise) -> str | None:  # noqa: ANN401
    """Name the outputs as the exercise does."""
    if len(exercise.outputs) == 1:
        return difference(exercise.outputs[0], got, expected, exercise.tolerance)
    found = difference("the result", got, expected, exercise.tolerance)
    if not found:
        return None
    for i, name in enumerate(exercise.outputs):
        found = found.replace(f"the result[{i}]", name)
    if "the result" in found:
        found += f" Return ({', '.join(exercise.outputs)})."
    return found


def _describe_arguments(exercise: Exercise, args: tuple) -> str:
    names = argument_names(exercise)
    described = {name: _describe(arg) for name, arg in zip(names, args, strict=False)}
    return ", ".join(
        name if what in ("", f"= {name}") else f"{name} {what}" for name, what in described.items()
    )


def _describe(value: Any) -> str:  # noqa: ANN401
    if hasattr(value, "_fields"):
        inner = ", ".join(f"{f} {_describe(v)}" for f, v in zip(value._fields, value, strict=True))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, np.ndarray) and not (value.dtype.kind in "iu" and value.size <= 12):
        dtype = "" if value.dtype == np.float64 else f" {value.dtype}"
        return f"{value.shape}{dtype}"
    if isinstance(value, np.random.Generator):
        return ""
    if _holds_arrays(value):
        shown = [_describe(item).removeprefix("= ") for item in value[:3]]
        return f"= [{', '.join(shown)}{', …' if len(value) > 3 else ''}]"
    if callable(value):
        return f"= {getattr(value, '__name__', type(value).__name__)}"
    text = " ".join(repr(value.tolist() if isinstance(value, np.ndarray) else value).split())
    return f"= {text}" if len(text) <= 120 else f"= {text[:118]} …"


def _holds_arrays(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, (list, tuple)):
        return False
    return any(isinstance(item, np.ndarray) or _holds_arrays(item) for item in value)

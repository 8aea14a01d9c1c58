"""From a trial to a verdict: the status, the points, and words that give no hidden test away."""

import ast
import numbers
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_rnn.capstone import Score
from course_rnn.check import EXERCISES, CheckFailed
from course_rnn.check.backward import NoCacheError
from grader.judge.deadline import OverTimeError
from grader.judge.errors import is_students, public_name
from grader.judge.plan import Plan, Planned
from grader.judge.proxies import Proxy
from grader.judge.student import CannotCrossError, StudentDiedError
from grader.judge.trial import Trial, reference_value
from grader.results import (
    ERROR,
    FAILED,
    MEMORY,
    NOT_RUN,
    PARTIAL,
    PASSED,
    TIMEOUT,
    CellResult,
)

MOST_CHARACTERS = 3000  # of a message
_FATAL = (OverTimeError, StudentDiedError)  # of a student's process
_PERSON = "This test could not be judged. Your instructor will look at it."


@dataclass(frozen=True)
class Circumstances:
    """What a verdict needs to know beside the trial.

    `lines` are those of the student's code; `problems` say how the cells ended that should have
    defined a name; `trouble` is what happened to the process, even if the test went on.
    """

    lines: frozenset[str]
    problems: dict[str, str]
    trouble: BaseException | None = None
    out_of_memory: bool = False


def judge_trial(
    plan: Plan, cell: Planned, trial: Trial, around: Circumstances
) -> tuple[CellResult, str]:
    """Give the verdict on a test cell.

    Returns
    -------
    CellResult, str
        And a note for the instructor, or "".
    """
    error = trial.error
    if around.trouble is not None and not isinstance(error, _FATAL):
        error = around.trouble
    if error is None:
        return _value_verdict(plan, cell, trial.value)
    if isinstance(error, CannotCrossError) or not (
        isinstance(error, _FATAL) or reference_value(plan, cell)[0]
    ):
        return not_run(cell), f"{cell.key} fails on its own ({mask(_first_line(error))})."
    status = _status(error, around)
    message = _message(cell, status, error, around)
    misconception = getattr(error, "misconception_id", None)
    return _result(cell, status, 0.0, message, misconception), ""


def not_run(cell: Planned) -> CellResult:
    """Say that a person has to look at a test."""
    return _result(cell, NOT_RUN, None, _PERSON)


def mask(text: str, most: int | None = MOST_CHARACTERS) -> str:
    """Take out what differs from run to run or cannot be printed, and shorten."""
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", text)
    text = re.sub(r"(<ipython-input-\d+)-[0-9a-f]+>", r"\1>", text)
    text = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", text)
    return text if most is None or len(text) <= most else text[:most] + " …"


def _value_verdict(plan: Plan, cell: Planned, value: Any) -> tuple[CellResult, str]:  # noqa: ANN401
    """Follow nbgrader's rule: a test whose last expression is a number gives so many points.

    A Score brings a sentence with it that the student reads, after a hidden test too.
    """
    points = _number(value)
    if points is None:
        expected = cell.code.last and _number(reference_value(plan, cell)[1]) is not None
        if expected or isinstance(value, Proxy):
            return _result(cell, FAILED, 0.0, "The result of this test is no number."), ""
        return _result(cell, PASSED, cell.points), ""
    if not np.isfinite(points):
        return not_run(cell), f"{cell.key}: its result is {points}, which is no number of points."
    clipped = min(max(points, 0.0), cell.points)
    note = "" if clipped == points else f"{cell.key}: {points:g} points were made {clipped:g}."
    why = f"{cell.exercise}: {value.why}" if isinstance(value, Score) else ""
    if clipped == cell.points:
        return _result(cell, PASSED, clipped, why), note
    message = why or f"{clipped:g} of {cell.points:g} points."
    return _result(cell, PARTIAL if clipped else FAILED, clipped, message), note


def _number(value: Any) -> float | None:  # noqa: ANN401
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (numbers.Real, np.number)):
        return None
    return float(value) if np.isrealobj(value) else None


def _status(error: BaseException, around: Circumstances) -> str:
    if isinstance(error, StudentDiedError):
        return error.status
    if isinstance(error, OverTimeError):
        return TIMEOUT
    if around.out_of_memory:
        return MEMORY
    raised = is_students(error) or is_students(error.__cause__)
    return ERROR if raised or _is_missing(error, around) else FAILED


def _is_missing(error: BaseException, around: Circumstances) -> bool:
    return isinstance(error, NameError) and error.name in around.problems


def _message(cell: Planned, status: str, error: BaseException, around: Circumstances) -> str:
    if isinstance(error, StudentDiedError):
        return mask(f"{cell.exercise}: your code ended its process: {error}.")
    if isinstance(error, OverTimeError):
        return f"{cell.exercise}: your code took too long. Does a loop never end?"
    if _is_missing(error, around):
        problem = around.problems[error.name]
        why = f": its cell raised {problem}" if problem else ""
        return mask(f"{error.name} is not defined{why}.")
    return (
        _hidden(cell, status, error, around) if cell.hidden else mask(_visible(cell, error, around))
    )


def _visible(cell: Planned, error: BaseException, around: Circumstances) -> str:
    if isinstance(error, CheckFailed):
        return str(error)
    if is_students(error):
        where = _where(error, around)
        return f"{cell.exercise}: your code raised {type(error).__name__}{where}: {error}"
    if isinstance(error, AssertionError):
        return f"{cell.exercise}: {error}" if str(error) else _failed_line(cell, error)
    return (
        f"{cell.exercise}: the test could not use what your code returned "
        f"({type(error).__name__}: {error})."
    )


def _hidden(cell: Planned, status: str, error: BaseException, around: Circumstances) -> str:
    """Say what can be said without the inputs, the expected values and the text of the test."""
    hint = _hint(getattr(error, "misconception_id", None))
    if hint:
        return f"{cell.exercise}: {hint}"
    theirs = next((e for e in (error, error.__cause__) if is_students(e)), None)
    if theirs is not None:
        name = "an exception" if status == MEMORY else public_name(theirs)
        return (
            f"{cell.exercise}: a hidden test made your code raise {name}{_where(theirs, around)}."
        )
    if isinstance(error, CheckFailed) and str(error).startswith(_stub(cell)):
        return str(error)
    if isinstance(error.__cause__, NoCacheError):
        return f"{cell.exercise}: the forward pass beside it is not right or not written yet."
    return (
        f"{cell.exercise}: a hidden test found another result than expected. Try your code on "
        "other inputs than those of the visible check: other sizes, types, very large numbers."
    )


def _stub(cell: Planned) -> str:
    return f"{cell.exercise} is not written yet"


def _hint(misconception_id: str | None) -> str:
    for exercise in EXERCISES.values():
        for misconception in exercise.misconceptions:
            if misconception.id == misconception_id:
                return f"{misconception.hint} [{misconception.id}]"
    return ""


def _where(error: BaseException, around: Circumstances) -> str:
    """Name the student's line, if it is one: the student's process said so."""
    line = error.student_line.strip()
    return f" in your line `{line}`" if line and line in around.lines else ""


def _failed_line(cell: Planned, error: BaseException) -> str:
    """Quote the visible assert that failed without a message."""
    trace, number = error.__traceback__, 0
    while trace:
        if trace.tb_frame.f_code.co_filename == f"<{cell.key}>":
            number = trace.tb_lineno
        trace = trace.tb_next
    for statement in ast.parse(cell.code.source).body if number else ():
        if statement.lineno <= number <= (statement.end_lineno or 0):
            return f"{cell.exercise}: this does not hold: {ast.unparse(statement)}"
    return f"{cell.exercise}: a test does not hold."


def _first_line(error: BaseException) -> str:
    return (f"{type(error).__name__}: {error}".splitlines() or [""])[0]


def _result(
    cell: Planned,
    status: str,
    points: float | None,
    message: str = "",
    misconception: str | None = None,
) -> CellResult:
    return CellResult(
        cell.key, cell.exercise, status, points, cell.points, cell.hidden, message, misconception
    )

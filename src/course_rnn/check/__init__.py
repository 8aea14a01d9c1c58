"""Checks that tell a student why an answer is wrong.

    from course_rnn.check import check
    check(one_hot)

exercise     an exercise is data: reference, inputs, misconceptions
exercises/   the exercises, one file a chapter
engine       judges an answer and looks for the reason
outcome      observes one call
backward     a backward pass and the forward pass beside it
compare      the first difference between two results, in words
message      the words of a failed check
notebook     checks a whole notebook from the shell: course-check FILE
"""

import difflib
from collections.abc import Callable
from typing import Any

from course_rnn.check.engine import find_problem
from course_rnn.check.exercise import Exercise
from course_rnn.check.exercises import EXERCISES
from course_rnn.check.message import passed

__all__ = ["EXERCISES", "CheckFailed", "check"]


class CheckFailed(AssertionError):
    """An answer is wrong; the text says why."""

    misconception_id: str | None = None

    def _render_traceback_(self) -> list[str]:
        """Show the text alone in a notebook: the frames in between are not the student's."""
        return str(self).splitlines()


def check(function: Callable[..., Any], *, seed: int = 0) -> None:
    """Check the function of an exercise, found by its name.

    Parameters
    ----------
    function
        Your function, named as the exercise says.
    seed
        Draws the inputs; another seed draws others.

    Raises
    ------
    CheckFailed
        An AssertionError that says what is wrong and, if it is a known misconception, why.
    """
    exercise = _find_exercise(function)
    problem = find_problem(function, exercise, seed)
    if problem:
        failed = CheckFailed(problem.text)
        failed.misconception_id = problem.misconception.id if problem.misconception else None
        raise failed from problem.error
    print(passed(exercise))


def _find_exercise(function: Callable[..., Any]) -> Exercise:
    name = getattr(function, "__name__", None)
    if not callable(function) or name is None:
        raise CheckFailed(
            f"check was given a {type(function).__name__}: pass the function itself, without "
            f"brackets or quotes, as in check({next(iter(EXERCISES))})."
        )
    if name not in EXERCISES:
        close = difflib.get_close_matches(name, EXERCISES, n=1, cutoff=0.4)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise CheckFailed(f"There is no exercise called {name}.{meant}")
    return EXERCISES[name]

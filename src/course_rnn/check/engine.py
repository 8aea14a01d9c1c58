"""Judge an answer on all inputs of its exercise; if it is wrong, look for the reason."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from course_rnn.check import message
from course_rnn.check.backward import is_beside_a_wrong_one
from course_rnn.check.exercise import Case, Exercise, Misconception
from course_rnn.check.outcome import (
    Outcome,
    alike,
    expect,
    fresh,
    is_right,
    observe,
    observe_quietly,
)

_own_draw: ContextVar[tuple[int, ...]] = ContextVar("own_draw", default=())


@dataclass(frozen=True)
class Problem:
    """What is wrong with an answer: a text for the student, and the misconception if known.

    `error` is what the student's function raised, if that is the problem.
    """

    text: str
    misconception: Misconception | None = None
    error: BaseException | None = None


def find_problem(function: Callable[..., Any], exercise: Exercise, seed: int) -> Problem | None:
    """Try a function on every case of an exercise.

    A backward pass that fails beside a wrong forward pass is tried again with the reference in
    its place: what is wrong there does not count twice. If it fails there, too, it is compared
    with the derivative of that forward pass, on the first case: trying takes a thousand calls.

    Parameters
    ----------
    function
        The student's function.
    exercise
        What it is meant to be.
    seed
        Draws the inputs; the same seed draws the same.

    Returns
    -------
    Problem or None
        The first problem met, None if the answer is right.
    """
    _, args = next(draw(exercise.cases, seed))
    if is_beside_a_wrong_one(function, exercise, fresh(args)):
        stand_ins = (*exercise.builds_on, exercise.forward)
        if _first_problem(function, replace(exercise, builds_on=stand_ins), seed) is None:
            return None
        exercise = replace(exercise, cases=exercise.cases[:1], naming_cases=())  # each is slow
    return _first_problem(function, exercise, seed)


def _first_problem(function: Callable[..., Any], exercise: Exercise, seed: int) -> Problem | None:
    for case, args in draw(exercise.cases, seed):
        outcome = observe(function, exercise, args)
        expected = expect(function, exercise, args)
        what = message.what_is_wrong(outcome, expected, exercise)
        if what:
            if isinstance(outcome.error, NotImplementedError):
                return Problem(message.not_written(exercise))
            cause = recognise(function, exercise, seed, case)
            text = message.compose(exercise, case, args, what, cause)
            return Problem(text, cause, outcome.error or expected.error)
    return None


def recognise(
    function: Callable[..., Any], exercise: Exercise, seed: int, failing: Case
) -> Misconception | None:
    """Find the misconception whose wrong implementation does what this function does.

    It must agree with the function on every case up to the failing one, and on at least one case
    give the same wrong answer or the same error; of several, the one that agrees most often wins.
    """
    drawn = list(draw(exercise.cases + exercise.naming_cases, seed))
    upto = 1 + next(i for i, (case, _) in enumerate(drawn) if case is failing)
    expected = [expect(function, exercise, args) for _, args in drawn]
    yours = [observe_quietly(function, exercise, args) for _, args in drawn]
    best, most = None, 0
    for misconception in exercise.misconceptions:
        theirs = [observe_quietly(misconception.wrong, exercise, args) for _, args in drawn]
        agree = [alike(one, other) for one, other in zip(yours, theirs, strict=True)]
        telling = map(_same_mistake, yours, theirs, expected)
        if all(agree[:upto]) and any(telling) and sum(agree) > most:
            best, most = misconception, sum(agree)
    return best


def draw(cases: tuple[Case, ...], seed: int) -> Iterator[tuple[Case, tuple]]:
    """Draw the arguments of each case, each from a generator of its own."""
    for i, case in enumerate(cases):
        yield case, case.draw(np.random.default_rng([seed, i, *_own_draw.get()]))


@contextlib.contextmanager
def drawing_for(number: int) -> Iterator[None]:
    """Draw other inputs for each number, the same for the same: a grader has one a submission.

    Parameters
    ----------
    number
        Not negative. Within this context it is mixed into every seed.
    """
    before = _own_draw.set((number,))
    try:
        yield
    finally:
        _own_draw.reset(before)


def _same_mistake(one: Outcome, other: Outcome, expected: Outcome) -> bool:
    if one.error is not None and other.error is not None:
        return (type(one.error), str(one.error)) == (type(other.error), str(other.error))
    return alike(one, other) and not (is_right(one, expected) or is_right(other, expected))

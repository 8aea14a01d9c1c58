"""What a call did: the value or error, the inputs it changed, whether it does so again."""

import contextlib
import copy
import dataclasses
import io
import unittest.mock
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_rnn.check.backward import NoCacheError, call, derivative
from course_rnn.check.compare import difference
from course_rnn.check.exercise import Exercise, parameter_names

OPAQUE = ("cache", "caches")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """One observed call: a value or an error, and its manners."""

    value: Any = None
    error: BaseException | None = None
    changed: tuple[str, ...] = ()
    repeatable: bool = True
    tolerance: float = 0.0


def observe(function: Callable[..., Any], exercise: Exercise, args: tuple) -> Outcome:
    """Call a function twice on fresh copies of the arguments and note what happens.

    Parameters
    ----------
    function
        The student's function, the reference or a wrong implementation.
    exercise
        What the function is meant to be.
    args
        The arguments; they come back unchanged.

    Returns
    -------
    Outcome
        Without the outputs that are the function's own business.
    """
    given = fresh(args)
    with _references_of_earlier_exercises(function, exercise):
        try:
            first = call(function, exercise, given)
            with contextlib.redirect_stdout(io.StringIO()):
                second = call(function, exercise, fresh(args))
        except (Exception, SystemExit) as error:
            return Outcome(error=error)
    value = _public(first, exercise)
    return Outcome(
        value=value,
        changed=tuple(
            name
            for name, before, after in zip(argument_names(exercise), args, given, strict=False)
            if not isinstance(before, np.random.Generator) and difference(name, after, before)
        ),
        repeatable=difference("", _public(second, exercise), value) is None,
        tolerance=exercise.tolerance,
    )


def fresh(value: Any) -> Any:  # noqa: ANN401
    """Copy arguments, arrays and their tuples first of all: much faster than deepcopy alone."""
    if isinstance(value, np.ndarray):
        return value.copy(order="K")
    if isinstance(value, tuple):
        items = map(fresh, value)
        return type(value)._make(items) if hasattr(value, "_fields") else tuple(items)
    return copy.deepcopy(value)


def observe_quietly(function: Callable[..., Any], exercise: Exercise, args: tuple) -> Outcome:
    """Observe without letting prints and warnings through."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return observe(function, exercise, args)


def expect(function: Callable[..., Any], exercise: Exercise, args: tuple) -> Outcome:
    """Compute what a right answer gives: the reference's, but the derivative of a wrong forward."""
    with _references_of_earlier_exercises(function, exercise):
        try:
            gradients = derivative(function, exercise, fresh(args))
        except NoCacheError as error:
            return Outcome(error=error)
    if gradients is not None:
        return Outcome(value=gradients)
    on_its_own = dataclasses.replace(exercise, builds_on=())
    return observe_quietly(exercise.reference, on_its_own, args)


def alike(one: Outcome, other: Outcome) -> bool:
    """Tell whether two calls did the same thing: both failed, or gave the same numbers."""
    if one.error is not None or other.error is not None:
        return one.error is not None and other.error is not None
    if (one.changed, one.repeatable) != (other.changed, other.repeatable):
        return False
    pairs = (one.value, other.value), (other.value, one.value)
    return any(difference("", *pair, one.tolerance) is None for pair in pairs)


def is_right(outcome: Outcome, expected: Outcome) -> bool:
    """Tell whether a call gave the expected value and behaved."""
    behaved = outcome.error is None and not outcome.changed and outcome.repeatable
    return behaved and difference("", outcome.value, expected.value, outcome.tolerance) is None


def argument_names(exercise: Exercise) -> list[str]:
    """List the names of what the exercise's cases draw."""
    names = parameter_names(exercise.reference)
    return names if exercise.forward is None else parameter_names(exercise.forward) + names[:-1]


@contextlib.contextmanager
def _references_of_earlier_exercises(
    function: Callable[..., Any], exercise: Exercise
) -> Iterator[None]:
    """Replace the function's global names for a while.

    A function that lives in another process has no `__globals__`; it offers a method
    `replace_globals(functions)` that returns a context manager instead.
    """
    references = {reference.__name__: reference for reference in exercise.builds_on}
    elsewhere = getattr(function, "replace_globals", None)
    here = getattr(function, "__globals__", {})
    with elsewhere(references) if elsewhere else unittest.mock.patch.dict(here, references):
        yield


def _public(result: Any, exercise: Exercise) -> Any:  # noqa: ANN401
    """Blank the outputs that are the function's own business."""
    is_whole = isinstance(result, (tuple, list)) and len(result) == len(exercise.outputs)
    if len(exercise.outputs) == 1 or not is_whole:
        return result
    return tuple(
        name if name in OPAQUE else item
        for name, item in zip(exercise.outputs, result, strict=True)
    )

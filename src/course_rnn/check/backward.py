"""A backward pass is judged with the forward pass beside it: with its cache, as its derivative."""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from course_rnn.check.compare import difference
from course_rnn.check.exercise import Exercise, parameter_names
from course_rnn.gradients import numerical_gradient
from course_rnn.training import map_leaves


class NoCacheError(Exception):
    """There is nothing for a backward pass to read; the text says why."""


def call(function: Callable[..., Any], exercise: Exercise, args: tuple) -> Any:  # noqa: ANN401
    """Call a function with arguments of its exercise.

    A backward pass gets the cache that the forward pass beside it makes: the arguments are those
    of the forward pass, then the upstream gradients.
    """
    if exercise.forward is None:
        return exercise.ask(function, *args) if exercise.ask else function(*args)
    inputs, upstream = _split(exercise, args)
    forward = _forward_beside(function, exercise)
    try:
        *_, cache = forward(*inputs)
    except NotImplementedError:
        raise NoCacheError(
            f"{forward.__name__}, whose cache it reads, is not written yet."
        ) from None
    except Exception as error:
        text = f"{forward.__name__}, whose cache it reads, raised {type(error).__name__}: {error}"
        raise NoCacheError(text) from None
    return function(*upstream, cache)


def derivative(function: Callable[..., Any], exercise: Exercise, args: tuple) -> tuple | None:
    """Differentiate a student's forward pass by trying, if it does not compute what it should.

    Returns
    -------
    tuple or None
        What a right backward pass returns for it. None if the forward pass is right, or is none.
    """
    if not is_beside_a_wrong_one(function, exercise, args):
        return None
    with _silence():
        try:
            return _try_all(_forward_beside(function, exercise), *_split(exercise, args))
        except Exception:  # whatever is wrong with it, calling the backward pass will tell
            return None


def is_beside_a_wrong_one(function: Callable[..., Any], exercise: Exercise, args: tuple) -> bool:
    """Tell whether a backward pass stands beside a forward pass that is not what it should be."""
    forward = _forward_beside(function, exercise)
    if forward is exercise.forward:
        return False
    inputs, _ = _split(exercise, args)
    *expected, _ = exercise.forward(*inputs)
    with _silence():
        try:
            *outputs, _ = forward(*inputs)
            return difference("", tuple(outputs), tuple(expected)) is not None
        except Exception:  # it is a student's: anything may happen
            return True


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _forward_beside(function: Callable[..., Any], exercise: Exercise) -> Callable[..., Any] | None:
    """Find the student's own forward pass; the reference stands in where there is none."""
    if exercise.forward is None:
        return None
    return getattr(function, "__globals__", {}).get(exercise.forward.__name__, exercise.forward)


def _split(exercise: Exercise, args: tuple) -> tuple[tuple, tuple]:
    n_inputs = len(parameter_names(exercise.forward))
    return args[:n_inputs], args[n_inputs:]


def _try_all(forward: Callable[..., Any], inputs: tuple, upstream: tuple) -> tuple:
    """Return the gradient of sum(outputs * upstream) with respect to each input."""
    trial = map_leaves(lambda array: np.array(array, dtype=float), inputs)

    def gradient(array: np.ndarray, given: np.ndarray) -> np.ndarray:
        def loss(w: np.ndarray) -> float:
            array[...] = w
            return sum(np.sum(o * d) for o, d in zip(forward(*trial), upstream, strict=False))

        numerical = numerical_gradient(loss, given)
        array[...] = given
        return numerical.astype(given.dtype)

    return map_leaves(gradient, trial, inputs)

"""A backward pass is judged with the forward pass beside it: with its cache, as its derivative."""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from course_rnn.check.compare import difference
from course_rnn.check.exercise import Exercise, parameter_names
from course_rnn.gradients import numerical_gradient
from course_rnn.training import map_leaves


class NoCacheError(Exception):
    """There is no forward pass to go back through; the text says why."""


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

    Raises
    ------
    NoCacheError
        If the forward pass does not use an input at all: going back through less is no answer.
    """
    if not is_beside_a_wrong_one(function, exercise, args):
        return None
    inputs, upstream = _split(exercise, args)
    with _silence():
        try:
            gradients = _try_all(_forward_beside(function, exercise), inputs, upstream)
        except Exception:  # whatever is wrong with it, calling the backward pass will tell
            return None
    unused = _unused_inputs(exercise, gradients, inputs, upstream)
    if unused:
        raise NoCacheError(
            f"{exercise.forward.__name__}, which it goes back through, does not use "
            f"{', '.join(unused)}: mend that first."
        )
    return gradients


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
    """Find the student's own forward pass; the reference stands in where there is none.

    A function that lives in another process has no `__globals__`; it offers `look_up(name)`.
    """
    if exercise.forward is None:
        return None
    name = exercise.forward.__name__
    look_up = getattr(function, "look_up", getattr(function, "__globals__", {}).get)
    found = look_up(name)
    return found if callable(found) else exercise.forward


def _split(exercise: Exercise, args: tuple) -> tuple[tuple, tuple]:
    n_inputs = len(parameter_names(exercise.forward))
    return args[:n_inputs], args[n_inputs:]


def _try_all(forward: Callable[..., Any], inputs: tuple, upstream: tuple) -> tuple:
    """Return the gradient of sum(outputs * upstream) with respect to each input but the masks."""
    trial = map_leaves(lambda w: w.copy() if _is_mask(w) else np.array(w, dtype=float), inputs)

    def gradient(array: np.ndarray, given: np.ndarray) -> np.ndarray:
        if _is_mask(given):
            return given

        def loss(w: np.ndarray) -> float:
            array[...] = w
            pairs = zip(forward(*trial), upstream, strict=False)
            return sum(np.sum(_values(o) * d) for o, d in pairs)

        numerical = numerical_gradient(loss, given)
        array[...] = given
        return numerical.astype(given.dtype)

    gradients = map_leaves(gradient, trial, inputs)
    return tuple(g for g, given in zip(gradients, inputs, strict=True) if not _is_mask(given))


def _values(output: Any) -> Any:  # noqa: ANN401
    """Take a tensor off its graph, leave anything else as it is."""
    return output.detach().cpu().numpy() if hasattr(output, "detach") else output


def _is_mask(given: np.ndarray | tuple) -> bool:
    """Tell whether an input is an array of booleans, which has no gradient."""
    return isinstance(given, np.ndarray) and given.dtype == bool


def _unused_inputs(
    exercise: Exercise, gradients: tuple, inputs: tuple, upstream: tuple
) -> list[str]:
    """Name the inputs that count for the reference and not for the forward pass beside."""
    *_, cache = exercise.forward(*inputs)
    try:
        expected = exercise.reference(*upstream, cache)
    except Exception:  # this reference reads other caches than those of its forward pass
        return []
    named = zip(parameter_names(exercise.forward), inputs, strict=True)
    names = [name for name, given in named if not _is_mask(given)]
    return list(_unused(gradients, expected, names))


def _unused(found: tuple, expected: tuple, names: Sequence[str]) -> Iterator[str]:
    """Name the inputs on which a result should depend, and does not."""
    for name, one, other in zip(names, found, expected, strict=False):
        if isinstance(other, tuple):
            yield from _unused(one, other, [f"{name}.{field}" for field in other._fields])
        elif np.any(other) and not np.any(one):
            yield name

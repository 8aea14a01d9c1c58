"""An exercise is data: a reference, inputs to try, and the wrong answers people really give."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True)
class Misconception:
    """A documented error: a wrong implementation, recognised by its numbers, and a hint."""

    id: str
    title: str
    hint: str
    wrong: Function
    source: str


@dataclass(frozen=True)
class Case:
    """A kind of input; `draw` makes the arguments from a generator."""

    name: str
    draw: Callable[[np.random.Generator], tuple]


@dataclass(frozen=True)
class Exercise:
    """What a student is asked to write, and how the answer is judged.

    `cases` decide whether an answer is right. `naming_cases` (coincident sizes, on which a wrong
    axis goes unnoticed) never do: they only help to name what is wrong. `outputs` names what the
    function returns; an output named "cache" or "caches" is the student's own business. While an
    exercise is checked, the exercises it `builds_on` are replaced by their references, so that an
    earlier mistake does not count twice. A backward pass names its `forward`: it is called with
    the cache of the student's own, and its cases draw the arguments of that, then the upstream
    gradients. A function that draws at random is told how to be asked for what does not depend on
    the way it draws, such as frequencies, and how far chance may move these (`tolerance`).
    """

    name: str
    chapter: str
    points: int
    reference: Function
    outputs: tuple[str, ...]
    cases: tuple[Case, ...]
    naming_cases: tuple[Case, ...] = ()
    builds_on: tuple[Function, ...] = ()
    forward: Function | None = None
    ask: Function | None = None
    tolerance: float = 0.0
    misconceptions: list[Misconception] = field(default_factory=list)

    def misconception(
        self, id: str, title: str, hint: str, source: str = "reasoned"
    ) -> Callable[[Function], Function]:
        """Record the decorated wrong implementation as a misconception of this exercise."""

        def record(wrong: Function) -> Function:
            self.misconceptions.append(Misconception(id, title, hint, wrong, source))
            return wrong

        return record


@functools.cache
def parameter_names(function: Function) -> list[str]:
    """List the names of a function's arguments."""
    return list(inspect.signature(function).parameters)

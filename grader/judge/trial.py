"""One test cell, run in the judge's namespace: what came of it."""

import contextlib
import io
import random
import resource
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_rnn.check.engine import drawing_for
from grader.judge.deadline import OverTimeError, alarm
from grader.judge.plan import Plan, Planned

_MOST_PRINTED = 20_000
_MEMORY = 2 << 30  # for the judge's own arrays, in one cell
_REFERENCE_SECONDS = 60.0  # of a cell


@dataclass(frozen=True)
class Trial:
    """A run of a test cell: the value of its last expression, or what ended it."""

    value: Any = None
    error: BaseException | None = None
    printed: str = ""


def try_cell(cell: Planned, space: dict[str, Any], seed: int) -> Trial:
    """Run a test cell; only Ctrl-C gets through.

    Parameters
    ----------
    cell
        The test.
    space
        The judge's names.
    seed
        For everything that is drawn; checks in hidden cells draw inputs of their own with it.
    """
    value = error = None
    own = drawing_for(seed) if cell.hidden else contextlib.nullcontext()
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002, tests may use it
    with _captured() as printed, warnings.catch_warnings(), np.errstate(), _bounded(), own:
        warnings.simplefilter("ignore")
        try:
            value = cell.code.run(space)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            error = raised
    return Trial(value, error, printed.getvalue()[:_MOST_PRINTED])


def reference_value(plan: Plan, cell: Planned) -> tuple[bool, Any]:
    """Tell whether a test passes with the instructor's solutions, and what its value is then.

    Each cell up to the test is run once, for all submissions: a solution may train for a while. A
    test that fails on its own judges nobody.
    """
    place = plan.cells.index(cell)
    while len(plan.references) <= place:
        plan.references.append(_try_reference(plan.cells[len(plan.references)], plan.space))
    return plan.references[place]


def _try_reference(cell: Planned, space: dict[str, Any]) -> tuple[bool, Any]:
    with _captured():
        try:
            with alarm(_REFERENCE_SECONDS):
                trial = try_cell(cell, space, 0)
        except OverTimeError:
            return False, None
    return trial.error is None, trial.value


@contextlib.contextmanager
def _captured() -> Iterator[io.StringIO]:
    text = _Text()
    with contextlib.redirect_stdout(text), contextlib.redirect_stderr(io.StringIO()):
        yield text


class _Text(io.StringIO):
    def write(self, text: str) -> int:
        if self.tell() < _MOST_PRINTED:
            super().write(text[:_MOST_PRINTED])
        return len(text)


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Keep a student's odd shapes from making the judge compute arrays that fill the machine."""
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    used = _data_bytes()
    if used:
        resource.setrlimit(resource.RLIMIT_DATA, (_least(used + _MEMORY, soft, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _least(*limits: int) -> int:
    return min(limit for limit in limits if limit != resource.RLIM_INFINITY)


def _data_bytes() -> int:
    """Return how much data this process holds, 0 where nobody says."""
    if not sys.platform.startswith("linux"):
        return 0
    with open("/proc/self/statm") as file:
        return int(file.read().split()[5]) * resource.getpagesize()

"""How far the grading is: a live line on a terminal, plain lines elsewhere."""

import sys
import time
from collections import Counter

from tqdm import tqdm

from grader.results import GRADED
from grader.run.task import Graded


class Progress:
    """Shows how many submissions are done, how many fail, and how long the rest will take.

    Parameters
    ----------
    total
        How many there are.
    what
        What is graded.
    """

    def __init__(self, total: int, what: str) -> None:
        self._total, self._what = total, what
        self._done, self._counts = 0, Counter[str]()
        self._start = self._said = time.monotonic()
        self._line = None
        if sys.stderr.isatty():
            self._line = tqdm(total=total, desc=what, unit="", dynamic_ncols=True, leave=False)

    def add(self, graded: Graded) -> None:
        """Count one more."""
        self._done += 1
        result = graded.result
        full = result.points == sum(cell.max_points for cell in result.cells)
        self._counts["failing"] += result.status == GRADED and not full
        self._counts["for a person"] += result.status != GRADED
        if self._line is not None:
            self._line.set_postfix_str(self._numbers(), refresh=False)
            self._line.update()
        elif self._done == self._total or time.monotonic() - self._said > 10:
            self._said = time.monotonic()
            left = (self._said - self._start) / self._done * (self._total - self._done)
            print(
                f"{self._what}: {self._done} of {self._total} done, {self._numbers()}, "
                f"{left:.0f} s left",
                flush=True,
            )

    def close(self) -> None:
        """Take the live line away."""
        if self._line is not None:
            self._line.close()

    def _numbers(self) -> str:
        return f"{self._counts['failing']} failing, {self._counts['for a person']} for a person"

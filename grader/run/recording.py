"""A thread that records while others grade: all that is there at a time, in one transaction.

Making a new gradebook takes seconds and every transaction waits for the disk; the workers wait for
neither.
"""

import queue
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Self

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from grader.results import REVIEW, Result
from grader.run.job import Job
from grader.run.places import Places
from grader.run.record import Recorder
from grader.run.task import Graded

_MOST_AT_A_TIME = 100


@dataclass
class Outcome:
    """What became of a class: results without their notebooks, by student.

    `recorded` counts the submissions that the gradebook did not hold already. `problem` says why
    it lacks some; their results are kept in the store.
    """

    results: dict[str, Result] = field(default_factory=dict)
    recorded: int = 0
    problem: str = ""


class Recording:
    """Records what is added; when it is left, all of it has been.

    Parameters
    ----------
    places
        The course.
    job
        The assignment.
    outcome
        Where to say how many were recorded, and what went wrong.
    """

    def __init__(self, places: Places, job: Job, outcome: Outcome) -> None:
        self._places, self._job, self._outcome = places, job, outcome
        self._waiting: queue.SimpleQueue[Graded | None] = queue.SimpleQueue()
        self._thread = ThreadPoolExecutor(1, "recorder")

    def __enter__(self) -> Self:
        self._work = self._thread.submit(self._record_all)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._waiting.put(None)
        self._thread.shutdown()
        if kind is None:
            self._work.result()

    def add(self, graded: Graded) -> None:
        """Have a result recorded.

        Raises
        ------
        BadSourceError, OSError
            If recording has ended: the assignment cannot be recorded, or no file be written.
        """
        if self._work.done():
            self._work.result()
        self._waiting.put(graded)

    def _record_all(self) -> None:
        try:
            recorder = Recorder(self._places, self._job)
        except SQLAlchemyError as error:
            self._outcome.problem = _cause(error)
            while self._take():
                pass  # the results are in the store
            return
        with closing(recorder):
            while group := self._take():
                if not self._outcome.problem:
                    self._record(recorder, group)

    def _take(self) -> list[Graded]:
        """Wait for a result and take what else is there; nothing means that no more will come."""
        group = []
        while len(group) < _MOST_AT_A_TIME and not (group and self._waiting.empty()):
            graded = self._waiting.get()
            if graded is None:
                self._waiting.put(None)
                break
            group.append(graded)
        return group

    def _record(self, recorder: Recorder, group: list[Graded]) -> None:
        try:
            self._outcome.recorded += recorder.record({g.who: g.result for g in group})
        except (DataError, IntegrityError) as error:  # it is the fault of one of them
            if len(group) > 1:
                for graded in group:
                    self._record(recorder, [graded])
                return
            reason = f"The gradebook does not take it ({_cause(error)})."
            refused = replace(group[0].result, status=REVIEW, reason=reason)
            self._outcome.results[group[0].who] = refused
        except SQLAlchemyError as error:
            self._outcome.problem = _cause(error)


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]

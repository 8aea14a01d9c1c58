"""Time: what a cell and a submission may take, there in the student's process and here."""

import contextlib
import signal
import time
from collections.abc import Iterator

GRACE = 1.0  # seconds for the student's process to end a call by itself


class OverTimeError(BaseException):
    """The time of a cell is over; no `except Exception` of a test keeps it."""


class Clock:
    """The time of one submission, to be used in the main thread.

    Parameters
    ----------
    cell_seconds, submission_seconds
        What one cell, and all of them, may take.
    """

    def __init__(self, cell_seconds: float, submission_seconds: float) -> None:
        self._cell = cell_seconds
        self._end = time.monotonic() + submission_seconds
        self._cell_end = self._end

    @property
    def is_over(self) -> bool:
        """Whether the submission has used up its time."""
        return time.monotonic() >= self._end

    @property
    def cell_is_over(self) -> bool:
        """Whether the present cell has used up its time."""
        return time.monotonic() >= self._cell_end

    @property
    def left(self) -> float:
        """The seconds that the present cell still has."""
        return max(0.001, self._cell_end - time.monotonic())

    @contextlib.contextmanager
    def cell(self) -> Iterator[None]:
        """Give a cell its time.

        Raises
        ------
        OverTimeError
            When it is over.
        """
        now = time.monotonic()
        self._cell_end = min(now + self._cell, self._end)
        if now >= self._end:
            raise OverTimeError("the notebook has used up its time")
        with alarm(self._cell_end - now + GRACE):
            yield

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Do something that the submission does not pay for."""
        start = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - start


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise OverTimeError after a while, and again if something has swallowed it."""

    def ring(*_: object) -> None:
        raise OverTimeError("the time of this cell is over")

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

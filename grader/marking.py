"""Grades many submissions through nbgrader, side by side; none can stop the others."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from nbclient.exceptions import DeadKernelError
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

from grader import course
from grader.sources import BadSourceError, grading, read_source
from grader.submissions import find_problem


@dataclass(frozen=True)
class Mark:
    """What became of a submission: "graded" with a score, "unreadable" or "failed" with a note."""

    assignment: str
    student: str
    status: str
    score: float | None = None
    note: str = ""


def mark_all(config: Config, submissions: list[tuple[str, str]], log: Path) -> Iterator[Mark]:
    """Grade submissions on all cores.

    Parameters
    ----------
    config
        The course.
    submissions
        Pairs of an assignment and a student.
    log
        The file for what nbgrader and the students' programs print.

    Yields
    ------
    Mark
        One a submission, as soon as it is known.

    Raises
    ------
    OSError, SQLAlchemyError
        If results cannot be written.
    BrokenProcessPool
        If a process was killed from outside.
    """
    course.enrol(config, sorted({student for _, student in submissions}))
    pool = ProcessPoolExecutor(
        max_workers=max(1, min(os.cpu_count() or 1, len(submissions))),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_set_up_worker,
        initargs=(log,),
    )
    try:
        tasks = [pool.submit(mark, config, *submission) for submission in submissions]
        for task in as_completed(tasks):
            yield task.result()
    finally:
        pool.shutdown(cancel_futures=True)


def mark(config: Config, assignment: str, student: str) -> Mark:
    """Grade one submission."""
    folder = course.folder_of(config, "submitted", student, assignment)
    source = read_source(course.folder_of(config, "source", ".", assignment).parent, assignment)
    ids = {grading(cell).grade_id for cell in source.cells if grading(cell).get("solution")}
    problem = find_problem(folder, assignment, ids)
    if problem:
        return Mark(assignment, student, "unreadable", note=problem)
    try:
        course.autograde(config, assignment, student)
    except (OSError, SQLAlchemyError):
        raise
    except Exception as error:
        return Mark(assignment, student, "failed", note=_reason(error))
    return Mark(assignment, student, "graded", course.auto_score(config, assignment, student))


def explain(error: Exception) -> str:
    """Say in a sentence why grading as a whole came to an end, and what to do."""
    if isinstance(error, BadSourceError):
        return str(error)
    if isinstance(error, BrokenProcessPool):
        return (
            "a grading process was killed (out of memory, or by a submission): free some memory, "
            "or grade the students one by one to find the submission."
        )
    cause = _first_line(error)
    if isinstance(error, SQLAlchemyError):
        return (
            f"the gradebook cannot be used ({cause}): free some space, close what locks it, "
            "or put a backup in its place."
        )
    if isinstance(error, OSError):
        return f"a file cannot be read or written ({cause}): free some space or check permissions."
    return f"{type(error).__name__}: {cause}"


def _reason(error: Exception) -> str:
    if isinstance(error, DeadKernelError):
        return (
            "Python stopped while the notebook ran: it ran out of memory, or a cell ends it "
            "(exit, os._exit). Remove what stops it, and hand the notebook in again."
        )
    return f"nbgrader could not grade it ({type(error).__name__}: {_first_line(error)})."


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["no reason given"])[0]


def _set_up_worker(log: Path) -> None:
    """Send all output to the log, and leave the end on Ctrl-C to the main process."""
    os.environ["OMP_NUM_THREADS"] = "1"  # kernels run side by side
    course.log_to(log)
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    signal.signal(signal.SIGINT, lambda *_: None)

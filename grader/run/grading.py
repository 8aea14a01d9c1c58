"""Grade a class: canaries first, then every submission, each recorded as soon as it is known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from grader.results import REVIEW, Result
from grader.run.canaries import canaries, canary_tasks, judge_canaries
from grader.run.job import Job
from grader.run.places import Places
from grader.run.pool import Pool
from grader.run.record import Recorder
from grader.run.store import Store
from grader.run.task import Graded, Task

Report = Callable[[Graded], None]


@dataclass
class Outcome:
    """What became of a class: results without their notebooks, by student.

    `recorded` counts the submissions that the gradebook did not hold already. `problem` says why
    it lacks some; their results are kept in the store.
    """

    results: dict[str, Result] = field(default_factory=dict)
    recorded: int = 0
    problem: str = ""


def fly_canaries(job: Job, pool: Pool) -> None:
    """Grade the canaries, and stop if one has other marks than it must have.

    Raises
    ------
    CanaryError
        If one has.
    """
    birds = list(canaries(job))
    judge_canaries(job, birds, list(pool.run(canary_tasks(job, birds))))


def grade_class(
    places: Places, job: Job, students: list[str], pool: Pool, report: Report
) -> Outcome:
    """Grade submissions and record the results.

    A gradebook that cannot be written does not stop the grading: the results stay in the store,
    and the same command records them later.

    Parameters
    ----------
    places
        The course.
    job
        The assignment.
    students
        Whose submissions.
    pool
        Who works on them.
    report
        Called with each submission as soon as it is graded.

    Returns
    -------
    Outcome
        Of all of them.

    Raises
    ------
    CanaryError
        If the tests cannot judge; nothing is recorded then.
    BadSourceError
        If the gradebook holds the assignment with other graded cells.
    OSError
        If results cannot be written.
    """
    fly_canaries(job, pool)
    tasks = (Task(job, student, places.submitted(student)) for student in students)
    return record_all(places, job, tasks, pool, report)


def record_all(
    places: Places, job: Job, tasks: Iterable[Task], pool: Pool, report: Report
) -> Outcome:
    """Carry out the tasks of a class and record what they find, without canaries."""
    outcome = Outcome()
    recorder = _open_recorder(places, job, outcome)
    store = Store(job.results, job.assignment)
    try:
        for graded in pool.run(tasks):
            outcome.results[graded.who] = graded.result
            if graded.fresh:
                store.note(_telemetry(graded))
            if recorder and not outcome.problem:
                _record(recorder, graded, outcome)
            report(graded)
    finally:
        if recorder:
            recorder.close()
    return outcome


def _open_recorder(places: Places, job: Job, outcome: Outcome) -> Recorder | None:
    try:
        return Recorder(places, job)
    except SQLAlchemyError as error:
        outcome.problem = _cause(error)
        return None


def _record(recorder: Recorder, graded: Graded, outcome: Outcome) -> None:
    try:
        outcome.recorded += recorder.record(graded.who, graded.result)
    except (DataError, IntegrityError) as error:  # it is this one's fault
        reason = f"The gradebook does not take it ({_cause(error)})."
        outcome.results[graded.who] = replace(graded.result, status=REVIEW, reason=reason)
    except SQLAlchemyError as error:
        outcome.problem = _cause(error)


def _cause(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]


def _telemetry(graded: Graded) -> dict[str, object]:
    return {
        "student": graded.who,
        "key": graded.result.key,
        "seconds": round(graded.seconds, 3),
        "worker": graded.worker,
    }

"""Grade a class: canaries first, then every submission, each recorded as soon as it is known."""

from collections.abc import Callable, Iterable

from grader.run.canaries import canaries, canary_tasks, judge_canaries
from grader.run.job import Job
from grader.run.places import Places
from grader.run.pool import Pool
from grader.run.recording import Outcome, Recording
from grader.run.store import Store
from grader.run.task import Graded, Task

Report = Callable[[Graded], None]


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
    store = Store(job.results, job.assignment)
    with Recording(places, job, outcome) as recording:
        for graded in pool.run(tasks):
            outcome.results[graded.who] = graded.result
            if graded.fresh:
                store.note(_telemetry(graded))
            recording.add(graded)
            report(graded)
    return outcome


def _telemetry(graded: Graded) -> dict[str, object]:
    return {
        "student": graded.who,
        "key": graded.result.key,
        "seconds": round(graded.seconds, 3),
        "worker": graded.worker,
    }

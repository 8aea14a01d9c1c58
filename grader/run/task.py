"""Grade one submission, in any process on any machine that sees the course's folders."""

import faulthandler
import hashlib
import json
import os
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

from nbformat import NotebookNode

from grader.intake import Intake, Unreadable, read_submission
from grader.judge import Judged, SandboxLostError, judge_submission
from grader.results import GRADED, REVIEW, UNREADABLE, Result
from grader.run.job import Job, read_notebooks, version_of
from grader.run.sandboxes import sandbox_of
from grader.run.store import Store

GRACE_SECONDS = 60.0  # beyond a submission's own limit, until its worker counts as stuck


class WrongVersionError(Exception):
    """A worker has another version of the course than the one who sent the task."""


@dataclass(frozen=True)
class Task:
    """A submission to grade; `who` names it: a student, or a canary."""

    job: Job
    who: str
    folder: Path


@dataclass(frozen=True)
class Graded:
    """What became of a task: its result without the notebook, which lies in the store.

    `fresh` is False if the store knew it; `seconds` and `worker` are for the telemetry.
    """

    who: str
    result: Result
    fresh: bool
    seconds: float
    worker: str = ""


def grade(task: Task) -> Graded:
    """Grade a submission, or look up what was found when the same one was graded before.

    Raises
    ------
    WrongVersionError
        If this process would judge otherwise than the one that sent the task.
    OSError, SandboxUnavailableError
        If this machine cannot grade anything.
    """
    start, job = time.perf_counter(), task.job
    if version_of(job.policy) != job.version:
        raise WrongVersionError(
            f"{os.uname().nodename} has another version of the course, of Python or of a package "
            "than the machine that grades: install the same ones there."
        )
    source, released = read_notebooks(job)
    intake = read_submission(task.folder, job.assignment, released, job.policy.imports)
    store, key = Store(job.results, job.assignment), key_of(intake, job)
    known = store.load(key)
    result = known or _find_out(intake, source, job, key)
    if not known:
        store.save(result)
    seconds, worker = time.perf_counter() - start, f"{os.uname().nodename}:{os.getpid()}"
    return Graded(task.who, replace(result, notebook=None), not known, seconds, worker)


def key_of(intake: Intake | Unreadable, job: Job) -> str:
    """Return the address of a result: a hash of all it depends on."""
    about = {f.name: getattr(intake, f.name) for f in fields(intake) if f.name != "digest"}
    parts = [job.assignment, job.tests, job.version, about]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("ascii")).hexdigest()


def seed_of(key: str) -> int:
    """Return the seed of the hidden tests' inputs: every submission has its own."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:15], 16)


def not_graded(task: Task, reason: str) -> Graded:
    """Return the result of a task that could not be carried out: a person has to look.

    It is not kept, so that the next run tries again.
    """
    key = hashlib.sha256(f"{task.job.version} {task.who} {reason}".encode()).hexdigest()
    return Graded(task.who, _result(task.job, key, REVIEW, reason), True, 0.0)


def _find_out(intake: Intake | Unreadable, source: NotebookNode, job: Job, key: str) -> Result:
    if isinstance(intake, Unreadable):
        return _result(job, key, UNREADABLE, intake.reason)
    try:
        cells, notebook, notes = _judge(intake, source, job, key)
    except SandboxLostError:
        cells, notebook, notes = _judge(intake, source, job, key)
    undecided = any(cell.points is None for cell in cells)
    return replace(
        _result(job, key, REVIEW if intake.review or undecided else GRADED, intake.review),
        cells=cells,
        notes=(*intake.notes, *notes),
        flags=intake.flags,
        notebook=notebook,
    )


def _judge(intake: Intake, source: NotebookNode, job: Job, key: str) -> Judged:
    seconds = job.policy.limits.submission_seconds + GRACE_SECONDS
    faulthandler.dump_traceback_later(seconds, exit=True)  # a stuck worker ends itself
    try:
        sandbox = sandbox_of(job, intake.notebook)
        return judge_submission(intake, source, sandbox, job.policy, seed_of(key))
    finally:
        faulthandler.cancel_dump_traceback_later()


def _result(job: Job, key: str, status: str, reason: str) -> Result:
    return Result(key, job.assignment, status, job.level, seed_of(key), reason)

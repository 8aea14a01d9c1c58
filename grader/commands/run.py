"""grader run: grade what was collected, and record it in nbgrader's gradebook."""

import argparse
import fcntl
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from grader import course
from grader.commands.places import add_course, places_of
from grader.policy import LEVELS, BadPolicyError, Policy, read_policy
from grader.results import GRADED, Result
from grader.run.canaries import CanaryError
from grader.run.grading import Outcome, grade_class
from grader.run.places import Places
from grader.run.pool import Pool, cluster_pool, local_pool
from grader.run.progress import Progress
from grader.run.snapshot import open_job
from grader.run.task import WrongVersionError
from grader.sandbox import SandboxUnavailableError
from grader.sources import BadSourceError, read_source

ALL_GRADED, SOME_WAIT, NOTHING_DONE = 0, 1, 2


class BadRequestError(Exception):
    """What was asked for cannot be done; the text says what to do."""


EXPECTED = (
    BadRequestError,
    BadSourceError,
    BadPolicyError,
    CanaryError,
    SandboxUnavailableError,
    WrongVersionError,
)
"""Errors whose text is for the instructor."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    add_course(parser)
    parser.add_argument("students", nargs="*", metavar="STUDENT", help="default: all who handed in")
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes side by side (default: one a core)"
    )
    parser.add_argument(
        "--scheduler", metavar="URL", help="of a dask.distributed cluster, such as tcp://host:8786"
    )
    parser.add_argument(
        "--level", choices=LEVELS, help="the sandbox (default: what policy.toml says)"
    )
    parser.add_argument(
        "--accept-weaker",
        action="store_true",
        help="grade at a weaker level if this machine has no other",
    )


def main(options: argparse.Namespace) -> int:
    """Grade; return 0 if everyone has marks, 1 if somebody waits, 2 if nothing could be done."""
    try:
        return _run(options)
    except EXPECTED as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(
            f"Grading stopped: {error}. What was graded is kept; when that is put right, "
            f"`{_command(options)}` goes on.",
            file=sys.stderr,
        )
    return NOTHING_DONE


def _run(options: argparse.Namespace) -> int:
    places = places_of(options)
    read_source(places.solutions, options.assignment)
    students = _students(places, options.students)
    _check_url(places.database)
    course.log_to(places.root / ".nbgrader.log")
    with _alone(places):
        job = open_job(places, _policy(places, options))
        progress = Progress(len(students), options.assignment)
        try:
            with _pool(options, places) as pool:
                outcome = grade_class(places, job, students, pool, progress.add)
        finally:
            progress.close()
    print(summary(outcome, job.level))
    if outcome.problem:
        print(
            f"The gradebook cannot be written ({outcome.problem}). All results are kept in "
            f"{places.results}: when that is put right, `{_command(options)}` records them.",
            file=sys.stderr,
        )
    everyone = all(result.status == GRADED for result in outcome.results.values())
    return ALL_GRADED if everyone and not outcome.problem else SOME_WAIT


def _policy(places: Places, options: argparse.Namespace) -> Policy:
    policy = read_policy(places.policy, options.assignment)
    return replace(
        policy,
        level=options.level or policy.level,
        accept_weaker=options.accept_weaker or policy.accept_weaker,
    )


def _students(places: Places, wanted: list[str]) -> list[str]:
    """List the students who handed in an assignment, or make sure that the wanted ones did."""
    found = places.students()
    where = places.submitted("STUDENT").relative_to(places.root)
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise BadRequestError(
            f"There is no {places.assignment} from {', '.join(missing)}: "
            f"put the notebook into {where}/."
        )
    if not found:
        raise BadRequestError(
            f"Nobody has handed in {places.assignment} yet: `grader collect` takes in what an LMS "
            f"gives you, or put each student's notebook into {where}/."
        )
    return sorted(set(wanted)) or found


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Keep a second run of the same assignment from recording the same submissions."""
    folder = places.results / places.assignment
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BadRequestError(
                f"Another `grader run` is grading {places.assignment}: wait until it has ended."
            ) from None
        yield


def _check_url(url: str) -> None:
    try:
        create_engine(url).dispose()
    except (SQLAlchemyError, ImportError) as error:
        raise BadRequestError(
            f"{url} is not the URL of a gradebook ({error}): give one such as "
            "sqlite:////home/you/gradebook.db or postgresql+psycopg2://user@host/gradebook."
        ) from None


def _pool(options: argparse.Namespace, places: Places) -> Pool:
    if options.scheduler:
        try:
            return cluster_pool(options.scheduler)
        except ImportError:
            raise BadRequestError(
                'A cluster needs dask.distributed: run `pip install -e ".[cluster]"`.'
            ) from None
    return local_pool(options.workers or os.cpu_count() or 1, places.root / ".nbgrader.log")


def summary(outcome: Outcome, level: str) -> str:
    """Lay out how many have which status, and who needs a person with the reason."""
    results = outcome.results
    counts = Counter(result.status for result in results.values())
    lines = [f"{number:6}  {status}" for status, number in counts.most_common()]
    lines += [f"{outcome.recorded:6}  new or changed in the gradebook"]
    lines += [f"        (sandbox: {level})"]
    waiting = {who: r for who, r in sorted(results.items()) if r.status != GRADED}
    if waiting:
        lines += ["", "These need a person:"]
        lines += [f"  {who} ({r.status}): {reason_of(r)}" for who, r in waiting.items()]
    flagged = {who: r.flags for who, r in sorted(results.items()) if r.flags}
    if flagged:
        lines += ["", "These look like tampering or forbidden imports:"]
        lines += [f"  {who}: {'; '.join(flags)}" for who, flags in flagged.items()]
    return "\n".join(lines)


def reason_of(result: Result) -> str:
    """Say in a sentence why a person must look, in words that can be sent to the student."""
    undecided = [c for c in result.cells if c.points is None]
    return result.reason or "; ".join(f"{c.grade_id}: {c.message}" for c in undecided)


def _command(options: argparse.Namespace) -> str:
    """Return the command that goes on where this one stopped."""
    names = ("course", "db", "level", "scheduler")
    named = [(f"--{name}", getattr(options, name)) for name in names]
    given = [part for name, value in named if value for part in (name, str(value))]
    given += ["--accept-weaker"] if options.accept_weaker else []
    return shlex.join(["grader", "run", options.assignment, *options.students, *given])

"""grader collect: take in what students handed in, from an LMS, an exchange or a folder."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from grader import course
from grader.collect.clock import Clock
from grader.collect.names import RefusedError
from grader.collect.roster import Roster
from grader.collect.stage import Refusal, Stage
from grader.collect.store import EARLIER, OLDER, Stored, store
from grader.collect.students import last_of_each
from grader.intake.cells import shown
from grader.policy import BadPolicyError, read_policy
from grader.run.places import Places
from grader.sources import list_assignments

ALL_TAKEN, SOME_LEFT, NOTHING_TAKEN = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="a folder of solutions/")
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a zip or tar file from Moodle or Canvas, nbgrader's exchange, a folder of students'"
        " folders, or STUDENT.ipynb",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="a table with a column `student`, and other columns with the LMS's names and numbers",
    )
    parser.add_argument(
        "--at",
        type=_time,
        metavar="TIME",
        help="when all of them were handed in, such as 2027-02-01T23:00 (default: now)",
    )
    parser.add_argument(
        "--trust-times",
        action="store_true",
        help="take the times of the files: those of a Moodle archive are the server's",
    )
    parser.add_argument(
        "--any-owner",
        action="store_true",
        help="take files of an exchange that do not belong to the student they are named after",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
    parser.add_argument(
        "--course",
        type=Path,
        metavar="FOLDER",
        help="a course with folders source/ and submitted/ (default: this one)",
    )


def main(options: argparse.Namespace) -> int:
    """Collect; return 0 if all was taken, 1 if something was not, 2 if nothing could be done."""
    try:
        return _collect(options)
    except (RefusedError, BadPolicyError) as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"Collecting stopped: {error}. What was taken stays; run it again.", file=sys.stderr)
    return NOTHING_TAKEN


def _collect(options: argparse.Namespace) -> int:
    config = course.course_in(options.course) if options.course else course.instructor_course()
    places = Places(config, options.assignment)
    others = _others(places)
    missing = [str(path) for path in options.paths if not path.exists()]
    if missing:
        raise RefusedError(f"There is no {', '.join(missing)}.")
    due = read_policy(places.policy, places.assignment).due
    clock = Clock(due, at=options.at, trust=options.trust_times)
    roster = Roster(options.roster)
    stored, refused = [], []
    for path in options.paths:
        with _temporary(places) as folder:
            stage = Stage(folder, places.assignment, others, check_owner=not options.any_owner)
            _take(path, stage)
            stored += _store(stage, places, roster, clock, dry=options.dry_run)
            refused += stage.refused
    print(table(stored, refused, dry=options.dry_run))
    if not stored:
        return NOTHING_TAKEN
    return SOME_LEFT if refused or any(s.what == OLDER for s in stored) else ALL_TAKEN


def _others(places: Places) -> set[str]:
    """Return the other assignments of the course, once it is sure that it has this one."""
    known = list_assignments(places.solutions)
    if places.assignment not in known:
        raise RefusedError(
            f"There is no assignment {shown(places.assignment)}: choose from "
            f"{', '.join(known) or 'none yet'}."
        )
    return set(known) - {places.assignment}


@contextmanager
def _temporary(places: Places) -> Iterator[Path]:
    """Make a folder on the disk of the submissions, so that they can be moved in one step."""
    places.own.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=places.own, prefix=".collecting-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _take(path: Path, stage: Stage) -> None:
    taken = stage.take(path)
    for _ in tqdm(taken, desc=path.name, unit=" files", disable=None, leave=False):
        pass


def _store(
    stage: Stage, places: Places, roster: Roster, clock: Clock, *, dry: bool
) -> list[Stored]:
    try:
        last = last_of_each(stage, roster, clock)
    except RefusedError as error:  # nothing of this archive, rather than with a guessed time
        stage.refused.append(Refusal(places.assignment, str(error)))
        return []
    return [store(places, who, upload, time, dry=dry) for who, (upload, time) in last.items()]


def table(stored: list[Stored], refused: list[Refusal], *, dry: bool) -> str:
    """Lay out what became of every upload, and what was not taken with the reason."""
    width = max([7, *(len(s.student) for s in stored)])
    lines = [f"{'student':{width}}  {'handed in (UTC)':16}  files  {'would be' if dry else ''}"]
    if not stored:
        lines = ["Nothing was taken in."]
    lines += [
        f"{s.student:{width}}  {s.time.astimezone(UTC):%Y-%m-%d %H:%M}  {s.files:5}  {s.what}"
        for s in sorted(stored, key=lambda s: s.student)
    ]
    if refused:
        lines += ["", f"Not taken, or to be looked at ({len(refused)}):"]
        lines += [f"  {shown(r.name, 100)}: {shown(r.why, 400)}" for r in refused]
    if any("replaces" in s.what for s in stored):
        lines += ["", f"Earlier submissions are kept in {EARLIER}/."]
    return "\n".join(line.rstrip() for line in lines)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no time, write it like 2027-02-01T23:00"
        ) from None
    return time.astimezone(UTC)  # without a zone it is this machine's

"""grader collect: take in what students handed in, from an LMS, an exchange or a folder."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from grader import course
from grader.collect.names import RefusedError, safe_id
from grader.collect.roster import Roster
from grader.collect.stage import Refusal, Stage, Upload
from grader.collect.store import EARLIER, OLDER, Stored, store
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
    known = list_assignments(places.solutions)
    if options.assignment not in known:
        raise RefusedError(
            f"There is no assignment {shown(options.assignment)}: choose from {', '.join(known)}."
        )
    others = set(known) - {options.assignment}
    missing = [str(path) for path in options.paths if not path.exists()]
    if missing:
        raise RefusedError(f"There is no {', '.join(missing)}.")
    clock = Clock(options, places)
    roster = Roster(options.roster)
    stored, refused = [], []
    for path in options.paths:
        places.own.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=places.own, prefix=".collecting-"))
        try:
            stage = Stage(folder, options.assignment, others, check_owner=not options.any_owner)
            for _ in tqdm(
                stage.take(path), desc=path.name, unit=" files", disable=None, leave=False
            ):
                pass
            stored += _store_all(stage, places, roster, clock, dry=options.dry_run)
            refused += stage.refused
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print(table(stored, refused, dry=options.dry_run))
    if not stored:
        return NOTHING_TAKEN
    return SOME_LEFT if refused or any(s.what == OLDER for s in stored) else ALL_TAKEN


class Clock:
    """Tells when an upload was handed in; never asks the upload.

    Parameters
    ----------
    options
        Those of the command line.
    places
        Where the policy with the due date lies.
    """

    def __init__(self, options: argparse.Namespace, places: Places) -> None:
        self._at, self._trust = options.at, options.trust_times
        self._now = datetime.now(UTC)
        due = read_policy(places.policy, places.assignment).due
        self._due = due.astimezone(UTC) if due else None

    def time_of(self, upload: Upload) -> datetime:
        """Return the time of an upload.

        Raises
        ------
        RefusedError
            If it may have been in time or not: guessing would cost marks.
        """
        sender = upload.sender
        if sender.time is not None:
            return sender.time
        if self._at is not None:
            return self._at
        if self._trust and upload.time is not None:
            return min(upload.time, self._now)
        if self._due is None or self._now <= self._due:
            return self._now
        if sender.late is False:
            return self._due
        raise RefusedError(
            f"The work was due at {self._due:%Y-%m-%d %H:%M} UTC, and nothing says when "
            f"{shown(sender.name)} handed in: add --at TIME, or --trust-times if the times of the "
            "files are the LMS's own."
        )


def _store_all(
    stage: Stage, places: Places, roster: Roster, clock: Clock, *, dry: bool
) -> Iterator[Stored]:
    """Store the uploads of one folder or archive, of each student the last one."""
    chosen: dict[str, tuple[str, Upload, datetime]] = {}
    for upload in stage.uploads.values():
        name = shown(upload.sender.id)
        if not upload.files:
            stage.refused.append(Refusal(name, "nothing that was handed in could be taken"))
            continue
        try:
            student = roster.find(upload.sender)
            if student is None and roster.exists:
                stage.refused.append(Refusal(name, "is not on the roster: taken under this name"))
            student = student or safe_id(upload.sender.id)
        except RefusedError as error:
            stage.refused.append(Refusal(name, str(error)))
            continue
        time = clock.time_of(upload)
        before = chosen.get(student.casefold())
        if before and before[1].sender.id != upload.sender.id:
            why = f"would be {student}, as {shown(before[1].sender.id)} is: list both in a roster"
            stage.refused.append(Refusal(name, why))
        elif not before or before[2] <= time:
            chosen[student.casefold()] = student, upload, time
    for student, upload, time in chosen.values():
        yield store(places, student, upload, time, dry=dry)


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
        lines += [f"  {shown(r.name, 100)}: {shown(r.why, 200)}" for r in refused]
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

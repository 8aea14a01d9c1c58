"""grader forget: remove all that is kept about a student, in every assignment."""

import argparse
import shutil
import sys
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import SQLAlchemyError

from grader import course
from grader.collect.store import EARLIER
from grader.commands.places import add_where, places_for
from grader.run.places import Places
from grader.run.store import Store
from grader.sources import list_assignments

FORGOTTEN, NOTHING_KNOWN, FAILED = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    parser.add_argument("student", metavar="STUDENT", help="the id in this course")
    parser.add_argument("--yes", action="store_true", help="remove it; without, it is only listed")
    add_where(parser)


def main(options: argparse.Namespace) -> int:
    """List or remove; return 0 if there was something, 1 if not, 2 if it could not be removed."""
    solutions = places_for(options, "ASSIGNMENT").solutions
    places = [places_for(options, name) for name in list_assignments(solutions)]
    student = options.student
    try:
        kept = _kept(places, student)
        in_gradebook = _in_gradebook(places[0].database, student)
        if not kept and not in_gradebook:
            print(f"Nothing is kept about {student!r}: the folders of {places[0].own} have others.")
            return NOTHING_KNOWN
        _tell([str(path) for path in kept] + ["the gradebook's entries"] * in_gradebook)
        if options.yes:
            _remove(places, student, kept, in_gradebook=in_gradebook)
    except (OSError, SQLAlchemyError) as error:
        print(f"Not all of it was removed ({error}): run it again.", file=sys.stderr)
        return FAILED
    print(_afterwards(places[0], student, removed=options.yes))
    return FORGOTTEN


def _kept(places: list[Places], student: str) -> list[Path]:
    """List the folders of a student, and the results that are nobody else's."""
    if student in ("", ".", "..") or Path(student).name != student:
        return []  # no student has such an id, and no folder beside may be meant
    one = places[0]
    of_students = [one.submitted(student), one.autograded(student)]
    of_students.append(course.folder_of(one.config, "feedback", student, one.assignment))
    folders = [folder.parent for folder in of_students] + [one.own / EARLIER / student]
    results = [path for p in places for path in Store(p.results, p.assignment).only_of(student)]
    return [path for path in folders + results if path.exists()]


def _in_gradebook(url: str, student: str) -> bool:
    with Gradebook(url) as book:
        try:
            book.find_student(student)
        except MissingEntry:
            return False
    return True


def _remove(places: list[Places], student: str, kept: list[Path], *, in_gradebook: bool) -> None:
    """Remove the gradebook's entries first: without them, no other command shows the rest."""
    if in_gradebook:
        with Gradebook(places[0].database) as book:
            book.remove_student(student)
    for one in places:
        Store(one.results, one.assignment).drop_telemetry(student)
    for path in kept:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _tell(kept: list[str]) -> None:
    print("\n".join(kept))


def _afterwards(places: Places, student: str, *, removed: bool) -> str:
    if not removed:
        return f"Nothing was removed yet: `grader forget {student} --yes` does it."
    return (
        "Removed. Pages and tables about the class are made again by `grader report`, `similar` "
        f"and `export`. Look yourself into what this command does not know: {places.reports}, the "
        "LMS and what you downloaded from it, nbgrader's exchange, .nbgrader.log, your backups."
    )

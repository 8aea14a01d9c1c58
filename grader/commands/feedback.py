"""grader feedback: a page for each student, with marks, messages and what a person wrote."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from grader import course
from grader.commands.places import add_course, places_of
from grader.marks import ClassMarks, Marks, read_marks
from grader.pages.feedback import render
from grader.results import Result
from grader.run.places import Places
from grader.run.store import Store, write_atomically
from grader.sources import BadSourceError

ALL_WRITTEN, SOME_WAIT, NOTHING_DONE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    add_course(parser)
    parser.add_argument("students", nargs="*", metavar="STUDENT", help="default: all with marks")


def main(options: argparse.Namespace) -> int:
    """Write the pages; return 0 if all are complete, 1 if some wait for a person, 2 if none is."""
    places = places_of(options)
    try:
        marked = read_marks(places)
        pages = list(_wanted(places, marked, options.students))
        for marks, result in tqdm(pages, "writing", unit="page", disable=None, leave=False):
            write_atomically(_path(places, marks.student), _page(marks, marked, result))
            _keep_ticket(places, marks.student)
    except (BadSourceError, OSError, SQLAlchemyError) as error:
        print(f"Not all pages were written: {error}", file=sys.stderr)
        return NOTHING_DONE
    if not pages:
        print(
            f"There are no marks to show: `grader run {options.assignment}` gives them.",
            file=sys.stderr,
        )
        return NOTHING_DONE
    waiting = [marks.student for marks, _ in pages if marks.waiting]
    print(f"{len(pages)} pages in {_path(places, 'STUDENT')}.")
    if waiting:
        print(f"Not complete, because a person has still to read: {', '.join(waiting)}")
    return SOME_WAIT if waiting else ALL_WRITTEN


def _wanted(
    places: Places, marked: ClassMarks, students: list[str]
) -> Iterator[tuple[Marks, Result]]:
    """Yield the marks and the result of the students asked for, or of all."""
    store = Store(places.results, places.assignment)
    known = {marks.student: marks for marks in marked.students}
    for student in students or known:
        key = store.assigned(student)
        result = store.load(key) if key else None
        if student in known and result:
            yield known[student], result
        else:
            print(
                f"{student} has no result of this grader: "
                f"`grader run {places.assignment} {student}` makes one.",
                file=sys.stderr,
            )


def _page(marks: Marks, marked: ClassMarks, result: Result) -> bytes:
    return render(marks, marked, result).encode("utf-8", "replace")


def _path(places: Places, student: str) -> Path:
    folder = course.folder_of(places.config, "feedback", student, places.assignment)
    return folder / f"{places.assignment}.html"


def _keep_ticket(places: Places, student: str) -> None:
    """Put beside the page what `nbgrader release_feedback` needs to hand it back."""
    for name in ("timestamp.txt", "submission_secret.txt"):
        file = places.submitted(student) / name
        if file.is_file():
            write_atomically(_path(places, student).with_name(name), file.read_bytes())

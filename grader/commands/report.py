"""grader report: one page about the class, to see what it has understood."""

import argparse
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from tqdm import tqdm

from grader.commands.places import add_course, places_of
from grader.marks import ClassMarks, read_marks
from grader.pages.report import Counts, render
from grader.run.store import Store, write_atomically
from grader.sources import BadSourceError

DONE, NOTHING_DONE = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    add_course(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the page")


def main(options: argparse.Namespace) -> int:
    """Write the page; return 0 if it is written, 2 if not."""
    places = places_of(options)
    try:
        marked = read_marks(places)
        if not marked.students:
            print(
                f"The gradebook has no marks for {options.assignment} yet: "
                f"`grader run {options.assignment}` gives them.",
                file=sys.stderr,
            )
            return NOTHING_DONE
        store = Store(places.results, places.assignment)
        page = render(marked, _count(store, marked), store.telemetry())
        path = options.output or places.reports / f"{options.assignment}.html"
        write_atomically(path, page.encode("utf-8", "replace"))
    except (BadSourceError, OSError, SQLAlchemyError) as error:
        print(f"No page was written: {error}", file=sys.stderr)
        return NOTHING_DONE
    print(f"The page about {len(marked.students)} students is {path}.")
    return DONE


def _count(store: Store, marked: ClassMarks) -> Counts:
    counts, total = Counts(), len(marked.students)
    results = tqdm(store.of_class(), "reading", total, unit="result", disable=None, leave=False)
    for student, result in results:
        counts.add(student, result)
    return counts

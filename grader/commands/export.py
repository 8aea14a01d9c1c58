"""grader export: the marks of an assignment as CSV, for you, for Canvas or for Moodle."""

import argparse
import math
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from grader.commands.places import add_course, places_of
from grader.export import LAYOUTS, write_csv
from grader.marks import ClassMarks, read_marks
from grader.run.store import write_atomically
from grader.sources import BadSourceError

ALL_MARKED, SOME_WAIT, NOTHING_DONE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    add_course(parser)
    parser.add_argument(
        "--layout", choices=LAYOUTS, default="course", help="whose table (default: our own)"
    )
    parser.add_argument(
        "--scale", type=_positive, default=1.0, metavar="X", help="multiply all points by X"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="default: reports/ASSIGNMENT-LAYOUT.csv; - prints it",
    )


def main(options: argparse.Namespace) -> int:
    """Write the table; return 0 if everyone has a total, 1 if somebody waits, 2 if it failed."""
    try:
        places = places_of(options)
        marks = read_marks(places)
        if not marks.students:
            print(
                f"The gradebook has no marks for {options.assignment} yet: "
                f"`grader run {options.assignment}` gives them.",
                file=sys.stderr,
            )
            return NOTHING_DONE
        _write(marks, options, places.reports)
    except (BadSourceError, OSError, SQLAlchemyError) as error:
        print(f"Nothing was exported: {error}", file=sys.stderr)
        return NOTHING_DONE
    return _tell_who_waits(marks)


def _write(marks: ClassMarks, options: argparse.Namespace, reports: Path) -> None:
    text = write_csv(LAYOUTS[options.layout](marks, options.scale))
    if str(options.output) == "-":
        sys.stdout.write(text)
        return
    path = options.output or reports / f"{options.assignment}-{options.layout}.csv"
    write_atomically(path, text.encode("utf-8-sig"))  # with the mark by which Excel knows UTF-8
    print(f"{path}: the marks of {len(marks.students)} students.")


def _tell_who_waits(marks: ClassMarks) -> int:
    waiting = [one for one in marks.students if one.waiting]
    for one in waiting:
        print(f"{one.student} has no total yet: {', '.join(one.waiting)}", file=sys.stderr)
    if waiting:
        print(
            f"{len(waiting)} of {len(marks.students)} wait for a person; their cells are empty. "
            "Grade them in nbgrader's formgrader, then export again.",
            file=sys.stderr,
        )
    return SOME_WAIT if waiting else ALL_MARKED


def _positive(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value

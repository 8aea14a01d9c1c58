"""The options by which every sub-command finds its assignment, course and gradebook."""

import argparse
from pathlib import Path

from grader import course
from grader.run.places import Places


def add_course(parser: argparse.ArgumentParser) -> None:
    """Ask for the assignment, and where the course and its gradebook are."""
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="a folder of solutions/")
    add_where(parser)


def add_where(parser: argparse.ArgumentParser) -> None:
    """Ask where the course and its gradebook are."""
    parser.add_argument(
        "--db", metavar="URL", help="the gradebook (default: the course's gradebook.db)"
    )
    parser.add_argument(
        "--course",
        type=Path,
        metavar="FOLDER",
        help="a course with folders source/ and submitted/ (default: this one)",
    )


def places_of(options: argparse.Namespace) -> Places:
    """Return where the course of the options keeps what."""
    return places_for(options, options.assignment)


def places_for(options: argparse.Namespace, assignment: str) -> Places:
    """Return where the course of the options keeps what of an assignment."""
    config = course.course_in(options.course) if options.course else course.instructor_course()
    if options.db:
        config.CourseDirectory.db_url = options.db
    return Places(config, assignment)

"""Grade what students handed in: python -m grader.autograde ASSIGNMENT [STUDENT ...].

Reads grader/submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb and writes grader/gradebook.db, where
nbgrader's formgrader goes on. A submission that cannot be graded is named and left out.
"""

import argparse
import copy
import sys
from pathlib import Path

from traitlets.config import Config

from grader import course
from grader.marking import Mark, explain, mark_all
from grader.sources import BadSourceError, read_source

ALL_GRADED, SOME_GRADED, NONE_GRADED = 0, 1, 2


def main(arguments: list[str] | None = None, config: Config | None = None) -> int:
    """Grade an assignment of a course, the real one unless another is given.

    Parameters
    ----------
    arguments
        Those of the command line.
    config
        The course.

    Returns
    -------
    int
        0 if every submission has a grade now, 1 if not every one, 2 if nothing could be graded.
    """
    parser = argparse.ArgumentParser(
        prog="python -m grader.autograde", description=__doc__.splitlines()[0]
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="a folder of solutions/")
    parser.add_argument("students", nargs="*", metavar="STUDENT", help="default: all who handed in")
    options = parser.parse_args(arguments)
    try:
        return grade(config or course.instructor_course(), options.assignment, options.students)
    except KeyboardInterrupt:
        print("\nInterrupted: run it again to grade everyone.", file=sys.stderr)
    except BadSourceError as error:
        print(error, file=sys.stderr)
    except Exception as error:
        print(f"Grading stopped: {explain(error)}", file=sys.stderr)
    return NONE_GRADED


def grade(config: Config, assignment: str, wanted: list[str]) -> int:
    """Grade the wanted students, or all; print a line for each and what to do about the others."""
    read_source(course.folder_of(config, "source", ".", assignment).parent, assignment)
    students = find_students(config, assignment, wanted)
    log = Path(config.CourseDirectory.root) / ".nbgrader.log"
    course.log_to(log)
    enter_into_gradebook(config, assignment)
    most, _ = course.best_scores(config, assignment)
    bad = []
    for done, mark in enumerate(mark_all(config, [(assignment, s) for s in students], log), 1):
        result = mark.status if mark.score is None else f"{mark.score:g} of {most:g} points"
        print(f"[{done}/{len(students)}] {mark.student}: {result}", flush=True)
        bad += [mark] if mark.status != "graded" else []
    for mark in bad:
        print(f"{mark.student} has no grade: {mark.note}{_earlier(config, mark)}", file=sys.stderr)
    print(
        f"{len(students) - len(bad)} of {len(students)} graded. Free-text answers wait for you in "
        "nbgrader's formgrader."
    )
    return ALL_GRADED if not bad else SOME_GRADED if len(bad) < len(students) else NONE_GRADED


def find_students(config: Config, assignment: str, wanted: list[str]) -> list[str]:
    """List the students who handed in an assignment, or make sure that the wanted ones did."""
    place = course.folder_of(config, "submitted", "STUDENT", assignment)
    found = sorted(folder.parent.name for folder in place.parents[1].glob(f"*/{assignment}"))
    found = [student for student in found if not student.startswith(".")]
    where = place.relative_to(config.CourseDirectory.root) / f"{assignment}.ipynb"
    missing = sorted(set(wanted) - set(found))
    if missing:
        raise BadSourceError(
            f"There is no {assignment} from {', '.join(missing)}: put the notebook at {where}."
        )
    if not found:
        raise BadSourceError(
            f"Nobody has handed in {assignment} yet: put each student's notebook at {where}."
        )
    return wanted or found


def enter_into_gradebook(config: Config, assignment: str) -> None:
    """Tell the gradebook which cells an assignment has and how many points each gives."""
    config = copy.deepcopy(config)
    config.CourseDirectory.release_directory = "_build/registered"  # students have theirs already
    try:
        course.make_student_version(config, assignment, in_gradebook=True)
    except RuntimeError:
        raise BadSourceError(
            f"The gradebook holds submissions for {assignment} as it was before graded cells were "
            "added or removed: undo that in its source, or move grader/gradebook.db away and grade "
            "all again (points given by hand are lost then)."
        ) from None


def _earlier(config: Config, mark: Mark) -> str:
    graded = course.is_graded(config, mark.assignment, mark.student)
    return " (An earlier grade stays in the gradebook.)" if graded else ""


if __name__ == "__main__":
    sys.exit(main())

"""Grades the sample class in a folder of its own, and compares scores with the roster."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import course
from grader.marking import Mark, mark_all
from grader.sample_class.build import write_submissions
from grader.sample_class.roster import ROSTER

CELL_SECONDS = 5  # the infinite loops of the class are met several times


def grade_class(
    folder: Path, assignments: list[str], report: Callable[[Mark], None]
) -> dict[str, Any]:
    """Build and grade the sample class as an nbgrader course of its own.

    Parameters
    ----------
    folder
        An empty folder: it gets source, release, submitted, autograded and gradebook.db.
    assignments
        The roster's, or some of them.
    report
        Called with each mark as soon as it is known.

    Returns
    -------
    dict
        What summary.json holds, which is written too.
    """
    config = course.course_in(folder)
    config.Execute.timeout = CELL_SECONDS
    log = folder / "nbgrader.log"
    course.log_to(log)
    for assignment in assignments:
        shutil.copytree(course.SOLUTIONS / assignment, folder / "source" / assignment)
        course.make_student_version(config, assignment, in_gradebook=True)
        write_submissions(config, assignment)
    submissions = [(name, entry.student) for name in assignments for entry in ROSTER[name]]
    marks = {}
    for mark in mark_all(config, submissions, log):
        marks[mark.assignment, mark.student] = mark
        report(mark)
    summary = {"assignments": [_describe(config, name, marks) for name in assignments]}
    (folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", "utf-8")
    return summary


def surprises(summary: dict[str, Any]) -> list[str]:
    """Say for each score that is not the expected one what it is."""
    return [
        f"{student['id']} has {_points(student['score'])} in {assignment['name']}, "
        f"expected {_points(student['expected'])}: {student['note']}"
        for assignment in summary["assignments"]
        for student in assignment["students"]
        if student["score"] != student["expected"]
    ]


def _describe(config: Any, assignment: str, marks: dict) -> dict[str, Any]:  # noqa: ANN401
    by_tests, most = course.best_scores(config, assignment)
    students = []
    for entry in ROSTER[assignment]:
        mark = marks[assignment, entry.student]
        students.append(
            {
                "id": entry.student,
                "status": mark.status,
                "score": mark.score,
                "expected": entry.expected,
                "note": mark.note or f"{entry.what}: {entry.why}",
            }
        )
    return {"name": assignment, "max_score": most, "auto_max": by_tests, "students": students}


def _points(score: float | None) -> str:
    return "no score" if score is None else f"{score:g} points"

"""Grades the sample class in a folder of its own, and compares what comes out with the roster."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import course
from grader.policy import Policy, read_policy
from grader.results import PASSED, UNREADABLE, Result
from grader.run.grading import Report, grade_class
from grader.run.places import Places
from grader.run.pool import Pool, local_pool
from grader.run.snapshot import open_job
from grader.sample_class.build import write_submissions
from grader.sample_class.roster import ROSTER, Submission

PATIENCE = 0.6  # of a cell's time: the infinite loops of the class are met several times


def grade_sample(folder: Path, assignments: list[str], report: Report) -> dict[str, Any]:
    """Build and grade the sample class as a course of its own.

    Parameters
    ----------
    folder
        An empty folder: it gets source, release, submitted, results, autograded, gradebook.db.
    assignments
        The roster's, or some of them.
    report
        Called with each submission as soon as it is graded.

    Returns
    -------
    dict
        What summary.json holds, which is written too.
    """
    log = folder / "nbgrader.log"
    course.log_to(log)
    graded = []
    with local_pool(os.cpu_count() or 1, log) as pool:
        for name in assignments:
            places = Places(course.course_in(folder), name)
            graded.append(_grade(places, sample_policy(name), pool, report))
    summary = {"assignments": graded}
    (folder / "summary.json").write_text(json.dumps(summary, indent=2) + "\n", "utf-8")
    return summary


def sample_policy(assignment: str) -> Policy:
    """Return the course's rules with less patience, at the best level this machine has."""
    policy = read_policy(course.ROOT / "grader" / "policy.toml", assignment)
    limits = replace(policy.limits, cell_seconds=PATIENCE * policy.limits.cell_seconds)
    return replace(policy, limits=limits, accept_weaker=True)


def surprises(summary: dict[str, Any]) -> list[str]:
    """Say for each submission whose outcome is not the expected one what it is."""
    return [
        f"{student['id']} has {_told(student['found'])} in {assignment['name']}, "
        f"expected {_told(student['expected'])}: {student['note']}"
        for assignment in summary["assignments"]
        for student in assignment["students"]
        if student["found"] != student["expected"]
    ]


def _grade(places: Places, policy: Policy, pool: Pool, report: Report) -> dict[str, Any]:
    name = places.assignment
    shutil.copytree(course.SOLUTIONS / name, places.solutions / name)
    job = open_job(places, policy)
    shutil.copytree(job.released, course.folder_of(places.config, "release", ".", name))
    write_submissions(places.config, name)
    outcome = grade_class(places, job, places.students(), pool, report)
    by_tests, most = course.best_scores(places.config, name)
    students = [_describe(entry, outcome.results[entry.student]) for entry in ROSTER[name]]
    return {
        "name": name,
        "level": job.level,
        "max_score": most,
        "auto_max": by_tests,
        "students": students,
    }


def _describe(entry: Submission, result: Result) -> dict[str, Any]:
    statuses = {cell.status for cell in result.cells} - {PASSED}
    found = {
        "score": result.points,
        "ends": sorted(statuses),
        "misconceptions": sorted({c.misconception for c in result.cells if c.misconception}),
    }
    expected = {
        "score": entry.expected,
        "ends": list(entry.ends),
        "misconceptions": sorted((*entry.misconceptions, *entry.recognised)),
    }
    return {
        "id": entry.student,
        "status": result.status,
        "score": result.points,
        "found": found,
        "expected": expected,
        "note": result.reason if result.status == UNREADABLE else f"{entry.what}: {entry.why}",
    }


def _told(outcome: dict[str, Any]) -> str:
    score = "no score" if outcome["score"] is None else f"{outcome['score']:g} points"
    return ", ".join([score, *outcome["ends"], *outcome["misconceptions"]])

"""The marks of a class as tables: our own, Canvas' and Moodle's.

A mark that waits for a person is an empty cell, never 0. Text is written so that no spreadsheet
takes it for a formula.
"""

import csv
import io
import unicodedata
from collections.abc import Callable

from grader.marks import ClassMarks

DANGEROUS = ("=", "+", "-", "@", "|", "%")
"""What a cell begins with that a spreadsheet might execute (OWASP, "CSV Injection")."""

Row = list[str]


def write_csv(rows: list[Row]) -> str:
    """Lay rows out as CSV (RFC 4180), with quotes where a text needs them."""
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def safe(text: str) -> str:
    """Return text that a spreadsheet shows and does not execute.

    An apostrophe disarms a formula, also one behind blanks or with a full-width sign. Control
    characters become visible ones.
    """
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    start = unicodedata.normalize("NFKC", shown).lstrip()
    return f"'{shown}" if start.startswith(DANGEROUS) else shown


def number(points: float | None, scale: float = 1.0) -> str:
    """Write points with at most two decimals, nothing if they wait for a person."""
    return "" if points is None else f"{round(points * scale, 2) + 0.0:g}"


def course_table(marks: ClassMarks, scale: float = 1.0) -> list[Row]:
    """One row a student: each exercise, the penalty for lateness, the total, what waits.

    Parameters
    ----------
    marks
        Of the class.
    scale
        Every number of points is multiplied by it.
    """
    exercises = list(marks.exercises)
    header = ["student", "last name", "first name", "email", *exercises]
    rows = [[*map(safe, header), "late penalty", "total", "maximum", "waiting for a person"]]
    for one in marks.students:
        who = [one.student, one.last_name, one.first_name, one.email]
        points = [number(marks.points_in(one, name), scale) for name in exercises]
        ends = [number(one.penalty, scale), number(one.total, scale)]
        ends += [number(marks.max_points, scale), safe(" ".join(one.waiting))]
        rows.append([*map(safe, who), *points, *ends])
    return rows


def canvas_table(marks: ClassMarks, scale: float = 1.0) -> list[Row]:
    """Lay the totals out as Canvas' gradebook takes them: one column, its maximum in row two.

    Canvas finds a student by its own number (`lms_user_id` in nbgrader's gradebook), or by the
    login, which is the student id here.
    """
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", safe(marks.assignment)]
    rows = [header, ["Points Possible", "", "", "", "", number(marks.max_points, scale)]]
    for one in marks.students:
        name = f"{one.last_name}, {one.first_name}".strip(", ") or one.student
        who = [name, one.lms_id, "", one.student, ""]
        rows.append([*map(safe, who), number(one.total, scale)])
    return rows


def moodle_table(marks: ClassMarks, scale: float = 1.0) -> list[Row]:
    """Lay the totals out as Moodle's grade import takes them: map "ID number" or the address."""
    header = ["First name", "Last name", "ID number", "Email address"]
    rows = [[*header, safe(f"Assignment: {marks.assignment} (Real)")]]
    for one in marks.students:
        who = [one.first_name, one.last_name, one.lms_id or one.student, one.email]
        rows.append([*map(safe, who), number(one.total, scale)])
    return rows


LAYOUTS: dict[str, Callable[[ClassMarks, float], list[Row]]] = {
    "course": course_table,
    "canvas": canvas_table,
    "moodle": moodle_table,
}
"""The tables by name."""

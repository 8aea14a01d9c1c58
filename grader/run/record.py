"""Results into nbgrader's gradebook, and graded notebooks to where its formgrader looks.

One process records. What the gradebook holds already is left alone; what people entered (points,
comments, extra credit) always is.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_solution,
    is_task,
    parse_utc,
)

from grader import course
from grader.results import REVIEW, Result
from grader.run.gradebook import Book, Entry, GradeRow
from grader.run.job import Job, read_notebooks
from grader.run.lateness import in_utc, penalty
from grader.run.places import Places
from grader.run.store import Store, write_atomically
from grader.sources import BadSourceError, grading

STAMP = "timestamp.txt"  # where nbgrader keeps the time of handing in


class Recorder:
    """Brings the gradebook up to date with results.

    Parameters
    ----------
    places
        The course.
    job
        The assignment as it is graded.

    Raises
    ------
    BadSourceError
        If the gradebook holds the assignment with other graded cells.
    SQLAlchemyError
        If the database cannot be used.
    """

    def __init__(self, places: Places, job: Job) -> None:
        self._places, self._late = places, job.policy.late
        self._store = Store(job.results, job.assignment)
        source, self._released = read_notebooks(job)
        self._book = Book(places.database, job.assignment)
        try:
            self._enter_assignment(source)
            self._due = self._book.due(job.policy.due and in_utc(job.policy.due))
            self._entries = self._book.read()
        except BaseException:
            self._book.close()
            raise

    def close(self) -> None:
        """Let go of the gradebook."""
        self._book.close()

    def record(self, results: Mapping[str, Result]) -> int:
        """Enter results by student; return how many the gradebook did not hold already.

        Raises
        ------
        SQLAlchemyError, OSError
            If one could not be written; the gradebook holds nothing of any of them then.
        """
        found = {student: self._what_is_new(student, r) for student, r in results.items()}
        entries = {student: entry for student, entry in found.items() if entry}
        self._book.write(entries.values())
        self._entries |= entries
        for student in entries:
            self._store.assign(student, results[student].key)
        return len(entries)

    def _what_is_new(self, student: str, result: Result) -> Entry | None:
        """Put a graded notebook into its place and say what to enter, None if all is there."""
        held, known = self._entries.get(student), self._store.assigned(student) == result.key
        full = self._store.load(result.key)
        if full is None:
            full = result
            self._store.save(result)
        entry = self._entry(student, full, held, known)
        path = self._places.autograded(student) / f"{self._places.assignment}.ipynb"
        if known and entry == held and path.is_file():
            return None
        self._write_notebook(path, full, student)
        return entry

    def _enter_assignment(self, source: NotebookNode) -> None:
        """Let nbgrader list the assignment's cells, unless its gradebook has just these."""
        ids = self._book.find_assignment()
        if ids and self._book.cells(ids[1]) == _cells(source, self._released):
            return
        try:
            course.enter_into_gradebook(self._places.config, self._places.assignment)
        except RuntimeError:
            raise BadSourceError(
                f"The gradebook holds submissions for {self._places.assignment} as it was before "
                "graded cells were added or removed: undo that in its source, or move the "
                "gradebook away and grade all again (points given by hand are lost then)."
            ) from None

    def _entry(self, student: str, result: Result, held: Entry | None, known: bool) -> Entry:
        """Say what the gradebook should hold; a changed notebook is shown again to its marker."""
        held = held or Entry(student)
        grades = {}
        for name, (auto, needs_person) in grades_of(result, self._released).items():
            row = held.grades.get(name, GradeRow())
            if known and auto == row.auto:
                needs_person = row.needs_person
            elif row.manual is not None:
                needs_person = True
            grades[name] = row._replace(auto=auto, needs_person=needs_person)
        timestamp = handed_in(self._places.submitted(student)) or held.timestamp
        comments = comments_of(result, self._released)
        entry = Entry(student, timestamp, held.extension, None, grades, comments)
        if self._due and timestamp:
            due = self._due + (held.extension or timedelta())
            entry.penalty = penalty(entry.points, timestamp, due, self._late) or None
        return entry

    def _write_notebook(self, path: Path, result: Result, student: str) -> None:
        notebook = self._released if result.notebook is None else result.notebook
        content = json.dumps(notebook, sort_keys=True) + "\n"
        write_atomically(path, content.encode("ascii"))
        stamp = self._places.submitted(student) / STAMP
        if stamp.is_file():
            write_atomically(path.parent / STAMP, stamp.read_bytes())


def grades_of(result: Result, released: NotebookNode) -> dict[str, tuple[float | None, bool]]:
    """Return the points of every graded cell, and whether a person has to look at it."""
    verdicts = {cell.grade_id: cell.points for cell in result.cells}
    written = _written(result)
    grades: dict[str, tuple[float | None, bool]] = {}
    for cell in filter(grading, released.cells):
        name, points = grading(cell).grade_id, None
        if is_solution(cell) and is_grade(cell):
            points = determine_grade(written[name])[0] if name in written else None
            grades[name] = points, points is None
        elif is_grade(cell) or is_task(cell):
            points = verdicts.get(name)
            grades[name] = points, points is None or result.status == REVIEW
    return grades


def comments_of(result: Result, released: NotebookNode) -> dict[str, str | None]:
    """Return what is said about every cell that a student fills in, None if there is nothing."""
    written, reason = _written(result), result.reason
    comments: dict[str, str | None] = {}
    for cell in released.cells:
        if not (is_solution(cell) or is_task(cell)):
            continue
        name = grading(cell).grade_id
        texts = [reason] if reason else []
        if is_solution(cell) and name in written and _unchanged(written[name]):
            texts.append("No response.")
        texts += [
            f"{verdict.grade_id} waits for a person: {verdict.message}"
            for verdict in result.cells
            if verdict.points is None and verdict.exercise == name
        ]
        comments[name] = _plain("\n".join(texts)) or None
        reason = ""  # once is enough
    return comments


def handed_in(folder: Path) -> datetime | None:
    """Return when a submission was handed in (UTC), as the one who collected it wrote down."""
    try:
        return parse_utc((folder / STAMP).read_text("utf-8").strip())
    except (OSError, ValueError, OverflowError):
        return None


def _written(result: Result) -> dict[str, NotebookNode]:
    cells = (result.notebook or {}).get("cells", [])
    return {
        cell["metadata"]["nbgrader"]["grade_id"]: nbformat.from_dict(cell)
        for cell in cells
        if cell["metadata"].get("nbgrader", {}).get("solution")
    }


def _unchanged(cell: NotebookNode) -> bool:
    return grading(cell).get("checksum") == compute_checksum(cell)


def _cells(source: NotebookNode, released: NotebookNode) -> dict[str, tuple]:
    """Return name, type, text and points of the cells as nbgrader enters them."""
    stubs = {grading(cell).grade_id: cell.source for cell in filter(grading, released.cells)}
    return {
        about.grade_id: (
            cell.cell_type,
            stubs.get(about.grade_id) if about.get("solution") else cell.source,
            float(about.points) if is_grade(cell) or is_task(cell) else None,
        )
        for cell in source.cells
        if (about := grading(cell))
    }


def _plain(text: str) -> str:
    """Return what every database takes: no null character, no half of a surrogate pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")

"""The marks of a class as the gradebook holds them now: what tests gave, and what people gave.

Feedback, report and export read this; nothing here writes.
"""

from dataclasses import dataclass, field
from datetime import datetime

from nbformat import NotebookNode
from nbgrader.api import Comment, Student
from sqlalchemy import select

from grader.run.gradebook import Book, Entry
from grader.run.places import Places
from grader.sources import grading, read_source


@dataclass(frozen=True)
class Item:
    """One graded cell: a test cell, or a free text that a person reads (`by_hand`)."""

    name: str
    exercise: str
    max_points: float
    by_hand: bool = False


@dataclass(frozen=True)
class Marks:
    """The marks of one student.

    `points` holds None for an item that waits for a person; it counts as neither 0 nor full.
    """

    student: str
    points: dict[str, float | None]
    penalty: float = 0.0
    handed_in: datetime | None = None
    comments: dict[str, str] = field(default_factory=dict)
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_id: str = ""

    @property
    def name(self) -> str:
        """The full name, the id if the gradebook has none."""
        return f"{self.first_name} {self.last_name}".strip() or self.student

    @property
    def waiting(self) -> list[str]:
        """The items without a mark yet."""
        return [name for name, points in self.points.items() if points is None]

    @property
    def total(self) -> float | None:
        """All points less the penalty, None as long as an item waits."""
        if self.waiting:
            return None
        return max(0.0, sum(points or 0.0 for points in self.points.values()) - self.penalty)


@dataclass(frozen=True)
class ClassMarks:
    """The marks of everybody who handed in an assignment."""

    assignment: str
    items: tuple[Item, ...]
    students: tuple[Marks, ...]

    @property
    def exercises(self) -> dict[str, list[Item]]:
        """The items of each exercise, in the order of the notebook."""
        groups: dict[str, list[Item]] = {}
        for item in self.items:
            groups.setdefault(item.exercise, []).append(item)
        return groups

    @property
    def max_points(self) -> float:
        """The points that all items have together."""
        return sum(item.max_points for item in self.items)

    def points_in(self, marks: Marks, exercise: str) -> float | None:
        """Return a student's points in an exercise, None if one of its items waits."""
        points = [marks.points.get(item.name) for item in self.exercises[exercise]]
        return None if None in points else sum(p for p in points if p is not None)


def read_marks(places: Places) -> ClassMarks:
    """Read the marks of a class.

    Parameters
    ----------
    places
        The course and the assignment.

    Raises
    ------
    BadSourceError
        If there is no such assignment.
    SQLAlchemyError
        If the gradebook cannot be read.
    """
    items = items_of(read_source(places.solutions, places.assignment))
    book = Book(places.database, places.assignment)
    try:
        entries = book.read()
        people = {person.id: person for person in book.session.execute(select(Student)).scalars()}
        comments = {who: {} for who in entries}
        for who, name, text in book.rows(Comment, Comment.manual_comment):
            if text:
                comments[who][name] = text
        students = [_marks(entries[w], items, people[w], comments[w]) for w in sorted(entries)]
    finally:
        book.close()
    return ClassMarks(places.assignment, items, tuple(students))


def items_of(source: NotebookNode) -> tuple[Item, ...]:
    """List the graded cells of an assignment; tests belong to the solution cell before them."""
    items, exercise = [], ""
    for cell in source.cells:
        about = grading(cell)
        by_hand = bool(about.get("solution") or about.get("task"))
        if by_hand:
            exercise = about.grade_id
        if about.get("grade") or about.get("task"):
            items.append(Item(about.grade_id, exercise, float(about.points), by_hand))
    return tuple(items)


def _marks(entry: Entry, items: tuple[Item, ...], who: Student, comments: dict[str, str]) -> Marks:
    points: dict[str, float | None] = {}
    for item in items:
        row = entry.grades.get(item.name)
        undecided = row is None or row.needs_person or (row.auto is None and row.manual is None)
        points[item.name] = None if undecided else row.points
    return Marks(
        entry.student,
        points,
        entry.penalty or 0.0,
        entry.timestamp,
        comments,
        who.first_name or "",
        who.last_name or "",
        who.email or "",
        who.lms_user_id or "",
    )

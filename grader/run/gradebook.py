"""nbgrader's gradebook as this grader uses it: read and written in bulk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import Select, bindparam, insert, select, update

COURSE = "course_rnn"


class GradeRow(NamedTuple):
    """The points of one cell; `manual` and `extra` belong to people and are never written."""

    auto: float | None = None
    needs_person: bool = True
    manual: float | None = None
    extra: float | None = None

    @property
    def points(self) -> float:
        """What counts at the moment."""
        given = self.auto if self.manual is None else self.manual
        return (given or 0.0) + (self.extra or 0.0)


@dataclass
class Entry:
    """What the gradebook holds about one submission; rows are found by the name of their cell."""

    student: str
    timestamp: datetime | None = None
    extension: timedelta | None = None
    penalty: float | None = None
    grades: dict[str, GradeRow] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    @property
    def points(self) -> float:
        """What the submission has at the moment, lateness aside."""
        return sum(row.points for row in self.grades.values())


class Book:
    """The part of a gradebook that is about one assignment.

    Parameters
    ----------
    url
        Any database that SQLAlchemy reaches; tables are made if it has none.
    assignment
        Its name, which is its notebook's too.
    course
        nbgrader's name of the course.
    """

    def __init__(self, url: str, assignment: str, course: str = COURSE) -> None:
        self.gradebook = Gradebook(url, course)
        self.session = self.gradebook.db
        self.assignment = assignment
        self._ids: dict[str, tuple[str, str]] = {}  # student: submission, notebook

    def close(self) -> None:
        """Let go of the database."""
        self.gradebook.close()

    # ------------------------------------------------------------------------- the assignment

    def find_assignment(self) -> tuple[str, str] | None:
        """Return the ids of the assignment and its notebook, None if the gradebook lacks them."""
        found = self.session.execute(
            select(Assignment.id, Notebook.id)
            .join(Notebook, Notebook.assignment_id == Assignment.id)
            .where(Assignment.name == self.assignment, Notebook.name == self.assignment)
        ).first()
        return tuple(found) if found else None

    def cells(self, notebook: str) -> dict[str, tuple[str, str, float | None]]:
        """Return type, text and points of each cell that nbgrader knows, by name."""
        held = self.session.get(Notebook, notebook)
        points = {cell.name: cell.max_score for cell in (*held.grade_cells, *held.task_cells)}
        cells = {c.name: (c.cell_type, c.source, points.get(c.name)) for c in held.source_cells}
        self.session.rollback()
        return cells

    def due(self, policy: datetime | None) -> datetime | None:
        """Return when the assignment is due (UTC); the policy's date is entered if it has one."""
        where = Assignment.name == self.assignment
        held = self.session.execute(select(Assignment.duedate).where(where)).scalar()
        if policy is not None and policy != held:
            self.session.execute(update(Assignment).where(where).values(duedate=policy))
        self.session.commit()
        return policy or held

    # ------------------------------------------------------------------------- submissions

    def read(self) -> dict[str, Entry]:
        """Read what the gradebook holds about all submissions, in three queries."""
        assignment, notebook = self.find_assignment() or ("", "")
        self.assignment_id, self.notebook_id = assignment, notebook
        self._cells = self._cells_by_kind()
        self._known = set(self.session.execute(select(Student.id)).scalars())
        entries: dict[str, Entry] = {}
        self._ids.clear()
        for row in self.session.execute(
            select(
                SubmittedAssignment.student_id,
                SubmittedAssignment.id,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
                SubmittedNotebook.id,
                SubmittedNotebook.late_submission_penalty,
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .where(SubmittedNotebook.notebook_id == notebook)
        ):
            student, submission, timestamp, extension, own, penalty = row
            entries[student] = Entry(student, timestamp, extension, penalty)
            self._ids[student] = submission, own
        self._read_rows(entries)
        self.session.rollback()
        return entries

    def write(self, entries: Iterable[Entry]) -> None:
        """Enter submissions, in one transaction; what people wrote stays.

        Raises
        ------
        SQLAlchemyError
            If the database does not take one of them; nothing of any is written then.
        """
        created: set[str] = set()
        try:
            for entry in entries:
                if entry.student not in self._ids:
                    created.add(entry.student)
                    self._create(entry)
                self._update(entry)
            self.session.commit()
        except BaseException:
            self.session.rollback()
            for student in created:
                self._ids.pop(student, None)
            raise
        self._known |= created

    def _cells_by_kind(self) -> dict[str, dict[str, str]]:
        rows = self.session.execute(
            select(BaseCell.name, BaseCell.id, BaseCell.type).where(
                BaseCell.notebook_id == self.notebook_id
            )
        ).all()
        graded = {name: key for name, key, kind in rows if kind in ("GradeCell", "TaskCell")}
        written = {name: key for name, key, kind in rows if kind in ("SolutionCell", "TaskCell")}
        return {"grades": graded, "comments": written}

    def _read_rows(self, entries: dict[str, Entry]) -> None:
        for student, name, *values in self.rows(
            Grade,
            Grade.auto_score,
            Grade.needs_manual_grade,
            Grade.manual_score,
            Grade.extra_credit,
        ):
            entries[student].grades[name] = GradeRow(*values)
        for student, name, text in self.rows(Comment, Comment.auto_comment):
            entries[student].comments[name] = text

    def rows(self, table: Any, *columns: Any) -> Any:  # noqa: ANN401
        """Go through a table's rows about this assignment: student, name of the cell, columns."""
        query: Select = (
            select(SubmittedAssignment.student_id, BaseCell.name, *columns)
            .select_from(table)
            .join(BaseCell, BaseCell.id == table.cell_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == table.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(SubmittedNotebook.notebook_id == self.notebook_id)
        )
        return self.session.execute(query)

    def _create(self, entry: Entry) -> None:
        if entry.student not in self._known:
            self._insert(Student, [{"id": entry.student}])
        submission, notebook = new_uuid(), new_uuid()
        of_assignment = {"assignment_id": self.assignment_id, "student_id": entry.student}
        of_notebook = {"assignment_id": submission, "notebook_id": self.notebook_id}
        self._insert(SubmittedAssignment, [{"id": submission, **of_assignment}])
        self._insert(SubmittedNotebook, [{"id": notebook, **of_notebook}])
        for table, cells in ((Grade, self._cells["grades"]), (Comment, self._cells["comments"])):
            self._insert(table, [{"cell_id": c, "notebook_id": notebook} for c in cells.values()])
        self._ids[entry.student] = submission, notebook

    def _update(self, entry: Entry) -> None:
        submission, notebook = self._ids[entry.student]
        grades, comments = self._cells["grades"], self._cells["comments"]
        self._set(SubmittedAssignment, "id", [(submission, {"timestamp": entry.timestamp})])
        penalty = {"late_submission_penalty": entry.penalty}
        self._set(SubmittedNotebook, "id", [(notebook, penalty)])
        rows = [
            (grades[name], {"auto_score": row.auto, "needs_manual_grade": row.needs_person})
            for name, row in entry.grades.items()
        ]
        self._set(Grade, "cell_id", rows, notebook)
        rows = [(comments[name], {"auto_comment": text}) for name, text in entry.comments.items()]
        self._set(Comment, "cell_id", rows, notebook)

    def _insert(self, table: type, rows: list[dict[str, Any]]) -> None:
        if rows:
            self.session.connection().execute(insert(table.__table__), rows)

    def _set(
        self,
        table: type,
        by: str,
        rows: list[tuple[str, dict[str, Any]]],
        notebook: str | None = None,
    ) -> None:
        """Set columns of the rows found by a column, within one notebook if it is given."""
        columns = table.__table__.c
        where = columns[by] == bindparam("the_row")
        if notebook:
            where &= columns.notebook_id == bindparam("the_notebook")
        values = [{"the_row": row, "the_notebook": notebook, **new} for row, new in rows]
        if values:
            statement = update(table.__table__).where(where)
            statement = statement.values({name: bindparam(name) for name in rows[0][1]})
            self.session.connection().execute(statement, values)

"""What grading found out about a submission: the data that everything after the judge reads.

A result says nothing about time or place: the same notebook, tests and limits give the same bytes.
"""

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

PASSED, PARTIAL, FAILED, ERROR = "passed", "partial", "failed", "error"
TIMEOUT, MEMORY, KILLED = "timeout", "memory", "killed"
NOT_RUN, UNREADABLE = "not_run", "unreadable"
STATUSES = (PASSED, PARTIAL, FAILED, ERROR, TIMEOUT, MEMORY, KILLED, NOT_RUN, UNREADABLE)
"""How a test cell can end."""

GRADED, REVIEW = "graded", "review"
"""How a submission can end, beside UNREADABLE: with marks, or with a person having to look."""


@dataclass(frozen=True)
class CellResult:
    """The verdict of one test cell.

    `points` is None if the cell could not be judged: a person decides then, it is neither 0 nor
    full. `message` is for the student, and never holds the text of a hidden test.
    """

    grade_id: str
    exercise: str
    status: str
    points: float | None
    max_points: float
    hidden: bool = False
    message: str = ""
    misconception: str | None = None


@dataclass(frozen=True)
class Result:
    """What became of one submission.

    `key` addresses what was graded: notebook, tests, library, limits, level. `notes` tell the
    student and the instructor what was repaired; `flags` tell the instructor alone what looks
    like tampering. `notebook` is the transplanted notebook with bounded outputs (nbformat 4),
    None if nothing could be read.
    """

    key: str
    assignment: str
    status: str
    level: str
    seed: int
    reason: str = ""
    cells: tuple[CellResult, ...] = ()
    notes: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    notebook: dict[str, Any] | None = field(default=None, repr=False)

    @property
    def points(self) -> float | None:
        """The sum of the cells' points, None if one of them waits for a person."""
        if self.status == UNREADABLE or any(cell.points is None for cell in self.cells):
            return None
        return sum(cell.points or 0.0 for cell in self.cells)


def to_json(result: Result) -> bytes:
    """Write a result as bytes that are the same for equal results."""
    data = {f.name: getattr(result, f.name) for f in fields(result)}
    data["cells"] = [asdict(cell) for cell in result.cells]
    return json.dumps(data, sort_keys=True).encode("ascii") + b"\n"


def from_json(content: bytes) -> Result:
    """Read a result back.

    Raises
    ------
    ValueError
        If the bytes are not those of a result, such as half a file.
    """
    try:
        data = json.loads(content)
        data["cells"] = tuple(CellResult(**cell) for cell in data["cells"])
        for name in ("notes", "flags"):
            data[name] = tuple(data[name])
        return Result(**{f.name: data[f.name] for f in fields(Result)})
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no result of the grader ({error!r})") from None

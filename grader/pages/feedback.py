"""A student's page: marks, what was wrong and why, what a person wrote; no hidden test."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any

import nh3

from grader.marks import ClassMarks, Item, Marks
from grader.pages import environment
from grader.results import UNREADABLE, CellResult, Result

PICTURES = ("image/png", "image/jpeg")
MOST_TEXT = 4000  # characters of one output; the notebook has the rest
WORDS = {
    "passed": "passed",
    "partial": "partly right",
    "failed": "not right yet",
    "error": "an error",
    "timeout": "took too long",
    "memory": "needed too much memory",
    "killed": "ended its process",
    "not_run": "waits for a person",
    "unreadable": "could not be read",
}
"""What a status is called to a student."""


@dataclass(frozen=True)
class Test:
    """The verdict of one test cell. `points` is None as long as it waits for a person."""

    title: str
    status: str
    words: str
    points: float | None
    max_points: float
    message: str


@dataclass(frozen=True)
class Shown:
    """An output of a cell: "text", "error", "picture" (a data URI) or "html" (sanitised)."""

    kind: str
    content: str


@dataclass(frozen=True)
class Exercise:
    """One exercise, or one question to a person, with what the student wrote."""

    name: str
    points: float | None
    max_points: float
    by_hand: bool
    tests: tuple[Test, ...]
    comment: str
    source: str
    is_code: bool
    outputs: tuple[Shown, ...]


def render(marks: Marks, marked: ClassMarks, result: Result) -> str:
    """Write a student's page.

    Parameters
    ----------
    marks
        The student's.
    marked
        The class, which knows the exercises.
    result
        What the judge found.
    """
    readable = result.status != UNREADABLE
    decided = [item for item in marked.items if marks.points.get(item.name) is not None]
    return environment.render(
        "feedback.html",
        assignment=marked.assignment,
        marks=marks,
        max_points=marked.max_points,
        so_far=sum(marks.points[item.name] or 0.0 for item in decided),
        decided=sum(item.max_points for item in decided),
        result=result,
        readable=readable,
        exercises=exercises_of(marks, marked, result) if readable else [],
    )


def exercises_of(marks: Marks, marked: ClassMarks, result: Result) -> list[Exercise]:
    """Bring together what tests, people and the student's notebook say of each exercise.

    Parameters
    ----------
    marks
        The student's.
    marked
        The class, which knows the exercises.
    result
        What the judge found.
    """
    verdicts = {cell.grade_id: cell for cell in result.cells}
    written = _cells(result)
    exercises = []
    for name, items in marked.exercises.items():
        cell = written.get(name, {})
        exercises.append(
            Exercise(
                name,
                marked.points_in(marks, name),
                sum(item.max_points for item in items),
                all(item.by_hand for item in items),
                tuple(_test(i, marks, verdicts.get(i.name)) for i in items if not i.by_hand),
                "\n".join(marks.comments[i] for i in (name, *_names(items)) if i in marks.comments),
                cell.get("source", ""),
                cell.get("cell_type") == "code",
                tuple(_outputs(cell)),
            )
        )
    return exercises


def _names(items: list[Item]) -> list[str]:
    return [item.name for item in items if item.name != item.exercise]


def _test(item: Item, marks: Marks, verdict: CellResult | None) -> Test:
    """Say what became of a test cell; a person's mark stands above the judge's."""
    points = marks.points.get(item.name)
    if verdict is None:
        words = "waits for a person" if points is None else "marked by a person"
        return Test(item.name, "not_run", words, points, item.max_points, "")
    words = WORDS[verdict.status]
    if points is not None and points != verdict.points:
        words += "; marked by a person"
    title = "Hidden tests" if verdict.hidden else "Check"
    message = _unwrapped(verdict.message)
    return Test(title, verdict.status, words, points, item.max_points, message)


def _unwrapped(message: str) -> str:
    """Undo the line breaks of a message: a page has its own width."""
    return re.sub(r"\n {4}(?=\S)", " ", message)


def _cells(result: Result) -> dict[str, dict[str, Any]]:
    cells = (result.notebook or {}).get("cells", [])
    found = {cell["metadata"].get("nbgrader", {}).get("grade_id", ""): cell for cell in cells}
    return {name: c for name, c in found.items() if _is_answer(c)}


def _is_answer(cell: dict[str, Any]) -> bool:
    about = cell["metadata"].get("nbgrader", {})
    return bool(about.get("solution") or about.get("task"))


def _outputs(cell: dict[str, Any]) -> list[Shown]:
    shown = []
    for output in cell.get("outputs", []):
        match output.get("output_type"):
            case "stream":
                shown.append(Shown("text", _cut(output.get("text", ""))))
            case "error":
                text = f"{output.get('ename', '')}: {output.get('evalue', '')}"
                shown.append(Shown("error", _cut(text)))
            case _:
                shown.append(_displayed(output.get("data", {})))
    return [one for one in shown if one.content]


def _displayed(data: dict[str, Any]) -> Shown:
    """Choose a picture, a table or a text; scripts, links to elsewhere and styles are left out."""
    for kind in PICTURES:
        if kind in data and (picture := _picture(kind, _joined(data[kind]))):
            return Shown("picture", picture)
    if "text/html" in data:
        allowed = {"table", "thead", "tbody", "tr", "th", "td", "b", "i", "em", "strong", "p", "br"}
        return Shown("html", nh3.clean(_cut(_joined(data["text/html"])), tags=allowed))
    return Shown("text", _cut(_joined(data.get("text/plain", ""))))


def _picture(kind: str, content: str) -> str:
    """Return a data URI, nothing if the content is no base64."""
    try:
        raw = base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return f"data:{kind};base64,{base64.b64encode(raw).decode('ascii')}"


def _joined(content: Any) -> str:  # noqa: ANN401
    return "".join(map(str, content)) if isinstance(content, list) else str(content)


def _cut(text: Any) -> str:  # noqa: ANN401
    text = _joined(text)
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}\n… (cut)"

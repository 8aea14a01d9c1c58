"""What the pages say about a chapter, counted from its notebooks: time, exercises, a picture."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

WORDS_A_MINUTE = 150
LINES_A_MINUTE = 20
MINUTES_A_PICTURE = 0.5  # for a figure, and for an equation on a line of its own
STEP = 5  # minutes: nobody reads to the minute

EQUATION = re.compile(r"\$\$.*?\$\$", re.DOTALL)
NO_WORDS = re.compile(r"\$[^$]*\$|\]\([^)]*\)|<[^>]*>")  # formulas, targets of links, tags


@dataclass(frozen=True)
class Reading:
    """What there is to read in a chapter, and how long its cells ran."""

    words: int
    lines: int
    figures: int
    equations: int
    seconds: int

    @property
    def minutes(self) -> int:
        """The reading time, rounded up to five minutes."""
        exact = self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE + self.seconds / 60
        exact += MINUTES_A_PICTURE * (self.figures + self.equations)
        return STEP * math.ceil(exact / STEP)


@dataclass(frozen=True)
class Assignment:
    """How many functions an assignment asks for, and how many points it gives."""

    exercises: int
    points: int


def executed(root: Path, name: str) -> nbformat.NotebookNode:
    """Return a chapter with the results of tools/build_book.py, or as written without them."""
    path = root / "_build" / "executed" / f"{name}.ipynb"
    return nbformat.read(path if path.is_file() else root / "notebooks" / path.name, as_version=4)


def reading(notebook: nbformat.NotebookNode) -> Reading:
    """Count what there is to read in an executed chapter."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return Reading(
        words=len(re.findall(r"[^\W\d_][\w'’-]*", NO_WORDS.sub(" ", EQUATION.sub(" ", text)))),
        lines=sum(bool(line.strip()) for line in code.splitlines()),
        figures=len(figures(notebook)),
        equations=len(EQUATION.findall(text)),
        seconds=round(notebook.metadata.get("papermill", {}).get("duration") or 0),
    )


def figures(notebook: nbformat.NotebookNode) -> dict[str, tuple[bytes, str]]:
    """Return the figures of an executed chapter by the ids of their cells: PNG, alternative text.

    Of a cell with several figures it is the last.
    """
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if png := output.get("data", {}).get("image/png"):
                alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
                found[cell.id] = (base64.b64decode(png), alt)
    return found


def assignment(path: Path) -> Assignment | None:
    """Count an assignment's exercises and points, or return None if there is no assignment."""
    if not path.is_file():
        return None
    cells = nbformat.read(path, as_version=4).cells
    marks: list[dict[str, Any]] = [cell.metadata.get("nbgrader", {}) for cell in cells]
    checks = [mark for mark in marks if mark.get("grade_id", "").endswith("-check")]
    points = sum(mark.get("points", 0) for mark in marks if mark.get("grade"))
    return Assignment(exercises=len(checks), points=points)

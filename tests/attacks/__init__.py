"""Submissions a grader must survive, as data: one Attack a row of the table in the book.

section_…  the rows of one kind, as ATTACKS
__init__   what a row is, and how to write a submission
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader import course
from grader.policy import LEVELS, Limits
from grader.sources import grading, read_source, without_markers

NAME = "02_rnn_forward"
POINTS = {"softmax": 2.0, "rnn_cell_forward": 3.0, "rnn_forward": 3.0, "count_rnn_parameters": 2.0}
"""What tests give for each exercise of the assignment that is attacked."""

NOTHING = dict.fromkeys(POINTS, 0.0)
WRONG = {name: f"def {name}(*arguments):\n    return None" for name in POINTS}
"""Answers that deserve no points."""

Expected = Mapping[str, float | None] | str


@dataclass(frozen=True)
class Attack:
    """A submission, or an accident, and what must become of it.

    `build` writes it into an empty folder, given the notebook that was handed out. `expect` holds
    the points of exercises (None: a person decides), or the status of the submission, one of
    grader.results. `says` is part of a note, flag or reason of the result. `levels` are those of
    the sandbox that can promise it; `limits` are what it is graded with.
    """

    row: int
    title: str
    build: Callable[[NotebookNode, Path], None]
    expect: Expected
    levels: tuple[str, ...] = LEVELS
    says: str = ""
    limits: Limits = field(default_factory=Limits)


@cache
def right() -> dict[str, str]:
    """Return the right answers by exercise."""
    source = read_source(course.SOLUTIONS, NAME)
    return {
        grading(cell).grade_id: without_markers(cell.source)
        for cell in source.cells
        if grading(cell).get("solution") and cell.cell_type == "code"
    }


def answered(released: NotebookNode, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the notebook with answers in the cells of their exercises."""
    notebook = json.loads(json.dumps(released))
    for cell in notebook["cells"]:
        cell["source"] = answers.get(grade_id(cell), cell["source"])
    return notebook


def grade_id(cell: Mapping[str, Any]) -> str:
    """Return the name of a graded cell, "" of another."""
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def place_of(notebook: Mapping[str, Any], name: str) -> int:
    """Return where the cell with a grade_id is."""
    return [grade_id(cell) for cell in notebook["cells"]].index(name)


def code_cell(source: str, **metadata: Any) -> dict[str, Any]:
    """Return a cell that a student adds."""
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": copy.deepcopy(metadata),
        "outputs": [],
        "source": source,
    }


def write(folder: Path, content: dict[str, Any] | str | bytes, name: str = f"{NAME}.ipynb") -> None:
    """Write a file of the submission; a notebook as JSON, text as UTF-8."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, dict):
        content = json.dumps(content, indent=1)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))

"""Submissions for tests of the judge: the student version of an assignment, filled in."""

import copy
import functools
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.intake import Intake
from grader.sources import SOLUTION, grading, read_source

ROOT = Path(__file__).parents[2]


@functools.cache
def source_of(assignment: str) -> NotebookNode:
    return read_source(ROOT / "solutions", assignment)


@functools.cache
def released_of(assignment: str) -> NotebookNode:
    path = ROOT / "notebooks" / "exercises" / assignment / f"{assignment}.ipynb"
    return nbformat.read(path, as_version=4)


def solutions_of(assignment: str) -> dict[str, str]:
    """Return the instructor's solutions by grade id."""
    return {
        grading(cell).grade_id: "\n".join(
            line for line in cell.source.splitlines() if line.strip() not in SOLUTION
        )
        for cell in source_of(assignment).cells
        if cell.cell_type == "code" and grading(cell).get("solution")
    }


def hand_in(assignment: str, answers: dict[str, str], first: str = "") -> Intake:
    """Fill in the student version; `first` is a cell of the student's own, before all others."""
    notebook = copy.deepcopy(released_of(assignment))
    for cell in notebook.cells:
        cell.source = answers.get(grading(cell).get("grade_id", ""), cell.source)
    if first:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(first, id="student-1"))
    return Intake(assignment, notebook, (), (), "", "")


def small_source(*cells: tuple[str, str]) -> NotebookNode:
    """Make an instructor's notebook of cells: ("answer" or "ordinary" or "test", source)."""
    notebook = nbformat.v4.new_notebook()
    for number, (role, source) in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        if role != "ordinary":
            test = role == "test"
            cell.metadata["nbgrader"] = {
                "grade": test,
                "solution": not test,
                "grade_id": f"{role}-{number}",
                "points": 2,
                "schema_version": 3,
                "locked": test,
                "task": False,
            }
        notebook.cells.append(cell)
    return notebook


def hand_in_small(source: NotebookNode, *answers: str) -> Intake:
    """Put answers into the answer cells, in their order; None leaves the solution."""
    notebook, left = copy.deepcopy(source), list(answers)
    for cell in notebook.cells:
        if grading(cell).get("solution") and left:
            answer = left.pop(0)
            cell.source = cell.source if answer is None else answer
    return Intake("small", notebook, (), (), "", "")

"""The assignments in solutions/: which there are, and what is wrong with one."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


class BadSourceError(Exception):
    """An assignment cannot be released; the text says why and what to do."""


def list_assignments(solutions: Path) -> list[str]:
    """List the names of the assignments, one a folder."""
    if not solutions.is_dir():
        return []
    return sorted(p.name for p in solutions.iterdir() if p.is_dir() and p.name[0] not in "._")


def read_source(solutions: Path, assignment: str) -> NotebookNode:
    """Read the source of an assignment and make sure that it can be released.

    Parameters
    ----------
    solutions
        The folder of all sources.
    assignment
        Its notebook is ASSIGNMENT/ASSIGNMENT.ipynb.

    Returns
    -------
    NotebookNode
        The notebook with solutions and hidden tests.

    Raises
    ------
    BadSourceError
        If it is missing, is no notebook, or would release something else than it should.
    """
    known = list_assignments(solutions)
    if assignment not in known:
        raise BadSourceError(
            f"There is no assignment {assignment} in {solutions.name}/. "
            f"Choose from: {', '.join(known) or 'none yet'}."
        )
    path = solutions / assignment / f"{assignment}.ipynb"
    name = f"{solutions.name}/{assignment}/{path.name}"
    notebook = _read(path, name)
    problem = next(_problems(notebook), None)
    if problem:
        raise BadSourceError(f"{name}: {problem}")
    return notebook


def grading(cell: NotebookNode) -> NotebookNode:
    """Return what nbgrader knows about a cell: empty for an ordinary one."""
    return cell.metadata.get("nbgrader") or NotebookNode()


def secret_parts(notebook: NotebookNode) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield what students may not see of a source: SOLUTION or HIDDEN, and the text.

    A written answer is a solution.
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and grading(cell).get("solution"):
            yield SOLUTION, cell.source
        for markers in (SOLUTION, HIDDEN):
            between = rf"{markers[0]}\n(.*?){markers[1]}"
            for text in re.findall(between, cell.source, re.DOTALL):
                yield markers, text


def _read(path: Path, name: str) -> NotebookNode:
    try:
        content = json.loads(path.read_text("utf-8"))
        if not isinstance(content, dict):
            raise ValueError(f"it holds a {type(content).__name__}")
        if content.get("nbformat") == 4 and content.get("nbformat_minor", 0) < 5:
            raise BadSourceError(
                f"{name}: its cells have no ids, open and save it in JupyterLab 4."
            )
        nbformat.validate(content)
    except OSError as error:
        raise BadSourceError(
            f"{name} cannot be read ({error.strerror}): an assignment is a notebook "
            "with the name of its folder."
        ) from None
    except ValueError as error:
        raise BadSourceError(
            f"{name} is not a notebook ({error}): restore it with `git restore {name}`."
        ) from None
    except nbformat.ValidationError as error:
        reason = str(error).splitlines()[0]
        raise BadSourceError(
            f"{name} is not a valid notebook ({reason}): open and save it in JupyterLab."
        ) from None
    return nbformat.v4.to_notebook(content)


def _problems(notebook: NotebookNode) -> Iterator[str]:
    ids = Counter(grading(cell).get("grade_id") for cell in notebook.cells if grading(cell))
    for grade_id, times in ids.items():
        if times > 1:
            yield f"{times} cells have the grade_id {grade_id}: give each one of its own."
    for cell in notebook.cells:
        yield from _cell_problems(cell)


def _cell_problems(cell: NotebookNode) -> Iterator[str]:
    about = grading(cell)
    name = about.get("grade_id", cell.id)
    for markers in (SOLUTION, HIDDEN):
        if _count(cell, markers) not in ((0, 0), (1, 1)):
            yield f"cell {name} needs one {markers[0]} and one {markers[1]}."
    if any(_count(cell, SOLUTION)) and not about.get("solution"):
        yield f"cell {name} holds a solution, but nbgrader does not know it as a solution cell."
    if any(_count(cell, HIDDEN)) and not about.get("grade"):
        yield f"cell {name} holds hidden tests, but nbgrader does not know it as a test cell."
    is_code = cell.cell_type == "code"
    if is_code and about.get("solution") and not any(_count(cell, SOLUTION)):
        yield (
            f"cell {name} is a solution cell without {SOLUTION[0]} and {SOLUTION[1]}: "
            "put them around what the student has to write."
        )
    if is_code and name.endswith("-hidden") and not any(_count(cell, HIDDEN)):
        yield (
            f"cell {name} would be released as it is: put {HIDDEN[0]} and {HIDDEN[1]} "
            "around its tests."
        )


def without_markers(source: str) -> str:
    """Return the source of a cell as it runs, without the lines that mark its parts."""
    markers = SOLUTION + HIDDEN
    return "\n".join(line for line in source.splitlines() if line.strip() not in markers)


def _count(cell: NotebookNode, markers: tuple[str, str]) -> tuple[int, int]:
    lines = [line.strip() for line in cell.source.splitlines()]
    return lines.count(markers[0]), lines.count(markers[1])

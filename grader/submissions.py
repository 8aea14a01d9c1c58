"""Why a submission cannot be graded, in words that can be sent to the student."""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.sources import grading

AGAIN = "Open your copy in JupyterLab, save it, and hand it in again."


def find_problem(folder: Path, assignment: str, cell_ids: set[str]) -> str | None:
    """Look for what would keep a submission from being graded.

    Parameters
    ----------
    folder
        What the student handed in.
    assignment
        Its notebook is ASSIGNMENT.ipynb.
    cell_ids
        The grade_id of every cell the student had to fill in.

    Returns
    -------
    str or None
        A sentence or two for the student; None if there is no problem.
    """
    path = folder / f"{assignment}.ipynb"
    if not path.is_file():
        others = ", ".join(sorted(p.name for p in folder.glob("*.ipynb"))) or "no notebook"
        return f"{path.name} is missing; there is {others}. Hand it in under the name {path.name}."
    try:
        notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
        ids = {grading(cell).get("grade_id") for cell in notebook.cells}
    except Exception as error:  # whatever a broken file makes the readers raise
        return _unreadable(path.name, error, path.stat().st_size)
    return _lost_cells(notebook, path.name, cell_ids - ids)


def _unreadable(name: str, error: Exception, size: int) -> str:
    if size == 0:
        return f"{name} is empty. {AGAIN}"
    if isinstance(error, OSError):
        return f"{name} cannot be opened ({error.strerror}). {AGAIN}"
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, json.JSONDecodeError):
        rest = cause.doc[cause.pos :].strip()
        ends = "Unterminated" in cause.msg or not rest
        return f"{name} {'breaks off' if ends else 'is damaged'} in line {cause.lineno}. {AGAIN}"
    return f"{name} is not a Jupyter notebook. {AGAIN}"


def _lost_cells(notebook: NotebookNode, name: str, lost: set[str]) -> str | None:
    if not lost:
        return None
    if not any(grading(cell) for cell in notebook.cells):
        what = "the marks by which its exercises are found (some editors remove them)"
    else:
        what = f"the cell of {', '.join(sorted(lost))}"
    return (
        f"{name} has lost {what}. Copy your code into a fresh copy of the notebook "
        "you were given, and hand that in."
    )

"""Writes the submissions of the sample class, from student versions and the roster."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from traitlets.config import Config

from course_rnn.check import EXERCISES
from grader import course
from grader.sample_class.roster import FREE_TEXT, FREE_TEXTS, ROSTER, Submission
from grader.sample_class.transcribe import transcribe
from grader.sources import grading, read_source, without_markers

HERE = Path(__file__).parent


def write_submissions(config: Config, assignment: str) -> None:
    """Hand in an assignment for every student of the roster.

    Parameters
    ----------
    config
        The course, in which the student version has been generated.
    assignment
        One of the roster's.
    """
    released = course.folder_of(config, "release", ".", assignment) / f"{assignment}.ipynb"
    solutions = course.folder_of(config, "source", ".", assignment).parent
    for submission, text in notebooks(assignment, solutions, released.read_text("utf-8")):
        folder = course.folder_of(config, "submitted", submission.student, assignment)
        folder.mkdir(parents=True)
        (folder / released.name).write_text(text, "utf-8")


def notebooks(assignment: str, solutions: Path, released: str) -> Iterator[tuple[Submission, str]]:
    """Yield what each student of the roster hands in: a notebook's text, or half of it.

    Parameters
    ----------
    assignment
        One of the roster's.
    solutions
        The folder of all sources.
    released
        The text of the student version.
    """
    source = read_source(solutions, assignment)
    solution = {
        grading(cell).grade_id: without_markers(cell.source)
        for cell in source.cells
        if grading(cell).get("solution") and cell.cell_type == "code"
    }
    for submission in ROSTER[assignment]:
        text = fill_in(released, answers(submission, assignment, solution))
        text = strip(text) if submission.stripped else text
        yield submission, text[: len(text) // 2] if submission.cut_off else text


def answers(submission: Submission, assignment: str, solutions: dict[str, str]) -> dict[str, str]:
    """Return what a student wrote into which cell, stubs left out."""
    written = dict(solutions)
    if submission.code:
        written |= split_code(HERE / assignment / f"{submission.code}.py", set(solutions))
    for exercise in EXERCISES.values():
        for misconception in exercise.misconceptions:
            if misconception.id in submission.misconceptions:
                written[exercise.name] = transcribe(misconception.wrong, exercise.name)
    if not submission.undone:
        written |= FREE_TEXTS.get(assignment) or {"question": FREE_TEXT[assignment]}
    return {name: text for name, text in written.items() if name not in submission.undone}


def split_code(path: Path, exercises: set[str]) -> dict[str, str]:
    """Cut a file into cells: each exercise's function, with what stands before it.

    Where a cell is more than a function, the file says where it begins: # %% NAME.
    """
    text = path.read_text("utf-8")
    _, *marked = re.split(r"^# %% (\w+)\n", text, flags=re.MULTILINE)
    if marked:
        return {name: cell.strip() for name, cell in zip(marked[::2], marked[1::2], strict=True)}
    lines, cells, start = text.splitlines(), {}, 0
    for node in ast.parse(text).body:
        if isinstance(node, ast.Expr):  # the file's docstring
            start = node.end_lineno
        if isinstance(node, ast.FunctionDef) and node.name in exercises:
            cells[node.name] = "\n".join(lines[start : node.end_lineno]).strip()
            start = node.end_lineno
    return cells


def fill_in(notebook: str, cells: dict[str, str]) -> str:
    """Replace the sources of cells, named by their grade_id, in a notebook's text."""
    filled = nbformat.reads(notebook, as_version=4)
    for cell in filled.cells:
        cell.source = cells.get(grading(cell).get("grade_id"), cell.source)
    return nbformat.writes(filled) + "\n"


def strip(notebook: str) -> str:
    """Drop what nbgrader wrote into a notebook's cells, and the cells' names."""
    stripped = nbformat.reads(notebook, as_version=4)
    for number, cell in enumerate(stripped.cells):
        cell.metadata, cell.id = {}, f"cell-{number}"
    return nbformat.writes(stripped) + "\n"

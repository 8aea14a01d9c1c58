"""The solutions to compare: this class's, the reference's, those of earlier years."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tqdm import tqdm

from grader.intake import Intake, read_submission
from grader.run.places import Places
from grader.similar.pairs import Answer
from grader.sources import SOLUTION, grading, read_source

Answers = dict[str, list[Answer]]
"""By exercise."""


def collect_answers(places: Places, earlier: list[Path]) -> tuple[Answers, dict[str, str]]:
    """Read all answers to an assignment, and the stub of each exercise.

    Parameters
    ----------
    places
        The course and the assignment.
    earlier
        Folders of other years: every folder in them that holds notebooks is a submission.

    Raises
    ------
    BadSourceError, OSError
        If the assignment or its student version cannot be read.
    """
    released = nbformat.read(places.released, as_version=4)
    stubs = dict(_code(released))
    answers: Answers = {name: [] for name in stubs}
    source = read_source(places.solutions, places.assignment)
    for name, text in _code(source):
        lines = [line for line in text.splitlines() if line.strip() not in SOLUTION]
        answers[name].append(Answer("the reference", name, "\n".join(lines), "reference"))
    folders = [(who, places.submitted(who), "class") for who in places.students()]
    folders += [(f"{top.name}: {who}", f, "earlier") for top in earlier for who, f in _folders(top)]
    for who, folder, kind in tqdm(folders, "reading", unit="submission", disable=None, leave=False):
        intake = read_submission(folder, places.assignment, released)
        for name, text in _answered(intake, stubs):
            answers[name].append(Answer(who, name, text, kind))
    return answers, stubs


def _answered(intake: object, stubs: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a student wrote, with the cells before it that are the student's own."""
    if not isinstance(intake, Intake):
        return
    own: list[str] = []
    for cell in intake.notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and not about:
            own.append(cell["source"])
        name = about.get("grade_id")
        if name in stubs:
            text = "\n".join([*own, cell["source"]]) if _is_own(own) else cell["source"]
            own = []
            if text != stubs[name]:
                yield name, text


def _is_own(cells: list[str]) -> bool:
    return any(cell.lstrip().startswith(("def ", "class ")) for cell in cells)


def _code(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in notebook.cells:
        if cell.cell_type == "code" and grading(cell).get("solution"):
            yield grading(cell).grade_id, cell.source


def _folders(top: Path) -> Iterator[tuple[str, Path]]:
    """Yield the folders that hold notebooks, named by their place."""
    groups: dict[Path, int] = defaultdict(int)
    for path in sorted(top.rglob("*.ipynb")):
        groups[path.parent] += 1
    for folder in groups:
        yield folder.relative_to(top).as_posix(), folder

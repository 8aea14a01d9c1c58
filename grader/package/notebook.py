"""A notebook as students get it: without outputs, with the cell that installs the course."""

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.package.colab import CELL_ID, install_on_colab
from grader.package.links import Repository


def write_notebook(source: Path, target: Path, students: Repository) -> None:
    """Write a chapter or a student version for the students' repository.

    Parameters
    ----------
    source
        The notebook in the course.
    target
        Where it goes; what is there is replaced.
    students
        What the cell installs from.
    """
    notebook = nbformat.read(source, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code:
        cell.outputs, cell.execution_count = [], None
    cell = nbformat.v4.new_code_cell(install_on_colab(students.url, students.branch), id=CELL_ID)
    notebook.cells.insert(notebook.cells.index(code[0]) if code else 0, cell)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(nbformat.writes(notebook) + "\n", "utf-8", newline="\n")


def read_title(path: Path) -> str:
    """Return a notebook's first heading."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lines = [line for text in texts for line in text.splitlines() if line.startswith("# ")]
    return lines[0].removeprefix("# ") if lines else path.stem

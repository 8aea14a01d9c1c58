"""Check a whole notebook file: run its cells in a kernel of its own, then one check an exercise."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from course_rnn.check.exercises import EXERCISES

if TYPE_CHECKING:
    from nbformat import NotebookNode

STUB = "is not written yet"


class UnreadableNotebookError(Exception):
    """The file cannot be checked; the text says why and what to do."""


@dataclass(frozen=True)
class Verdict:
    """The result of one exercise: "pass", "fail" or "todo", and the message of its check."""

    name: str
    status: str
    message: str


def check_notebook(path: Path, seconds: int = 30) -> Iterator[Verdict]:
    """Run a notebook and check its exercises, one after the other.

    Parameters
    ----------
    path
        An .ipynb file.
    seconds
        A cell that takes longer is interrupted and its exercise fails.

    Yields
    ------
    Verdict
        One an exercise of the chapter, as soon as it is known. A notebook with none, such as the
        capstone's, is checked by its own cells that are called NAME-check.

    Raises
    ------
    UnreadableNotebookError
        If the file is missing, is not a notebook, or holds no exercise of this course.
    """
    # imported here: only this command needs them, and JupyterLab brings them
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    notebook = _read(path)
    sources = read_code(path)
    checks = own_checks(notebook) or {
        name: f"from course_rnn.check import check\ncheck({name})"
        for name in exercises_in(path, sources)
    }
    cells = [nbformat.v4.new_code_cell(source) for source in (*sources, *checks.values())]
    client = NotebookClient(
        nbformat.v4.new_notebook(cells=cells),
        timeout=seconds,
        interrupt_on_timeout=True,
        allow_errors=True,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(path.resolve().parent)}},
    )
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    try:
        with client.setup_kernel():
            for i, cell in enumerate(cells):
                client.execute_cell(cell, i)
                if i >= len(sources):
                    yield _verdict(list(checks)[i - len(sources)], cell.outputs, seconds)
    except DeadKernelError:
        raise UnreadableNotebookError(
            f"{path.name}: Python stopped while running the notebook (out of memory, or a call "
            "such as exit). Remove what stops it, then check again."
        ) from None


def read_code(path: Path) -> list[str]:
    """Read the code cells of a notebook, leaving out those that only hold tests."""
    return [
        cell.source for cell in _read(path).cells if cell.cell_type == "code" and not _is_test(cell)
    ]


def own_checks(notebook: dict) -> dict[str, str]:
    """Find the checks that a notebook brings along for exercises which the course has not.

    An exercise of the course is checked by the course, whatever the notebook says.
    """
    checks = {
        cell["metadata"]["nbgrader"]["grade_id"].removesuffix("-check"): cell["source"]
        for cell in notebook["cells"]
        if _is_test(cell) and cell["metadata"]["nbgrader"]["grade_id"].endswith("-check")
    }
    return {} if checks.keys() & EXERCISES.keys() else checks


def _read(path: Path) -> "NotebookNode":
    import nbformat

    try:
        text = path.read_text(encoding="utf-8-sig")
        return nbformat.reads(text, as_version=4)
    except OSError as error:
        raise UnreadableNotebookError(f"{path}: {error.strerror}. Is the path right?") from None
    except (UnicodeDecodeError, json.JSONDecodeError, nbformat.reader.NotJSONError):
        raise UnreadableNotebookError(
            f"{path}: this is not a Jupyter notebook. Save it again in JupyterLab as .ipynb."
        ) from None
    except (nbformat.ValidationError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableNotebookError(
            f"{path}: the notebook is damaged ({error}). Open and save it in JupyterLab."
        ) from None


def exercises_in(path: Path, sources: list[str]) -> list[str]:
    """Name the exercises of the chapter to which most of the functions belong.

    An assignment may come with functions of an earlier one.
    """
    defined = set(re.findall(r"^def (\w+)\(", "\n".join(sources), flags=re.MULTILINE))
    counts = Counter(EXERCISES[name].chapter for name in defined & EXERCISES.keys())
    if not counts:
        raise UnreadableNotebookError(
            f"{path}: no exercise of this course is defined in it. Give an exercise notebook, "
            "such as notebooks/exercises/01_one_hot/01_one_hot.ipynb."
        )
    most = max(counts.values())
    return [name for name, exercise in EXERCISES.items() if counts[exercise.chapter] == most]


def _is_test(cell: dict) -> bool:
    nbgrader = cell["metadata"].get("nbgrader", {})
    return bool(nbgrader.get("grade")) and not nbgrader.get("solution")


def _verdict(exercise: str, outputs: list, seconds: int) -> Verdict:
    errors = [output for output in outputs if output["output_type"] == "error"]
    if not errors:
        return Verdict(exercise, "pass", "")
    name, value = errors[0]["ename"], errors[0]["evalue"]
    if name == "CheckFailed":
        return Verdict(exercise, "todo" if STUB in value else "fail", value)
    if name == "NameError" and exercise not in EXERCISES:
        return Verdict(exercise, "todo", value)
    if name == "NameError":
        return Verdict(exercise, "fail", f"{exercise} is not defined in the notebook.")
    if name == "KeyboardInterrupt":
        value = f"{exercise} took longer than {seconds} seconds: does a loop never end?"
        return Verdict(exercise, "fail", value)
    what = value if name == "AnswerError" else f"{name}: {value}"
    return Verdict(exercise, "fail", f"{exercise}: {what}")

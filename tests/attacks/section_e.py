"""Rows 64 to 70: submissions that are malformed, or unlucky."""

import copy
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader import course
from grader.results import REVIEW, UNREADABLE
from tests.attacks import (
    NAME,
    NOTHING,
    POINTS,
    WRONG,
    Attack,
    answered,
    code_cell,
    grade_id,
    place_of,
    right,
    write,
)

Change = Callable[[dict[str, Any]], dict[str, Any] | str | bytes | None]


def changed(change: Change, name: str = f"{NAME}.ipynb") -> Callable[[NotebookNode, Path], None]:
    """Hand in all right answers, after something has happened to the notebook."""

    def build(released: NotebookNode, folder: Path) -> None:
        notebook = answered(released, right())
        content = change(notebook)
        write(folder, notebook if content is None else content, name)

    return build


def copied_cell(notebook: dict[str, Any]) -> None:
    at = place_of(notebook, "softmax")
    first = copy.deepcopy(notebook["cells"][at])
    first["source"] = WRONG["softmax"]
    notebook["cells"].insert(at, first)


def copied_for_a_helper(notebook: dict[str, Any]) -> None:
    at = place_of(notebook, "softmax")
    helper = copy.deepcopy(notebook["cells"][at])
    helper["source"] = "def helper():\n    return 1"
    notebook["cells"].insert(at + 1, helper)


def without_tests(notebook: dict[str, Any]) -> None:
    notebook["cells"] = [
        cell for cell in notebook["cells"] if not grade_id(cell).endswith(("-check", "-hidden"))
    ]


def wrong_without_tests(released: NotebookNode, folder: Path) -> None:
    notebook = answered(released, WRONG)
    without_tests(notebook)
    write(folder, notebook)


def without_marks(notebook: dict[str, Any]) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)


def reordered(notebook: dict[str, Any]) -> None:
    notebook["cells"].reverse()


def in_new_cells(notebook: dict[str, Any]) -> None:
    without_marks(notebook)
    answers = right()
    notebook["cells"] = [
        cell for cell in notebook["cells"] if cell["source"] not in answers.values()
    ] + [code_cell(source) for source in answers.values()]


def without_an_answer(notebook: dict[str, Any]) -> None:
    del notebook["cells"][place_of(notebook, "softmax")]


def as_text(notebook: dict[str, Any]) -> str:
    return json.dumps(notebook, indent=1)


def as_format_3(notebook: dict[str, Any]) -> str:
    for cell in notebook["cells"]:
        cell.pop("id", None)
        if cell["cell_type"] == "code":
            cell["input"], cell["language"] = cell.pop("source"), "python"
            cell["prompt_number"] = cell.pop("execution_count")
    worksheets = [{"cells": notebook["cells"], "metadata": {}}]
    sheet = {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0}
    return json.dumps(sheet | {"worksheets": worksheets})


def with_nan(notebook: dict[str, Any]) -> str:
    notebook["cells"][0]["metadata"]["number"] = "here"
    return as_text(notebook).replace('"here"', "NaN")


def with_kernel(**kernelspec: str) -> Change:
    def change(notebook: dict[str, Any]) -> None:
        notebook["metadata"] = {"kernelspec": kernelspec} if kernelspec else {}

    return change


def in_a_comment(text: str) -> Change:
    """Put text as JSON has it into a comment of an answer."""

    def change(notebook: dict[str, Any]) -> str:
        notebook["cells"][place_of(notebook, "softmax")]["source"] += "\n# here"
        return as_text(notebook).replace("# here", f"# {text}")

    return change


def in_bytes(content: bytes) -> Callable[[NotebookNode, Path], None]:
    def build(released: NotebookNode, folder: Path) -> None:
        write(folder, content)

    return build


def half_a_gigabyte(released: NotebookNode, folder: Path) -> None:
    write(folder, "{")
    os.truncate(folder / f"{NAME}.ipynb", 500 * 2**20)  # takes no room on the disk


def two_notebooks(released: NotebookNode, folder: Path) -> None:
    write(folder, answered(released, {}))
    write(folder, answered(released, right()), f"{NAME} (1).ipynb")


def two_different_notebooks(released: NotebookNode, folder: Path) -> None:
    write(folder, answered(released, right()))
    write(folder, answered(released, right() | {"softmax": WRONG["softmax"]}), "other.ipynb")


def another_assignment(released: NotebookNode, folder: Path) -> None:
    path = course.SOLUTIONS / "01_one_hot" / "01_one_hot.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace("### BEGIN HIDDEN TESTS", "")
    write(folder, notebook)


def returning(expression: str) -> Callable[[NotebookNode, Path], None]:
    """Count the parameters as something that only looks like a number."""

    def build(released: NotebookNode, folder: Path) -> None:
        source = f"def count_rnn_parameters(n_x, n_a, n_y):\n    return {expression}"
        write(folder, answered(released, right() | {"count_rnn_parameters": source}))

    return build


NOT_COUNTED = POINTS | {"count_rnn_parameters": 0.0}

ATTACKS = (
    Attack(64, "a copied cell, the first wrong", changed(copied_cell), POINTS, says="2 times"),
    Attack(64, "a cell copied to hold a helper", changed(copied_for_a_helper), POINTS),
    Attack(65, "test cells deleted", changed(without_tests), POINTS, says="removed"),
    Attack(65, "test cells deleted, answers wrong", wrong_without_tests, NOTHING),
    Attack(66, "metadata and ids stripped", changed(without_marks), POINTS, says="lost the marks"),
    Attack(66, "cells in reverse order", changed(reordered), POINTS, says="another order"),
    Attack(66, "answers in new cells at the end", changed(in_new_cells), POINTS),
    Attack(66, "a solution cell deleted", changed(without_an_answer), REVIEW, says="softmax"),
    Attack(67, "half of the file", changed(lambda n: as_text(n)[:9000]), UNREADABLE, says="off"),
    Attack(67, "a comma missing", changed(lambda n: as_text(n).replace(",", "", 1)), UNREADABLE),
    Attack(67, "only the end missing", changed(lambda n: as_text(n)[:-100]), POINTS),
    Attack(
        67,
        "Windows-1252 instead of UTF-8",
        changed(lambda n: in_a_comment("größer")(n).encode("cp1252")),
        POINTS,
        says="UTF-8",
    ),
    Attack(67, "UTF-16", changed(lambda n: as_text(n).encode("utf-16")), POINTS),
    Attack(67, "byte-order mark", changed(lambda n: as_text(n).encode("utf-8-sig")), POINTS),
    Attack(67, "NaN in the JSON", changed(with_nan), POINTS),
    Attack(67, "no bytes", in_bytes(b""), UNREADABLE, says="is empty"),
    Attack(67, "500 MB", half_a_gigabyte, UNREADABLE, says="larger than"),
    Attack(67, "format 3", changed(as_format_3), POINTS),
    Attack(67, "format 4.99", changed(lambda n: n.update(nbformat_minor=99)), POINTS),
    Attack(67, "no kernelspec", changed(with_kernel()), POINTS),
    Attack(67, "an unknown kernel", changed(with_kernel(name="x", language="julia")), POINTS),
    Attack(67, "a null character", changed(in_a_comment("\\u0000")), POINTS),
    Attack(67, "half a character", changed(in_a_comment("\\ud83d")), POINTS),
    Attack(67, "deep nesting", in_bytes(b"[" * 100_000), UNREADABLE, says="nested"),
    Attack(68, "another name", changed(lambda n: None, f"{NAME} (1).ipynb"), POINTS, says="called"),
    Attack(68, "nested folders", changed(lambda n: None, f"new/{NAME}/x.ipynb"), POINTS),
    Attack(68, "two notebooks, one answered", two_notebooks, POINTS, says="2 notebooks"),
    Attack(68, "two different notebooks", two_different_notebooks, REVIEW, says="different"),
    Attack(68, "another assignment", another_assignment, UNREADABLE, says="Assignment 01"),
    Attack(69, "returns NaN", returning("float('nan')"), NOT_COUNTED),
    Attack(69, "returns infinity", returning("float('inf')"), NOT_COUNTED),
    Attack(69, "returns -1", returning("-1"), NOT_COUNTED),
    Attack(69, "returns a huge integer", returning("10**5000"), NOT_COUNTED),
    Attack(
        69,
        "returns the right number as a NumPy scalar",
        returning("np.int64(n_a * n_x + n_a * n_a + n_a + n_y * n_a + n_y)"),
        POINTS,
    ),
    Attack(
        70,
        "asks for a package that is not there",
        changed(lambda n: n["cells"].insert(0, code_cell("import pandas"))),
        POINTS,
        says="imports pandas",
    ),
)

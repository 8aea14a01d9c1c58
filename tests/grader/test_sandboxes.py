"""Which sandbox a worker opens for a notebook: only those that name torch pay for its import."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.policy import Policy
from grader.run.job import Job
from grader.run.sandboxes import close_sandboxes, imported_early, sandbox_of
from grader.sandbox.library import write_library
from tests.grader.pupil import pupil_in

USUAL = ("numpy", "matplotlib")
WITH_TORCH = Policy(level="limits", imports=(*USUAL, "torch"))
IS_THERE = "'torch' in __import__('sys').modules"


def notebook(source: str) -> NotebookNode:
    return new_notebook(cells=[new_markdown_cell("You may use torch."), new_code_cell(source)])


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    (tmp_path / "released").mkdir()
    write_library(tmp_path / "library", "12_attention")
    yield Job("12_attention", tmp_path, tmp_path / "results", WITH_TORCH, "tests", "version")
    close_sandboxes()


def test_what_is_imported_early_depends_on_the_code():
    assert imported_early(WITH_TORCH, notebook("import numpy as np")) == USUAL
    for source in ("import torch", "    from torch.nn import functional", "__import__('torch')"):
        assert imported_early(WITH_TORCH, notebook(source)) == (*USUAL, "torch")
    assert imported_early(Policy(), notebook("import torch")) == USUAL
    assert imported_early(Policy(imports=("numpy",)), notebook("")) == ("numpy",)


def test_a_notebook_without_torch_does_not_pay_for_it(job: Job):
    usual = sandbox_of(job, notebook("x = 1"))
    with pupil_in(usual) as pupil:
        assert pupil.value(IS_THERE) is False
        assert pupil.run("import torch") == ("", "")  # it is allowed nevertheless
    full = sandbox_of(job, notebook("import torch"))
    with pupil_in(full) as pupil:
        assert pupil.value(IS_THERE) is True
    assert sandbox_of(job, notebook("y = 2")) is usual
    assert sandbox_of(job, notebook("import torch.nn")) is full

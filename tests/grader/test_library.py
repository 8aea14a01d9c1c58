"""The part of course_rnn that an assignment may import: all it needs, nothing it asks for."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import course_rnn
from course_rnn.check import EXERCISES
from grader.sandbox.library import write_library

CHAPTERS = sorted({exercise.chapter for exercise in EXERCISES.values()})


def run(library: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run code with the library in place of the whole one."""
    code = f"import sys; sys.path.insert(0, {str(library)!r})\n{code}"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


def released(folder: Path, assignment: str, source: str) -> Path:
    """Write a student version of one cell."""
    cell = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    (folder / f"{assignment}.ipynb").write_text(json.dumps({"cells": [cell]}))
    return folder


@pytest.mark.parametrize("assignment", CHAPTERS)
def test_every_module_can_be_imported_and_earlier_references_work_or_say_why_not(
    assignment, tmp_path
):
    library = write_library(tmp_path, assignment)
    modules = [
        ".".join(path.relative_to(library).with_suffix("").parts).removesuffix(".__init__")
        for path in library.rglob("*.py")
        if "plots" not in path.parts
    ]
    references = [e.reference for e in EXERCISES.values() if e.chapter < assignment]
    earlier = [f for f in references if not f.__module__.startswith("course_rnn.check")]
    lines = [f"import {module}" for module in sorted(modules)]
    for function in earlier:  # one that would reach an answer of this chapter is left out
        lines += [
            "try:",
            f"    from {function.__module__} import {function.__name__}",
            "except ImportError as error:",
            "    assert 'this assignment' in str(error), error",
        ]
    done = run(library, "\n".join(lines))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("assignment", CHAPTERS)
def test_nothing_of_this_and_later_chapters_is_there(assignment, tmp_path):
    write_library(tmp_path, assignment)
    text = "\n".join(path.read_text() for path in tmp_path.rglob("*.py"))
    asked = [e.name for e in EXERCISES.values() if e.chapter >= assignment]
    assert asked
    for name in asked:
        assert f"def {name}(" not in text
    assert "Misconception" not in text


def test_parameters_of_every_layer_are_there(tmp_path):
    library = write_library(tmp_path, CHAPTERS[0])
    names = [name for name in course_rnn.__all__ if name.endswith("Params")]
    assert run(library, f"from course_rnn import {', '.join(names)}").returncode == 0


def test_what_the_student_version_imports_comes_with_all_it_needs(tmp_path):
    source = "from course_rnn import rnn_forward, RNN\nfrom course_rnn.datasets import place_names"
    (tmp_path / "released").mkdir()
    handed_out = released(tmp_path / "released", "99_exam", source)
    library = write_library(tmp_path / "library", "99_exam", handed_out)
    done = run(library, f"{source}\nprint(len(place_names()), RNN.forward is rnn_forward)")
    assert done.stdout.split()[1:] == ["True"], done.stderr


def test_a_helper_that_would_bring_the_answer_along_is_left_out(tmp_path):
    source = "from course_rnn import RNN, RNNParams"
    (tmp_path / "released").mkdir()
    handed_out = released(tmp_path / "released", "02_rnn_forward", source)
    library = write_library(tmp_path / "library", "02_rnn_forward", handed_out)
    done = run(library, source)
    assert "ImportError: RNN is not in the part of course_rnn" in done.stderr

"""Student versions: generated from the sources, the same everywhere, without what is secret."""

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from course_rnn.check import EXERCISES
from grader import cli
from grader.commands import release
from grader.course import ROOT, SOLUTIONS
from grader.sources import (
    HIDDEN,
    SOLUTION,
    BadSourceError,
    grading,
    list_assignments,
    secret_parts,
)

ASSIGNMENTS = list_assignments(SOLUTIONS)
STUDENT_VERSIONS = ROOT / "notebooks" / "exercises"


def notebook_of(folder: Path, assignment: str) -> Path:
    return folder / assignment / f"{assignment}.ipynb"


def secrets_of(source: NotebookNode) -> set[str]:
    """Collect the lines between markers and of written answers."""
    lines = {line.strip() for _, text in secret_parts(source) for line in text.splitlines()}
    return lines - {""}


def test_there_is_one_student_version_for_each_source():
    there = sorted(p.name for p in STUDENT_VERSIONS.iterdir() if p.is_dir() and p.name[0] != ".")
    assert there == ASSIGNMENTS
    assert ASSIGNMENTS[:2] == ["01_one_hot", "02_rnn_forward"]


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_regenerating_changes_nothing(assignment: str, tmp_path: Path):
    made = release.generate(tmp_path / "a folder (1)", assignment, SOLUTIONS)
    committed = STUDENT_VERSIONS / assignment
    names = sorted(p.relative_to(made) for p in made.rglob("*") if p.is_file())
    kept = [p for p in committed.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts]
    assert names == sorted(p.relative_to(committed) for p in kept)
    for name in names:
        assert (made / name).read_bytes() == (committed / name).read_bytes(), (
            f"{name} is not what its source gives: run `make release`"
        )


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_student_versions_hold_no_solution_and_no_hidden_test(assignment: str):
    source = nbformat.read(notebook_of(SOLUTIONS, assignment), as_version=4)
    student = nbformat.read(notebook_of(STUDENT_VERSIONS, assignment), as_version=4)
    shown = {line.strip() for cell in student.cells for line in cell.source.splitlines()}
    secrets = secrets_of(source)
    assert len(secrets) > 20
    assert not secrets & shown
    assert not any("seed=" in line or line.startswith("### ") for line in shown - {"### "})


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_exercise_has_a_stub_and_its_points(assignment: str):
    student = nbformat.read(notebook_of(STUDENT_VERSIONS, assignment), as_version=4)
    cells = {grading(cell).grade_id: cell for cell in student.cells if grading(cell)}
    exercises = [e for e in EXERCISES.values() if e.chapter == assignment]
    assert sum(exercise.points for exercise in exercises) == 10
    for exercise in exercises:
        assert f"def {exercise.name}(" in cells[exercise.name].source
        assert cells[exercise.name].source.endswith(
            "# YOUR CODE HERE\n    raise NotImplementedError()"
        )
        tests = [cells[f"{exercise.name}-{kind}"] for kind in ("check", "hidden")]
        assert sum(grading(cell).points for cell in tests) == exercise.points
    assert grading(cells["question"]).points == 2
    assert cells["question"].source == "YOUR ANSWER HERE"
    assert len(cells) == 3 * len(exercises) + 1


@pytest.fixture
def course_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with solutions/ and notebooks/exercises/, which `main` works in."""
    shutil.copytree(SOLUTIONS, tmp_path / "solutions")
    shutil.copytree(STUDENT_VERSIONS, tmp_path / "exercises")
    monkeypatch.setattr(release.course, "SOLUTIONS", tmp_path / "solutions")
    monkeypatch.setattr(release, "EXERCISES", tmp_path / "exercises")
    monkeypatch.setattr(release, "BUILD", tmp_path / "_build")
    return tmp_path


def test_an_unchanged_file_is_not_touched(course_copy: Path, capsys: pytest.CaptureFixture):
    path = notebook_of(course_copy / "exercises", "01_one_hot")
    before = path.stat().st_mtime_ns
    assert cli.main(["release"]) == 0
    assert path.stat().st_mtime_ns == before
    assert capsys.readouterr().out == "".join(f"{name}: unchanged\n" for name in ASSIGNMENTS)


def test_answers_in_a_student_version_are_kept_when_it_is_replaced(
    course_copy: Path, capsys: pytest.CaptureFixture
):
    path = notebook_of(course_copy / "exercises", "01_one_hot")
    original = path.read_bytes()
    path.write_text("my answers")
    assert cli.main(["release", "01_one_hot"]) == 0
    assert path.read_bytes() == original
    (kept,) = (course_copy / "_build" / "replaced").iterdir()
    assert kept.read_text() == "my answers"
    assert kept.name in capsys.readouterr().out


def remove_markers(source: dict, grade_id: str, markers: tuple[str, ...]) -> None:
    cell = cell_of(source, grade_id)
    lines = "".join(cell["source"]).splitlines()
    cell["source"] = "\n".join(line for line in lines if line.strip() not in markers)


def cell_of(source: dict, grade_id: str) -> dict:
    return next(
        cell
        for cell in source["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def rename(source: dict, old: str, new: str) -> None:
    cell_of(source, old)["metadata"]["nbgrader"]["grade_id"] = new


BAD_SOURCES = {
    "no markers": (
        lambda source: remove_markers(source, "encode", SOLUTION),
        "cell encode is a solution cell without ### BEGIN SOLUTION and ### END SOLUTION",
    ),
    "no end": (
        lambda source: remove_markers(source, "encode", SOLUTION[1:]),
        "cell encode needs one ### BEGIN SOLUTION and one ### END SOLUTION",
    ),
    "hidden tests unmarked": (
        lambda source: remove_markers(source, "encode-hidden", HIDDEN),
        "cell encode-hidden would be released as it is",
    ),
    "hidden tests without an end": (
        lambda source: remove_markers(source, "encode-hidden", HIDDEN[1:]),
        "cell encode-hidden needs one ### BEGIN HIDDEN TESTS and one ### END HIDDEN TESTS",
    ),
    "the same id twice": (
        lambda source: rename(source, "encode", "one_hot"),
        "2 cells have the grade_id one_hot: give each one of its own",
    ),
    "a solution unknown to nbgrader": (
        lambda source: cell_of(source, "encode")["metadata"].clear(),
        "holds a solution, but nbgrader does not know it as a solution cell",
    ),
    "no cell ids": (
        lambda source: source.update(nbformat_minor=4),
        "its cells have no ids, open and save it in JupyterLab 4",
    ),
    "no points": (
        lambda source: cell_of(source, "encode-check")["metadata"]["nbgrader"].pop("points"),
        "nbgrader cell 'encode-check' does not have points",
    ),
}


@pytest.mark.parametrize("name", BAD_SOURCES)
def test_a_bad_source_is_named_and_releases_nothing(
    name: str, course_copy: Path, capsys: pytest.CaptureFixture
):
    path = notebook_of(course_copy / "solutions", "01_one_hot")
    source = json.loads(path.read_text("utf-8"))
    spoil, sentence = BAD_SOURCES[name]
    spoil(source)
    path.write_text(json.dumps(source))
    shutil.rmtree(course_copy / "exercises")
    assert cli.main(["release"]) == 1
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert printed.out == "".join(f"{name}: {name}.ipynb written\n" for name in ASSIGNMENTS[1:])
    assert not (course_copy / "exercises" / "01_one_hot").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"cells": [', "01_one_hot.ipynb is not a notebook (Expecting value"),
        ("[]", "is not a notebook (it holds a list)"),
        ("{}", "is not a valid notebook"),
        (None, "01_one_hot.ipynb cannot be read (No such file or directory)"),
    ],
)
def test_an_unreadable_source_is_named(text: str | None, sentence: str, course_copy: Path):
    path = notebook_of(course_copy / "solutions", "01_one_hot")
    path.unlink()
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadSourceError) as error:
        release.release("01_one_hot", course_copy / "solutions", course_copy / "exercises")
    assert sentence in str(error.value)


def test_an_unknown_assignment_is_named(capsys: pytest.CaptureFixture):
    assert cli.main(["release", "99_nothing"]) == 1
    assert capsys.readouterr().err == (
        f"There is no assignment 99_nothing in solutions/. Choose from: {', '.join(ASSIGNMENTS)}.\n"
    )

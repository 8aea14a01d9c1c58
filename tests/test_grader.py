"""Grading: the sample class gets what it deserves, bad submissions get a sentence."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from course_rnn.check import EXERCISES
from course_rnn.check.engine import find_problem as find_mistake
from grader import autograde, course
from grader.marking import Mark
from grader.sample_class import __main__ as sample_class
from grader.sample_class import run as sample_class_run
from grader.sample_class.build import answers, fill_in
from grader.sample_class.roster import ROSTER
from grader.sample_class.run import grade_class
from grader.sample_class.transcribe import transcribe
from grader.sources import grading
from grader.submissions import find_problem

SCORES = {
    "01_one_hot": {
        "ada": 10,  # plain loops
        "ben": 10,  # NumPy without loops
        "chloe": 10,  # lists and one-liners
        "david": 7,  # alphabetical vocabulary
        "elif": 8,  # unknown words become PAD
        "fatou": 8,  # one column a word
        "george": 7,  # batch first
        "hana": 2,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # a misspelt function
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
    },
    "02_rnn_forward": {
        "ada": 10,  # plain loops
        "ben": 10,  # one matrix, one product
        "chloe": 10,  # einsum and lists
        "david": 8,  # softmax over the batch
        "elif": 7,  # Waa not transposed
        "fatou": 7,  # a0 ignored
        "george": 8,  # biases not counted
        "hana": 2,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 7,  # shapes that do not fit
        "kofi": 7,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
    },
    "03_bptt": {
        "ada": 10,  # plain loops
        "ben": 10,  # few, large products
        "chloe": 10,  # einsum and plain tuples
        "david": 8,  # mean over time too
        "elif": 8,  # Waa transposed on the way back
        "fatou": 8,  # later steps ignored
        "george": 8,  # every piece starts from a0
        "hana": 2,  # four mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # shapes that do not fit
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 6,  # half of it done
        "nora": 10,  # prints and warns
    },
    "04_topologies": {
        "ada": 10,  # plain loops
        "ben": 10,  # few, large operations
        "chloe": 10,  # few lines, lists
        "david": 8,  # last row of the batch
        "elif": 7,  # mean over padding too
        "fatou": 7,  # writing on after the end
        "george": 8,  # decoder starts from zero
        "hana": 2,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # an index out of range
        "kofi": 7,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
    },
    "05_language_models": {
        "ada": 10,  # plain loops
        "ben": 10,  # Gumbel noise and index arrays
        "chloe": 10,  # recursion and one-liners
        "david": 9,  # targets not shifted
        "elif": 8,  # a repeated token counted once
        "fatou": 8,  # always the likeliest token
        "george": 8,  # streams interleaved
        "hana": 5,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # probabilities of other tokens
        "kofi": 8,  # a text without an end
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
    },
    "06_vanishing_gradients": {
        "ada": 10,  # plain loops
        "ben": 10,  # diagonal matrices, a long vector
        "chloe": 10,  # einsum and recursion
        "david": 8,  # slope on the columns
        "elif": 7,  # caches in reading order
        "fatou": 8,  # only the upper bound
        "george": 7,  # always rescaled
        "hana": 2,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 7,  # a list where an array belongs
        "kofi": 7,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
    },
    "07_gru": {
        "ada": 10,  # plain loops
        "ben": 10,  # one product for both gates
        "chloe": 10,  # einsum and tuples
        "david": 8,  # memory not faded
        "elif": 7,  # the belt forgotten on the way back
        "fatou": 8,  # c0 ignored
        "george": 7,  # an open gate keeps
        "hana": 3,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # vectors that do not fit end to end
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
    },
    "08_lstm": {
        "ada": 10,  # plain loops
        "ben": 10,  # all gates in one product
        "chloe": 10,  # einsum, tuples and lists
        "david": 8,  # the output gate peeps at the old cell state
        "elif": 8,  # dc not carried back
        "fatou": 8,  # c0 ignored
        "george": 8,  # the way through a forgotten
        "hana": 4,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # a gate asked too early
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 4,  # half of it done
        "nora": 10,  # prints and warns
    },
    "09_bidirectional_deep": {
        "ada": 10,  # plain loops
        "ben": 10,  # index arrays
        "chloe": 10,  # recursion and lists
        "david": 8,  # padding reversed too
        "elif": 8,  # states of the backward reader not turned back
        "fatou": 8,  # both halves at the last token
        "george": 8,  # gradient not passed down
        "hana": 4,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # a mask with one axis too few
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 6,  # half of it done
        "nora": 10,  # prints and warns
    },
}


def instructors_files() -> dict[str, int]:
    """List what the sample class must leave alone: real submissions and grades."""
    return {
        str(path): path.stat().st_mtime_ns
        for pattern in ("gradebook.db*", "submitted/**/*", "autograded/**/*", "feedback/**/*")
        for path in (course.ROOT / "grader").glob(pattern)
    }


# ------------------------------------------------------------------------------- sample class


@pytest.mark.parametrize("assignment", SCORES)
def test_the_sample_class_gets_the_grades_it_deserves(assignment: str, tmp_path: Path):
    before = instructors_files()
    marks: list[Mark] = []
    summary = grade_class(tmp_path, [assignment], marks.append)
    assert {mark.student: mark.score for mark in marks} == SCORES[assignment]
    (result,) = summary["assignments"]
    assert (result["name"], result["auto_max"], result["max_score"]) == (assignment, 10, 12)
    assert {s["id"]: s["score"] for s in result["students"]} == SCORES[assignment]
    assert {s["id"]: s["expected"] for s in result["students"]} == SCORES[assignment]
    unreadable = [s for s in result["students"] if s["status"] != "graded"]
    assert [(s["id"], s["status"]) for s in unreadable] == [("lena", "unreadable")]
    assert unreadable[0]["note"].startswith(f"{assignment}.ipynb breaks off in line ")
    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == summary
    assert sample_class_run.surprises(summary) == []
    assert instructors_files() == before


def test_a_score_that_is_not_expected_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    ada = {"id": "ada", "status": "graded", "score": 9.0, "expected": 10.0, "note": "plain loops"}
    summary = {
        "assignments": [{"name": "01", "max_score": 12.0, "auto_max": 10.0, "students": [ada]}]
    }
    monkeypatch.setattr(sample_class_run, "grade_class", lambda *_: summary)
    monkeypatch.setattr(sample_class, "RESULT", tmp_path / "sample_class")
    assert sample_class.main() == 1
    sentence = "Not as expected: ada has 9 points in 01, expected 10 points: plain loops\n"
    assert capsys.readouterr().err == sentence
    assert not sample_class.graded_with(sample_class.content_key())


def test_an_unchanged_class_is_not_graded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(sample_class, "RESULT", tmp_path)
    monkeypatch.setattr(sample_class, "grade", lambda _: pytest.fail("graded again"))
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "key.txt").write_text(sample_class.content_key())
    start = time.perf_counter()
    assert sample_class.main() == 0
    assert time.perf_counter() - start < 2
    assert "nothing has changed" in capsys.readouterr().out


def test_the_class_is_graded_again_when_anything_it_depends_on_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sample_class, "ROOT", tmp_path)
    names = [
        "solutions/01/01.ipynb",
        "grader/course.py",
        "grader/sample_class/01_one_hot/loops.py",
        "src/course_rnn/check/engine.py",
        "requirements.txt",
    ]
    seen = set()
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        for text in ("one", "other"):
            (tmp_path / name).write_text(text)
            seen.add(sample_class.content_key())
    assert len(seen) == 2 * len(names)
    for name in (
        "grader/gradebook.db",
        "grader/submitted/a.ipynb",
        "src/course_rnn/x/__pycache__/y",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("not an input")
    assert sample_class.content_key() in seen


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", EXERCISES)
def test_a_transcribed_misconception_is_still_the_same_one(name: str):
    exercise = EXERCISES[name]
    for misconception in exercise.misconceptions:
        source = transcribe(misconception.wrong, name)
        namespace: dict = {}
        exec(compile(source, misconception.id, "exec"), namespace)
        mistake = find_mistake(namespace[name], exercise, seed=0)
        assert mistake is not None, source
        assert mistake.misconception is misconception, source


# ------------------------------------------------------------------- an instructor's submissions


@pytest.fixture
def real_course(tmp_path: Path) -> Path:
    """Return a course folder with the source of assignment 01."""
    shutil.copytree(course.SOLUTIONS / "01_one_hot", tmp_path / "source" / "01_one_hot")
    return tmp_path


def hand_in(folder: Path, student: str, notebook: NotebookNode | str) -> Path:
    path = folder / "submitted" / student / "01_one_hot" / "01_one_hot.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(notebook if isinstance(notebook, str) else nbformat.writes(notebook), "utf-8")
    return path


def written(student: str = "ada") -> NotebookNode:
    """Return what a student of the sample class wrote into the student version."""
    released = course.ROOT / "notebooks" / "exercises" / "01_one_hot" / "01_one_hot.ipynb"
    entry = next(entry for entry in ROSTER["01_one_hot"] if entry.student == student)
    cells = answers(entry, "01_one_hot", {name: "" for name in EXERCISES})
    return nbformat.reads(fill_in(released.read_text("utf-8"), cells), as_version=4)


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    return next(c for c in notebook.cells if grading(c).get("grade_id") == grade_id)


def test_bad_submissions_do_not_keep_the_others_from_their_grades(
    real_course: Path, capsys: pytest.CaptureFixture
):
    hand_in(real_course, "ada", written())
    hand_in(real_course, "lena", nbformat.writes(written())[:5000])
    dying = written()
    cell_of(dying, "one_hot").source = "import os\nos._exit(1)"
    hand_in(real_course, "dario", dying)
    copied = written()
    position = copied.cells.index(cell_of(copied, "encode"))
    copied.cells.insert(position, nbformat.from_dict({**cell_of(copied, "encode"), "id": "copy"}))
    copied.cells[position].source = "def encode(tokens, vocabulary):\n    return []"
    hand_in(real_course, "carla", copied)
    without_tests = written()
    cell_of(without_tests, "encode").source = "def encode(tokens, vocabulary):\n    return []"
    without_tests.cells.remove(cell_of(without_tests, "encode-check"))
    cell_of(without_tests, "encode-hidden").source = "pass"
    hand_in(real_course, "theo", without_tests)

    config = course.course_in(real_course)
    assert autograde.main(["01_one_hot"], config) == 1
    printed = capsys.readouterr()
    scores = sorted(line.split("] ")[1] for line in printed.out.splitlines() if "]" in line)
    assert scores == [
        "ada: 10 of 10 points",
        "carla: 10 of 10 points",
        "dario: failed",
        "lena: unreadable",
        "theo: 8 of 10 points",
    ]
    assert "3 of 5 graded." in printed.out
    dario, lena = sorted(printed.err.splitlines())
    assert dario.startswith("dario has no grade: Python stopped while the notebook ran")
    assert lena.startswith("lena has no grade: 01_one_hot.ipynb breaks off in line ")
    assert course.auto_score(config, "01_one_hot", "ada") == 10

    hand_in(real_course / "again", "ada", "{")
    shutil.copytree(
        real_course / "again" / "submitted", real_course / "submitted", dirs_exist_ok=True
    )
    assert autograde.main(["01_one_hot", "ada"], config) == 2
    assert capsys.readouterr().err.endswith("(An earlier grade stays in the gradebook.)\n")


def test_there_is_a_sentence_when_there_is_nothing_to_grade(
    real_course: Path, capsys: pytest.CaptureFixture
):
    config = course.course_in(real_course)
    assert autograde.main(["99_nothing"], config) == 2
    assert capsys.readouterr().err == (
        "There is no assignment 99_nothing in source/. Choose from: 01_one_hot.\n"
    )
    assert autograde.main(["01_one_hot"], config) == 2
    assert capsys.readouterr().err == (
        "Nobody has handed in 01_one_hot yet: put each student's notebook at "
        "submitted/STUDENT/01_one_hot/01_one_hot.ipynb.\n"
    )
    hand_in(real_course, "ada", "")
    assert autograde.main(["01_one_hot", "ada", "zoe"], config) == 2
    assert "There is no 01_one_hot from zoe" in capsys.readouterr().err
    assert not (real_course / "gradebook.db").exists()


def stripped(notebook: NotebookNode) -> str:
    for cell in notebook.cells:
        cell.metadata = {}
    return nbformat.writes(notebook)


def without(notebook: NotebookNode, grade_id: str) -> str:
    notebook.cells.remove(cell_of(notebook, grade_id))
    return nbformat.writes(notebook)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "01_one_hot.ipynb is empty."),
        (nbformat.writes(written())[:4000], "01_one_hot.ipynb breaks off in line "),
        ('{"cells": [],\n"metadata": oops}', "01_one_hot.ipynb is damaged in line 2."),
        ("[1, 2]", "01_one_hot.ipynb is not a Jupyter notebook."),
        (stripped(written()), "has lost the marks by which its exercises are found"),
        (without(written(), "encode"), "has lost the cell of encode."),
        (nbformat.writes(written()), None),
    ],
    ids=["empty", "cut off", "damaged", "a list", "no metadata", "a cell deleted", "good"],
)
def test_a_student_is_told_why_a_file_cannot_be_graded(
    text: str, sentence: str | None, tmp_path: Path
):
    path = hand_in(tmp_path, "ada", text)
    problem = find_problem(path.parent, "01_one_hot", {"encode", "one_hot"})
    if sentence is None:
        assert problem is None
    else:
        assert sentence in problem
        assert problem.endswith("hand it in again.") or problem.endswith("hand that in.")


def test_a_student_is_told_that_the_name_is_wrong(tmp_path: Path):
    path = hand_in(tmp_path, "ada", written())
    path.rename(path.with_name("01_one_hot (1).ipynb"))
    assert find_problem(path.parent, "01_one_hot", set()) == (
        "01_one_hot.ipynb is missing; there is 01_one_hot (1).ipynb. "
        "Hand it in under the name 01_one_hot.ipynb."
    )


@pytest.mark.parametrize("folder", [".", "grader"])
def test_nbgrader_finds_its_settings(folder: str, tmp_path: Path):
    """One command that reads most of them: it finds the source and makes the student version."""
    place = f"--CourseDirectory.release_directory={tmp_path}"
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "01_one_hot", "--no-db"]
    made = subprocess.run(
        [*command, place], cwd=course.ROOT / folder, capture_output=True, text=True, env=os.environ
    )
    assert made.returncode == 0, made.stderr
    name = Path("01_one_hot") / "01_one_hot.ipynb"
    committed = course.ROOT / "notebooks" / "exercises" / name
    assert (tmp_path / name).read_bytes() == committed.read_bytes()

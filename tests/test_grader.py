"""The sample class gets what it deserves, at any time and only when something changed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_rnn.check import EXERCISES
from course_rnn.check.engine import find_problem as find_mistake
from grader import course
from grader.run.task import Graded
from grader.sample_class import __main__ as sample_class
from grader.sample_class import run as sample_class_run
from grader.sample_class.run import grade_sample
from grader.sample_class.transcribe import transcribe

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
        "oscar": 8,  # ends Python
        "priya": 8,  # wants too much memory
        "quentin": 10,  # saved by another editor
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
        "oscar": 8,  # ends Python
        "priya": 8,  # wants too much memory
        "quentin": 10,  # saved by another editor
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
    "10_forecasting": {
        "ada": 10,  # plain loops
        "ben": 10,  # views and index arrays
        "chloe": 10,  # recursion and lists
        "david": 9,  # shuffled before the split
        "elif": 8,  # window not moved
        "fatou": 8,  # PyTorch's order of the window
        "george": 8,  # batch first
        "hana": 5,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # a forecast with one axis too few
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 5,  # half of it done
        "nora": 10,  # prints and warns
        "rosa": 10,  # PyTorch throughout
    },
    "11_sentiment": {
        "ada": 10,  # plain loops
        "ben": 10,  # einsum, isin and a mask to write through
        "chloe": 10,  # filter, zip and sets
        "david": 8,  # cut at blanks
        "elif": 8,  # EOS cut off
        "fatou": 8,  # padding averaged in
        "george": 8,  # arithmetic mean of precision and recall
        "hana": 4,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # rows of different lengths
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 6,  # half of it done
        "nora": 10,  # prints and warns
        "rosa": 10,  # tensors of PyTorch
    },
    "12_attention": {
        "ada": 10,  # plain loops
        "ben": 10,  # one matrix, einsum
        "chloe": 10,  # the library and lists
        "david": 8,  # mask after the softmax
        "elif": 8,  # nothing subtracted in the softmax's gradient
        "fatou": 8,  # divided by n_k, not by its root
        "george": 8,  # context before the token
        "hana": 4,  # three mistakes
        "ivan": 0,  # nothing written
        "julia": 8,  # token and context added
        "kofi": 8,  # an infinite loop
        "lena": None,  # half a file
        "mateo": 6,  # half of it done
        "nora": 10,  # prints and warns
        "rosa": 10,  # PyTorch and its autograd
    },
}


def instructors_files() -> dict[str, int]:
    """List what the sample class must leave alone: real submissions and grades."""
    return {
        str(path): path.stat().st_mtime_ns
        for pattern in ("gradebook.db*", "submitted/**/*", "results/**/*", "autograded/**/*")
        for path in (course.ROOT / "grader").glob(pattern)
    }


@pytest.mark.parametrize("assignment", SCORES)
def test_the_sample_class_gets_the_grades_it_deserves(assignment: str, tmp_path: Path):
    before = instructors_files()
    graded: list[Graded] = []
    summary = grade_sample(tmp_path, [assignment], graded.append)
    assert sample_class_run.surprises(summary) == []
    assert {item.who: item.result.points for item in graded} == SCORES[assignment]
    (result,) = summary["assignments"]
    assert (result["name"], result["auto_max"], result["max_score"]) == (assignment, 10, 12)
    found = {student["id"]: student["found"] for student in result["students"]}
    assert {who: outcome["score"] for who, outcome in found.items()} == SCORES[assignment]
    ends = {"oscar": ["killed"], "priya": ["memory"], "kofi": ["timeout"]}
    assert all(found[who]["ends"] == end for who, end in ends.items() if who in found)
    assert len(found["hana"]["misconceptions"]) >= 2
    unreadable = [s for s in result["students"] if s["status"] != "graded"]
    assert [(s["id"], s["status"]) for s in unreadable] == [("lena", "unreadable")]
    assert unreadable[0]["note"].startswith(f"{assignment}.ipynb breaks off in line ")
    assert json.loads((tmp_path / "summary.json").read_text("utf-8")) == summary
    assert instructors_files() == before


def test_a_score_that_is_not_expected_ends_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    ada = {
        "id": "ada",
        "status": "graded",
        "found": {"score": 9.0, "ends": ["failed"], "misconceptions": ["SM4"]},
        "expected": {"score": 10.0, "ends": [], "misconceptions": []},
        "note": "plain loops",
    }
    one = {"name": "01", "level": "limits", "max_score": 12.0, "auto_max": 10.0, "students": [ada]}
    summary = {"assignments": [one]}
    monkeypatch.setattr(sample_class_run, "grade_sample", lambda *_: summary)
    monkeypatch.setattr(sample_class, "RESULT", tmp_path / "sample_class")
    assert sample_class.main() == 1
    sentence = (
        "Not as expected: ada has 9 points, failed, SM4 in 01, expected 10 points: plain loops\n"
    )
    assert capsys.readouterr().err == sentence
    assert not sample_class.graded_with(sample_class.content_key())


def test_an_unchanged_class_is_not_graded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(sample_class, "RESULT", tmp_path)
    monkeypatch.setattr(sample_class, "grade", lambda _: pytest.fail("graded again"))
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "key.txt").write_text(sample_class.content_key())
    assert sample_class.main() == 0
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
        "grader/results/01/ab/abcd.json",
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

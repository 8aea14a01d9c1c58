"""course-check: a line an exercise, an exit status for scripts, a sentence for bad files."""

import nbformat
import pytest

from course_rnn.check.__main__ import FAILED, PASSED, UNREADABLE, main

COUNT = """
def count_rnn_parameters(n_x, n_a, n_y):
    return n_a * n_x + n_a * n_a + n_a + n_y * n_a + n_y
"""
TEST_CELL = {"nbgrader": {"grade": True, "solution": False, "grade_id": "x", "points": 1}}


@pytest.fixture
def notebook(tmp_path):
    def write(*sources, **metadata):
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        if metadata:
            cells[-1].metadata.update(metadata)
        path = tmp_path / "work.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        return str(path)

    return write


def test_one_line_an_exercise_and_the_reason_of_a_failure(notebook, capsys):
    status = main([notebook(COUNT, "def softmax(logits):\n    return logits")])
    lines = capsys.readouterr().out.splitlines()
    assert status == FAILED
    assert lines[0].startswith("fail  softmax: 21 of 21 entries of p differ")
    assert "fail  rnn_cell_forward is not defined in the notebook." in lines
    assert "pass  count_rnn_parameters" in lines
    assert lines[-1] == "1 of 4 exercises pass (work.ipynb)"


def test_stub_is_still_to_do(notebook, capsys):
    main([notebook(COUNT, "def softmax(logits):\n    raise NotImplementedError()")])
    assert "todo  softmax\n" in capsys.readouterr().out


def test_endless_loop_is_interrupted(notebook, capsys):
    endless = "def softmax(logits):\n    while True:\n        pass"
    assert main(["--seconds", "2", notebook(endless, COUNT)]) == FAILED
    out = capsys.readouterr().out
    assert "softmax took longer than 2 seconds" in out
    assert "pass  count_rnn_parameters" in out


def test_failing_and_printing_cells_do_not_stop_the_others(notebook, capsys):
    main([notebook("1 / 0", "print('x' * 10_000)", COUNT)])
    assert "pass  count_rnn_parameters" in capsys.readouterr().out


def test_cells_with_tests_are_not_run(notebook, capsys):
    main([notebook(COUNT, "count_rnn_parameters = None", **TEST_CELL)])
    assert "pass  count_rnn_parameters" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "not a Jupyter notebook"),
        (b"\xff\xfe\x00", "not a Jupyter notebook"),
        (b"[]", "damaged"),
        (b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}', "no exercise"),
    ],
)
def test_bad_file_gets_one_sentence(tmp_path, capsys, content, words):
    path = tmp_path / "bad.ipynb"
    path.write_bytes(content)
    assert main([str(path)]) == UNREADABLE
    error = capsys.readouterr().err
    assert words in error
    assert "Traceback" not in error


def test_missing_file_gets_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "missing.ipynb")]) == UNREADABLE
    assert "Is the path right?" in capsys.readouterr().err


def test_exit_status_zero_means_all_pass(capsys):
    from pathlib import Path

    solutions = Path(__file__).parents[2] / "solutions"
    assert main([str(solutions / "02_rnn_forward" / "02_rnn_forward.ipynb")]) == PASSED


OWN_CHECK = {"nbgrader": {"grade": True, "solution": False, "grade_id": "model-check", "points": 0}}


@pytest.mark.parametrize(
    ("work", "line"),
    [
        ("step = 7", "pass  model"),
        ("step = 8", "fail  model: step is odd"),
        ("raise NotImplementedError()", "todo  model"),
    ],
)
def test_an_exercise_that_the_course_has_not_is_checked_by_its_own_cell(
    notebook, capsys, work, line
):
    refuse = (
        "from course_rnn.capstone import AnswerError\n"
        "if step != 7:\n    raise AnswerError('step is odd')"
    )
    status = main([notebook(work, refuse, **OWN_CHECK)])
    assert capsys.readouterr().out.splitlines()[0] == line
    assert status == (PASSED if line.startswith("pass") else FAILED)


def test_a_notebook_cannot_replace_the_checks_of_the_course(notebook, capsys):
    own = {"nbgrader": OWN_CHECK["nbgrader"] | {"grade_id": "count_rnn_parameters-check"}}
    wrong = "def count_rnn_parameters(n_x, n_a, n_y):\n    return 0"
    assert main([notebook(wrong, "print('fine')", **own)]) == FAILED
    assert "fail  count_rnn_parameters" in capsys.readouterr().out

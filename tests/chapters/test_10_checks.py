"""The checks of assignment 10: answers in PyTorch pass, and a lack of precision is named."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from course_rnn.check import EXERCISES
from course_rnn.check.compare import difference
from course_rnn.check.engine import find_problem
from tests.honest import cells_of

ROOT = Path(__file__).resolve().parents[2]
CHAPTER = "10_forecasting"
NAMES = [name for name, exercise in EXERCISES.items() if exercise.chapter == CHAPTER]


def problem_of(function, name):
    return find_problem(function, EXERCISES[name], seed=0)


@pytest.mark.parametrize("name", NAMES)
def test_answers_in_pytorch_pass(name):
    answers = runpy.run_path(str(ROOT / "grader" / "sample_class" / CHAPTER / "torch.py"))
    assert problem_of(answers[name], name) is None


@pytest.mark.parametrize("name", NAMES)
def test_answers_in_pytorch_pass_in_another_style(name):
    answers: dict = {}
    for _, source in cells_of(ROOT / "tests" / "honest" / CHAPTER / "pytorch.py"):
        exec(compile(source, "cell", "exec"), answers)
    assert problem_of(answers[name], name) is None


@pytest.mark.parametrize("to_whole", [np.rint, lambda ends: np.floor(ends + 0.5)])
def test_halves_may_be_rounded_to_either_side(to_whole):
    def chronological_split(series, fractions=(0.7, 0.2, 0.1)):
        ends = to_whole(len(series) * np.cumsum(fractions)).astype(int)
        return np.split(series, ends[:-1])

    exercise = EXERCISES["chronological_split"]
    assert all(find_problem(chronological_split, exercise, seed) is None for seed in range(5))


def test_single_precision_on_the_way_is_named_and_shown_in_enough_digits():
    expected = np.array([[1 / 3, 200.0], [0.0, -7.0]])
    words = difference("y", np.add(expected, [[1e-5, 0], [0, 0]]), expected)
    assert "yours 0.333343333, expected 0.333333333. That is nearly right" in words
    assert "float32" in words
    assert "nearly" not in difference("y", np.add(expected, [[1e-3, 0], [0, 0]]), expected)


@pytest.mark.parametrize("wrong", [0.0, 2e-8, np.nan, np.inf])
def test_a_small_gradient_is_not_nearly_right_because_it_is_small(wrong):
    assert "nearly" not in difference("dx", np.array(wrong), np.array(1e-8))
    assert "nearly" not in difference("n", np.array(100_000), np.array(100_001))

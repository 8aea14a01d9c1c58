"""The checks of assignment 10: tensors pass, and so do halves rounded to either side."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from course_rnn.check import EXERCISES
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

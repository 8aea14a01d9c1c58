"""Assignment 12's checks: answers in PyTorch, and mistakes that look alike."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from course_rnn import softmax
from course_rnn.check import EXERCISES
from course_rnn.check.compare import difference
from course_rnn.check.engine import find_problem

NAMES = [name for name, exercise in EXERCISES.items() if exercise.chapter == "12_attention"]
ROOT = Path(__file__).parents[2]
IN_PYTORCH = [
    ROOT / "grader" / "sample_class" / "12_attention" / "torch.py",
    ROOT / "tests" / "honest" / "12_attention" / "pytorch.py",
]
TORCH_AUTOGRAD = """
import torch

def additive_attention(query, keys, values, mask, params):
    inputs = [torch.tensor(array, requires_grad=True) for array in (query, keys, values, *params)]
    q, k, v, Wq, Wk, we = inputs
    e = torch.tanh(q @ Wq.T + k @ Wk.T) @ we
    weights = e.softmax(dim=0) * torch.as_tensor(mask)  # too late
    context = (weights[..., None] * v).sum(dim=0)
    return context, weights, (context, inputs)

def additive_attention_backward(dcontext, cache):
    dcontext = FACTOR * torch.as_tensor(dcontext)
    dquery, dkeys, dvalues, *grads = torch.autograd.grad(*cache, dcontext, retain_graph=True)
    return dquery, dkeys, dvalues, grads
"""


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("path", IN_PYTORCH, ids=lambda path: path.stem)
def test_answers_in_pytorch_are_right(path, name):
    assert find_problem(runpy.run_path(str(path))[name], EXERCISES[name], 0) is None


@pytest.mark.parametrize(("factor", "is_right"), [(1, True), (2, False)])
def test_autograd_beside_a_wrong_forward_pass_is_judged_by_that(factor, is_right):
    answers = {}
    exec(TORCH_AUTOGRAD.replace("FACTOR", str(factor)), answers)
    forward, backward = (EXERCISES[name] for name in NAMES[:2])
    assert find_problem(answers[forward.name], forward, 0).misconception.id == "AA5"
    problem = find_problem(answers[backward.name], backward, 0)
    assert (problem is None) == is_right


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", range(20))
def test_whichever_maximum_is_subtracted_the_cause_is_one_of_the_maximum(seed):
    def attend(weigh):
        def answer(query, keys, values, mask, params):
            e = np.tanh(query @ params.Wq.T + keys @ params.Wk.T) @ params.we
            weights = weigh(e, mask)
            return (weights[..., None] * values).sum(axis=0), weights, None

        return answer

    ways = {
        "AA16": lambda e, mask: np.exp(e) * mask,
        "AA17": lambda e, mask: softmax(e.T).T * mask,
        "AA19": lambda e, mask: np.exp(np.where(mask, e - e[mask].max(), -np.inf)),
    }
    for expected, way in ways.items():
        answer = attend(lambda e, mask, way=way: way(e, mask) / way(e, mask).sum(axis=0))
        problem = find_problem(answer, EXERCISES["additive_attention"], seed)
        assert problem.misconception.id == expected


def test_a_state_that_is_no_tuple_is_told_from_one():
    state = np.ones((3, 5))
    assert difference("state", state, (state,)) == "state is one array, expected a tuple of one."
    assert "expected 2 things" in difference("state", state, (state, state))
    assert difference("state", [state], (state,)) is None

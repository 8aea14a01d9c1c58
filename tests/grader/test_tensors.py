"""Answers in PyTorch: tests see values, and a cache comes back with the tensors that were in it."""

import gc
import socket

import numpy as np
import pytest
import torch

from grader.judge import judge_submission
from grader.policy import Policy
from grader.student.wire import Channel
from tests.grader.fake_sandbox import FakeSandbox
from tests.grader.submissions import hand_in_small, small_source


@pytest.fixture
def channels() -> tuple[Channel, Channel]:
    """Connect the judge's end and a student's, whose objects have numbers."""
    here, there = socket.socketpair()
    objects = []

    def lend(value: object) -> list:
        objects.append(value)
        return ["mine", len(objects) - 1]

    judge = Channel(here, lambda value: ["mine"], lambda description: description)
    return judge, Channel(there, lend, lambda description: objects[description[1]], tensors=True)


def test_a_tensor_comes_back_as_itself(channels: tuple[Channel, Channel]):
    judge, student = channels
    leaf = torch.ones(3, requires_grad=True)
    result = leaf * 2
    student.send((result, {"inputs": [leaf]}))
    arrays = judge.receive()
    assert type(arrays[0]) is np.ndarray
    judge.send(arrays)
    back, cache = student.receive()
    assert back is result
    assert cache["inputs"][0] is leaf


def test_an_array_that_was_changed_is_a_new_tensor(channels: tuple[Channel, Channel]):
    judge, student = channels
    student.send(torch.ones(3))
    array = judge.receive()
    array[1] = 5
    judge.send((array, array.astype(np.float64)))
    changed, computed = student.receive()
    assert changed.tolist() == [1, 5, 1]
    assert isinstance(computed, np.ndarray)


def test_a_tensor_that_nobody_has_is_a_new_one(channels: tuple[Channel, Channel]):
    judge, student = channels
    for number in (-1, 10**9):
        array = np.arange(3.0)
        judge._numbers[id(array)] = number
        judge.send(array)
        assert torch.equal(student.receive(), torch.arange(3.0, dtype=torch.float64))


def test_arrays_that_are_gone_are_forgotten(channels: tuple[Channel, Channel]):
    judge, student = channels
    student.send([torch.ones(3)] * 9)
    received = judge.receive()
    assert len(judge._numbers) == 9
    del received
    gc.collect()
    assert not judge._numbers


def test_autograd_finds_the_way_back_from_a_cache():
    forward = (
        "import torch\n"
        "def f(x):\n"
        "    leaf = torch.tensor(x, requires_grad=True)\n"
        "    y = (leaf ** 3).sum()\n"
        "    return y, (y, leaf)"
    )
    backward = "def back(cache):\n    return torch.autograd.grad(*cache)[0]"
    test = "import numpy as np\ny, cache = f(np.array([1.0, 2]))\nassert y == 9\n"
    test += "assert back(cache).tolist() == [3, 12]"
    source = small_source(("forward", forward), ("backward", backward), ("test", test))
    policy = Policy(imports=("numpy", "torch"))
    results = judge_submission(hand_in_small(source), source, FakeSandbox(), policy, 5)[0]
    assert [(result.status, result.message) for result in results] == [("passed", "")]

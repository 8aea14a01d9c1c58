"""Answers in PyTorch: a check looks at their values, whatever else a tensor carries."""

import numpy as np
import pytest
import torch

from course_rnn.check.compare import difference

EXPECTED = np.array([[1.5, -2.0, 0.25], [0.0, 4.0, 1.0]])
TENSOR = torch.tensor(EXPECTED, requires_grad=True)
WAYS_OF_RETURNING = {
    "a plain tensor": TENSOR.detach(),
    "one that requires a gradient": TENSOR,
    "one computed from it": TENSOR * 1.0,
    "single precision": TENSOR.float(),
    "a list of rows": list(TENSOR),
    "lists of numbers": [list(row) for row in TENSOR],
}


@pytest.mark.parametrize("answer", WAYS_OF_RETURNING.values(), ids=WAYS_OF_RETURNING)
def test_the_values_of_tensors_count(answer):
    assert difference("y", answer, EXPECTED) is None
    assert "expected 7.5" in difference("y", answer, EXPECTED + np.array([6, 0, 0]))
    assert "has shape (2, 3), expected (3, 2)" in difference("y", answer, EXPECTED.T)


def test_a_loss_may_still_belong_to_a_graph():
    loss = (TENSOR**2).sum()
    assert difference("loss", loss, loss.item()) is None
    assert "expected 1" in difference("loss", loss, 1.0)
    assert difference("results", (loss, TENSOR), (loss.item(), EXPECTED)) is None


def test_masks_and_indices_keep_their_types():
    mask = torch.tensor([True, False])
    assert difference("mask", mask, mask.numpy()) is None
    assert "dtype int64, expected bool" in difference("mask", mask.long(), mask.numpy())
    assert "dtype float32, expected integers" in difference("i", mask.float(), np.array([1, 0]))


def test_what_is_no_list_is_not_said_to_lack_items():
    answer = np.array(["good", "film"])
    assert difference("tokens", answer, ["good", "film"]) == (
        "tokens is one array, expected a list of 2."
    )

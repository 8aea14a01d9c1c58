"""What a training loop must do: the steps of PyTorch's Adam, and clipping that keeps directions."""

import numpy as np
import pytest
import torch

from course_rnn.models import init_rnn_model
from course_rnn.training import Adam, clip_by_norm, leaves, random_batches, train


def test_adam_takes_the_steps_of_torch():
    rng = np.random.default_rng(0)
    model = init_rnn_model(4, 5, 3, rng)
    theirs = [torch.tensor(w.copy(), requires_grad=True) for w in leaves(model)]
    ours, judge = Adam(model, rate=0.02), torch.optim.Adam(theirs, lr=0.02)
    for _ in range(5):
        grads = init_rnn_model(4, 5, 3, rng)
        for w, g in zip(theirs, leaves(grads), strict=True):
            w.grad = torch.from_numpy(g.copy())
        ours.step(grads)
        judge.step()
    for w, t in zip(leaves(model), theirs, strict=True):
        np.testing.assert_allclose(w, t.detach().numpy(), rtol=1e-10, atol=1e-12)


def test_clip_by_norm_shortens_without_turning_and_leaves_short_ones():
    grads = init_rnn_model(4, 5, 3, np.random.default_rng(0))
    clipped, norm = clip_by_norm(grads, 0.5)
    assert type(clipped) is type(grads)
    assert norm == pytest.approx(np.sqrt(sum((g**2).sum() for g in leaves(grads))))
    for g, c in zip(leaves(grads), leaves(clipped), strict=True):
        np.testing.assert_allclose(c, g * 0.5 / norm)
    same, _ = clip_by_norm(grads, 2 * norm)
    for g, c in zip(leaves(grads), leaves(same), strict=True):
        np.testing.assert_array_equal(c, g)


def test_train_lowers_the_loss_and_returns_every_step():
    model = init_rnn_model(4, 5, 3, np.random.default_rng(0))
    target = init_rnn_model(4, 5, 3, np.random.default_rng(1))

    def loss_and_grads(model, _):
        apart = [w - t for w, t in zip(leaves(model), leaves(target), strict=True)]
        grads = type(model)(type(model.rnn)(*apart[:3]), type(model.readout)(*apart[3:]))
        return 0.5 * sum((d**2).sum() for d in apart), grads

    losses = train(loss_and_grads, model, range(200), rate=0.05)
    assert len(losses) == 200
    assert losses[-1] < 0.01 * losses[0]


def test_random_batches_never_repeat_an_example_within_a_batch():
    for batch in random_batches(10, 8, 20, np.random.default_rng(0)):
        assert len(set(batch.tolist())) == 8
    assert [len(b) for b in random_batches(3, 8, 2, np.random.default_rng(0))] == [3, 3]

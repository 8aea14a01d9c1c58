"""Chapter 03's claims hold for other seeds: wrong gradients train, short pieces learn nothing."""

import numpy as np
import pytest

from course_rnn import (
    RNNParams,
    masked_cross_entropy,
    one_hot,
    readout_backward,
    readout_forward,
    rnn_backward,
    rnn_forward,
    truncated_bptt,
)
from course_rnn.models import RNNModel, init_rnn_model
from course_rnn.training import map_leaves, train

SEEDS = [2, 3, 4, 6, 7]


def exact(x, params, head):
    a, caches = rnn_forward(x, None, params)
    loss, da = head(a, slice(None))
    return loss, rnn_backward(da, caches)[2]


def through_waa_transposed(x, params, head):
    a, _ = rnn_forward(x, None, params)
    loss, da = head(a, slice(None))
    dz, sent_back = np.zeros_like(a), 0.0
    for t in reversed(range(len(a))):
        dz[t] = (da[t] + sent_back) * (1 - a[t] ** 2)
        sent_back = dz[t] @ params.Waa.T
    before = np.concatenate([np.zeros_like(a[:1]), a[:-1]])
    weights = (np.einsum("tbi,tbj->ij", dz, entered) for entered in (x, before))
    return loss, RNNParams(*weights, dz.sum(axis=(0, 1)))


def in_pieces(length):
    def gradient(x, params, head):
        loss, _, grads = truncated_bptt(x, None, params, head, length)
        return loss, grads

    return gradient


def loss_a_bit(gradient, lag, n_steps, seed):
    """Train a network to repeat the bit of lag steps ago."""
    rng = np.random.default_rng(seed)
    model = init_rnn_model(2, 16, 2, rng)
    mask = np.broadcast_to(np.arange(n_steps)[:, None] >= lag, (n_steps, 16))

    def loss_and_grads(model, bits):
        targets, of_pieces = np.roll(bits, lag, axis=0), []

        def head(a, steps):
            logits, cache = readout_forward(a, model.readout)
            loss, dlogits = masked_cross_entropy(logits, targets[steps], mask[steps])
            da, grads = readout_backward(dlogits, cache)
            of_pieces.append(grads)
            return loss, da

        loss, rnn_grads = gradient(one_hot(bits, 2), model.rnn, head)
        return loss, RNNModel(rnn_grads, map_leaves(lambda *grads: sum(grads), *of_pieces))

    batches = [rng.integers(2, size=(n_steps, 16)) for _ in range(250)]
    losses = train(loss_and_grads, model, batches, rate=1e-2, max_norm=30, progress=False)
    return np.mean(losses[-20:]) / (n_steps - lag)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_wrong_gradient_learns_the_easy_task_too_and_not_the_harder_one(seed):
    assert loss_a_bit(exact, 1, 30, seed) < 0.02
    assert loss_a_bit(through_waa_transposed, 1, 30, seed) < 0.05
    assert loss_a_bit(exact, 4, 30, seed) < 0.02
    assert loss_a_bit(through_waa_transposed, 4, 30, seed) > 0.2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_piece_has_to_hold_the_bit_and_its_echo(seed):
    assert loss_a_bit(in_pieces(6), 6, 48, seed) > 0.5
    assert loss_a_bit(in_pieces(7), 6, 48, seed) < 0.05

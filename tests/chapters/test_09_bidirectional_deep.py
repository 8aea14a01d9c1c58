"""Chapter 09's claims hold for other seeds: what a second direction adds, what depth does."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch

from course_rnn import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
    build_vocabulary,
    cross_entropy,
    encode,
    init_readout,
    init_rnn,
    linear_decay,
    masked_cross_entropy,
    one_hot,
    pad_batch,
    random_batches,
    random_windows,
    readout_backward,
    readout_forward,
    stacked_backward,
    stacked_forward,
    train,
)
from course_rnn.datasets import name_sentences, python_reference_text
from course_rnn.datasets.names import tag_marked

SEEDS = [6, 7, 8, 9, 10]
LATE = [
    "{mark} {butcher} called",
    "mark my word",
    "{will} and {rose} were late again",
    "will you come tonight",
    "{hope} {tanaka} called",
    "hope is a good thing",
    "{grace} {marsh} called today",
    "grace is a good thing",
    "{bill} {novak} called this morning",
    "bill me later",
    "{june} {okafor} called",
    "june will be sunny",
]


def batch_of(sentences, vocabulary):
    indices, mask = pad_batch([encode(tokens, vocabulary) for tokens, _ in sentences])
    tags, _ = pad_batch([np.append(tags, 0) for _, tags in sentences])
    return one_hot(indices, len(vocabulary)), tags, mask


@cache
def first_words_right(seed):
    """Train the bidirectional tagger; judge first words after k more words, for several k."""
    rng = np.random.default_rng(seed)
    training = name_sentences(800, rng)
    vocabulary = build_vocabulary([tokens for tokens, _ in training])
    V = len(vocabulary)
    x, tags, mask = batch_of(training, vocabulary)
    layer = BidirectionalParams(init_rnn(V, 16, rng), init_rnn(V, 16, rng))
    model = (layer, init_readout(32, 2, rng))

    def loss_and_grads(model, batch):
        a, caches = bidirectional_forward(x[:, batch], mask[:, batch], None, None, model[0])
        logits, cache = readout_forward(a, model[1])
        loss, dlogits = masked_cross_entropy(logits, tags[:, batch], mask[:, batch])
        da, readout_grads = readout_backward(dlogits, cache)
        return loss, (bidirectional_backward(da, caches)[-1], readout_grads)

    train(loss_and_grads, model, random_batches(len(training), 32, 300, rng), rate=5e-3)
    late, late_tags, late_mask = batch_of([tag_marked(text) for text in LATE], vocabulary)
    right = {}
    for k in (0, 1, len(late) - 1):
        a, _ = bidirectional_forward(late[: k + 1], late_mask[: k + 1], None, None, model[0])
        answers = readout_forward(a, model[1])[0][0].argmax(axis=-1)
        right[k] = (answers == late_tags[0]).mean()
    return right


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reader_from_the_end_judges_first_words(seed):
    right = first_words_right(seed)
    assert right[max(right)] > 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_waiting_for_one_word_is_nearly_enough_and_for_none_is_not(seed):
    assert first_words_right(seed)[0] == 0.5
    assert first_words_right(seed)[1] > 0.7


def test_torch_reverses_at_the_own_end_only_if_packed():
    rng = np.random.default_rng(0)
    x = torch.tensor(rng.normal(size=(6, 1, 4)))
    layer = torch.nn.RNN(4, 5, bidirectional=True).double()
    alone, _ = layer(x[:2])
    padded, _ = layer(x)
    packed, _ = layer(torch.nn.utils.rnn.pack_padded_sequence(x, [2]))
    assert torch.allclose(packed.data, alone[:, 0])
    assert not torch.allclose(padded[:2, :, 5:], alone[..., 5:])


def stack(n_x, sizes, n_y, rng):
    layers = tuple(init_rnn(below, above, rng) for below, above in pairwise([n_x, *sizes]))
    return layers, init_readout(sizes[-1], n_y, rng)


def run_stack(x, model):
    a, caches = stacked_forward(x, [None] * len(model[0]), model[0])
    return *readout_forward(a, model[1]), caches


def train_stack(model, batches, rate):
    def loss_and_grads(model, batch):
        x, targets = batch
        logits, cache, caches = run_stack(x, model)
        loss, dlogits = cross_entropy(logits, targets)
        da, readout_grads = readout_backward(dlogits / len(x), cache)
        return loss / len(x), (tuple(stacked_backward(da, caches)[2]), readout_grads)

    train(loss_and_grads, model, batches, linear_decay(rate, len(batches)), max_norm=1)
    return model


def odd_or_even(n_sequences, rng):
    bits = rng.integers(2, size=(16, n_sequences))
    odd = np.zeros_like(bits)
    for lag in range(8):
        odd[lag:] ^= bits[: 16 - lag]
    return (2.0 * bits - 1)[..., None], odd


def parity_right(sizes, seed):
    rng = np.random.default_rng(seed)
    model = stack(1, sizes, 2, rng)
    train_stack(model, [odd_or_even(32, rng) for _ in range(700)], 1e-2)
    x, odd = odd_or_even(500, np.random.default_rng(99))
    return (run_stack(x, model)[0].argmax(axis=-1) == odd).mean()


def test_further_runs_of_odd_or_even_take_the_lead_of_two_layers_back():
    wide, deep = (
        [parity_right(sizes, seed) for seed in range(9, 14)] for sizes in ((16,), (10, 10))
    )
    assert np.mean(deep) < np.mean(wide) + 0.05
    assert max(wide) > min(deep)
    assert max(deep) > min(wide)


def test_on_text_three_narrow_layers_are_behind_a_wide_one_after_a_short_training():
    text = python_reference_text()
    characters = {character: k for k, character in enumerate(sorted(set(text)))}
    indices, n_y = np.array([characters[character] for character in text]), len(characters)
    held_out = np.lib.stride_tricks.sliding_window_view(indices[-20_000:], 101)[::400].T
    for seed in SEEDS:
        nats = []
        for sizes in ((64,), (37, 37, 37)):
            rng = np.random.default_rng(seed)
            windows = random_windows(indices[:-20_000], 32, 32, 120, rng)
            batches = [(one_hot(x, n_y), y) for x, y in windows]
            model = train_stack(stack(n_y, sizes, n_y, rng), batches, 1e-2)
            logits, *_ = run_stack(one_hot(held_out[:-1], n_y), model)
            nats.append(cross_entropy(logits, held_out[1:])[0] / 100)
        assert nats[0] < nats[1]

"""Chapter 05's claims hold for other seeds: streams against windows, what EOS does, temperature."""

from itertools import cycle, islice

import numpy as np
import pytest

from course_rnn import (
    EOS,
    build_vocabulary,
    cross_entropy,
    encode,
    linear_decay,
    masked_cross_entropy,
    next_token_pairs,
    one_hot,
    pad_batch,
    perplexity,
    random_batches,
    random_windows,
    readout_backward,
    readout_forward,
    rnn_backward,
    rnn_forward,
    sample_text,
    stateful_batches,
    train,
)
from course_rnn.datasets import place_names, python_reference_text
from course_rnn.models import RNNModel, init_rnn_model, many_to_many_backward, many_to_many_forward
from course_rnn.training import map_leaves

SEEDS = [2, 3, 4, 6, 7]


@pytest.fixture(scope="module")
def corpus():
    characters = list(python_reference_text())
    cut = len(characters) * 19 // 20
    vocabulary = build_vocabulary([characters[:cut]])
    training, validation = (
        encode(characters[:cut], vocabulary),
        encode(characters[cut:], vocabulary),
    )
    return vocabulary, training[:-1], validation[:-1]


def forward(indices, a0, model):
    a, caches = rnn_forward(one_hot(indices, model.rnn.Wax.shape[1], np.float32), a0, model.rnn)
    logits, cache = readout_forward(a, model.readout)
    return logits, a[-1], (caches, cache)


def trained(model, batches, n_steps, stateful):
    a_last = None

    def loss_and_grads(model, batch):
        nonlocal a_last
        inputs, targets = batch
        logits, a_last, (caches, cache) = forward(inputs, a_last if stateful else None, model)
        loss, dlogits = cross_entropy(logits, targets)
        da, readout_grads = readout_backward(dlogits / len(inputs), cache)
        return loss, RNNModel(rnn_backward(da, caches)[2], readout_grads)

    pieces = islice(cycle(batches), n_steps)
    train(loss_and_grads, model, pieces, linear_decay(1e-2, n_steps), max_norm=1, progress=False)
    return model


def new_model(V, n_a, seed):
    model = init_rnn_model(V, n_a, V, np.random.default_rng(seed))
    return map_leaves(lambda w: w.astype(np.float32), model)


@pytest.mark.parametrize("seed", SEEDS)
def test_streams_read_on_better_and_windows_start_better(corpus, seed):
    vocabulary, training, validation = corpus
    V, T, B, n_steps = len(vocabulary), 5, 32, 800
    windows = random_windows(training, T, B, n_steps, np.random.default_rng(seed))
    stateless = trained(new_model(V, 64, seed), windows, n_steps, stateful=False)
    streams = stateful_batches(training, T, B)
    stateful = trained(new_model(V, 64, seed), streams, n_steps, stateful=True)
    texts = np.lib.stride_tricks.sliding_window_view(validation, 51)[::40].T
    inputs, targets = next_token_pairs(texts)

    def measure(model, steps):
        return perplexity(forward(inputs, None, model)[0][steps], targets[steps])

    assert measure(stateful, slice(1)) > 1.25 * measure(stateless, slice(1))
    assert measure(stateful, slice(20, None)) < 0.99 * measure(stateless, slice(20, None))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_beats_pairs_and_without_chance_it_runs_in_circles(corpus, seed):
    vocabulary, training, validation = corpus
    V = len(vocabulary)
    model = trained(new_model(V, 64, seed), stateful_batches(training, 50, 32), 200, stateful=True)
    inputs, targets = next_token_pairs(validation[:4_000, None])
    pairs = np.ones((V, V))
    np.add.at(pairs, next_token_pairs(training), 1)
    of_pairs = perplexity(np.log(pairs)[inputs], targets)
    assert perplexity(forward(inputs, None, model)[0], targets) < of_pairs

    def step(indices, state):
        logits, state, _ = forward(indices[None], state, model)
        return logits[0], state

    def share_that_is_new(temperature):
        a0, rng = np.zeros((1, 64), np.float32), np.random.default_rng(seed)
        text = "".join(sample_text(step, a0, vocabulary, rng, list("The "), 800, temperature))
        pieces = [text[i : i + 8] for i in range(len(text) - 7)]
        return len(set(pieces)) / len(pieces)

    assert share_that_is_new(0.01) < 0.3
    assert share_that_is_new(1.0) > 0.9


@pytest.mark.parametrize("seed", SEEDS)
def test_names_end_where_names_end_only_if_eos_was_a_target(seed):
    names, _ = place_names()
    letters = build_vocabulary([list(name) for name in names])
    V, rng = len(letters), np.random.default_rng(seed)
    indices, mask = pad_batch(
        [np.append(letters[EOS], encode(list(name), letters)) for name in names]
    )
    inputs, targets = next_token_pairs(indices)

    def mean_length(mask):
        model = init_rnn_model(V, 32, V, rng)

        def loss_and_grads(model, b):
            logits, cache = many_to_many_forward(one_hot(inputs[:, b], V), model)
            loss, dlogits = masked_cross_entropy(logits, targets[:, b], mask[:, b])
            return loss, many_to_many_backward(dlogits, cache)

        batches = random_batches(len(names), 32, 200, rng)
        train(loss_and_grads, model, batches, rate=1e-2, max_norm=5, progress=False)

        def step(indices, state):
            a, _ = rnn_forward(one_hot(indices[None], V), state, model.rnn)
            return readout_forward(a[-1], model.readout)[0], a[-1]

        a0 = np.zeros((1, 32))
        drawn = [sample_text(step, a0, letters, rng, (EOS,), 40, 0.8) for _ in range(60)]
        return np.mean([len(tokens) for tokens in drawn])

    assert abs(mean_length(mask[1:]) - np.mean([len(name) for name in names])) < 2
    assert mean_length(mask[1:] & (targets != letters[EOS])) > 35

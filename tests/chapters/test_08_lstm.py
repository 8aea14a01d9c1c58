"""Chapter 08's claims hold for other seeds: what each gate adds, what the biases do, who wins."""

import numpy as np
import pytest

from course_rnn import (
    GRU,
    LSTM,
    build_vocabulary,
    cross_entropy,
    encode,
    init_gru,
    init_lstm,
    init_readout,
    linear_decay,
    one_hot,
    random_windows,
    readout_backward,
    readout_forward,
    squared_error,
    train,
)
from course_rnn.datasets import agreement_sentences, python_reference_text

SEEDS = [6, 7, 8, 9, 10]
VOCABULARY = build_vocabulary(agreement_sentences(500, 3, np.random.default_rng(0))[0])


def train_on(batches, layer, params, loss_of, rate, seed, n_a, n_y):
    """Train a readout at every step on batches of inputs and targets."""
    model = (params, init_readout(n_a, n_y, np.random.default_rng(seed)))

    def loss_and_grads(model, batch):
        x, y = batch
        a, *_, caches = layer.forward(x, *layer.states(None), model[0])
        logits, cache = readout_forward(a, model[1])
        loss, dlogits = loss_of(logits, y)
        da, dreadout = readout_backward(dlogits, cache)
        return loss, (layer.backward(da, caches)[-1], dreadout)

    train(loss_and_grads, model, batches, rate, max_norm=1)
    return model


def outputs(layer, model, x):
    a, *_ = layer.forward(x, *layer.states(None), model[0])
    return readout_forward(a, model[1])[0]


def secretary(n_sequences, n_steps, rng):
    x = np.zeros((n_steps, n_sequences, 3))
    x[..., 0] = rng.uniform(-1, 1, size=x.shape[:2])
    x[..., 1] = rng.random(x.shape[:2]) < 0.15
    x[..., 2] = rng.random(x.shape[:2]) < 0.2
    noted, y = np.zeros(n_sequences), []
    for number, note, asked in np.moveaxis(x, 2, 1):
        noted = np.where(note, number, noted)
        y.append(np.where(asked, noted, 0))
    return x, np.stack(y)[..., None]


def unexplained(layer, params, seed, n_a):
    rng = np.random.default_rng(seed)
    batches = [secretary(32, 20, rng) for _ in range(400)]
    model = train_on(batches, layer, params, squared_error, linear_decay(3e-2, 400), seed, n_a, 1)
    x, y = secretary(300, 40, np.random.default_rng(99))
    return ((outputs(layer, model, x) - y) ** 2).mean() / y.var()


def lstm(n_x, n_a, seed, **biases):
    params = init_lstm(n_x, n_a, np.random.default_rng(seed))
    return params._replace(**{name: np.full(n_a, value) for name, value in biases.items()})


@pytest.mark.parametrize("seed", SEEDS)
def test_the_secretary_needs_all_three_gates(seed):
    whole = unexplained(LSTM, lstm(3, 3, seed), seed, 3)
    without = [
        unexplained(LSTM, lstm(3, 3, seed, **{b: 50.0}), seed, 3) for b in ("bf", "bu", "bo")
    ]
    assert min(without) > 1.3 * whole


def test_the_secretary_prefers_the_lstm_at_equal_weights():
    lstms = [unexplained(LSTM, lstm(3, 4, seed), seed, 4) for seed in SEEDS]
    grus = [unexplained(GRU, init_gru(3, 5, np.random.default_rng(s)), s, 5) for s in SEEDS]
    assert np.mean(lstms) < 0.8 * np.mean(grus)


def verbs(n_sentences, n_phrases, rng):
    sentences, labels = agreement_sentences(n_sentences, n_phrases, rng)
    indices = np.stack([encode(words, VOCABULARY)[:-1] for words in sentences], axis=1)
    return one_hot(indices, len(VOCABULARY)), labels


def verbs_right(layer, params, n_phrases, seed):
    """Train on the verb after the last word: the loss is that of the last step alone."""
    rng = np.random.default_rng(seed)
    batches = [verbs(32, n_phrases, rng) for _ in range(100)]

    def last_step(logits, labels):
        loss, dlast = cross_entropy(logits[-1:], labels[None])
        return loss, np.concatenate([np.zeros_like(logits[:-1]), dlast])

    model = train_on(batches, layer, params, last_step, 2e-2, seed, 8, 2)
    x, labels = verbs(400, n_phrases, np.random.default_rng(99))
    return (outputs(layer, model, x)[-1].argmax(axis=-1) == labels).mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_board_that_keeps_bridges_sixty_words_and_the_usual_one_does_not(seed):
    V = len(VOCABULARY)
    assert verbs_right(LSTM, lstm(V, 8, seed, bf=4.0, bu=-4.0), 20, seed) > 0.95
    assert verbs_right(LSTM, lstm(V, 8, seed), 20, seed) < 0.7


@pytest.mark.parametrize("seed", SEEDS)
def test_on_text_the_gru_is_ahead_after_a_short_training(seed):
    text = python_reference_text()
    characters = {character: k for k, character in enumerate(sorted(set(text)))}
    indices, n_y = np.array([characters[character] for character in text]), len(characters)
    held_out = np.lib.stride_tricks.sliding_window_view(indices[-20_000:], 101)[::400].T
    nats = []
    for layer, init, n_a in ((GRU, init_gru, 59), (LSTM, init_lstm, 48)):
        rng = np.random.default_rng(seed)
        windows = random_windows(indices[:-20_000], 32, 32, 80, rng)
        batches = [(one_hot(inputs, n_y), targets) for inputs, targets in windows]
        rate = linear_decay(2e-2, 80)
        model = train_on(batches, layer, init(n_y, n_a, rng), mean_loss, rate, seed, n_a, n_y)
        nats.append(mean_loss(outputs(layer, model, one_hot(held_out[:-1], n_y)), held_out[1:])[0])
    assert nats[0] < nats[1] - 0.1


def mean_loss(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss / len(logits), dlogits / len(logits)

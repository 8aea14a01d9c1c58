"""Chapter 07's claims hold for other seeds: what the belt bridges, what the relevance gate adds."""

import numpy as np
import pytest

from course_rnn import (
    GRU,
    RNN,
    SIMPLE_GRU,
    build_vocabulary,
    cross_entropy,
    encode,
    gradient_norms,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
    init_gru,
    init_readout,
    init_rnn,
    init_simple_gru,
    leaves,
    linear_decay,
    next_token_pairs,
    one_hot,
    random_windows,
    readout_backward,
    readout_forward,
    sigmoid,
    squared_error,
    train,
)
from course_rnn.datasets import agreement_sentences, python_reference_text
from course_rnn.rnn import entered

SEEDS = [3, 4, 5, 6, 7]
VOCABULARY = build_vocabulary(agreement_sentences(500, 3, np.random.default_rng(0))[0])


def verbs(n_sentences, n_phrases, rng):
    sentences, labels = agreement_sentences(n_sentences, n_phrases, rng)
    indices = np.stack([encode(words, VOCABULARY)[:-1] for words in sentences], axis=1)
    return one_hot(indices, len(VOCABULARY)), labels


def verbs_right(layer, params, n_phrases, seed, n_steps=100):
    rng = np.random.default_rng(seed)
    model = (params, init_readout(len(params[-1]), 2, rng))

    def loss_and_grads(model, batch):
        x, labels = batch
        c, caches = layer.forward(x, None, model[0])
        logits, cache = readout_forward(c[-1], model[1])
        loss, dlogits = cross_entropy(logits[None], labels[None])
        dc = np.zeros_like(c)
        dc[-1], dreadout = readout_backward(dlogits[0], cache)
        return loss, (layer.backward(dc, caches)[-1], dreadout)

    batches = [verbs(32, n_phrases, rng) for _ in range(n_steps)]
    train(loss_and_grads, model, batches, rate=2e-2, max_norm=1)
    x, labels = verbs(400, n_phrases, np.random.default_rng(99))
    c, _ = layer.forward(x, None, model[0])
    return (readout_forward(c[-1], model[1])[0].argmax(axis=-1) == labels).mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_gru_that_starts_closed_bridges_a_hundred_words(seed):
    n_x, rng = len(VOCABULARY), np.random.default_rng(seed)
    half_open = init_gru(n_x, 8, rng)
    closed = init_gru(n_x, 8, rng)._replace(bu=np.full(8, -4.0))
    assert verbs_right(GRU, closed, 33, seed) > 0.95
    assert verbs_right(GRU, half_open, 33, seed) < 0.65
    assert verbs_right(RNN, init_rnn(n_x, 8, rng), 33, seed) < 0.8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bias_of_the_update_gate_decides_how_far_a_gradient_gets(seed):
    rng = np.random.default_rng(seed)
    x, drawn, left = rng.normal(size=(100, 16, 6)), init_gru(6, 24, rng), []
    for bias in (0.0, -2.0, -4.0):
        c, caches = np.zeros((16, 24)), []
        for x_t in x:
            c, cache = gru_cell_forward(x_t, c, drawn._replace(bu=np.full(24, bias)))
            caches.append(cache)
        norms = gradient_norms([np.ones((16, 24))], caches, gru_cell_backward)
        left.append(norms[-1] / norms[0])
    assert left[0] < 1e-9
    assert 1e-6 < left[1] < 1e-2
    assert left[2] > 0.05


def register(n_sequences, n_steps, rng):
    x = np.zeros((n_steps, n_sequences, 2))
    x[..., 0] = rng.uniform(-0.3, 0.3, size=x.shape[:2])
    x[..., 1] = rng.random(x.shape[:2]) < 0.1
    total, y = np.zeros(n_sequences), []
    for price, new in zip(x[..., 0], x[..., 1], strict=True):
        total = np.where(new, 0, total) + price
        y.append(total)
    return x, np.stack(y)[..., None]


def unexplained(layer, init, n_a, seed, n_steps=400):
    rng = np.random.default_rng(seed)
    model = (init(2, n_a, rng), init_readout(n_a, 1, rng))

    def loss_and_grads(model, batch):
        x, y = batch
        c, caches = layer.forward(x, None, model[0])
        z, cache = readout_forward(c, model[1])
        loss, dz = squared_error(z, y)
        dc, dreadout = readout_backward(dz, cache)
        return loss, (layer.backward(dc, caches)[-1], dreadout)

    batches = [register(32, 20, rng) for _ in range(n_steps)]
    train(loss_and_grads, model, batches, linear_decay(3e-2, n_steps), max_norm=1)
    x, y = register(300, 40, np.random.default_rng(99))
    z, _ = readout_forward(layer.forward(x, None, model[0])[0], model[1])
    return ((z - y) ** 2).mean() / y.var()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_relevance_gate_helps_the_cash_register_at_equal_weights(seed):
    rng = np.random.default_rng(0)
    drawn = init_simple_gru(2, 5, rng), init_gru(2, 4, rng)
    assert [sum(w.size for w in leaves(params)) for params in drawn] == [80, 84]
    simple = unexplained(SIMPLE_GRU, init_simple_gru, 5, seed)
    assert unexplained(GRU, init_gru, 4, seed) < 0.8 * simple


@pytest.mark.parametrize("seed", SEEDS)
def test_the_relevance_gate_is_less_open_at_the_borders_of_words(seed):
    text = python_reference_text()
    characters = {character: k for k, character in enumerate(sorted(set(text)))}
    indices, n_y = np.array([characters[character] for character in text]), len(characters)
    rng = np.random.default_rng(seed)
    model = (init_gru(n_y, 48, rng), init_readout(48, n_y, rng))

    def next_character(model, batch):
        inputs, targets = batch
        c, caches = gru_forward(one_hot(inputs, n_y), None, model[0])
        logits, cache = readout_forward(c, model[1])
        loss, dlogits = cross_entropy(logits, targets)
        dc, dreadout = readout_backward(dlogits / len(inputs), cache)
        return loss / len(inputs), (GRU.backward(dc, caches)[-1], dreadout)

    train(next_character, model, list(random_windows(indices, 32, 32, 200, rng)), 1e-2, max_norm=1)
    inputs, _ = next_token_pairs(indices[200_000:206_000])
    x = one_hot(inputs, n_y)[:, None]
    c, _ = gru_forward(x, None, model[0])
    r = sigmoid(entered(np.zeros((1, 48)), c, x)[:, 0] @ model[0].Wr.T + model[0].br)
    letter = np.array([character.isalpha() for character in text[200_000:205_999]])
    inside = letter & np.roll(letter, 1)
    assert r[~inside].mean() < r[inside].mean() - 0.05

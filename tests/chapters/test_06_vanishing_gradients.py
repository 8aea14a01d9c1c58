"""Chapter 06's claims hold for other seeds: far subjects are lost, radii decide, clipping cures."""

import numpy as np
import pytest

from course_rnn import (
    RELU,
    RELU_RNN,
    SGD,
    RNNParams,
    build_vocabulary,
    clip_by_norm,
    complex_step_gradient,
    cross_entropy,
    encode,
    gradient_norms,
    init_readout,
    init_rnn,
    one_hot,
    orthogonal,
    random_batches,
    readout_backward,
    readout_forward,
    rnn_backward,
    rnn_cell_backward,
    rnn_cell_forward,
    rnn_forward,
    squared_error,
    train,
)
from course_rnn.datasets import adding_task, agreement_sentences

SEEDS = [7, 8, 9, 10, 11]
VOCABULARY = build_vocabulary(agreement_sentences(500, 3, np.random.default_rng(0))[0])
V = len(VOCABULARY)


def verbs(n_sentences, n_phrases, seed):
    sentences, labels = agreement_sentences(n_sentences, n_phrases, np.random.default_rng(seed))
    indices = np.stack([encode(words, VOCABULARY)[:-1] for words in sentences], axis=1)
    return one_hot(indices, V), labels


def verb_loss(rnn, readout, x, labels):
    a, caches = rnn_forward(x, None, rnn)
    logits, cache = readout_forward(a[-1], readout)
    loss, dlogits = cross_entropy(logits[None], labels[None])
    da = np.zeros_like(a)
    da[-1], dreadout = readout_backward(dlogits[0], cache)
    dx, _, drnn = rnn_backward(da, caches)
    return loss, dx, (drnn, dreadout), logits


@pytest.fixture(scope="module")
def sentences():
    return {n: (verbs(1000, n, n), verbs(400, n, 99)) for n in (3, 9, 33)}


def verbs_right(training, test, seed):
    rng = np.random.default_rng(seed)
    model = init_rnn(V, 8, rng), init_readout(8, 2, rng)
    x, labels = training

    def loss_and_grads(model, b):
        loss, _, grads, _ = verb_loss(*model, x[:, b], labels[b])
        return loss, grads

    batches = random_batches(len(labels), 32, 150, rng)
    train(loss_and_grads, model, batches, rate=2e-2, max_norm=1, progress=False)
    return (verb_loss(*model, *test)[-1].argmax(axis=-1) == test[1]).mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_vanilla_cell_bridges_ten_words_and_not_a_hundred(sentences, seed):
    assert verbs_right(*sentences[3], seed) > 0.95
    assert verbs_right(*sentences[33], seed) < 0.65


def test_some_cells_bridge_several_times_ten_words(sentences):
    assert max(verbs_right(*sentences[9], seed) for seed in SEEDS) > 0.95


@pytest.mark.parametrize("seed", SEEDS)
def test_no_subject_stands_in_between_so_its_column_of_Wax_hears_the_subject_alone(seed):
    x, labels = verbs(50, 9, seed)
    subjects = {int(word) for word in x[1].argmax(axis=-1)}
    rng = np.random.default_rng(seed)
    model = init_rnn(V, 8, rng), init_readout(8, 2, rng)
    assert not np.delete(x, 1, axis=0)[..., sorted(subjects)].any()
    _, _, (full, _), _ = verb_loss(*model, x, labels)
    a, _ = rnn_forward(x, None, model[0])
    logits, cache = readout_forward(a[-1], model[1])
    _, dlogits = cross_entropy(logits[None], labels[None])
    da, _ = readout_backward(dlogits[0], cache)
    for t in range(len(x) - 1, 0, -1):
        _, da, grads = rnn_cell_backward(da, rnn_cell_forward(x[t], a[t - 1], model[0])[1])
    for word in subjects:  # grads are now those of the step that reads the subject
        np.testing.assert_allclose(grads.Wax[:, word], full.Wax[:, word], rtol=1e-8, atol=1e-15)
        assert np.abs(grads.Waa).max() < 0.1 * np.abs(full.Waa).max()


def test_the_subject_gets_a_small_share_of_the_gradient_and_less_the_farther_it_is():
    def share(n_phrases, seed):
        rng = np.random.default_rng(seed)
        rnn, readout = init_rnn(V, 8, rng), init_readout(8, 2, rng)
        _, dx, _, _ = verb_loss(rnn, readout, *verbs(50, n_phrases, seed))
        sizes = np.linalg.norm(dx, axis=-1).mean(axis=1)
        return sizes[1] / sizes.sum()

    near, far, farther = (np.median([share(n, s) for s in range(20, 41)]) for n in (3, 9, 33))
    assert farther < 1e-4 < far < 0.02 < near


def norms_of(Waa, x, seed, g1=None, skip=None):
    rng = np.random.default_rng(seed)
    n_a, caches = len(Waa), []
    params = RNNParams(0.5 * rng.normal(size=(n_a, 4)), Waa, np.zeros(n_a))
    a = np.zeros((8, n_a))
    for x_t in x:
        new, cache = rnn_cell_forward(x_t, a, params, *([g1] if g1 else []))
        a = new if skip is None else a + skip * new
        caches.append(cache)

    def backward(da_t, cache):
        if skip is None:
            return rnn_cell_backward(da_t, cache)
        dx_t, da_prev, grads = rnn_cell_backward(skip * da_t, cache)
        return dx_t, da_t + da_prev, grads

    return gradient_norms([rng.normal(size=(8, n_a))], caches, backward)


def with_radius(radius, rng):
    W = rng.normal(size=(32, 32))
    return radius * W / np.abs(np.linalg.eigvals(W)).max()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_radius_decides_in_the_long_run_and_large_inputs_shrink(seed):
    rng = np.random.default_rng(seed)
    x, W = rng.normal(size=(60, 8, 4)), with_radius(1, rng)
    for radius in (0.7, 1.2):
        norms = norms_of(radius * W, 1e-6 * x, seed)
        assert abs((norms[50] / norms[20]) ** (1 / 30) - radius) < 0.05 * radius
    small, moderate, large = (norms_of(1.2 * W, 2 * s * x, seed) for s in (1e-6, 0.1, 0.5))
    assert small[-1] > 1e3 * small[0]
    assert moderate[-1] < moderate[0]
    assert large[-1] < 1e-4 * large[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_orthogonal_matrices_relu_and_skip_connections_carry_further(seed):
    rng = np.random.default_rng(seed)
    x, W = 0.15 * rng.normal(size=(100, 8, 4)), with_radius(0.8, rng)
    plain = norms_of(W, x, seed)
    turned = norms_of(orthogonal(32, 32, rng), x, seed)
    relu, skip = norms_of(np.eye(32), x, seed, g1=RELU), norms_of(W, x, seed, skip=0.1)
    left = [norms[-1] / norms[0] for norms in (plain, turned, relu, skip)]
    assert left[0] < 1e-8 < left[1]
    assert 0.03 < left[2] < 0.5
    assert 10 < left[3] < 1000
    sizes = np.abs(np.linalg.eigvals(np.eye(32) + 0.1 * W))
    assert sizes.min() < 1 < sizes.max()


@pytest.mark.parametrize("seed", SEEDS)
def test_about_half_of_the_ReLU_units_are_off_at_first_and_few_later(seed):
    rng = np.random.default_rng(seed)
    params = RNNParams(rng.normal(size=(32, 4)), np.eye(32), np.zeros(32))
    a, _ = RELU_RNN.forward(0.3 * rng.normal(size=(100, 8, 4)), None, params)
    off = (a == 0).mean(axis=(1, 2))
    assert 0.35 < off[0] < 0.65
    assert off[-1] < 0.2


def test_the_derivative_on_the_wall_is_that_of_the_complex_step():
    def loss(w):
        a = 0.5
        for _ in range(50):
            a = 1 / (1 + np.exp(-(w * a - 2.5)))
        return (a - 0.2) ** 2

    assert 2e4 < complex_step_gradient(lambda w: loss(w[0]), np.array([5.0]))[0] < 2.2e4


def adding_run(max_norm, seed):
    rng = np.random.default_rng(seed)
    rnn = RNNParams(rng.normal(scale=0.3, size=(32, 2)), np.eye(32), np.zeros(32))
    losses, norms = [], []

    def loss_and_grads(model, batch):
        x, targets = batch
        a, caches = RELU_RNN.forward(x, None, model[0])
        y, cache = readout_forward(a[-1], model[1])
        loss, dy = squared_error(y[None], targets[None])
        da = np.zeros_like(a)
        da[-1], dreadout = readout_backward(dy[0], cache)
        grads = RELU_RNN.backward(da, caches)[-1], dreadout
        losses.append(loss)
        norms.append(clip_by_norm(grads, np.inf)[1])
        return loss, grads

    batches = [adding_task(32, 20, rng) for _ in range(800)]
    model = rnn, init_readout(32, 1, rng)
    with np.errstate(all="ignore"):
        try:
            train(loss_and_grads, model, batches, 0.1, max_norm, SGD, progress=False)
        except (FloatingPointError, ValueError):
            return [np.inf], [np.inf]
    return losses, np.array(norms)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("seed", SEEDS)
def test_clipping_cures_an_exploding_training(seed):
    assert np.mean(adding_run(1.0, seed)[0][-50:]) < 0.13
    losses, _ = adding_run(None, seed)
    assert max(losses) > 1e6
    assert not np.mean(losses[-50:]) < 0.15


@pytest.mark.parametrize("seed", SEEDS)
def test_the_limit_is_near_the_median_and_ten_is_too_much(seed):
    losses, norms = adding_run(1.0, seed)
    assert 1 < np.median(norms) < 1.5
    assert 0.5 < (norms > 1).mean() < 0.75
    assert norms.argmax() < 10
    assert 100 < norms.max() < 5000
    assert norms.mean() > 1.5 * np.median(norms)
    assert np.mean(adding_run(10.0, seed)[0][-50:]) > 1.3 * np.mean(losses[-50:])

"""The chapters' main claims hold for other seeds than the one printed."""

import numpy as np
import pytest

from course_rnn import (
    build_vocabulary,
    cross_entropy,
    encode,
    masked_cross_entropy,
    one_hot,
    pad_batch,
)
from course_rnn.baselines import (
    convolution,
    convolution_backward,
    feed_forward,
    feed_forward_backward,
    init_two_layers,
)
from course_rnn.datasets import name_sentences, name_test_sentences, spoken_directions
from course_rnn.models import (
    init_rnn_model,
    many_to_many_backward,
    many_to_many_forward,
    many_to_one_backward,
    many_to_one_forward,
)
from course_rnn.training import random_batches, train

SEEDS = [2, 3, 4, 5, 6]


@pytest.mark.parametrize("seed", SEEDS)
def test_recurrent_cell_knows_the_last_turn_and_the_convolution_does_not(seed):
    rng = np.random.default_rng(seed)
    parts = [spoken_directions(400, n_phrases, rng) for n_phrases in (7, 9, 12)]
    sentences = [words for words_of_part, _ in parts for words in words_of_part]
    labels = np.concatenate([part for _, part in parts])
    vocabulary = build_vocabulary(sentences)
    V = len(vocabulary)

    def batch(sentences):
        indices, mask = pad_batch([encode(words, vocabulary) for words in sentences])
        return one_hot(indices, V), mask

    x, mask = batch(sentences)

    def accuracy(forward, backward, model, test, test_labels):
        def loss_and_grads(model, b):
            logits, cache = forward(x[:, b], mask[:, b], model)
            loss, dlogits = cross_entropy(logits[None], labels[None, b])
            return loss, backward(dlogits[0], cache)

        batches = random_batches(len(labels), 64, 600, rng)
        train(loss_and_grads, model, batches, rate=5e-3, max_norm=1)
        return (forward(*batch(test), model)[0].argmax(axis=-1) == test_labels).mean()

    longer = spoken_directions(500, 16, rng)
    recurrent = init_rnn_model(V, 32, 2, rng)
    assert accuracy(many_to_one_forward, many_to_one_backward, recurrent, *longer) > 0.95
    windows = init_two_layers(5 * V, 32, 2, rng)
    assert (
        accuracy(lambda x, _, m: convolution(x, 5, m), convolution_backward, windows, *longer) < 0.7
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_recurrent_tagger_tells_names_from_words_and_the_one_without_memory_does_not(seed):
    rng = np.random.default_rng(seed)
    sentences, by_hand = name_sentences(800, rng), name_test_sentences()
    vocabulary = build_vocabulary([tokens for tokens, _ in sentences])
    V = len(vocabulary)

    def batch(sentences):
        indices, mask = pad_batch([encode(tokens, vocabulary) for tokens, _ in sentences])
        tags, _ = pad_batch([np.append(tags, 0) for _, tags in sentences])
        return indices, tags, mask

    indices, tags, mask = batch(sentences)
    test_indices, test_tags, test_mask = batch(by_hand)
    double = test_mask & np.isin(
        test_indices, [vocabulary[word] for word in "may will rose mark bill hope frank".split()]
    )

    def accuracy(forward, backward, model):
        def loss_and_grads(model, b):
            logits, cache = forward(one_hot(indices[:, b], V), model)
            loss, dlogits = masked_cross_entropy(logits, tags[:, b], mask[:, b])
            return loss, backward(dlogits, cache)

        train(loss_and_grads, model, random_batches(800, 32, 500, rng), rate=5e-3)
        logits, _ = forward(one_hot(test_indices, V), model)
        return (logits.argmax(axis=-1) == test_tags)[double].mean()

    recurrent = init_rnn_model(V, 32, 2, rng)
    assert accuracy(many_to_many_forward, many_to_many_backward, recurrent) > 0.9
    assert accuracy(feed_forward, feed_forward_backward, init_two_layers(V, 32, 2, rng)) < 0.75

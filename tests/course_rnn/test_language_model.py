"""Language models: every pair is right, repeated tokens count, samples follow the probabilities."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from judges import assert_backward, assert_equals_torch, dtypes, few, seeds, sizes

from course_rnn.encoding import EOS, PAD, UNK, one_hot
from course_rnn.language_model import (
    bits_per_character,
    embedding_backward,
    embedding_forward,
    embedding_row_gradients,
    generate,
    next_token_pairs,
    perplexity,
    random_windows,
    sample_index,
    sample_text,
    stateful_batches,
)
from course_rnn.losses import softmax

CORPUS = np.random.default_rng(0).integers(7, size=103)


def test_next_token_pairs_are_shifted_and_do_not_wrap_round():
    inputs, targets = next_token_pairs(CORPUS.reshape(-1, 1))
    assert inputs.shape == targets.shape == (102, 1)
    assert [*inputs[:, 0], targets[-1, 0]] == CORPUS.tolist()
    np.testing.assert_array_equal(targets[:-1], inputs[1:])


def test_random_windows_lie_anywhere_in_the_corpus_and_shift_by_one():
    numbers = np.arange(20)
    rng = np.random.default_rng(0)
    batches = list(random_windows(numbers, 4, 3, 200, rng))
    assert len(batches) == 200
    for inputs, targets in batches:
        assert inputs.shape == targets.shape == (4, 3)
        np.testing.assert_array_equal(targets, inputs + 1)
        np.testing.assert_array_equal(inputs, inputs[0] + np.arange(4)[:, None])
    starts = {start for inputs, _ in batches for start in inputs[0]}
    assert starts == set(range(16))  # the first start and the last one that leaves a target


@given(n=st.integers(2, 60), T=sizes, B=sizes)
@few
def test_stateful_batches_continue_each_other(n, T, B):
    numbers = np.arange(n)
    if n < T * B + 1:
        with pytest.raises(ValueError, match=f"expected {T * B + 1} tokens or more"):
            stateful_batches(numbers, T, B)
        return
    batches = stateful_batches(numbers, T, B)
    for inputs, targets in batches:
        assert inputs.shape == (T, B)
        np.testing.assert_array_equal(targets, inputs + 1)
    for (before, _), (after, _) in itertools.pairwise(batches):
        np.testing.assert_array_equal(after[0], before[-1] + 1)
    seen = np.concatenate([inputs.ravel() for inputs, _ in batches])
    assert len(set(seen)) == len(seen)  # no token is an input twice
    assert len(batches) == (n - 1) // B // T  # and no whole batch is left out


@dtypes
@given(T=sizes, B=sizes, V=sizes, n_e=sizes, seed=seeds)
@few
def test_embedding_backward(T, B, V, n_e, seed, dtype, tolerance):
    rng = np.random.default_rng(seed)
    indices, table = rng.integers(V, size=(T, B)), rng.normal(size=(V, n_e))

    def forward(table):
        return embedding_forward(indices, table)

    def backward(dembedded, cache):
        return (embedding_backward(dembedded, cache),)

    def published(table):
        return (torch.nn.functional.embedding(torch.from_numpy(indices), table),)

    assert_backward(forward, backward, (table,), rng)
    at = (table.astype(dtype),)
    assert_equals_torch(forward, backward, published, at, tolerance, rng)


@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64])
def test_look_up_equals_the_one_hot_product_both_ways(kind):
    rng = np.random.default_rng(0)
    indices = np.array([[3, 0, 3], [3, 1, 0]], dtype=kind)
    table, dembedded = rng.normal(size=(5, 4)), rng.normal(size=(2, 3, 4))
    embedded, cache = embedding_forward(indices, table)
    x = one_hot(indices, 5)
    np.testing.assert_allclose(embedded, x @ table, atol=1e-15)
    dtable = embedding_backward(dembedded, cache)
    np.testing.assert_allclose(dtable, np.tensordot(x, dembedded, axes=((0, 1), (0, 1))))
    assert not dtable[[2, 4]].any()


def test_row_gradients_are_the_rows_of_the_tokens_that_occurred():
    dembedded = np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32)
    for indices in ([3, 0, 3, 1], [3, 0, 2, 1], [6, 6, 6, 6]):
        _, cache = embedding_forward(np.array(indices), np.zeros((1000, 5), dtype=np.float32))
        tokens, drows = embedding_row_gradients(dembedded, cache)
        assert tokens.tolist() == sorted(set(indices))
        assert drows.dtype == np.float32
        for token, row in zip(tokens, drows, strict=True):
            np.testing.assert_allclose(row, dembedded[np.array(indices) == token].sum(0), 1e-6)


LOGITS = np.array([2.0, -1.0, 0.5, 0.0, 1.0])


def frequencies(n=20_000, **options):
    rng = np.random.default_rng(0)
    draws = [sample_index(LOGITS, rng, **options) for _ in range(n)]
    return np.bincount(draws, minlength=5) / n


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_samples_follow_the_softmax_at_every_temperature(temperature):
    p = softmax(LOGITS / temperature)
    assert np.abs(frequencies(temperature=temperature) - p).max() < 0.012


def test_top_k_draws_among_the_likeliest_in_their_proportions():
    p = softmax(LOGITS)
    p[[1, 3]] = 0
    assert np.abs(frequencies(top_k=3) - p / p.sum()).max() < 0.012
    assert frequencies(200, top_k=1)[0] == 1
    assert np.abs(frequencies(top_k=99) - softmax(LOGITS)).max() < 0.012


def test_extreme_temperatures_and_logits_stay_finite():
    rng = np.random.default_rng(0)
    assert {sample_index(LOGITS, rng, temperature=1e-300) for _ in range(50)} == {0}
    assert {sample_index(1e6 * LOGITS.astype(np.float32), rng) for _ in range(50)} == {0}
    assert {sample_index(LOGITS, rng, temperature=1e300) for _ in range(200)} == set(range(5))


def follow(indices, seen):
    """Think that the next number follows, and remember every input."""
    return np.eye(10)[np.minimum(indices + 1, 9)], [*seen, indices.tolist()]


def test_generate_feeds_every_choice_back_until_all_have_ended():
    states = []

    def step(indices, seen):
        logits, seen = follow(indices, seen)
        states.append(seen)
        return logits, seen

    indices, mask = generate(step, np.array([5, 7]), [], lambda z: z.argmax(-1), 9, eos=9)
    assert indices.T.tolist() == [[6, 7, 8, 9], [8, 9, 0, 0]]
    assert mask.T.tolist() == [[True] * 4, [True, True, False, False]]
    assert states[-1] == [[5, 7], [6, 8], [7, 9], [8, 0]]


def test_generate_stops_after_n_steps():
    indices, mask = generate(follow, np.array([1]), [], lambda z: z.argmax(-1), 3, eos=9)
    assert indices.ravel().tolist() == [2, 3, 4]
    assert mask.all()
    endless, _ = generate(follow, np.array([8]), [], lambda z: z.argmax(-1), 5)
    assert endless.ravel().tolist() == [9] * 5


VOCABULARY = {PAD: 0, UNK: 1, EOS: 2, "a": 3, "b": 4, "c": 5}


def spell(indices, state):
    """After EOS an a, after a a b, after b a c, after c EOS; count the steps."""
    return 99 * np.eye(6)[[0, 0, 3, 4, 5, 2]][indices], state + 1


def test_sample_text_goes_on_from_the_prompt_until_eos():
    rng = np.random.default_rng(0)
    assert sample_text(spell, 0, VOCABULARY, rng) == ["a", "b", "c"]
    assert sample_text(spell, 0, VOCABULARY, rng, prompt="ab") == ["c"]
    assert sample_text(spell, 0, VOCABULARY, rng, prompt="c") == []
    assert sample_text(spell, 0, VOCABULARY, rng, n_tokens=2) == ["a", "b"]


def test_sample_text_carries_the_state_through_the_prompt():
    def count(indices, state):
        return 99 * np.eye(6)[[2 if state == 4 else 3]], state + 1

    rng = np.random.default_rng(0)
    assert sample_text(count, 0, VOCABULARY, rng, prompt="abc") == ["a", "a"]


def test_sample_text_draws_with_its_options():
    def undecided(indices, state):
        return np.array([[0, 0, 0, 2.0, 1.0, 0]]), state

    rng = np.random.default_rng(0)
    options = {"n_tokens": 300, "rng": rng}
    assert {*sample_text(undecided, 0, VOCABULARY, top_k=2, **options)} == {"a", "b"}
    assert {*sample_text(undecided, 0, VOCABULARY, temperature=1e-3, **options)} == {"a"}


def test_perplexity_and_bits_are_means_over_real_tokens():
    rng = np.random.default_rng(0)
    logits, targets = rng.normal(size=(6, 3, 7)), rng.integers(7, size=(6, 3))
    mask = np.arange(6)[:, None] < np.array([6, 4, 1])
    p = np.take_along_axis(softmax(logits), targets[..., None], axis=-1)[..., 0]
    bits = -np.log2(p[mask]).mean()
    assert bits_per_character(logits, targets, mask) == pytest.approx(bits, rel=1e-12)
    assert perplexity(logits, targets, mask) == pytest.approx(2**bits, rel=1e-12)
    everywhere = np.exp(-np.log(p).mean())
    assert perplexity(logits, targets) == pytest.approx(everywhere, rel=1e-12)


RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: next_token_pairs(np.array([3])), r"indices has shape \(1,\), expected at least 2"),
        (
            lambda: random_windows(CORPUS, 103, 2, 1, RNG),
            "expected 104 tokens or more for n_steps = 103",
        ),
        (lambda: random_windows(CORPUS, 0, 2, 1, RNG), "n_steps is 0, expected 1 or more"),
        (lambda: stateful_batches(CORPUS[:, None], 2, 2), "expected the axes"),
        (lambda: embedding_forward(np.array([5]), np.zeros((5, 4))), r"indices .* has 5 at \(0,\)"),
        (lambda: embedding_forward(np.array([-1]), np.zeros((5, 4))), r"in 0 … 4"),
        (lambda: embedding_forward(np.array([[]], dtype=int), np.zeros((5, 4))), "size 0"),
        (lambda: embedding_backward(np.zeros((3, 4)), (np.zeros(2, int), 5)), r"expected \(2, 4\)"),
        (lambda: sample_index(LOGITS[None], RNG), r"logits has shape \(1, 5\), expected the axes"),
        (lambda: sample_index(LOGITS, RNG, temperature=0.0), "temperature is 0.0, expected a pos"),
        (lambda: sample_index(LOGITS, RNG, top_k=0), "top_k is 0, expected 1 or more"),
        (lambda: sample_index(LOGITS * np.nan, RNG), r"logits of shape \(5,\) has NaN at \(0,\)"),
        (
            lambda: generate(follow, np.array(5), [], np.argmax, 3),
            r"first has shape \(\), expected",
        ),
        (lambda: generate(follow, np.array([5]), [], np.argmax, 0), "n_steps is 0, expected 1"),
        (
            lambda: sample_text(spell, 0, VOCABULARY, RNG, prompt="ax"),
            r"prompt is \['a', 'x'\], exp",
        ),
        (lambda: sample_text(spell, 0, VOCABULARY, RNG, prompt=""), r"prompt is \[\], expected"),
        (lambda: perplexity(LOGITS, np.zeros(5, int)), "logits has shape .* expected the axes"),
        (
            lambda: perplexity(np.zeros((1, 1, 2)), np.array([[1]]), np.array([[False]])),
            r"mask of shape \(1, 1\) is False everywhere, expected a target",
        ),
    ],
)
def test_what_does_not_fit_is_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()

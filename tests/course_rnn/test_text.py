"""What readers of reviews rely on: the same words come out the same, and "not" is never lost."""

import importlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from judges import assert_backward, assert_equals_torch, dtypes, few, shapes

from course_rnn import text
from course_rnn.encoding import build_vocabulary, decode


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("Don't", "do not"),
        ("WON’T", "will not"),
        ("can't cannot", "can not can not"),
        ("isn't it", "is not it"),
        ("a<br /><br />b", "a b"),
        ("Tom &amp; Jerry", "tom & jerry"),
        ("“Fine”\n\tＡＢＣ ﬁlm", '"fine" abc film'),
        ("it's 5 < 6", "it's 5 < 6"),
        ("", ""),
    ],
)
def test_the_same_thing_is_written_the_same_way(written, normalised):
    assert text.normalise(written) == normalised


@given(st.text())
@few
def test_normalised_text_has_single_blanks_and_its_words_stay(written):
    once = text.normalise(written)
    assert once == " ".join(once.split())
    assert text.tokenize(once) == [
        w for w in text.tokenize(once, punctuation=True) if w[0].isalnum()
    ]


@given(st.text())
@few
def test_tokens_with_marks_lose_nothing_but_blanks(written):
    tokens = text.tokenize(written, punctuation=True)
    assert "".join(tokens) == "".join(written.split())


def test_words_numbers_and_marks():
    assert text.tokenize("3.5 of 1,000 – naïve, straße!") == [
        "3.5",
        "of",
        "1,000",
        "naïve",
        "straße",
    ]
    assert text.tokenize("Good!!", punctuation=True) == ["Good", "!", "!"]


def test_negation_survives_the_stop_list():
    words = text.tokenize(text.normalise("This film isn't good, and I'd never say no."))
    assert text.remove_stop_words(words) == ["film", "not", "good", "i'd", "never", "say", "no"]
    assert not {"not", "no", "nor", "never", "none", "nothing", "without"} & text.STOP_WORDS


def test_stop_words_can_be_others():
    assert text.remove_stop_words(["a", "film"], ["film"]) == ["a"]


def test_stems_bring_forms_of_a_word_together():
    assert len(set(text.stem(["connect", "connected", "connecting", "connection"]))) == 1
    assert text.stem(["katzen", "katze"], "german") == ["katz", "katz"]


def test_stemming_without_the_package_says_what_to_install(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    text._stemmer.cache_clear()
    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match="pip install snowballstemmer"):
        text.stem(["loved"])


def test_texts_become_one_padded_batch():
    texts = [["not", "good"], ["good"], ["so", "very", "good"]]
    vocabulary = build_vocabulary(texts)
    indices, mask = text.vectorize(texts, vocabulary)
    assert indices.shape == mask.shape == (4, 3)
    for b, tokens in enumerate(texts):
        assert decode(indices[mask[:, b], b], vocabulary) == [*tokens, "<EOS>"]


def test_long_texts_are_cut_and_still_closed():
    vocabulary = build_vocabulary([list("abcdef")])
    indices, mask = text.vectorize([list("abcdef"), list("a")], vocabulary, max_length=3)
    assert decode(indices[:, 0], vocabulary) == ["a", "b", "<EOS>"]
    assert mask.sum(axis=0).tolist() == [3, 2]
    assert text.vectorize([list("ab")], vocabulary, max_length=1)[0].tolist() == [[2]]


def random_mask(T, B, rng):
    return np.arange(T)[:, None] < rng.integers(1, T + 1, size=B)


@shapes
@few
def test_mean_is_over_the_own_steps(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    x, mask = rng.normal(size=(T, B, n_x)), random_mask(T, B, rng)
    expected = [x[mask[:, b], b].mean(axis=0) for b in range(B)]
    np.testing.assert_allclose(text.mean_pool(x, mask), expected)


@shapes
@few
def test_mean_pool_backward_is_the_complex_step(T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    mask = random_mask(T, B, rng)
    assert_backward(
        lambda x: (text.mean_pool(x, mask), mask),
        lambda dpooled, mask: (text.mean_pool_backward(dpooled, mask),),
        (rng.normal(size=(T, B, n_x)),),
        rng,
    )


@dtypes
@shapes
@few
def test_mean_pool_equals_autograd(dtype, tolerance, T, B, n_x, n_a, seed):
    rng = np.random.default_rng(seed)
    mask = random_mask(T, B, rng)
    there = torch.from_numpy(mask)[..., None]
    assert_equals_torch(
        lambda x: (text.mean_pool(x, mask), mask),
        lambda dpooled, mask: (text.mean_pool_backward(dpooled, mask),),
        lambda x: ((x * there).sum(0) / there.sum(0),),
        (rng.normal(size=(T, B, n_x)).astype(dtype),),
        tolerance,
        rng,
    )


SPECIAL = {"<UNK>": 1, "<EOS>": 2}
X, MASK = np.ones((4, 2, 3)), np.ones((4, 2), dtype=bool)
EMPTY = np.array([[True, False]] * 4)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: text.remove_stop_words("a film"), "tokens is the string 'a film'"),
        (lambda: text.stem("films"), "tokens is the string"),
        (
            lambda: text.stem(["films"], "klingon"),
            "'klingon', expected .*english",
        ),
        (lambda: text.vectorize([], SPECIAL), "at least one"),
        (lambda: text.vectorize(["good"], SPECIAL), "is the string"),
        (
            lambda: text.vectorize([["a"]], SPECIAL, max_length=0),
            "max_length is 0",
        ),
        (lambda: text.mean_pool(X, MASK[:3]), r"mask has shape \(3, 2\)"),
        (lambda: text.mean_pool(X[0], MASK), "x has shape"),
        (lambda: text.mean_pool(X, EMPTY), "column 1"),
        (lambda: text.mean_pool_backward(X[0], EMPTY), "column 1"),
        (lambda: text.mean_pool_backward(X, MASK), "dpooled has shape"),
        (lambda: text.mean_pool(X * np.nan, MASK), "x of shape .* NaN"),
    ],
)
def test_bad_input_is_a_value_error_that_names_it(call, words):
    with pytest.raises(ValueError, match=words):
        call()

"""What users rely on when text becomes numbers."""

import numpy as np
import pytest

from course_rnn import build_vocabulary, decode, embed, encode, one_hot, pad_batch


def test_vocabulary_has_special_tokens_first_then_frequent_words():
    vocabulary = build_vocabulary([["b", "a", "b"], ["c", "a", "b"]])
    assert list(vocabulary.items()) == [
        ("<PAD>", 0),
        ("<UNK>", 1),
        ("<EOS>", 2),
        ("b", 3),
        ("a", 4),
        ("c", 5),
    ]


def test_vocabulary_does_not_depend_on_the_order_of_sentences():
    sentences = [["x", "y"], ["z", "y"], ["w"]]
    assert build_vocabulary(sentences) == build_vocabulary(sentences[::-1])


def test_special_tokens_in_the_text_are_not_entered_twice():
    assert len(build_vocabulary([["<EOS>", "a", "<EOS>"]])) == 4


def test_decode_inverts_encode_up_to_unknown_words():
    vocabulary = build_vocabulary([["turn", "right"]])
    indices = encode(["turn", "left"], vocabulary)
    assert decode(indices, vocabulary) == ["turn", "<UNK>", "<EOS>"]


def test_look_up_equals_the_one_hot_product():
    rng = np.random.default_rng(0)
    indices, table = rng.integers(9, size=(6, 3)), rng.normal(size=(9, 4))
    np.testing.assert_array_equal(embed(indices, table), one_hot(indices, 9) @ table)


@pytest.mark.parametrize("shape", [(), (6,), (6, 3), (2, 3, 4)])
def test_one_hot_keeps_all_axes(shape):
    indices = np.random.default_rng(0).integers(7, size=shape)
    x = one_hot(indices, 7)
    assert x.shape == (*shape, 7)
    np.testing.assert_array_equal(x.argmax(axis=-1), indices)
    np.testing.assert_array_equal(x.sum(axis=-1), 1)


def test_pad_batch_is_time_first_and_masks_the_padding():
    indices, mask = pad_batch([[5, 6, 2], [7, 2]])
    assert indices.tolist() == [[5, 7], [6, 2], [2, 0]]
    assert mask.tolist() == [[True, True], [True, True], [True, False]]
    assert indices.dtype.kind == "i"
    assert mask.dtype == bool


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: one_hot(np.array([0, 7]), 7), "0 … 6"),
        (lambda: one_hot(np.array([-1, 2]), 7), r"indices of shape \(2,\) has -1 at \(0,\)"),
        (lambda: one_hot(np.array([0.5]), 7), "integers"),
        (lambda: encode("turn right", {"<UNK>": 0, "<EOS>": 1}), "split"),
        (lambda: encode(["turn"], {"turn": 0}), "build_vocabulary"),
        (lambda: decode([9], {"a": 0}), "not in the vocabulary"),
        (lambda: build_vocabulary([["a"]], max_size=2), "max_size"),
        (lambda: pad_batch([]), "at least one"),
        (lambda: pad_batch([[], []]), "2 empty ones"),
        (
            lambda: embed(np.array([[3]]), np.eye(3)),
            r"has 3 at \(0, 0\), expected indices in 0 … 2",
        ),
        (lambda: embed(np.array([-1]), np.eye(3)), r"has -1 at \(0,\)"),
        (lambda: embed(np.array([1.0]), np.eye(3)), "integers"),
        (lambda: embed(np.array([1]), np.ones(3)), r"table has shape \(3,\)"),
    ],
)
def test_bad_input_is_a_value_error_that_says_what_to_do(call, words):
    with pytest.raises(ValueError, match=words):
        call()

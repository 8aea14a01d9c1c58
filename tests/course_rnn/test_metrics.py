"""What those who compare models rely on: counts by definition, entities whole or not at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judges import few

from course_rnn import metrics

labels = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40)


@given(labels, st.integers(0, 2))
@few
def test_scores_by_their_definition(pairs, positive):
    targets, predictions = np.array(pairs).T
    there = {i for i, (y, _) in enumerate(pairs) if y == positive}
    found = {i for i, (_, y) in enumerate(pairs) if y == positive}
    counts = metrics.confusion_counts(targets, predictions, positive)
    rest = len(pairs) - len(there | found)
    assert counts == (len(there & found), len(found - there), len(there - found), rest)
    precision = len(there & found) / len(found) if found else 0
    recall = len(there & found) / len(there) if there else 0
    both = precision + recall
    assert metrics.precision(targets, predictions, positive) == precision
    assert metrics.recall(targets, predictions, positive) == recall
    f1 = metrics.f1_score(targets, predictions, positive)
    assert f1 == pytest.approx(2 * precision * recall / both if both else 0)


def test_precision_and_recall_change_places_with_the_arguments():
    y, p = np.random.default_rng(0).integers(2, size=(2, 6, 3))
    assert metrics.precision(y, p) == metrics.recall(p, y)
    assert metrics.f1_score(y, p) == metrics.f1_score(p, y)


def test_a_rare_class_cannot_hide_behind_true_negatives():
    targets = np.zeros(1000, dtype=bool)
    targets[7] = True
    assert metrics.f1_score(targets, np.zeros(1000, dtype=bool)) == 0


@pytest.mark.parametrize(
    ("tags", "entities"),
    [
        ("O O O", []),
        ("B-PER I-PER O B-LOC", [("PER", 0, 2), ("LOC", 3, 4)]),
        ("B-PER B-PER I-PER", [("PER", 0, 1), ("PER", 1, 3)]),  # neighbours of one kind
        ("B-PER I-LOC I-LOC", [("PER", 0, 1), ("LOC", 1, 3)]),  # an I of another kind
        ("O I-PER I-PER", [("PER", 1, 3)]),  # an I that continues nothing
        ("B I O B", [("", 0, 2), ("", 3, 4)]),  # one kind without a name
        ("", []),
    ],
)
def test_entities_are_read_from_tags(tags, entities):
    assert metrics.find_entities(tags.split()) == set(entities)


@given(st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]), max_size=12))
@few
def test_every_tag_but_o_belongs_to_exactly_one_entity(tags):
    covered = [t for e in metrics.find_entities(tags) for t in range(e.start, e.end)]
    assert sorted(covered) == [t for t, tag in enumerate(tags) if tag != "O"]


def test_half_an_entity_is_none():
    right = ["B-PER", "I-PER", "O", "B-LOC", "O"]
    assert metrics.entity_f1([right], [right]) == 1
    assert metrics.entity_f1([right], [["B-PER", "O", "O", "B-LOC", "O"]]) == 0.5
    assert metrics.entity_f1([right], [["B-LOC", "I-LOC", "O", "B-LOC", "O"]]) == 0.5
    assert metrics.entity_f1([right], [["O"] * 5]) == 0


def test_entities_of_different_sentences_are_not_confused():
    sentences = [["B-PER", "O"], ["O", "B-PER"]]
    assert metrics.entity_f1(sentences, sentences[::-1]) == 0
    # 1 of 1 found in the first, 1 of 3 in the second: over all, 2 TP, 0 FP, 2 FN
    targets = [["B-A"], ["B-A", "B-A", "B-A"]]
    assert metrics.entity_f1(targets, [["B-A"], ["B-A", "O", "O"]]) == pytest.approx(4 / 6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: metrics.f1_score(np.ones(3), np.ones((3, 1))), r"predictions has shape \(3, 1\)"),
        (lambda: metrics.precision(np.ones(0), np.ones(0)), "targets has shape"),
        (lambda: metrics.recall(np.ones(2), np.array([1, np.nan])), "predictions .* NaN"),
        (lambda: metrics.find_entities(["O", "PER"]), "'PER' at 1"),
        (lambda: metrics.entity_f1([], []), "at least one"),
        (lambda: metrics.entity_f1([["O"]], [["O", "O"]]), r"lengths \[2\]"),
    ],
)
def test_bad_input_is_a_value_error_that_names_it(call, words):
    with pytest.raises(ValueError, match=words):
        call()

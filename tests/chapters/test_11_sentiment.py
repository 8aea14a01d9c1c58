"""Chapter 11's claims hold for other seeds; its own functions, read from the notebook, are used."""

import ast
import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
import torch

from course_rnn import (
    STOP_WORDS,
    build_vocabulary,
    cross_entropy,
    f1_score,
    map_leaves,
    normalise,
    remove_stop_words,
    tokenize,
    train,
    vectorize,
)
from course_rnn.check import EXERCISES
from course_rnn.check.engine import find_problem
from course_rnn.datasets import sentiment_reviews
from course_rnn.datasets.sentiment import BLAME, PRAISE
from course_rnn.training import random_batches

ROOT = Path(__file__).parents[2]
CHAPTER = ROOT / "notebooks" / "11_sentiment.ipynb"
SAMPLE_CLASS = ROOT / "grader" / "sample_class" / "11_sentiment"
SEEDS = [2, 3, 4, 5, 6]


def read_definitions() -> SimpleNamespace:
    """Run the chapter's imports, functions, classes and constants, and nothing else of it."""
    namespace: dict = {"__name__": "chapter_11"}
    for cell in nbformat.read(CHAPTER, as_version=4).cells:
        if cell.cell_type == "code":
            kept = [node for node in ast.parse(cell.source).body if defines(node)]
            exec(compile(ast.Module(kept, []), cell.id, "exec"), namespace)
    return SimpleNamespace(**namespace)


def defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        name = getattr(node.targets[0], "id", "")
        return name.isupper() and len(name) > 2  # REMARKS, but not P and TP
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))


LAB = read_definitions()


@cache
def reviews(seed, **options):
    rng = np.random.default_rng(1000 + seed)
    return *LAB.draw_reviews(1000, rng, **options), *LAB.draw_reviews(300, rng, **options)


def right_after_training(seed, prepare=LAB.prepare, pooling="mean", drawn=None):
    texts, labels, new_texts, new_labels = drawn or reviews(seed)
    learn, new = [prepare(text) for text in texts], [prepare(text) for text in new_texts]
    vocabulary = build_vocabulary(learn)
    model = LAB.train_classifier(learn, labels, vocabulary, seed, pooling)
    p = LAB.probability_of_praise(new, model, vocabulary, pooling)
    return LAB.share_right(p, new_labels), model, vocabulary


@cache
def trained(seed):
    return right_after_training(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_typed_reviews_come_back_as_the_words_they_were(seed):
    rng = np.random.default_rng(seed)
    words, _ = sentiment_reviews(20, rng)
    for review in words:
        assert tokenize(normalise(LAB.as_typed(review, rng, 0, 0))) == review


def without_not(text):
    return remove_stop_words(tokenize(normalise(text)), STOP_WORDS | {"not"})


@pytest.mark.parametrize("seed", SEEDS)
def test_the_network_learns_with_a_good_stop_list_and_nothing_without_not(seed):
    assert trained(seed)[0] > 0.93
    assert right_after_training(seed, without_not)[0] < 0.6


def test_making_equal_what_means_the_same_helps_and_leaving_out_hardly():
    ways = str.split, lambda text: tokenize(normalise(text))
    blanks, normalised = (
        np.mean([right_after_training(seed, way)[0] for seed in SEEDS]) for way in ways
    )
    assert blanks < 0.7
    assert normalised > 0.93
    assert abs(normalised - np.mean([trained(seed)[0] for seed in SEEDS])) < 0.03


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mean_learns_what_the_last_state_does_not(seed):
    far = reviews(seed, before=(0,), after=(6,))
    assert right_after_training(seed, pooling="mean", drawn=far)[0] > 0.75
    assert right_after_training(seed, pooling="last", drawn=far)[0] < 0.65


@pytest.mark.parametrize("seed", [1, 3])
def test_with_more_training_the_last_state_learns_across_three_remarks(seed):
    assert LAB.right_with_remarks("last", 3, seed, n_steps=1200) > 0.9


def test_the_courses_list_keeps_negations_and_loses_wishes():
    for word in ("not", "no", "nor", "never", "hardly", "nobody"):
        assert LAB.prepare(word) == [word]
    assert LAB.prepare("The film could have been good.") == LAB.prepare("The film was good.")
    assert LAB.prepare("The film was not only good.") == LAB.prepare("The film was not good.")


def test_one_word_of_the_reviews_has_two_forms(capsys):
    LAB.largest_families(" ".join(reviews(2)[0]), n=2)
    _, largest, second = capsys.readouterr().out.splitlines()
    assert largest.strip() == "film: film, filmed"
    assert "," not in second


@pytest.mark.parametrize("seed", SEEDS)
def test_bags_of_words_stay_behind_the_network(seed):
    texts, labels, new_texts, new_labels = reviews(seed)
    learn, new = [LAB.prepare(text) for text in texts], [LAB.prepare(text) for text in new_texts]
    single, runs = (
        LAB.share_right(LAB.fit_bag(learn, labels, longest)(new), new_labels) for longest in (1, 3)
    )
    assert single < 0.625 < runs < 0.85 < trained(seed)[0]


def test_accuracy_praises_the_blind_and_a_chosen_threshold_is_better_than_a_half():
    half, chosen = [], []
    thresholds = np.linspace(0.02, 0.98, 49)
    for seed in SEEDS:
        texts, labels, *_ = reviews(seed)
        ask = LAB.fit_bag([LAB.prepare(text) for text in texts], labels, longest=3)
        rng = np.random.default_rng(seed)
        validation, complaint = LAB.rare_complaints(1000, rng)
        final, final_complaint = LAB.rare_complaints(1000, rng)
        p, p_final = 1 - ask(validation), 1 - ask(final)
        best = thresholds[np.argmax([f1_score(complaint, p > t) for t in thresholds])]
        assert best > 0.6
        assert ((p_final > 0.5) == final_complaint).mean() < (~final_complaint).mean()
        half.append(f1_score(final_complaint, p_final > 0.5))
        chosen.append(f1_score(final_complaint, p_final > best))
    assert min(half) > 0
    assert np.mean(chosen) > np.mean(half)
    assert np.all(np.subtract(chosen, half) > -0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_words_of_praise_have_moved_together_and_away_from_blame(seed):
    _, model, vocabulary = trained(seed)
    E = model.E / np.linalg.norm(model.E, axis=1, keepdims=True)
    praise, blame = (E[[vocabulary[word] for word in words]] for words in (PRAISE, BLAME))
    assert (praise @ praise.T).mean() > 0.3
    assert (praise @ blame.T).mean() < 0


@pytest.mark.parametrize("seed", SEEDS)
def test_sentences_unlike_those_of_the_training_are_guessed_with_confidence(seed):
    _, model, vocabulary = trained(seed)
    right, sure_and_wrong = {}, []
    for cause, examples in LAB.BY_HAND.items():
        prepared = [LAB.prepare(text) for text, _ in examples]
        p = LAB.probability_of_praise(prepared, model, vocabulary)
        hits = (p > 0.5) == [label for _, label in examples]
        right[cause] = hits.mean()
        sure_and_wrong += list(np.maximum(p, 1 - p)[~hits])
    assert right.pop("as in training") == 1
    assert np.mean(list(right.values())) < 0.6
    assert np.mean(sure_and_wrong) > 0.8


def losses_of_both(seed, still):
    """Train the network and its twin in PyTorch, whose second bias moves or stands still."""
    texts, labels, *_ = reviews(seed)
    tokens = [LAB.prepare(text) for text in texts]
    vocabulary = build_vocabulary(tokens)
    indices, mask = vectorize(tokens, vocabulary)
    model = LAB.init_classifier(len(vocabulary), np.random.default_rng(seed), dtype=np.float64)
    twin = LAB.pour(map_leaves(np.copy, model))
    twin.lstm.bias_hh_l0.requires_grad_(not still)
    batches = random_batches(len(tokens), 32, 15, np.random.default_rng(seed))

    def loss_and_grads(model, batch):
        logits, caches = LAB.forward(indices[:, batch], mask[:, batch], model, "mean")
        loss, dlogits = cross_entropy(logits[None], labels[None, batch])
        return loss, LAB.backward(dlogits[0], caches, "mean")

    ours = train(loss_and_grads, model, batches, rate=1e-2)
    optimizer, theirs = torch.optim.Adam(twin.parameters(), lr=1e-2), []
    for batch in batches:
        logits = twin(torch.from_numpy(indices[:, batch]), torch.from_numpy(mask[:, batch]))
        loss = torch.nn.functional.cross_entropy(logits, torch.from_numpy(labels[batch]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        theirs.append(loss.item())
    return np.abs(np.subtract(ours, theirs)).max()


@pytest.mark.parametrize("seed", SEEDS)
def test_pytorch_trains_the_same_network_if_its_second_bias_stands_still(seed):
    assert losses_of_both(seed, still=True) < 1e-10
    assert losses_of_both(seed, still=False) > 1e-5


@pytest.mark.parametrize("name", ["vectorize", "mean_pool", "f1_score"])
def test_answers_in_pytorch_pass_the_check(name):
    answer = runpy.run_path(str(SAMPLE_CLASS / "torch.py"))[name]
    for seed in range(3):
        assert find_problem(answer, EXERCISES[name], seed) is None


def test_a_mistake_in_pytorch_is_named():
    def mean_pool(x, mask):
        return torch.as_tensor(x).requires_grad_().mean(dim=0)

    found = find_problem(mean_pool, EXERCISES["mean_pool"], 0)
    assert found.misconception.id == "MP1"

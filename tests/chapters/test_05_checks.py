"""The checks of assignment 05: any way of drawing is judged, loops end, pairs are called pairs."""

import numpy as np
import pytest

from course_rnn import EOS, decode, sample_index, softmax
from course_rnn.check import EXERCISES, CheckFailed, check
from course_rnn.check.compare import Chances
from course_rnn.check.engine import drawing_for, find_problem
from course_rnn.check.exercises.ch05_language_models import N_DRAWS

SAMPLE_INDEX = EXERCISES["sample_index"]


def by_choice(p, rng):
    return rng.choice(len(p), p=p)


def by_one_of_many(p, rng):
    return int(rng.multinomial(1, p).argmax())


def by_race(p, rng):
    with np.errstate(divide="ignore"):
        return int((rng.exponential(size=len(p)) / p).argmin())


def by_rejection(p, rng):
    while True:
        index = int(rng.integers(len(p)))
        if rng.random() * p.max() < p[index]:
            return index


def drawing(draw, distort=lambda p: p):
    def sample_index(logits, rng, temperature=1.0):
        return draw(distort(softmax(logits / temperature)), rng)

    return sample_index


@pytest.mark.parametrize("draw", [by_choice, by_one_of_many, by_race, by_rejection])
def test_every_correct_way_of_drawing_passes_for_any_seed(draw):
    for number in range(40):
        with drawing_for(number):
            assert find_problem(drawing(draw), SAMPLE_INDEX, 0) is None


def test_false_alarms_are_rarer_than_one_in_a_million_checks():
    events = 0
    for case in SAMPLE_INDEX.cases:
        args = case.draw(np.random.default_rng(0))
        steps = SAMPLE_INDEX.ask(SAMPLE_INDEX.reference, *args)
        for chances in [steps] if isinstance(steps, Chances) else steps:
            assert chances.n_draws == N_DRAWS
            events += 2 * (2 * len(chances.p) - 1)  # too often and too rarely
    assert events * np.exp(-20) < 1e-6


def test_chance_is_bounded_as_the_binomial_distribution_says():
    n, p = 100, 0.3
    log_choose = np.cumsum(np.log(np.arange(n, 0, -1) / np.arange(1, n + 1)))
    k = np.arange(1, n + 1)
    log_pmf = log_choose + k * np.log(p) + (n - k) * np.log(1 - p)
    chances = Chances(np.array([p, 1 - p]), n)
    explained = [chances.explain(np.array([i, n - i]) / n) for i in k]
    first = k[np.flatnonzero(~np.array(explained) & (k > n * p))[0]]
    assert np.exp(log_pmf[first - 1 :]).sum() < np.exp(-20)
    assert np.exp(log_pmf[first - 10 :]).sum() > np.exp(-20)  # and not much too generous


@pytest.mark.parametrize("number", range(5))
def test_wrong_distributions_fail(number):
    def own_number_for_each_sum(p, rng):
        return int((np.cumsum(p) > rng.random(len(p))).argmax())

    def mixed(p):
        return 0.8 * p + 0.2 / len(p)

    with drawing_for(number):
        independent = find_problem(drawing(own_number_for_each_sum), SAMPLE_INDEX, 0)
        assert independent.misconception.id == "SP29"
        assert find_problem(drawing(by_choice, mixed), SAMPLE_INDEX, 0) is not None


@pytest.mark.parametrize("seed", [0, 1, 5, 7, 42, 123])
def test_a_fixed_seed_is_named_whatever_it_is(seed):
    def sample_index(logits, rng, temperature=1.0):
        rng = np.random.default_rng(seed)
        return rng.choice(len(logits), p=softmax(logits / temperature))

    assert find_problem(sample_index, SAMPLE_INDEX, 0).misconception.id == "SP27"


def endless(at_eos):
    def sample_text(step, state, vocabulary, rng, prompt=(EOS,), n_tokens=200, temperature=1.0):
        for token in prompt:
            logits, state = step(np.array([vocabulary[token]]), state)
        written = []
        while True:
            index = sample_index(logits[0], rng, temperature)
            if index == vocabulary[EOS]:
                if at_eos == "continue":
                    continue
                return decode(written, vocabulary)
            written.append(index)
            logits, state = step(np.array([index]), state)

    return sample_text


@pytest.mark.parametrize("at_eos", ["stop", "continue"])
def test_a_text_without_end_is_stopped_and_says_why(at_eos):
    with pytest.raises(CheckFailed, match="what ends your") as failure:
        check(endless(at_eos))
    assert failure.value.misconception_id == "SP54"


def test_reading_everything_anew_for_each_token_is_slow_but_right():
    def sample_text(step, state, vocabulary, rng, prompt=(EOS,), n_tokens=200, temperature=1.0):
        read = [vocabulary[token] for token in prompt]
        while len(read) < len(prompt) + n_tokens:
            now = state
            for index in read:
                logits, now = step(np.array([index]), now)
            index = sample_index(logits[0], rng, temperature)
            if index == vocabulary[EOS]:
                break
            read.append(index)
        return decode(read[len(prompt) :], vocabulary)

    check(sample_text)


def stateful(finish):
    def stateful_batches(indices, n_steps, batch_size):
        return finish(EXERCISES["stateful_batches"].reference(indices, n_steps, batch_size))

    return stateful_batches


@pytest.mark.parametrize("finish", [list, tuple, np.array, lambda pairs: [[*p] for p in pairs]])
def test_pairs_pass_in_any_wrapping(finish):
    check(stateful(finish))


@pytest.mark.parametrize(
    ("finish", "words"),
    [
        (iter, "expected a list of pairs"),
        (lambda pairs: [(x, y.T) for x, y in pairs], r"batches\[0\]\.targets has shape \(3, 4\)"),
        (lambda pairs: pairs[:-1], "batches has 3 items, expected 4: a list of pairs"),
    ],
)
def test_a_wrong_list_of_pairs_is_called_by_its_parts(finish, words):
    with pytest.raises(CheckFailed, match=words):
        check(stateful(finish))


def test_lines_are_short_enough_to_read(capsys):
    for exercise in EXERCISES.values():
        if exercise.chapter == "05_language_models":
            check(exercise.reference)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 100

"""The checks themselves: right answers pass in any style, wrong ones fail and are named."""

import contextlib
import re
import runpy
import time
from pathlib import Path

import numpy as np
import pytest

from course_rnn import RNNParams
from course_rnn.check import EXERCISES, CheckFailed, check
from course_rnn.check.engine import draw, drawing_for, find_problem

EACH_EXERCISE = [pytest.param(exercise, id=name) for name, exercise in EXERCISES.items()]
EACH_MISCONCEPTION = [
    pytest.param(exercise, misconception, id=misconception.id)
    for exercise in EXERCISES.values()
    for misconception in exercise.misconceptions
]
DOCUMENTED = (
    "OH2 OH6 SM1 SM3 SM4 SM5 SM6 SM7 SM8 RC1 RC4 RC5 RC7 RC8 RF1 RF2 RF3".split()
    + "CE2 CE6 CE7 CE8 CE9 RB1 RB2 RB3 RB4 RB6 RB7 RB8 RB11".split()
    + "BB1 BB2 BB3 BB5 BB6 BB8 BB9 BB10 MC1 MC3".split()
    + "LM1 LM3 SP1 SP2 SP3 SP4 SP5 SP7 SP8 SP9 SP10".split()
    + "GF3 GF6 GF7 GB1 GB2 GB3 GB4 GB5 GB7 GB8".split()
    + "CV1 CV2 CV3 CV4 CV5 CV6 CN2 CN3".split()
    + "LF1 LF5 LF6 LF7 LF8 LF9 LF10 LQ3 LQ4 LS1 LS3 LS4 LS5".split()
    + "LB2 LB3 LB4 LB5 LB6 LB7 LB8 LB9 LB11 LB12 LB13 LB14".split()
    + "BI1 BI2 BI3 BI4 BL2 ST1 ST4 SD1".split()
    + "AT1 AT2 AT4 AT5 AT6 AT8 AT9 AT11 AT12 AT13".split()
)


@pytest.mark.parametrize("exercise", EACH_EXERCISE)
@pytest.mark.parametrize("seed", range(3))
def test_reference_passes(exercise, seed):
    assert find_problem(exercise.reference, exercise, seed) is None


@pytest.mark.parametrize("exercise", EACH_EXERCISE)
def test_stub_fails_as_not_written_yet(exercise):
    def stub(*args):
        raise NotImplementedError

    stub.__name__ = exercise.name
    with pytest.raises(CheckFailed, match=f"^{exercise.name} is not written yet"):
        check(stub)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # overflow is what some are about
@pytest.mark.parametrize(("exercise", "misconception"), EACH_MISCONCEPTION)
@pytest.mark.parametrize("seed", range(3))
def test_misconception_fails_and_is_named(exercise, misconception, seed):
    problem = find_problem(misconception.wrong, exercise, seed)
    assert problem is not None
    assert problem.misconception is not None, problem.text
    assert problem.misconception.id == misconception.id
    assert misconception.hint.split()[0] in problem.text
    assert f"[{misconception.id}]" in problem.text


def test_misconceptions_have_ids_and_hints_of_their_own():
    recorded = [m for exercise in EXERCISES.values() for m in exercise.misconceptions]
    assert len({m.id for m in recorded}) == len(recorded)
    assert len({m.hint for m in recorded}) == len(recorded)
    assert set(DOCUMENTED) <= {m.id for m in recorded}


def says(function, *expected):
    with pytest.raises(CheckFailed) as failure:
        check(function)
    for words in expected:
        assert words in re.sub(r"\s+", " ", str(failure.value))
    return failure.value


def test_message_says_what_is_wrong_then_where_then_why():
    def rnn_cell_forward(x_t, a_prev, params):
        return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa + params.ba), None

    text = " ".join(str(says(rnn_cell_forward)).split())
    order = ["entries of a_t differ", "yours", "expected", "Input:", "Waa (5, 5)", "Likely cause:"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_pass_line_names_the_exercise(capsys):
    check(EXERCISES["softmax"].reference)
    assert capsys.readouterr().out.startswith("✓ softmax is right")


def test_forgotten_return():
    def one_hot(indices, n_classes):
        np.eye(n_classes)[indices]

    says(one_hot, "x is None", "return")


def test_wrong_type():
    def one_hot(indices, n_classes):
        return "one-hot"

    says(one_hot, "x is a str, expected an array of shape (6, 7)")


def test_wrong_shape():
    def softmax(logits):
        return np.exp(logits).sum(axis=-1)

    says(softmax, "p has shape (3,), expected (3, 7)")


def test_one_output_where_two_are_expected():
    def rnn_cell_forward(x_t, a_prev, params):
        return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba)

    says(rnn_cell_forward, "expected 2 things", "Return (a_t, cache)")


def test_missing_entries_of_a_dict_are_listed():
    def build_vocabulary(sentences, max_size=None):
        return {"<PAD>": 0}

    says(build_vocabulary, "1 entries, expected", "'<UNK>'", "missing")


def test_error_is_shown_with_the_line_that_raised_it():
    def softmax(logits):
        return logits / undefined_name  # noqa: F821

    says(softmax, "it raised NameError", "`return logits / undefined_name")


def test_unknown_mistake_fails_without_a_guess():
    def softmax(logits):
        return np.full_like(logits, 0.123)

    failure = says(softmax, "entries of p differ")
    assert "Likely cause" not in str(failure)
    assert failure.misconception_id is None


def test_a_grader_draws_other_inputs_for_each_submission():
    def drawn() -> list[tuple]:
        return [args for _, args in draw(EXERCISES["count_rnn_parameters"].cases, seed=0)]

    usual = drawn()
    with drawing_for(1):
        first, again = drawn(), drawn()
    with drawing_for(2):
        second = drawn()
    assert drawn() == usual
    assert first == again
    assert len({str(inputs) for inputs in (usual, first, second)}) == 3


def test_a_function_of_another_process_is_told_which_names_to_replace():
    class Remote:
        __name__ = "rnn_forward"
        replaced = ()

        @contextlib.contextmanager
        def replace_globals(self, functions):
            self.replaced = list(functions)
            yield
            self.replaced = ()

        def __call__(self, x, a0, params):
            assert self.replaced == ["rnn_cell_forward"]
            return EXERCISES["rnn_forward"].reference(x, a0, params)

    check(Remote())


def test_an_error_of_another_process_brings_its_line():
    def count_rnn_parameters(n_x, n_a, n_y):
        error = ZeroDivisionError("division by zero")
        error.student_line = "return n_x / 0"
        raise error

    with pytest.raises(CheckFailed, match="in your line `return n_x / 0`"):
        check(count_rnn_parameters)


def test_two_mistakes_at_once_still_fail():
    def rnn_cell_forward(x_t, a_prev, params):
        return x_t @ params.Wax.T + a_prev @ params.Waa, None

    says(rnn_cell_forward, "entries of a_t differ")


def test_misconception_id_is_on_the_exception():
    def one_hot(indices, n_classes):
        return 1 - np.eye(n_classes)[indices]

    assert says(one_hot).misconception_id == "OH27"


def test_changed_argument_is_reported():
    def rnn_forward(x, a0, params):
        a = np.stack([a0 for a0 in run(x, a0.copy(), params)])
        a0 *= 0
        return a, None

    def run(x, a_t, params):
        for x_t in x:
            a_t = np.tanh(x_t @ params.Wax.T + a_t @ params.Waa.T + params.ba)
            yield a_t

    says(rnn_forward, "changes its argument a0")


def test_memory_between_calls_is_reported():
    calls = []

    def count_rnn_parameters(n_x, n_a, n_y):
        calls.append(1)
        extra = 0 if len(calls) == 1 else 1
        return n_a * n_x + n_a * n_a + n_a + n_y * n_a + n_y + extra

    says(count_rnn_parameters, "two calls with the same input gave different answers")


def test_exit_does_not_end_the_session():
    def softmax(logits):
        raise SystemExit

    says(softmax, "it raised SystemExit")


def test_answers_do_not_depend_on_the_seed_of_numpy():
    np.random.seed(0)  # noqa: NPY002 - what students do
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    check(EXERCISES["rnn_forward"].reference)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (np.zeros(3), "check was given a ndarray: pass the function itself"),
        ("softmax", "check was given a str"),
        (lambda logits: logits, "no exercise called <lambda>"),
    ],
)
def test_wrong_use_of_check(argument, words):
    says(argument, words)


def test_name_with_a_typing_error_is_recognised():
    def soft_max(logits):
        return logits

    says(soft_max, "no exercise called soft_max", "Did you mean softmax?")


def test_earlier_mistake_does_not_count_twice():
    namespace = {"np": np}
    source = """
def rnn_cell_forward(x_t, a_prev, params):
    return np.zeros_like(a_prev), None

def rnn_forward(x, a0, params):
    a = []
    for x_t in x:
        a0, _ = rnn_cell_forward(x_t, a0, params)
        a.append(a0)
    return np.stack(a), None
"""
    exec(source, namespace)
    own_cell = namespace["rnn_cell_forward"]
    check(namespace["rnn_forward"])
    assert namespace["rnn_cell_forward"] is own_cell
    with pytest.raises(CheckFailed):
        check(own_cell)


SAMPLE_CLASS = Path(__file__).parents[2] / "grader" / "sample_class"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("style", ["loops", "vectorised", "concise", "noisy"])
@pytest.mark.parametrize("exercise", EACH_EXERCISE)
def test_right_answers_of_the_sample_class_pass(exercise, style):
    answers = runpy.run_path(str(SAMPLE_CLASS / exercise.chapter / f"{style}.py"))
    for seed in range(3):
        assert find_problem(answers[exercise.name], exercise, seed) is None


def _params_as_tuple(x_t, a_prev, params):
    Wax, Waa, ba = params
    return np.tanh(np.einsum("bx,ax->ba", x_t, Wax) + np.dot(a_prev, Waa.T) + ba), ()


def _column_by_column(x_t, a_prev, params):
    a = np.empty_like(a_prev)
    for b in range(len(x_t)):
        a[b] = np.tanh(params.Wax @ x_t[b] + params.Waa @ a_prev[b] + params.ba)
    return a, {"anything": a}


def _single_precision_and_lists(x_t, a_prev, params: RNNParams):
    both = np.concatenate([a_prev, x_t], axis=1).astype(np.float32)
    Wa = np.concatenate([params.Waa, params.Wax], axis=1).astype(np.float32)
    return [np.tanh(both @ Wa.T + params.ba).tolist(), None]


@pytest.mark.parametrize(
    "style", [_params_as_tuple, _column_by_column, _single_precision_and_lists]
)
def test_right_answers_pass_in_any_style(style):
    assert find_problem(style, EXERCISES["rnn_cell_forward"], 0) is None


def test_each_check_answers_within_two_seconds_of_computing():
    for exercise in EXERCISES.values():
        slowest = exercise.misconceptions[-1].wrong
        start = time.process_time()
        find_problem(slowest, exercise, 0)
        assert time.process_time() - start < 2

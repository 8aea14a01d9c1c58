"""The judge: instructors' tests on proxies, with a process that is forked but not confined."""

import dataclasses
import json
import time
from pathlib import Path

import matplotlib  # noqa: F401, the student's processes are forked with it
import numpy as np
import pytest
import torch  # noqa: F401, and with this
from nbformat import NotebookNode

from course_rnn.check import EXERCISES
from course_rnn.check.engine import find_problem
from grader import course
from grader.intake import read_submission
from grader.judge import SandboxLostError, judge_submission
from grader.policy import Limits, Policy, read_policy
from grader.results import CellResult
from grader.sample_class.transcribe import transcribe
from grader.sources import grading, list_assignments
from tests.attacks import NAME, POINTS
from tests.attacks.section_b import thief
from tests.grader.fake_sandbox import FakeChild, FakeSandbox
from tests.grader.submissions import (
    hand_in,
    hand_in_small,
    released_of,
    small_source,
    solutions_of,
    source_of,
)

USUAL = Policy()
QUICK = Policy(limits=Limits(cell_seconds=1.5, submission_seconds=30))
ASSIGNMENTS = list_assignments(course.SOLUTIONS)


@pytest.fixture(scope="module")
def sandbox() -> FakeSandbox:
    return FakeSandbox()


def judged(sandbox: FakeSandbox, *cells: tuple[str, str], policy: Policy = USUAL, seed: int = 5):
    """Judge a notebook whose answers are what its cells say."""
    source = small_source(*cells)
    return judge_submission(hand_in_small(source), source, sandbox, policy, seed)[0]


def verdict(
    sandbox: FakeSandbox, right: str, answer: str, test: str, policy: Policy = USUAL
) -> CellResult:
    """Judge one answer with one test."""
    source = small_source(("ordinary", "import numpy as np"), ("answer", right), ("test", test))
    return judge_submission(hand_in_small(source, answer), source, sandbox, policy, 5)[0][0]


def passes(sandbox: FakeSandbox, answer: str, test: str) -> bool:
    result = verdict(sandbox, answer, answer, test)
    assert result.status == "passed", result
    return result.points == 2


def test_the_end_of_the_sandbox_is_not_the_students_fault(
    sandbox: FakeSandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(FakeChild, "ending", lambda _: "sandbox")
    with pytest.raises(SandboxLostError, match="ended while it was graded"):
        verdict(sandbox, "f = 1", "import os\nos._exit(0)", "assert f == 1")


# --------------------------------------------------------------------------- what passes through


def test_plain_values_and_variables(sandbox: FakeSandbox):
    assert passes(sandbox, "answer = {'a': (1, 2.5)}", "assert answer == {'a': (1, 2.5)}")
    assert passes(sandbox, "f = lambda x: [x, None]", "assert f('ü') == ['ü', None]")
    assert passes(sandbox, "f = lambda *a, k=1: (a, k)", "assert f(1, 2, k=3) == ((1, 2), 3)")


def test_arrays_keep_type_shape_and_values(sandbox: FakeSandbox):
    test = "y = f(np.ones((2, 3), np.float32))\nassert y.dtype == np.float32 and y.shape == (3, 2)"
    assert passes(sandbox, "def f(x):\n    return x.T", test)
    test = "assert type(f(3)) is np.float64 and f(4) == 2"
    assert passes(sandbox, "import numpy as np\ndef f(x):\n    return np.sqrt(x)", test)


def test_tensors_arrive_as_tensors_there_and_as_arrays_here(sandbox: FakeSandbox):
    answer = "import torch\ndef f(x):\n    assert isinstance(x, torch.Tensor)\n    return x * 2"
    test = "import torch\ny = f(torch.ones(3))\nassert type(y) is np.ndarray and y.sum() == 6"
    assert passes(sandbox, answer, test)


def test_named_tuples_of_the_course_come_back_as_such(sandbox: FakeSandbox):
    answer = "def f(p):\n    return p._replace(ba=p.ba + 1)"
    test = (
        "from course_rnn import RNNParams\np = f(RNNParams(np.eye(2), np.eye(2), np.zeros(2)))\n"
        "assert isinstance(p, RNNParams) and p.ba.tolist() == [1, 1]"
    )
    assert passes(sandbox, answer, test)


def test_callbacks_run_here_and_may_call_the_student_again(sandbox: FakeSandbox):
    answer = (
        "def f(g, n):\n    return n if n == 0 else g(n - 1) + 1\n"
        "def twice(g, x):\n    return g(g(x))"
    )
    test = (
        "assert twice(lambda x: x + 1, 0) == 2\ndef g(n):\n    return f(g, n)\nassert f(g, 6) == 6"
    )
    assert passes(sandbox, answer, test)


def test_the_students_own_function_can_be_handed_to_the_student(sandbox: FakeSandbox):
    answer = "def square(x):\n    return x * x\ndef apply(f, x):\n    return f(x)"
    assert passes(sandbox, answer, "assert apply(square, 3) == 9")


def test_an_exception_of_a_callback_reaches_the_student_and_comes_back(sandbox: FakeSandbox):
    answer = "def safe(f):\n    try:\n        f()\n    except KeyError:\n        return 'caught'"
    test = "def fail():\n    raise KeyError('k')\nassert safe(fail) == 'caught'"
    assert passes(sandbox, answer, test)


def test_a_callback_ends_with_its_call(sandbox: FakeSandbox):
    answer = "kept = []\ndef keep(f):\n    kept.append(f)\ndef later():\n    return kept[0]()"
    test = (
        "keep(lambda: 1)\ntry:\n    later()\nexcept RuntimeError as error:\n"
        "    assert 'ended' in str(error)\nelse:\n    raise AssertionError"
    )
    assert passes(sandbox, answer, test)


def test_threads_may_call_back(sandbox: FakeSandbox):
    answer = (
        "from concurrent.futures import ThreadPoolExecutor\ndef f(g, xs):\n"
        "    with ThreadPoolExecutor(4) as pool:\n        return list(pool.map(g, xs))"
    )
    assert passes(
        sandbox, answer, "assert f(lambda x: x + 1, [1, 2, 3, 4, 5, 6]) == [2, 3, 4, 5, 6, 7]"
    )


COUNTER = """
class Counter:
    step = 1

    def __init__(self, start):
        self.value = start

    def count(self):
        self.value += self.step
        return self.value

    def __call__(self):
        return self.count()

    def __len__(self):
        return self.value

    def __getitem__(self, i):
        if i >= self.value:
            raise IndexError
        return i

def make():
    return Counter(7)
"""


@pytest.mark.parametrize(
    "test",
    [
        "c = Counter(3)\nassert c.count() == 4 and c.value == 4",
        "c = Counter(3)\nc.step = 5\nassert c() == 8",
        "assert isinstance(make(), Counter) and not isinstance(3, Counter)",
        "assert type(make()).__name__ == 'Counter' and 'Counter' in repr(make())",
        "assert len(make()) == 7 and make()[2] == 2 and list(make()) == list(range(7))",
        "assert np.asarray(make()).tolist() == list(range(7))",
        "c = Counter(1)\nd = c\nassert c == d and c != Counter(1)",
        "assert not hasattr(make(), 'missing') and callable(make()) and callable(Counter)",
        "import copy\nassert copy.deepcopy(make()).value == 7",
    ],
)
def test_classes_are_constructed_called_read_and_set(sandbox: FakeSandbox, test: str):
    assert passes(sandbox, COUNTER, test)


def test_generators_are_iterated_here(sandbox: FakeSandbox):
    answer = "def pairs(n):\n    for i in range(n):\n        yield i, i * i"
    assert passes(sandbox, answer, "assert list(pairs(3)) == [(0, 0), (1, 1), (2, 4)]")
    assert passes(sandbox, answer, "g = pairs(9)\nassert next(g) == (0, 0) and next(g) == (1, 1)")


def test_exceptions_arrive_as_the_type_they_are(sandbox: FakeSandbox):
    answer = (
        "class Odd(ValueError):\n    pass\ndef f(kind):\n"
        "    raise {'key': KeyError('k'), 'own': Odd('own'), 'exit': SystemExit(1)}[kind]"
    )
    test = (
        "for kind, expected in (('key', KeyError), ('own', ValueError), ('exit', SystemExit)):\n"
        "    try:\n        f(kind)\n    except expected as error:\n"
        "        assert str(error) in ('own', '1', repr('k'))\n    else:\n        assert False"
    )
    assert passes(sandbox, answer, test)


def test_writes_into_arguments_are_seen(sandbox: FakeSandbox):
    answer = (
        "def f(x, words, table, pair, rng):\n    x += 1\n    words.append('new')\n"
        "    table['k'] = 1\n    pair[0][0] = 9\n    rng.normal()"
    )
    test = (
        "x, words, table, pair = np.zeros(2), ['a'], {}, (np.zeros(1), 2)\n"
        "rng, other = np.random.default_rng(1), np.random.default_rng(1)\n"
        "f(x, words, table, pair, rng)\nother.normal()\n"
        "assert x.tolist() == [1, 1] and words == ['a', 'new'] and table == {'k': 1}\n"
        "assert pair[0].tolist() == [9] and rng.normal() == other.normal()"
    )
    assert passes(sandbox, answer, test)


def test_names_are_bound_anew_at_every_test(sandbox: FakeSandbox):
    results = judged(
        sandbox,
        ("answer", "x = 1"),
        ("test", "assert x == 1"),
        ("answer", "x = 2"),
        ("test", "assert x == 2"),
    )
    assert [result.points for result in results] == [2, 2]


def test_a_test_may_use_what_only_the_student_defines(sandbox: FakeSandbox):
    result = verdict(sandbox, "x = helper = 1", "x = 1\nhelper = 4", "assert helper in (1, 4)")
    assert result.points == 2


def test_instructors_helpers_may_use_the_students_functions(sandbox: FakeSandbox):
    results = judged(
        sandbox,
        ("ordinary", "%matplotlib inline\ndef twice(x):\n    return f(f(x))"),
        ("answer", "def f(x):\n    return x + 1"),
        ("test", "assert twice(1) == 3"),
    )
    assert results[0].points == 2


# ------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    "answer",
    [
        "class Yes:\n    __eq__ = __ne__ = __lt__ = __gt__ = lambda s, o: True",
        "class Yes(float):\n    __eq__ = lambda s, o: True",
        "class Yes:\n    def __array__(self, *a, **k):\n        raise SystemExit",
        "class Yes:\n    __rsub__ = lambda s, o: 0\n    __abs__ = lambda s: 0",
        "class Yes:\n    def __contains__(s, o):\n        return True",
    ],
)
def test_an_object_cannot_vouch_for_itself(sandbox: FakeSandbox, answer: str):
    right, answer = "f = lambda x: 3.0", f"{answer}\nf = lambda x: Yes()"
    for test in ("assert f(1) == 3", "assert np.allclose(f(1), 3)", "assert abs(3 - f(1)) < 1"):
        assert verdict(sandbox, right, answer, test).points == 0


def test_an_alias_of_an_easier_exercise_is_judged_as_what_it_should_be(sandbox: FakeSandbox):
    answers = solutions_of("02_rnn_forward")
    answers["rnn_forward"] = "rnn_forward = softmax"
    results = judge_submission(
        hand_in("02_rnn_forward", answers), source_of("02_rnn_forward"), sandbox, Policy(), 5
    )[0]
    assert [r.points for r in results if r.exercise == "rnn_forward"] == [0, 0]


def test_a_reference_that_was_handed_in_is_of_no_use_later(sandbox: FakeSandbox):
    """rnn_forward is checked with the reference cell; keeping that does not help."""
    answers = solutions_of("02_rnn_forward")
    answers["rnn_cell_forward"] = "kept = []\ndef rnn_cell_forward(*a):\n    return kept[0](*a)"
    answers["rnn_forward"] = "kept.append(0)\n" + answers["rnn_forward"].replace(
        "a, caches = [], []", "a, caches = [], []\n    kept[:] = [rnn_cell_forward]"
    )
    results = judge_submission(
        hand_in("02_rnn_forward", answers), source_of("02_rnn_forward"), sandbox, Policy(), 5
    )[0]
    assert [r.points for r in results if r.exercise == "rnn_cell_forward"] == [0, 0]
    assert [r.points for r in results if r.exercise == "rnn_forward"] == [1, 2]


def test_thieves_of_the_attack_table_would_be_right_if_they_found_something(
    sandbox: FakeSandbox, tmp_path: Path
):
    thief("def steal():\n    return True", in_functions=True)(released_of(NAME), tmp_path)
    intake = read_submission(tmp_path, NAME, released_of(NAME))
    results = judge_submission(intake, source_of(NAME), sandbox, USUAL, 5)[0]
    assert sum(result.points for result in results) == sum(POINTS.values())


# ------------------------------------------------------------------------------- partial credit


@pytest.mark.parametrize(
    ("value", "status", "points"),
    [
        ("1", "partial", 1),
        ("1.5", "partial", 1.5),
        ("np.float64(0.5)", "partial", 0.5),
        ("np.int8(1)", "partial", 1),
        ("np.array(1.25)", "partial", 1.25),
        ("2", "passed", 2),
        ("7", "passed", 2),
        ("-1", "failed", 0),
        ("0", "failed", 0),
        ("np.nan", "not_run", None),
        ("float('inf')", "not_run", None),
    ],
)
def test_a_number_at_the_end_is_the_points(sandbox: FakeSandbox, value, status, points):
    result = verdict(sandbox, "x = 1", "x = 1", f"assert x\n{value}")
    assert (result.status, result.points) == (status, points)


def test_points_that_were_clipped_are_noted(sandbox: FakeSandbox):
    source = small_source(("answer", "x = 7"), ("test", "x"))
    notes = judge_submission(hand_in_small(source), source, sandbox, Policy(), 5)[2]
    assert len(notes) == 1
    assert "7" in notes[0]


@pytest.mark.parametrize("answer", ["x = 'full marks'", "x = None", "class x: pass"])
def test_no_number_where_the_solution_gives_one_is_no_point(sandbox: FakeSandbox, answer: str):
    assert verdict(sandbox, "x = 2", answer, "x").points in (0, None)
    assert verdict(sandbox, "x = 2", answer, "x").status != "passed"


def test_a_value_that_is_no_number_is_full_marks_as_in_nbgrader(sandbox: FakeSandbox):
    assert passes(sandbox, "x = 1", "x == 1")
    assert passes(sandbox, "x = 'text'", "x")


# ------------------------------------------------------------------------------------- messages


def test_a_plain_assert_is_quoted(sandbox: FakeSandbox):
    result = verdict(sandbox, "x = 1", "x = 2", "y = 3\nassert x == 1")
    assert (result.status, result.points) == ("failed", 0)
    assert "assert x == 1" in result.message


def test_the_students_line_is_quoted(sandbox: FakeSandbox):
    result = verdict(sandbox, "f = abs", "def f(x):\n    return 1 / 0", "f(1)")
    assert result.status == "error"
    assert "return 1 / 0" in result.message
    assert "ZeroDivisionError" in result.message


def test_a_name_that_is_missing_is_explained_by_its_cell(sandbox: FakeSandbox):
    result = verdict(sandbox, "f = abs", "def f(:", "f(1)")
    assert result.status == "error"
    assert result.message == "f is not defined: its cell raised SyntaxError."


HIDDEN_TEST = (
    "### BEGIN HIDDEN TESTS\nsecret_word = 'xyzzy'\nassert f(secret_word, 123456) == 654321, "
    "'the plugh message'\n### END HIDDEN TESTS"
)


@pytest.mark.parametrize(
    "answer",
    [
        "f = lambda *a: 0",
        "def f(*a):\n    raise ValueError(f'leak {a}')",
        "def f(*a):\n    raise type('leak_' + a[0], (ValueError,), {})(a)",
        "def f(*a):\n    raise NotImplementedError('answer-1 is not written yet' + str(a))",
        "def f(*a):\n    print(a)\n    return a",
        "def f(*a):\n    raise AssertionError(str(a))",
        "import os, sys\ndef f(*a):\n    os._exit(3)",
        "def f(*a):\n    exec(compile('raise ValueError', f'<ipython-input {a}>', 'exec'))",
        "def f(*a):\n    while True: pass",
        "def f(*a):\n    return Yes",
    ],
)
def test_a_hidden_test_is_never_told(sandbox: FakeSandbox, answer: str):
    source = small_source(("answer", "f = lambda *a: 654321"), ("test", HIDDEN_TEST))
    results, notebook, notes = judge_submission(
        hand_in_small(source, answer), source, sandbox, QUICK, 5
    )
    assert results[0].points == 0
    told = json.dumps([dataclasses.asdict(results[0]), notebook["cells"][-1]["outputs"], notes])
    for secret in ("xyzzy", "secret_word", "123456", "654321", "plugh"):
        assert secret not in told


# ------------------------------------------------------------------------- time, death, memory


def test_an_endless_cell_ends_and_the_next_ones_count(sandbox: FakeSandbox):
    source = small_source(
        ("answer", "x = 1"),
        ("answer", "y = 2"),
        ("test", "assert x == 1"),
        ("test", "assert y == 2"),
    )
    submission = hand_in_small(source, "x = 1\nwhile True: pass", None)
    results, notebook, _ = judge_submission(submission, source, sandbox, QUICK, 5)
    assert [result.points for result in results] == [2, 2]
    assert notebook["cells"][0]["outputs"][-1]["output_type"] == "error"


IGNORES_SIGNALS = """
import signal
for number in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
def f(x):
    while True:
        try:
            while True: pass
        except BaseException: pass
"""


def test_an_endless_call_that_ignores_signals_times_out(sandbox: FakeSandbox):
    source = small_source(
        ("answer", "def g(x):\n    return 1"),
        ("answer", "def f(x):\n    return 1"),
        ("test", "assert f(1) == 1"),
        ("test", "assert g(1) == 1"),
    )
    submission = hand_in_small(source, None, IGNORES_SIGNALS)
    results = judge_submission(submission, source, sandbox, QUICK, 5)[0]
    assert [(result.status, result.points) for result in results] == [("timeout", 0), ("passed", 2)]


def test_an_endless_generator_times_out(sandbox: FakeSandbox):
    answer = "def f():\n    while True: yield 1"
    result = verdict(sandbox, "def f():\n    return [1]", answer, "assert sum(f()) == 1", QUICK)
    assert result.status == "timeout"


def test_slow_cells_stay_within_the_time_of_the_submission(sandbox: FakeSandbox):
    cells = [("answer", f"import time\ntime.sleep(0.4)\nx{i} = 1") for i in range(20)]
    policy = Policy(limits=Limits(cell_seconds=1, submission_seconds=1))
    start = time.monotonic()
    results = judged(sandbox, *cells, ("test", "assert x19 == 1"), policy=policy)
    assert (results[0].status, results[0].points) == ("timeout", 0)
    assert time.monotonic() - start < 6


@pytest.mark.parametrize(
    "end", ["os._exit(0)", "os.kill(os.getpid(), 11)", "os.kill(os.getpid(), 9)"]
)
def test_a_death_in_a_call_costs_that_test_alone(sandbox: FakeSandbox, end: str):
    source = small_source(
        ("answer", "def f(x):\n    return 1"),
        ("answer", "y = 2"),
        ("test", "assert y == 2"),
        ("test", "assert f(1) == 1"),
        ("test", "assert y == 2"),
    )
    submission = hand_in_small(source, f"import os\ndef f(x):\n    {end}", None)
    results = judge_submission(submission, source, sandbox, Policy(), 5)[0]
    assert [result.status for result in results] == ["passed", "killed", "passed"]


def test_a_death_in_a_cell_costs_that_cell_alone(sandbox: FakeSandbox):
    source = small_source(
        ("answer", "x = 1"),
        ("answer", "y = 2"),
        ("test", "assert x == 1"),
        ("test", "assert y == 2"),
    )
    submission = hand_in_small(source, "x = 1", "import os\nos._exit(0)")
    results = judge_submission(submission, source, sandbox, Policy(), 5)[0]
    assert [(r.status, r.points) for r in results] == [("passed", 2), ("error", 0)]


def test_a_death_that_a_test_swallows_is_no_pass(sandbox: FakeSandbox):
    test = "try:\n    f(1)\nexcept BaseException:\n    pass"
    result = verdict(sandbox, "f = abs", "import os\ndef f(x):\n    os._exit(0)", test)
    assert result.status == "killed"


def test_running_out_of_memory_is_said(sandbox: FakeSandbox):
    answer = "import numpy as np\ndef f(x):\n    return np.zeros((1 << 22, 1 << 22, 64))"
    assert verdict(sandbox, "f = abs", answer, "assert f(1) == 1").status == "memory"


def test_an_answer_that_is_too_large_is_an_error(sandbox: FakeSandbox):
    policy = Policy(limits=Limits(answer_mib=1))
    answer = "import numpy as np\ndef f(x):\n    return np.zeros(1 << 20)"
    result = verdict(sandbox, "f = abs", answer, "f(1)", policy)
    assert (result.status, result.points) == ("error", 0)


def test_shapes_cannot_make_the_judge_fill_the_memory(sandbox: FakeSandbox):
    answer = "import numpy as np\nf = lambda: np.zeros((100_000, 1))"
    test = "y = f()\nassert np.allclose(y - y.T, 0)"
    result = verdict(sandbox, "import numpy as np\nf = lambda: np.zeros((2, 1))", answer, test)
    assert (result.status, result.points) == ("failed", 0)


GARBAGE = """
import gc, socket
def f(x):
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket):
            try:
                thing.send(%r)
            except OSError:
                pass
    return 1
"""


@pytest.mark.parametrize("data", [b"\xff" * 50, b"\0" * 8, b"\0\0\0\2\0\0\0\0[]", b"1"])
def test_a_process_that_speaks_nonsense_gets_nothing(sandbox: FakeSandbox, data: bytes):
    result = verdict(sandbox, "f = abs", GARBAGE % data, "assert f(1) == 1", QUICK)
    assert result.status in ("error", "killed", "timeout")
    assert result.points == 0


# ------------------------------------------------------------------------- the instructor's part


@pytest.mark.parametrize(
    "test", ["assert 1 == 2", "undefined_name", "import no_such_module", "f(:"]
)
def test_a_test_that_fails_on_its_own_judges_nobody(sandbox: FakeSandbox, test: str):
    result = verdict(sandbox, "f = abs", "f = len", test)
    assert (result.status, result.points) == ("not_run", None)


def test_a_test_that_is_broken_after_a_call_judges_nobody(sandbox: FakeSandbox):
    result = verdict(sandbox, "f = abs", "f = abs", "y = f(1)\nnp.no_such_function(y)")
    assert result.points is None


def test_a_test_that_hands_over_what_cannot_cross_judges_nobody(sandbox: FakeSandbox):
    result = verdict(sandbox, "f = id", "f = id", "class Thing: pass\nf(Thing())")
    assert result.points is None


def test_results_that_a_test_cannot_use_are_the_students_fault(sandbox: FakeSandbox):
    result = verdict(sandbox, "f = lambda: [1]", "f = lambda: 'x'", "assert f()[0] + 1 == 2")
    assert (result.status, result.points) == ("failed", 0)


def test_every_test_of_the_source_is_judged(sandbox: FakeSandbox):
    source = small_source(("answer", "x = 1"), ("test", "assert x == 1"), ("test", "assert x"))
    submission = hand_in_small(source)
    del submission.notebook["cells"][1]
    assert [r.points for r in judge_submission(submission, source, sandbox, Policy(), 5)[0]] == [
        2,
        2,
    ]


# ------------------------------------------------------------------------------ the assignments


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_solution_gets_full_marks_and_the_stub_nothing(sandbox: FakeSandbox, assignment: str):
    policy = read_policy(course.ROOT / "grader" / "policy.toml", assignment)
    source = source_of(assignment)
    right = hand_in(assignment, solutions_of(assignment))
    for result in judge_submission(right, source, sandbox, policy, 5)[0]:
        assert (result.status, result.points) == ("passed", result.max_points), result
    for result in judge_submission(hand_in(assignment, {}), source, sandbox, policy, 5)[0]:
        assert (result.status in ("failed", "error"), result.points) == (True, 0)
        assert "not written yet" in result.message or "NotImplementedError" in result.message


MISCONCEPTIONS = [
    (exercise.name, misconception.id)
    for exercise in EXERCISES.values()
    for misconception in exercise.misconceptions
]


@pytest.mark.parametrize(("name", "which"), MISCONCEPTIONS)
def test_misconceptions_are_recognised_through_the_wire(
    sandbox: FakeSandbox, name: str, which: str
):
    exercise = EXERCISES[name]
    wrong = next(m.wrong for m in exercise.misconceptions if m.id == which)
    answers = solutions_of(exercise.chapter) | {name: transcribe(wrong, name)}
    submission = hand_in(exercise.chapter, answers)
    submission.notebook["cells"] = own_cells(submission.notebook["cells"], name)
    source = source_of(exercise.chapter)
    own = source | {"cells": own_cells(source.cells, name)}
    results = judge_submission(submission, NotebookNode(own), sandbox, Policy(), 5)[0]
    visible = next(r for r in results if not r.hidden)
    with np.errstate(all="ignore"):
        problem = find_problem(wrong, exercise, seed=0)
    assert visible.misconception == problem.misconception.id == which
    assert sum(r.points for r in results) < exercise.points


def own_cells(cells: list, exercise: str) -> list:
    """Leave the tests of the other exercises out: the canaries run them, too."""
    tests = [cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("locked")]
    others = [
        cell
        for cell in tests
        if not cell["metadata"]["nbgrader"]["grade_id"].startswith(f"{exercise}-")
    ]
    return [cell for cell in cells if cell not in others]


def test_each_submission_has_hidden_inputs_of_its_own_and_the_same_again(sandbox: FakeSandbox):
    """A function that answers only what it saw at the visible check fails the hidden ones."""
    answers = solutions_of("02_rnn_forward")
    answers["count_rnn_parameters"] = (
        "seen = []\ndef count_rnn_parameters(*sizes):\n    seen.append(sizes)\n    return 0"
    )
    submission = hand_in("02_rnn_forward", answers)
    last = [c for c in submission.notebook["cells"] if c["cell_type"] == "code"][-1]
    shows = last | {"id": "student-9", "source": "print(seen)", "metadata": {}}
    submission.notebook["cells"].append(shows)

    def seen(seed: int) -> str:
        notebook = judge_submission(
            submission, source_of("02_rnn_forward"), sandbox, Policy(), seed
        )[1]
        return notebook["cells"][-1]["outputs"][0]["text"]

    assert seen(1) == seen(1)
    assert seen(1) != seen(2)


def test_results_are_equal_byte_by_byte(sandbox: FakeSandbox):
    answers = solutions_of("01_one_hot")
    answers["encode"] = "def encode(*a):\n    raise ValueError(f'{object()} {encode}')"
    submission = hand_in(
        "01_one_hot",
        answers,
        first="import numpy as np\nprint(object(), np.random.rand())\nobject()",
    )

    def result() -> str:
        cells, notebook, notes = judge_submission(
            submission, source_of("01_one_hot"), sandbox, Policy(), 5
        )
        return json.dumps([[dataclasses.asdict(cell) for cell in cells], notebook, notes])

    assert result() == result()


def test_outputs_are_kept_and_bounded(sandbox: FakeSandbox):
    flood = (
        "from IPython.display import display, HTML, Image\nprint('x' * 10_000_000)\n"
        "for i in range(1000): display(HTML('<b>no</b>' * 1000))\n"
        "display({'image/png': 'A' * 9_000_000}, raw=True)\n1 / 0"
    )
    submission = hand_in("01_one_hot", {}, first=flood)
    notebook = judge_submission(submission, source_of("01_one_hot"), sandbox, Policy(), 5)[1]
    outputs = notebook["cells"][0]["outputs"]
    assert outputs[0]["text"].startswith("xxx")
    assert outputs[-1]["ename"] == "ZeroDivisionError"
    assert len(json.dumps(outputs)) < 200_000


def test_figures_are_kept_as_pictures(sandbox: FakeSandbox):
    draws = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    submission = hand_in("01_one_hot", {}, first=draws)
    notebook = judge_submission(submission, source_of("01_one_hot"), sandbox, USUAL, 5)[1]
    assert notebook["cells"][0]["outputs"][0]["data"]["image/png"].startswith("iVBOR")


def test_tests_show_the_pass_line_and_hidden_ones_nothing(sandbox: FakeSandbox):
    submission = hand_in("02_rnn_forward", solutions_of("02_rnn_forward"))
    notebook = judge_submission(submission, source_of("02_rnn_forward"), sandbox, Policy(), 5)[1]
    cells = {grading(c).get("grade_id"): c for c in released_of("02_rnn_forward").cells}
    shown = {c["metadata"].get("nbgrader", {}).get("grade_id"): c for c in notebook["cells"]}
    assert "softmax is right" in shown["softmax-check"]["outputs"][0]["text"]
    assert shown["softmax-hidden"]["outputs"] == []
    assert shown["softmax-hidden"]["source"] == cells["softmax-hidden"]["source"]

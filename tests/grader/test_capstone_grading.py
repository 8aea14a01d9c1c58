"""The capstone as it is graded: nothing to read ahead in, and reasons that reach the student."""

import base64

import matplotlib  # noqa: F401, the student's processes are forked with it
import pytest

from grader import course
from grader.judge import judge_submission
from grader.marks import ClassMarks, Marks, items_of
from grader.pages.feedback import WORDS, render
from grader.policy import Policy, read_policy
from grader.results import GRADED, Result
from grader.run.canaries import canaries
from grader.run.places import Places
from grader.run.snapshot import open_job
from grader.sample_class import run as sample_class_run
from grader.sample_class.run import grade_sample
from grader.sandbox import open_sandbox
from tests.course_rnn.test_capstone import HELD_OUT
from tests.grader.fake_sandbox import FakeSandbox
from tests.grader.submissions import hand_in, hand_in_small, small_source, source_of

NAME = "13_capstone"
SCORES = {
    "ada": 20,  # a GRU for either half
    "ben": 10,  # counting and averaging
    "chloe": 10,  # learned the whole text by heart, the test part too
    "david": 10,  # probabilities where logits belong
    "elif": 4,  # looks the real series up
    "ivan": 0,  # nothing written
    "kofi": 6,  # trains until the loss is zero
}

SPY = '''
import gc, sys


def texts():
    """Yield every text that lies in a frame or a container of this process."""
    frame = sys._getframe()
    while frame is not None:
        yield from frame.f_locals.values()
        frame = frame.f_back
    for thing in gc.get_objects():
        if isinstance(thing, dict):
            yield from list(thing.values())
        elif isinstance(thing, (list, tuple, set)):
            yield from list(thing)


def step(indices, state):
    """Look for the text, whose end is known, instead of predicting it."""
    if state == 5:
        assert not any(isinstance(t, str) and ENDING in t[::-1] for t in texts()), "here!"
    return np.zeros((len(indices), V)), 0 if state is None else state + 1
'''


def verdicts(sandbox, answers: dict[str, str], seed: int = 5):
    policy = read_policy(course.ROOT / "grader" / "policy.toml", NAME)
    results, notebook, _ = judge_submission(
        hand_in(NAME, answers), source_of(NAME), sandbox, policy, seed
    )
    return {result.grade_id: result for result in results}, notebook


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    places = Places(course.course_in(folder), NAME)
    (folder / "source").mkdir()
    (folder / "source" / NAME).symlink_to(course.SOLUTIONS / NAME)
    policy = read_policy(course.ROOT / "grader" / "policy.toml", NAME)
    return open_job(places, policy)


@pytest.mark.parametrize(
    ("planted", "status", "words"),
    [(False, "failed", "bits a character"), (True, "error", "AssertionError")],
    ids=["nothing there", "a text of its own"],
)
def test_a_step_that_searches_its_process_finds_nothing_to_read_ahead_in(
    job, planted, status, words
):
    """Its needle is written backwards, or it would find that."""
    spy = SPY.replace("ENDING", repr(HELD_OUT[:-60:-1]))
    if planted:  # the spy can find things
        spy += f"\nkept = [{HELD_OUT[-200:]!r}]\n"
    with open_sandbox(job.policy, job.library, job.released) as sandbox:
        results, _ = verdicts(sandbox, {"language_model": spy})
    hidden = results["language_model-hidden"]
    assert hidden.points == 0
    assert (hidden.status, words in hidden.message) == (status, True), hidden.message


def test_a_score_says_its_reason_after_a_hidden_test_too():
    test = (
        "### BEGIN HIDDEN TESTS\nfrom course_rnn.capstone import Score\n"
        "Score(answer(), 'not bad at all')\n### END HIDDEN TESTS"
    )
    for given, points, status in ((1, 1, "partial"), (2, 2, "passed"), (0, 0, "failed")):
        source = small_source(("answer", "def answer(): return 2"), ("test", test))
        written = hand_in_small(source, f"def answer(): return {given}")
        (result,), notebook, _ = judge_submission(written, source, FakeSandbox(), Policy(), 5)
        assert (result.status, result.points) == (status, points)
        assert result.message == "answer-0: not bad at all"
        shown = notebook["cells"][1]["outputs"][0]
        assert "not bad at all" in (shown.get("text") or shown["evalue"])
        assert status in WORDS


def test_points_that_a_student_invents_bring_no_words_along():
    test = "### BEGIN HIDDEN TESTS\nanswer()\n### END HIDDEN TESTS"
    lie = "class Score(float):\n    why = 'trust me'\n\ndef answer(): return Score(1)"
    source = small_source(("answer", "def answer(): return 2"), ("test", test))
    (result,), *_ = judge_submission(hand_in_small(source, lie), source, FakeSandbox(), Policy(), 5)
    assert "trust me" not in result.message


def test_canaries_are_the_solution_and_the_stub(job):
    assert [(bird.name, set(bird.wrong.values())) for bird in canaries(job)] == [
        ("solution", set()),
        ("stub", {"the released stub"}),
    ]


def test_the_whole_library_may_be_used(job):
    everything = (
        "from course_rnn import LSTM, sample_text, stacked_forward\nimport course_rnn.plots"
    )
    spied = f"{everything}\nstep = count_step(training)"
    with open_sandbox(job.policy, job.library, job.released) as sandbox:
        results, _ = verdicts(sandbox, {"language_model": spied})
    assert results["language_model-hidden"].points == 4


def test_the_class_gets_what_it_deserves(tmp_path):
    graded = []
    summary = grade_sample(tmp_path, [NAME], graded.append)
    assert sample_class_run.surprises(summary) == []
    assert {item.who: item.result.points for item in graded} == SCORES
    (result,) = summary["assignments"]
    assert (result["auto_max"], result["max_score"]) == (20, 40)
    messages = {
        item.who: {cell.grade_id: cell.message for cell in item.result.cells} for item in graded
    }
    for who, cell in (("chloe", "language_model-hidden"), ("elif", "forecaster-hidden")):
        assert "You trained on the test part" in messages[who][cell]
    assert "step returned probabilities" in messages["david"]["language_model-check"]
    waiting = {item.who for item in graded if item.result.status != "graded"}
    assert waiting == set()


def test_code_that_a_person_reads_is_on_the_page_as_code_with_its_figure():
    marked = ClassMarks(NAME, items_of(source_of(NAME)), ())
    points = {item.name: None if item.by_hand else item.max_points for item in marked.items}
    picture = base64.b64encode(b"\x89PNG").decode()
    cell = {
        "cell_type": "code",
        "source": "draw(my_errors)",
        "metadata": {"nbgrader": {"grade_id": "errors", "solution": True}},
        "outputs": [{"output_type": "display_data", "data": {"image/png": picture}}],
    }
    result = Result("ab", NAME, GRADED, "limits", 0, notebook={"cells": [cell]})
    page = render(Marks("ada", points), marked, result)
    assert '<pre class="code">draw(my_errors)</pre>' in page
    assert f"data:image/png;base64,{picture}" in page
    assert "0 / 0" not in page

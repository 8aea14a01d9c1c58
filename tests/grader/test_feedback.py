"""A student's page: what must be on it, and what must never be."""

import base64
import re
from dataclasses import replace

import pytest

from grader import cli
from grader.marks import ClassMarks, Marks, items_of
from grader.pages.feedback import render
from grader.results import FAILED, UNREADABLE, Result
from grader.run.record import Recorder
from grader.sources import read_source
from tests.grader.classroom import NAME, hand_in, job_of, make_course, result_of

HINT = "exp overflows for large logits: subtract the max of each row before exp. [SM1]"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture
def marked(tmp_path):
    places = make_course(tmp_path)
    return ClassMarks(NAME, items_of(read_source(places.solutions, NAME)), ())


def marks_of(marked, lost=(), essay=1.5, **more):
    points = {item.name: 0.0 if item.name in lost else item.max_points for item in marked.items}
    return Marks("ada", points | {"question": essay}, **more)


def failing(message=HINT, **more):
    result = result_of(lost=("softmax-check", "softmax-hidden"), **more)
    cells = tuple(replace(c, message=message) if c.status == FAILED else c for c in result.cells)
    return replace(result, cells=cells)


def test_it_shows_the_total_the_points_of_each_exercise_and_the_hint(marked):
    lost = ("softmax-check", "softmax-hidden")
    page = text_of(render(marks_of(marked, lost), marked, failing()))
    assert "9.5 of 12 points" in page
    assert "softmax 0 / 2" in page
    assert "rnn_forward 3 / 3" in page
    assert "Check: passed" in page
    assert HINT in page


def test_a_free_text_stands_beside_the_points_and_the_words_of_its_reader(marked):
    marks = marks_of(marked, comments={"question": "Well <argued>."})
    page = render(marks, marked, result_of(answer="Because a<0> is the same."))
    assert "Well &lt;argued&gt;." in page
    assert "Because a&lt;0&gt; is the same." in page
    assert "question 1.5 / 2" in text_of(page)


def test_what_waits_for_a_person_is_neither_zero_nor_full(marked):
    page = text_of(render(marks_of(marked, essay=None), marked, result_of()))
    assert "10 of 10 points so far" in page
    assert "question waits for a person" in page


def test_lateness_is_said_and_taken_off(marked):
    page = text_of(render(marks_of(marked, essay=2.0, penalty=1.2), marked, result_of()))
    assert "10.8 of 12 points" in page
    assert "1.2 points are taken off because it was handed in late" in page


def test_a_persons_mark_stands_above_the_judges(marked):
    page = text_of(render(marks_of(marked), marked, failing()))
    assert "Check: not right yet; marked by a person 1 / 1" in page


def test_a_submission_that_cannot_be_read_is_told_what_to_do(marked):
    result = Result("ab", NAME, UNREADABLE, "limits", 0, reason="It is empty. Save it again.")
    page = text_of(render(Marks("ada", {}), marked, result))
    assert "It is empty. Save it again." in page
    assert "points" not in page.split("No points were given")[0]


def test_nothing_that_a_student_wrote_can_act(marked):
    result = failing(message=EVIL, answer=EVIL)
    cell = next(
        c
        for c in result.notebook["cells"]
        if c.get("id") == "softmax-code"
        or c["metadata"].get("nbgrader", {}).get("grade_id") == "softmax"
    )
    cell["source"] = EVIL
    cell["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": EVIL},
        {"output_type": "error", "ename": EVIL, "evalue": EVIL, "traceback": [EVIL]},
        {"output_type": "display_data", "data": {"text/html": f"<table><td>7{EVIL}</table>"}},
        {"output_type": "display_data", "data": {"image/svg+xml": EVIL, "text/plain": EVIL}},
        {"output_type": "display_data", "data": {"image/png": 'x" onerror="alert(1)'}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
    ]
    marks = replace(marks_of(marked, comments={"question": EVIL}), first_name=EVIL)
    page = render(marks, marked, replace(result, notes=(EVIL,), reason=EVIL))
    assert not re.search(r"<(script|img|svg|iframe|link|object)\b", page)
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert "7" in text_of(page)


def test_a_picture_is_shown_from_the_page_itself(marked):
    result = result_of()
    cell = next(
        c
        for c in result.notebook["cells"]
        if c["metadata"].get("nbgrader", {}).get("grade_id") == "softmax"
    )
    png = base64.b64encode(b"\x89PNG\r\n").decode()
    cell["outputs"] = [{"output_type": "display_data", "data": {"image/png": png + "\n"}}]
    assert f'src="data:image/png;base64,{png}"' in render(marks_of(marked), marked, result)


def test_hidden_tests_are_on_no_page(marked, tmp_path):
    source = (tmp_path / "source" / NAME / f"{NAME}.ipynb").read_text()
    hidden = re.findall(r"check\(\w+, seed=\d+\)|np\.tanh\(2\.0 - 0\.25", source)
    page = render(marks_of(marked), marked, failing())
    assert len(hidden) >= 4
    assert not [text for text in hidden if text in page]


def test_the_command_needs_marks_first(tmp_path, capsys):
    places = make_course(tmp_path)
    hand_in(places, "ada")
    assert cli.main(["feedback", NAME, "--course", str(tmp_path)]) == 2
    assert "`grader run 02_rnn_forward` gives them" in capsys.readouterr().err


def text_of(page):
    page = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_beside_a_page_lies_what_nbgrader_needs_to_hand_it_back(tmp_path):
    places = make_course(tmp_path)
    recorder = Recorder(places, job_of(places))
    (hand_in(places, "ada", "2027-01-31 20:00:00 UTC") / "submission_secret.txt").write_text("s")
    recorder.record({"ada": result_of()})
    recorder.close()
    cli.main(["feedback", NAME, "--course", str(places.root)])
    page = next(places.root.rglob("feedback/ada/*/*.html"))
    kept = {path.name for path in page.parent.iterdir()}
    assert kept == {page.name, "timestamp.txt", "submission_secret.txt"}

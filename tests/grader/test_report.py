"""The page about a class: its numbers against numbers computed another way, and its words."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grader import cli
from grader.marks import ClassMarks, Marks, items_of
from grader.pages.report import Counts, histogram, misunderstandings, render
from grader.pages.statistics import cronbach_alpha, difficulty, discrimination
from grader.results import FAILED, TIMEOUT, UNREADABLE, Result
from grader.sources import read_source
from tests.grader.classroom import NAME, make_course, result_of

# Five students, three exercises; the expected values below are worked out by hand from it.
POINTS = np.array([[2.0, 3, 1], [1, 3, 0], [0, 1, 1], [2, 2, 1], [0, 1, 0]])


@pytest.fixture
def items(tmp_path):
    return items_of(read_source(make_course(tmp_path).solutions, NAME))


def class_of(items, lost_by):
    """A class in which each student has lost some items; None waits."""
    students = []
    for who, lost in lost_by.items():
        points = {item.name: 0.0 if item.name in lost else item.max_points for item in items}
        points["question"] = None if "question" in lost else 1.0
        students.append(Marks(who, points))
    return ClassMarks(NAME, items, tuple(students))


def test_difficulty_is_the_mean_share():
    assert difficulty(POINTS / [2, 3, 1]) == pytest.approx([0.5, 2 / 3, 0.6])


def test_discrimination_is_the_correlation_with_the_sum_of_the_others():
    # rest of exercise 0: 4, 3, 2, 3, 1; deviations 1.4, .4, -.6, .4, -1.6; of 0: 1, 0, -1, 1, -1
    assert discrimination(POINTS)[0] == pytest.approx(4.0 / np.sqrt(4 * 5.2))


def test_alpha_is_what_its_formula_gives_by_hand():
    # variances 1, 1, .3; totals 6, 4, 2, 5, 1 with variance 4.3
    assert cronbach_alpha(POINTS) == pytest.approx(3 / 2 * (1 - 2.3 / 4.3))


def test_identical_exercises_are_perfectly_consistent():
    assert cronbach_alpha(np.repeat(POINTS[:, :1], 4, axis=1)) == pytest.approx(1.0)


@given(arrays(float, st.tuples(st.integers(0, 6), st.integers(1, 4)), elements=st.floats(0, 3)))
def test_small_and_equal_classes_have_no_number_or_a_possible_one(points):
    assert np.isnan(cronbach_alpha(points)) or cronbach_alpha(points) <= 1 + 1e-9
    found = discrimination(points)
    assert found.shape == (points.shape[1],)
    assert np.all(np.isnan(found) | (np.abs(found) <= 1 + 1e-9))


def test_the_histogram_counts_everybody_once():
    bars = histogram([0, 0.5, 7, 10, 10], 10)
    assert [bar.label for bar in bars] == [str(n) for n in range(11)]
    assert [bar.count for bar in bars] == [2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2]
    assert [bar.label for bar in histogram([], 30)][:2] == ["0–2", "3–5"]
    assert sum(bar.count for bar in histogram([0, 29, 30, 31], 30)) == 4


def test_a_misconception_is_counted_once_a_student_with_its_number_and_words(items):
    counts = Counts()
    for who in ("ada", "ben", "cyd"):
        result = result_of(lost=("softmax-check", "softmax-hidden") if who != "cyd" else ())
        cells = [replace(c, misconception="SM4") if c.status == FAILED else c for c in result.cells]
        counts.add(who, replace(result, cells=tuple(cells)))
    (wrong,) = misunderstandings(class_of(items, {"ada": (), "ben": (), "cyd": ()}), counts)
    assert (wrong.number, wrong.title) == ("02.1", "wrong axis")
    assert wrong.students == ("ada", "ben")
    assert wrong.share == pytest.approx(2 / 3)


def test_the_page_says_who_needs_a_person_who_hit_a_limit_and_what_looks_like_tampering(items):
    counts = Counts()
    counts.add("ada", Result("k", NAME, UNREADABLE, "limits", 0, reason="It is empty."))
    slow = [replace(c, status=TIMEOUT) for c in result_of().cells if c.exercise == "softmax"]
    counts.add("ben", replace(result_of(), cells=tuple(slow), flags=("cell 3: <b>imports gc</b>",)))
    marked = class_of(items, {"ada": (), "ben": ("question",)})
    page = render(marked, counts, [{"student": "ben", "seconds": 61.25}])
    assert "<b>imports" not in page
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "ada It is empty." in text
    assert "took too long: ben (softmax)" in text
    assert "ben 61.2 s" in text
    assert "&lt;b&gt;imports gc" in text
    assert "Texts to be read in the formgrader: ben" in text


def test_the_page_loads_nothing_and_runs_nothing(items):
    page = render(class_of(items, {"<script>": ()}), Counts(), [])
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)


def test_a_class_without_points_has_a_page_too(items):
    assert "There are too few students" in render(class_of(items, {}), Counts(), []).replace(
        "there are", "There are"
    )


def test_the_command_needs_marks_first(tmp_path, capsys):
    make_course(tmp_path)
    assert cli.main(["report", NAME, "--course", str(tmp_path)]) == 2
    assert "`grader run 02_rnn_forward` gives them" in capsys.readouterr().err

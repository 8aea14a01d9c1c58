"""The tables of marks: what spreadsheets, Canvas and Moodle make of them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export import LAYOUTS, canvas_table, course_table, moodle_table, safe, write_csv
from grader.marks import ClassMarks, Item, Marks

ITEMS = (
    Item("one_hot-check", "one_hot", 1.0),
    Item("one_hot-hidden", "one_hot", 2.0),
    Item("question", "question", 2.0, by_hand=True),
)


def points(*values):
    return dict(zip([item.name for item in ITEMS], values, strict=True))


CLASS = ClassMarks(
    "01_one_hot",
    ITEMS,
    (
        Marks("ada", points(1.0, 2.0, 1.5), 0.45, None, {}, "Ada", "Lovelace", "ada@x.org", "77"),
        Marks("ben", points(1.0, None, 2.0)),
        Marks("cyd", points(0.0, 0.0, 0.0)),
    ),
)


def read(rows):
    return list(csv.reader(io.StringIO(write_csv(rows))))


def test_the_course_table_has_a_column_for_each_exercise_and_a_total_less_the_penalty():
    header, ada, *_ = read(course_table(CLASS))
    assert header[4:] == [
        "one_hot",
        "question",
        "late penalty",
        "total",
        "maximum",
        "waiting for a person",
    ]
    assert ada == ["ada", "Lovelace", "Ada", "ada@x.org", "3", "1.5", "0.45", "4.05", "5", ""]


def test_a_mark_that_waits_is_empty_and_zero_is_zero():
    _, _, ben, cyd = read(course_table(CLASS))
    assert ben[4:] == ["", "2", "0", "", "5", "one_hot-hidden"]
    assert cyd[4:8] == ["0", "0", "0", "0"]


def test_the_scale_multiplies_every_number_of_points():
    _, ada, *_ = read(course_table(CLASS, scale=20))
    assert ada[4:9] == ["60", "30", "9", "81", "100"]


def test_canvas_gets_the_maximum_in_its_second_row_and_its_own_number_of_the_student():
    header, maximum, ada, ben, _ = read(canvas_table(CLASS))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_one_hot"]
    assert (maximum[0], maximum[5]) == ("Points Possible", "5")
    assert ada == ["Lovelace, Ada", "77", "", "ada", "", "4.05"]
    assert ben == ["ben", "", "", "ben", "", ""]


def test_moodle_can_map_the_number_or_the_address():
    header, ada, *_ = read(moodle_table(CLASS))
    assert header[-1] == "Assignment: 01_one_hot (Real)"
    assert ada == ["Ada", "Lovelace", "77", "ada@x.org", "4.05"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\uff1d1+1", "\ufeff=1", "|x"],
)
def test_no_text_is_taken_for_a_formula(text):
    assert safe(text)[0] not in "=+-@|\t\r\n \uff1d"


@pytest.mark.parametrize("text", ["Ada", "O'Brien", "Müller-Lüdenscheidt", "a=b", "李", ""])
def test_ordinary_names_stay_as_they_are(text):
    assert safe(text) == text


@given(st.text(max_size=30), st.sampled_from(sorted(LAYOUTS)))
def test_whatever_a_student_is_called_the_table_keeps_its_shape(name, layout):
    marks = ClassMarks(name, ITEMS, (Marks(name, points(1.0, 1.0, 1.0), first_name=name),))
    rows = read(LAYOUTS[layout](marks, 1.0))
    assert len({len(row) for row in rows}) == 1
    assert rows[-1][-1] == "3" or rows[-1][-3] == "3"

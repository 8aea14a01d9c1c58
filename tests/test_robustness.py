"""The comparison of attacked graders: its figures are complete, and its page shows them all."""

import json
from pathlib import Path

import nbformat
import papermill
import pytest
from myst_nb.core.read import read_myst_markdown_notebook

from benchmarks import attacks
from tests.attacks import NOTHING, POINTS, Attack

BOOK = Path(__file__).parents[1] / "book"
RESULT = json.loads((BOOK / "results" / "attacks.json").read_text("utf-8"))["result"]


def every_submission():
    return [(row["row"], each) for row in RESULT["rows"] for each in row["submissions"]]


def test_all_seventy_rows_have_a_result():
    assert [row["row"] for row in RESULT["rows"]] == list(range(1, 71))


def test_every_attack_of_the_tests_is_there_with_what_it_deserves():
    shown = {(row, each["title"], each["deserves"]) for row, each in every_submission()}
    assert shown == {(a.row, a.title, attacks.deserved(a)) for a in attacks.every_attack()}


def test_nbgrader_was_asked_or_the_reason_is_given():
    for row, each in every_submission():
        assert each.get("not compared") == attacks.NOT_COMPARED.get(row)
        assert ("nbgrader" in each) != ("not compared" in each)


def test_ours_kept_what_it_promises():
    for row, each in every_submission():
        ours = each["ours"]
        if ours["promised"]:
            wrong = ours["undeserved"], ours["lost"], ours["others"]
            assert not any(wrong), (row, each)


@pytest.mark.parametrize(
    ("got", "deserves", "limit", "wrong"),
    [
        (10.0, 0.0, "", {"undeserved"}),
        (9.0, 10.0, "", {"lost"}),
        (None, 10.0, "", {"lost"}),
        (None, 0.0, "", set()),
        (10.0, None, "", set()),
        (None, 10.0, "memory", set()),
    ],
)
def test_marks_are_wrong_if_they_differ_and_nobody_else_ended_it(got, deserves, limit, wrong):
    found = {"marks": got, "limit": limit, "honest before": 10.0, "honest after": 10.0}
    verdicts = attacks.verdicts(found, deserves)
    assert {what for what, is_so in verdicts.items() if is_so} == wrong


@pytest.mark.parametrize("harmed", ["honest before", "honest after"])
@pytest.mark.parametrize("marks", [None, 9.0])
def test_an_honest_student_who_loses_marks_counts(harmed, marks):
    found = {"marks": 0.0, "limit": "", "honest before": 10.0, "honest after": 10.0}
    assert attacks.verdicts(found | {harmed: marks}, 0.0)["others"]


def test_what_an_attack_deserves_is_the_sum_of_its_points():
    build = lambda released, folder: None  # noqa: E731
    assert attacks.deserved(Attack(1, "", build, POINTS)) == 10
    assert attacks.deserved(Attack(1, "", build, NOTHING)) == 0
    assert attacks.deserved(Attack(1, "", build, "unreadable")) == 0
    assert attacks.deserved(Attack(1, "", build, "review")) is None


def test_both_graders_are_asked_about_the_same_submission():
    (row,) = attacks.run([1])["rows"]
    (asked,) = row["submissions"]
    assert (asked["ours"]["marks"], asked["ours"]["honest after"]) == (0, 10)
    assert (asked["nbgrader"]["marks"], asked["nbgrader"]["honest after"]) == (10, 10)


def test_the_page_shows_every_submission(tmp_path: Path):
    page = read_myst_markdown_notebook((BOOK / "robustness.md").read_text("utf-8"))
    done = papermill.execute_notebook(
        page, str(tmp_path / "page.ipynb"), kernel_name="python3", cwd=BOOK, progress_bar=False
    )
    shown = json.dumps(nbformat.from_dict(done), ensure_ascii=False)
    for row, each in every_submission():
        assert f"| {row} | {each['title']} |" in shown
    for reason in attacks.NOT_COMPARED.values():
        assert reason in shown

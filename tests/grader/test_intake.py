"""Whatever a student hands in, the intake finds what was written or says why it cannot."""

import copy
import json
import os
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.course import ROOT
from grader.intake import Intake, Unreadable, read_submission

NAME = "02_rnn_forward"
TEXT = (ROOT / "notebooks" / "exercises" / NAME / f"{NAME}.ipynb").read_text("utf-8")
RELEASED = nbformat.v4.to_notebook(json.loads(TEXT))
EXERCISES = ("softmax", "rnn_cell_forward", "rnn_forward", "count_rnn_parameters")
ANSWERS = {name: f"def {name}(*arguments):\n    return '{name}', arguments" for name in EXERCISES}
ANSWERS["question"] = "The state at step 1 has read one word only."


def answered(**other):
    """Return a notebook with answers, or with these instead."""
    notebook = json.loads(TEXT)
    for cell in notebook["cells"]:
        cell["source"] = (ANSWERS | other).get(cell["id"], cell["source"])
    return notebook


def place_of(notebook, name):
    return [cell.get("id") for cell in notebook["cells"]].index(name)


def code(source, **more):
    return {"cell_type": "code", "metadata": {}, "source": source, "outputs": []} | more


@pytest.fixture
def hand_in(tmp_path):
    def write(content, name=f"{NAME}.ipynb", **more):
        for at, what in {name: content, **more.pop("files", {})}.items():
            path = tmp_path / "handed in" / at
            path.parent.mkdir(parents=True, exist_ok=True)
            what = json.dumps(what) if isinstance(what, dict) else what
            path.write_bytes(what if isinstance(what, bytes) else what.encode())
        return read_submission(tmp_path / "handed in", NAME, RELEASED, **more)

    return write


def sources(intake):
    assert isinstance(intake, Intake), intake
    return {cell["id"]: cell["source"] for cell in intake.notebook["cells"]}


def assert_complete(intake):
    """All answers are in their cells, in a valid notebook, and nobody needs to look."""
    assert ANSWERS.items() <= sources(intake).items()
    assert intake.review == ""
    nbformat.validate(intake.notebook)


def test_an_ordinary_submission_is_the_released_notebook_with_the_answers(hand_in):
    intake = hand_in(answered())
    assert_complete(intake)
    assert intake.notes == intake.flags == ()
    expected = {cell.id: cell.source for cell in RELEASED.cells} | ANSWERS
    assert sources(intake) == expected
    metadata = [cell["metadata"] for cell in intake.notebook["cells"]]
    assert metadata == [cell.metadata for cell in RELEASED.cells]


def test_nothing_of_the_students_metadata_outputs_and_format_survives(hand_in):
    notebook = answered()
    notebook["metadata"] = {"kernelspec": {"name": "evil", "argv": ["rm"]}, "x": "marker"}
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "marker"]
        cell["metadata"].get("nbgrader", {})["points"] = 99
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "marker"}]
    notebook["cells"].insert(3, code("x = 1", metadata={"tags": ["marker"]}))
    intake = hand_in(notebook)
    assert_complete(intake)
    assert "marker" not in json.dumps(intake.notebook)
    assert '"points": 99' not in json.dumps(intake.notebook)


def test_changed_and_deleted_tests_are_put_back(hand_in):
    notebook = answered(**{"softmax-check": "assert True"})
    del notebook["cells"][place_of(notebook, "softmax-hidden")]
    intake = hand_in(notebook)
    assert_complete(intake)
    assert [c["id"] for c in intake.notebook["cells"]] == [c.id for c in RELEASED.cells]
    assert sources(intake)["softmax-check"] == "check(softmax)"
    assert "softmax-check, softmax-hidden" in intake.notes[0]


def test_an_answer_written_into_a_test_cell_is_found(hand_in):
    notebook = answered(**{"softmax-check": ANSWERS["softmax"] + "\ncheck(softmax)"})
    del notebook["cells"][place_of(notebook, "softmax")]
    intake = hand_in(notebook)
    cells = [cell["source"] for cell in intake.notebook["cells"]]
    own = cells.index(ANSWERS["softmax"] + "\ncheck(softmax)")
    assert cells.index("check(softmax)") == own + 1


def test_a_deleted_answer_is_the_stub_and_a_person_looks(hand_in):
    notebook = answered()
    del notebook["cells"][place_of(notebook, "softmax")]
    intake = hand_in(notebook)
    assert "NotImplementedError" in sources(intake)["softmax"]
    assert "softmax" in intake.review
    assert any("softmax is not in your notebook" in note for note in intake.notes)


@pytest.mark.parametrize("keep", ["ids", "colab ids", "nothing"])
def test_answers_are_found_without_the_marks_of_nbgrader(hand_in, keep):
    notebook = answered()
    for cell in notebook["cells"]:
        name = cell.pop("id")
        cell["metadata"] = {"id": name} if keep == "colab ids" else {}
        if keep == "ids":
            cell["id"] = name
    intake = hand_in(notebook)
    assert_complete(intake)
    assert len(intake.notes) == 1
    assert "lost the marks" in intake.notes[0]


def test_reordered_cells_run_in_the_order_of_the_released_notebook(hand_in):
    notebook = answered()
    notebook["cells"].reverse()
    intake = hand_in(notebook)
    assert_complete(intake)
    assert [c["id"] for c in intake.notebook["cells"]] == [c.id for c in RELEASED.cells]
    assert any("another order" in note for note in intake.notes)


@pytest.mark.parametrize("keep_id", [True, False])
def test_of_copied_cells_the_last_answer_wins_and_the_others_run_where_they_stood(hand_in, keep_id):
    notebook = answered(softmax="def softmax(z):\n    return 'first attempt'")
    at = place_of(notebook, "softmax")
    copies = [copy.deepcopy(notebook["cells"][at]) for _ in range(4)]
    copies[0]["source"] = ANSWERS["softmax"]
    copies[1]["source"] = "helper = 1"
    copies[2]["source"] = RELEASED.cells[at].source
    copies[3]["source"] = ""
    for number, cell in enumerate(copies):
        cell["id"] = "softmax" if keep_id else f"copy-{number}"
    notebook["cells"][at + 1 : at + 1] = copies
    intake = hand_in(notebook)
    assert_complete(intake)
    around = [cell["source"] for cell in intake.notebook["cells"]][at : at + 3]
    assert around == [
        "def softmax(z):\n    return 'first attempt'",
        ANSWERS["softmax"],
        "helper = 1",
    ]
    assert "softmax is there 5 times" in intake.notes[0]


def test_extra_cells_stand_where_they_stood(hand_in):
    notebook = answered()
    notebook["cells"].insert(place_of(notebook, "softmax"), code("before = 1"))
    notebook["cells"].insert(place_of(notebook, "softmax-check"), code("after = 2"))
    notebook["cells"].insert(0, code("first = 0"))
    notebook["cells"].append(code("last = 3"))
    intake = hand_in(notebook)
    assert_complete(intake)
    order = [c["source"] for c in intake.notebook["cells"] if c["cell_type"] == "code"]
    at = order.index(ANSWERS["softmax"])
    assert order[at - 1 : at + 3] == [
        "before = 1",
        ANSWERS["softmax"],
        "after = 2",
        "check(softmax)",
    ]
    assert order[0] == "first = 0"
    assert order[-1] == "last = 3"


def test_an_answer_in_a_new_cell_replaces_the_stub_and_brings_its_helper(hand_in):
    notebook = json.loads(TEXT)
    notebook["cells"] += [code("def helper():\n    return 1"), code(ANSWERS["softmax"])]
    intake = hand_in(notebook)
    order = [cell["source"] for cell in intake.notebook["cells"]]
    at = order.index(ANSWERS["softmax"])
    assert sources(intake)["softmax"] == ANSWERS["softmax"]
    assert order[at - 1] == "def helper():\n    return 1"
    assert any("another cell" in note for note in intake.notes)


def test_answers_merged_into_one_cell_are_not_undone_by_stubs(hand_in):
    merged = "\n\n".join(ANSWERS[name] for name in EXERCISES)
    notebook = json.loads(TEXT)
    notebook["cells"][place_of(notebook, "softmax")]["source"] = merged
    intake = hand_in(notebook)
    code_cells = [c["source"] for c in intake.notebook["cells"] if c["cell_type"] == "code"]
    assert merged in code_cells
    assert not any("NotImplementedError" in source for source in code_cells)
    assert intake.review == ""


def test_a_split_answer_stays_together(hand_in):
    notebook = answered(softmax="def helper(z):\n    return z")
    notebook["cells"].insert(place_of(notebook, "softmax") + 1, code(ANSWERS["softmax"]))
    intake = hand_in(notebook)
    order = [cell["source"] for cell in intake.notebook["cells"]]
    assert order.index("def helper(z):\n    return z") < order.index(ANSWERS["softmax"])
    assert order.index(ANSWERS["softmax"]) < order.index("check(softmax)")


def test_imports_a_student_adds_are_kept_beside_the_instructors(hand_in):
    notebook = answered()
    at = place_of(notebook, "imports")
    own = "import collections\n" + "".join(notebook["cells"][at]["source"])
    notebook["cells"][at]["source"] = own
    intake = hand_in(notebook)
    assert sources(intake)["imports"] == RELEASED.cells[at].source
    assert intake.notebook["cells"][at + 1]["source"] == own


def test_an_answer_below_its_question_or_in_a_cell_of_its_own_reaches_the_reader(hand_in):
    notebook = answered(question=RELEASED.cells[place_of(json.loads(TEXT), "question")].source)
    task = notebook["cells"][place_of(notebook, "question-task")]
    task["source"] = "".join(task["source"]) + "\n\nWritten below the question."
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "And more."})
    texts = list(sources(hand_in(notebook)).values())
    assert "Written below the question." in texts
    assert "And more." in texts


def test_the_type_of_a_cell_may_have_changed(hand_in):
    notebook = answered()
    notebook["cells"][place_of(notebook, "softmax")]["cell_type"] = "raw"
    notebook["cells"][place_of(notebook, "question")]["cell_type"] = "code"
    intake = hand_in(notebook)
    assert_complete(intake)
    assert sum("another type" in note for note in intake.notes) == 2


def test_pictures_in_an_answer_are_kept_and_nothing_else(hand_in):
    notebook = answered()
    notebook["cells"][place_of(notebook, "question")]["attachments"] = {
        "a.png": {"image/png": "aGVsbG8="},
        "b.html": {"text/html": "<script>alert(1)</script>"},
        "c.png": {"image/png": '"><script>'},
        "d.png": 7,
    }
    intake = hand_in(notebook)
    [cell] = [cell for cell in intake.notebook["cells"] if cell["id"] == "question"]
    assert cell["attachments"] == {"a.png": {"image/png": "aGVsbG8="}}


def with_strange_numbers():
    return json.dumps(answered()).replace('"outputs": []', '"outputs": [NaN, Infinity, 1e999]')


def as_format_3():
    cells = answered()["cells"]
    for cell in cells:
        del cell["id"]
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}], "metadata": {}})


WHOLE = json.dumps(answered())
DAMAGED_BUT_WHOLE = {
    "byte-order mark": b"\xef\xbb\xbf" + WHOLE.encode(),
    "UTF-16": WHOLE.encode("utf-16"),
    "UTF-16 without mark": WHOLE.encode("utf-16-be"),
    "UTF-32": WHOLE.encode("utf-32"),
    "CRLF": json.dumps(answered(), indent=1).replace("\n", "\r\n"),
    "CRLF in cells": WHOLE.replace("\\n", "\\r\\n"),
    "NaN": with_strange_numbers(),
    "format 3": as_format_3(),
    "minor 99": WHOLE.replace('"nbformat_minor": 5', '"nbformat_minor": 99'),
    "major 7": WHOLE.replace('"nbformat": 4', '"nbformat": 7'),
    "no kernelspec": json.dumps(answered() | {"metadata": {}}),
    "no metadata": json.dumps({"cells": answered()["cells"]}),
    "null metadata": json.dumps(answered() | {"metadata": None}),
    "null character": WHOLE.replace("Assignment", "Assign\\u0000ment"),
    "raw control character": WHOLE.replace("Assignment", "Assign\x01\tment"),
    "lone surrogate": WHOLE.replace("Assignment", "Assign\\ud800ment"),
    "end missing": WHOLE[: WHOLE.rindex("metadata")],
    "strange cells": WHOLE.replace('"cells": [', '"cells": [7, null, [], {}, {"source": {}}, '),
}


@pytest.mark.parametrize("content", DAMAGED_BUT_WHOLE.values(), ids=DAMAGED_BUT_WHOLE)
def test_what_editors_and_transfers_do_to_a_file_is_undone(hand_in, content):
    intake = hand_in(content)
    assert_complete(intake)
    assert not any("\0" in text or "\r" in text for text in sources(intake).values())
    json.dumps(intake.notebook, ensure_ascii=False).encode()


def test_letters_in_another_encoding_do_not_hide_the_code(hand_in):
    content = json.dumps(answered(question="größer"), ensure_ascii=False).encode("cp1252")
    intake = hand_in(content)
    assert sources(intake)["question"] == "größer"
    assert any("UTF-8" in note for note in intake.notes)


UNREADABLE = {
    "no bytes": (b"", "is empty"),
    "null bytes": (bytes(1000), "is empty"),
    "half of it": (json.dumps(answered(), indent=1)[:9000], "breaks off in line"),
    "a bracket too many": (json.dumps(answered(), indent=1).replace("[", "]", 1), "is damaged in"),
    "merge": ("{\n<<<<<<< HEAD\n}", "unfinished merge"),
    "no notebook": ("def softmax(): pass", "not a Jupyter notebook"),
    "a list": ("[1, 2]", "not a notebook with cells"),
    "no cells": ('{"cells": []}', "not a notebook with cells"),
    "cells of a wrong type": ('{"cells": {"a": 1}}', "not a notebook with cells"),
    "deep nesting": ("[" * 200_000, "nested too deeply"),
    "deep nesting in a cell": ('{"cells": [{"metadata": ' + '{"a":' * 100_000, "nested too deeply"),
    "a huge number": ('{"cells": ' + "9" * 10_000 + "}", "is damaged"),
    "a bomb of brackets": ("[" + "[]," * 3_000_000, "holds too much"),
    "zip": (b"PK\x03\x04....", "zip archive"),
    "web page": ("<!DOCTYPE html><html>", "web page"),
    "PDF": (b"%PDF-1.7", "PDF"),
}


@pytest.mark.parametrize(("content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_named_in_words_for_the_student(hand_in, content, reason):
    unreadable = hand_in(content)
    assert isinstance(unreadable, Unreadable)
    assert reason in unreadable.reason
    assert len(unreadable.digest) == 64


def test_a_huge_file_is_refused_before_it_is_read(hand_in, tmp_path):
    hand_in("")
    os.truncate(tmp_path / "handed in" / f"{NAME}.ipynb", 500 * 2**20)
    unreadable = read_submission(tmp_path / "handed in", NAME, RELEASED)
    assert "larger than 64 MiB" in unreadable.reason


def test_a_notebook_of_another_assignment_is_named(hand_in):
    other = ROOT / "notebooks" / "exercises" / "01_one_hot" / "01_one_hot.ipynb"
    unreadable = hand_in(other.read_text("utf-8"))
    assert f"is not the notebook of {NAME}" in unreadable.reason
    assert "Assignment 01" in unreadable.reason
    notebook = json.loads(other.read_text("utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    assert isinstance(hand_in(notebook), Unreadable)


@pytest.mark.parametrize("name", [f"{NAME} (1).ipynb", f"a/b/{NAME}.ipynb", "Übung \n2.IPYNB"])
def test_a_renamed_or_nested_notebook_is_found(hand_in, name):
    intake = hand_in(answered(), name)
    assert_complete(intake)
    assert any("Your notebook is called" in note and "\n" not in note for note in intake.notes)


def test_of_two_notebooks_the_fuller_one_is_graded(hand_in):
    intake = hand_in(TEXT, files={f"{NAME} (1).ipynb": answered()})
    assert_complete(intake)
    assert any("2 notebooks" in note for note in intake.notes)
    assert_complete(hand_in(TEXT, "x.ipynb", files={f"{NAME}.ipynb": answered()}))


def test_a_damaged_notebook_beside_a_readable_one_needs_a_person(hand_in):
    intake = hand_in(TEXT, files={"mine.ipynb": json.dumps(answered())[:9000]})
    assert "mine.ipynb breaks off" in intake.review


def test_two_notebooks_with_different_answers_need_a_person(hand_in):
    other = answered(softmax="def softmax(z):\n    return 2")
    intake = hand_in(answered(), files={f"{NAME} (1).ipynb": other})
    assert sources(intake)["softmax"] == ANSWERS["softmax"]
    assert "different answers" in intake.review


def test_files_beside_the_notebook_are_named_and_left_out(hand_in):
    beside = {"numpy.py": "evil", "data/x.csv": "1", ".ipynb_checkpoints/a.ipynb": "{}"}
    intake = hand_in(answered(), files=beside | {"__MACOSX/._a.ipynb": "x"})
    assert_complete(intake)
    assert intake.notes == ("Files beside the notebook were not used: data/x.csv, numpy.py.",)


def test_links_pipes_and_linked_folders_are_refused(hand_in, tmp_path):
    outside = tmp_path / "outside.ipynb"
    outside.write_text(json.dumps(answered()))
    folder = tmp_path / "handed in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.ipynb")
    (folder / f"{NAME}.ipynb").symlink_to(outside)
    (folder / "up").symlink_to(tmp_path)
    assert "Links and special" in read_submission(folder, NAME, RELEASED).reason
    intake = hand_in(answered(), "real.ipynb")
    assert_complete(intake)
    assert any("Links and special files" in note and "pipe.ipynb" in note for note in intake.notes)
    (tmp_path / "link").symlink_to(folder)
    assert isinstance(read_submission(tmp_path / "link", NAME, RELEASED), Unreadable)


def test_a_folder_without_a_notebook_says_what_is_there(hand_in, tmp_path):
    assert "no folder" in read_submission(tmp_path / "nobody", NAME, RELEASED).reason
    (tmp_path / "empty").mkdir()
    assert "no file" in read_submission(tmp_path / "empty", NAME, RELEASED).reason
    assert "homework.py" in hand_in("x = 1", "homework.py").reason


def test_a_cell_nobody_could_have_written_is_left_out_and_a_person_looks(hand_in):
    intake = hand_in(answered(softmax="x = 1\n" * 50_000))
    assert sources(intake)["softmax"] == ""
    assert "too long" in intake.review
    notebook = answered()
    notebook["cells"] += [code(f"x = {number}") for number in range(1000)]
    intake = hand_in(notebook)
    assert len(intake.notebook["cells"]) < 400
    assert "too many cells" in intake.review
    notebook["cells"][-1000:] = [code("def f(): pass\n" * 5000) for _ in range(50)]
    intake = hand_in(notebook)
    assert len(json.dumps(intake.notebook)) < 500_000
    assert "too many cells" in intake.review


def test_an_answer_in_another_language_is_said_to_be_one(hand_in):
    notebook = answered() | {"metadata": {"kernelspec": {"language": "R", "name": "ir"}}}
    assert any("written in r" in note for note in hand_in(notebook).notes)


def test_what_is_handed_in_is_named_by_its_bytes_not_by_its_place(hand_in, tmp_path):
    one, again = hand_in(answered()), hand_in(answered())
    assert one == again
    assert one.digest != hand_in(answered(softmax="x = 1")).digest
    empty = [tmp_path / "a", tmp_path / "b"]
    for folder in empty:
        folder.mkdir()
        (folder / "x.ipynb").write_text(folder.name)
    first, second = (read_submission(folder, NAME, RELEASED).digest for folder in empty)
    assert first != second


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_damage_to_the_bytes_raises(data, tmp_path_factory):
    content = bytearray(WHOLE.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 50))
        content[at : at + length] = data.draw(st.binary(max_size=20))
    folder = tmp_path_factory.mktemp("damaged")
    (folder / f"{NAME}.ipynb").write_bytes(content)
    assert_is_an_answer(folder)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_value_in_the_place_of_another_raises(data, tmp_path_factory):
    notebook: dict | list = answered()
    node, depth = notebook, data.draw(st.integers(1, 5))
    for _ in range(depth):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        parent, node = node, node[key]
        if not isinstance(node, (dict, list)) or not node:
            break
    parent[key] = data.draw(JSON)
    folder: Path = tmp_path_factory.mktemp("strange")
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    assert_is_an_answer(folder)


def assert_is_an_answer(folder):
    answer = read_submission(folder, NAME, RELEASED, ("numpy",))
    assert "cannot be read (" not in getattr(answer, "reason", "")
    if isinstance(answer, Intake):
        nbformat.validate(answer.notebook)
        assert {cell.id for cell in RELEASED.cells} <= {c["id"] for c in answer.notebook["cells"]}
        json.dumps(answer.notebook, ensure_ascii=False).encode()

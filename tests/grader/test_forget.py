"""A student who asks for it is forgotten: everything goes, and nobody else's."""

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grader import cli
from grader.run.places import Places
from grader.run.record import Recorder
from grader.run.store import Store
from tests.grader.classroom import NAME, hand_in, job_of, make_course, result_of

KEYS = {"zuzana": "ab" * 32, "bob": "cd" * 32, "eve": "cd" * 32}  # bob and eve wrote the same


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = make_course(tmp_path)
    recorder = Recorder(places, job_of(places))
    for student, key in KEYS.items():
        hand_in(places, student)
        recorder.record({student: result_of(key=key)})
        Store(places.results, NAME).note({"key": key, "student": student})
        earlier = places.own / "submitted-earlier" / student / NAME
        earlier.mkdir(parents=True)
        (earlier / "old.ipynb").write_text("{}")
    recorder.close()
    return places


def forget(places: Places, *arguments: str) -> int:
    return cli.main(["forget", *arguments, "--course", str(places.root)])


def files(places: Places) -> set[str]:
    return {str(path.relative_to(places.root)) for path in places.root.rglob("*")}


def naming(places: Places, student: str) -> list[str]:
    """List the files that name a student, in their own name or in what they contain."""
    found = [path for path in places.root.rglob("*") if student in path.name]
    texts = [p for p in places.root.rglob("*") if p.suffix in (".json", ".jsonl", ".html", ".db")]
    return [str(path) for path in found + [p for p in texts if student.encode() in p.read_bytes()]]


def students(places: Places) -> set[str]:
    with Gradebook(places.database) as book:
        return {student.id for student in book.students}


def test_without_yes_it_only_lists(places, capsys):
    before = files(places)
    assert forget(places, "zuzana") == 0
    assert str(places.submitted("zuzana").parent) in capsys.readouterr().out
    assert files(places) == before
    assert students(places) == set(KEYS)


def test_everything_about_a_student_goes_and_all_of_the_others_stays(places):
    others = {path for path in files(places) if "zuzana" not in path and KEYS["zuzana"] not in path}
    assert forget(places, "zuzana", "--yes") == 0
    assert students(places) == {"bob", "eve"}
    assert not [path for path in naming(places, "zuzana") if not path.endswith("gradebook.db")]
    assert not Store(places.results, NAME).path(KEYS["zuzana"]).exists()
    assert others <= files(places)


def test_a_result_that_another_student_has_too_stays(places):
    assert forget(places, "bob", "--yes") == 0
    assert Store(places.results, NAME).load(KEYS["eve"])
    assert forget(places, "eve", "--yes") == 0
    assert not Store(places.results, NAME).path(KEYS["eve"]).exists()


@pytest.mark.parametrize("student", ["nobody", "..", ".", "", "../submitted", "*"])
def test_a_name_that_is_no_students_removes_nothing(places, student):
    before = files(places)
    assert forget(places, student, "--yes") == 1
    assert files(places) == before

"""The recorder: every row set from the result, what people entered kept, nothing done twice."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy.exc import DataError, SQLAlchemyError

from grader.policy import Late, Policy
from grader.results import REVIEW, UNREADABLE
from grader.run.gradebook import Book, Entry
from grader.run.grading import record_all
from grader.run.job import read_notebooks
from grader.run.places import Places
from grader.run.record import Recorder
from grader.run.store import Store
from grader.run.task import Graded
from tests.grader.classroom import NAME, TESTS, hand_in, job_of, make_course, result_of

DUE = datetime(2027, 2, 1, 12, tzinfo=UTC)
LATE = Policy(due=DUE, late=Late(grace_minutes=15, per_day=0.1, cap=0.5))


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """Start Debian's server on a socket in a temporary folder; yield the URL of a database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))
    who = []
    if os.getuid() == 0:  # the server refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        who = ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
    data, quiet = folder / "data", {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*who, programs / "initdb", "-D", data, "-U", "grader", "-A", "trust"], **quiet)
    start = [*who, programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*start, "-o", f"-k {folder} -c listen_addresses=''", "start"], **quiet)
    try:
        yield f"postgresql://grader@/postgres?host={folder}"
    finally:
        subprocess.run([*start, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    made = make_course(tmp_path)
    if request.param == "postgresql":
        import psycopg2

        server = request.getfixturevalue("postgres")
        name = f"gradebook_{abs(hash(tmp_path))}"
        connection = psycopg2.connect(server)
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
        connection.close()
        url = server.replace("postgresql:", "postgresql+psycopg2:").replace(
            "/postgres?", f"/{name}?"
        )
        made.config.CourseDirectory.db_url = url
    return made


def rows(places: Places, student: str) -> dict[str, tuple]:
    with Gradebook(places.database, "course_rnn") as book:
        (notebook,) = book.find_submission(NAME, student).notebooks
        return {
            grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for grade in notebook.grades
        }


def penalty(places: Places, student: str) -> float:
    with Gradebook(places.database, "course_rnn") as book:
        return book.find_submission(NAME, student).late_submission_penalty


def comments(places: Places, student: str) -> dict[str, str | None]:
    with Gradebook(places.database, "course_rnn") as book:
        (notebook,) = book.find_submission(NAME, student).notebooks
        return {comment.name: comment.comment for comment in notebook.comments}


def record(places: Places, student: str, result: object, policy: Policy | None = None) -> bool:
    recorder = Recorder(places, job_of(places, policy))
    try:
        return recorder.record({student: result}) == 1
    finally:
        recorder.close()


def grade_by_hand(places: Places, student: str, cell: str, points: float, **more: object) -> None:
    with Gradebook(places.database, "course_rnn") as book:
        grade = book.find_grade(cell, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        for name, value in more.items():
            setattr(grade, name, value)
        book.db.commit()


def own_settings(places: Places) -> dict[str, str]:
    return dict(places.config.CourseDirectory)


def test_every_row_is_set_and_nothing_is_done_twice(places: Places):
    hand_in(places, "ada")
    result = result_of(lost=("softmax-hidden",), answer="because")
    assert record(places, "ada", result)
    held = rows(places, "ada")
    assert held.pop("question") == (None, None, True)
    assert held == {
        name: (0.0 if name == "softmax-hidden" else float(points), None, False)
        for name, points in TESTS.items()
    }
    notebook = json.loads((places.autograded("ada") / f"{NAME}.ipynb").read_text())
    assert [cell["id"] for cell in notebook["cells"]] == [c["id"] for c in result.notebook.cells]
    assert not record(places, "ada", result)
    assert Store(places.results, NAME).assigned("ada") == result.key


def test_an_unanswered_question_needs_nobody(places: Places):
    hand_in(places, "ivan")
    record(places, "ivan", result_of())
    assert rows(places, "ivan")["question"] == (0.0, None, False)
    assert comments(places, "ivan")["question"] == "No response."


def test_what_people_entered_stays_and_a_changed_notebook_is_shown_to_them_again(places: Places):
    hand_in(places, "ada")
    first = result_of(answer="because")
    record(places, "ada", first)
    grade_by_hand(places, "ada", "question", 1.5, extra_credit=0.5)
    with Gradebook(places.database, "course_rnn") as book:
        book.find_comment("question", NAME, NAME, "ada").manual_comment = "well said"
        book.db.commit()
    assert not record(places, "ada", first)
    assert rows(places, "ada")["question"] == (None, 1.5, False)
    second = result_of(lost=("rnn_forward-check",), answer="since", key="cd" * 32)
    assert record(places, "ada", second)
    assert rows(places, "ada")["question"] == (None, 1.5, True)
    assert rows(places, "ada")["rnn_forward-check"] == (0.0, None, False)
    assert comments(places, "ada")["question"] == "well said"
    with Gradebook(places.database, "course_rnn") as book:
        assert book.find_submission(NAME, "ada").score == 9 + 1.5 + 0.5


def test_what_was_not_judged_is_neither_zero_nor_full(places: Places):
    hand_in(places, "ada")
    record(places, "ada", result_of())
    whole = result_of(key="cd" * 32)
    cells = tuple(
        replace(cell, points=None, message="the test itself failed")
        if cell.grade_id == "softmax-check"
        else cell
        for cell in whole.cells
        if cell.grade_id != "rnn_forward-check"
    )
    record(places, "ada", replace(whole, cells=cells))
    held = rows(places, "ada")
    assert held["softmax-check"] == held["rnn_forward-check"] == (None, None, True)
    assert "softmax-check waits for a person: the test" in comments(places, "ada")["softmax"]


def test_an_unreadable_file_loses_the_points_of_the_file_before_it(places: Places):
    hand_in(places, "lena")
    record(places, "lena", result_of(answer="because"))
    bad = replace(
        result_of(key="cd" * 32),
        status=UNREADABLE,
        reason="it breaks off\0 \ud800",
        cells=(),
        notebook=None,
    )
    assert record(places, "lena", bad)
    assert set(rows(places, "lena").values()) == {(None, None, True)}
    assert comments(places, "lena")["softmax"].startswith("it breaks off")
    assert not record(places, "lena", bad)


def test_a_person_looks_at_all_of_a_submission_under_review(places: Places):
    hand_in(places, "ada")
    record(places, "ada", replace(result_of(), status=REVIEW, reason="two notebooks"))
    assert rows(places, "ada")["softmax-check"] == (1.0, None, True)
    assert comments(places, "ada")["softmax"].startswith("two notebooks")


def test_lateness_costs_what_the_policy_says(places: Places):
    times = {
        "ada": "2027-02-01 12:14:00 UTC",
        "ben": "2027-02-01 12:16:00 UTC",
        "chloe": "2027-02-03T14:00:00+02:00",
        "david": "2027-03-01 12:00:00 UTC",
        "elif": "",
    }
    for student, stamp in times.items():
        hand_in(places, student, stamp)
        record(places, student, result_of(), LATE)
    assert [penalty(places, student) for student in times] == pytest.approx([0, 1, 2, 5, 0])
    grade_by_hand(places, "ben", "question", 2)
    assert record(places, "ben", result_of(), LATE)
    assert penalty(places, "ben") == pytest.approx(1.2)
    with Gradebook(places.database, "course_rnn") as book:
        book.grant_extension(NAME, "ben", days=1)
    assert record(places, "ben", result_of(), LATE)
    assert penalty(places, "ben") == 0
    assert not record(places, "ben", result_of(), LATE)
    assert (places.autograded("ben") / "timestamp.txt").read_text() == times["ben"]


def test_changed_tests_are_entered_and_removed_ones_are_refused(places: Places):
    hand_in(places, "ada")
    record(places, "ada", result_of())
    path = places.solutions / NAME / f"{NAME}.ipynb"
    source = json.loads(path.read_text())
    cell = next(c for c in source["cells"] if c["id"] == "softmax-hidden")
    cell["source"] += "\n# another"
    path.write_text(json.dumps(source))
    shutil.copyfile(path, job_of(places).source)
    read_notebooks.cache_clear()
    with Gradebook(places.database, "course_rnn") as book:
        before = book.find_submission(NAME, "ada").id
    assert not record(places, "ada", result_of())
    with Gradebook(places.database, "course_rnn") as book:
        assert book.find_submission(NAME, "ada").id == before
        assert book.find_source_cell("softmax-hidden", NAME, NAME).source.endswith("# another")


def test_a_broken_transaction_leaves_nothing(places: Places, monkeypatch: pytest.MonkeyPatch):
    hand_in(places, "ada")
    recorder = Recorder(places, job_of(places))
    monkeypatch.setattr(
        recorder._book, "_update", lambda _: (_ for _ in ()).throw(SQLAlchemyError("lost"))
    )
    with pytest.raises(SQLAlchemyError):
        recorder.record({"ada": result_of()})
    monkeypatch.undo()
    assert Store(places.results, NAME).assigned("ada") is None
    assert Store(places.results, NAME).load(result_of().key) == result_of()
    assert recorder.record({"ada": result_of()}) == 1
    recorder.close()
    assert rows(places, "ada")["softmax-check"] == (1.0, None, False)


def test_formgrader_feedback_and_export_read_what_was_recorded(tmp_path: Path):
    from nbgrader.apps.api import NbGraderAPI

    places = make_course(tmp_path)
    hand_in(places, "ada", "2027-02-01 12:00:00 UTC")
    record(places, "ada", result_of(lost=("softmax-check",), answer="because"))
    (shown,) = NbGraderAPI(config=places.config).get_submissions(NAME)
    assert (shown["score"], shown["max_score"], shown["needs_manual_grade"]) == (9, 12, True)
    assert shown["autograded"]
    (notebook,) = NbGraderAPI(config=places.config).get_notebook_submissions(NAME, NAME)
    assert notebook["student"] == "ada"
    settings = (f"c.CourseDirectory.{k} = {v!r}\n" for k, v in own_settings(places).items())
    (tmp_path / "nbgrader_config.py").write_text("".join(settings))
    environment = {**os.environ, "PATH": f"{Path(os.sys.executable).parent}:{os.environ['PATH']}"}
    for command in (["generate_feedback", NAME], ["export"]):
        made = subprocess.run(
            [os.sys.executable, "-m", "nbgrader", *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env=environment,
        )
        assert made.returncode == 0, made.stderr
    assert "9.0" in (tmp_path / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert ",9.0," in (tmp_path / "grades.csv").read_text()


def test_one_submission_that_the_gradebook_refuses_keeps_no_other_from_its_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    places = make_course(tmp_path)
    job = job_of(places)
    real = Book.write

    def refuse_ben(book: Book, entries: Iterable[Entry]) -> None:
        entries = list(entries)
        if "ben" in {entry.student for entry in entries}:
            raise DataError("insert", {}, ValueError("too long"))
        real(book, entries)

    monkeypatch.setattr(Book, "write", refuse_ben)
    done = [Graded(who, result_of(), True, 0.0) for who in ("ada", "ben", "chloe")]
    outcome = record_all(places, job, [], FakePool(done), lambda _: None)
    assert outcome.recorded == 2
    assert outcome.results["ben"].reason == "The gradebook does not take it (too long)."
    assert rows(places, "chloe")["softmax-check"] == (1.0, None, False)


class FakePool:
    """Has done everything already."""

    def __init__(self, done: list[Graded]) -> None:
        self.run = lambda _: iter(done)

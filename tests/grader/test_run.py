"""`grader run` as an instructor uses it, killed and broken as it happens."""

import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader import cli, course
from grader.run.places import Places
from grader.run.store import Store
from grader.sample_class.build import write_submissions
from grader.sample_class.roster import ROSTER
from tests.attacks.section_e import wrong_without_tests
from tests.grader.classroom import NAME, make_course

CLASS = ("ada", "chloe", "david", "hana", "julia", "lena", "mateo", "nora")
STUDENTS = [entry for entry in ROSTER[NAME] if entry.student in CLASS]
COMMAND = [sys.executable, "-m", "grader.cli", "run", NAME]
QUIET = {"stdout": subprocess.DEVNULL}  # what went wrong is shown by pytest


def make_class(folder: Path) -> Places:
    """Make a course in which some of the sample class have handed in."""
    places = make_course(folder)
    shutil.copytree(course.ROOT / "notebooks" / "exercises" / NAME, folder / "release" / NAME)
    write_submissions(places.config, NAME)
    for student in set(places.students()) - {entry.student for entry in STUDENTS}:
        shutil.rmtree(folder / "submitted" / student)
    return places


def run(places: Places, *more: str) -> int:
    return cli.main(["run", NAME, *more, "--course", str(places.root)])


def results(places: Places) -> dict[str, bytes]:
    """Return every result of the store, byte by byte."""
    folder = places.results / NAME
    return {path.name: path.read_bytes() for path in folder.glob("??/*.json")}


def marks(places: Places) -> dict[str, list[tuple]]:
    """Return all that the gradebook holds about each student."""
    with Gradebook(places.database, "course_rnn") as book:
        return {
            submission.student.id: sorted(
                (grade.name, grade.auto_score, grade.needs_manual_grade)
                for grade in submission.notebooks[0].grades
            )
            for submission in book.assignment_submissions(NAME)
        }


def notebooks(places: Places) -> dict[str, bytes]:
    return {
        student: (places.autograded(student) / f"{NAME}.ipynb").read_bytes()
        for student in places.students()
    }


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Grade the class once, uninterrupted, with two workers."""
    places = make_class(tmp_path_factory.mktemp("uninterrupted"))
    assert run(places, "--workers", "2") == 1
    return places


@pytest.fixture
def fresh(graded: Places, tmp_path: Path) -> Places:
    """Return the same class ungraded; its store knows the canaries, which saves time."""
    places = make_class(tmp_path)
    shutil.copytree(graded.results, places.results)
    store = Store(places.results, NAME)
    for student in graded.students():
        store.path(store.assigned(student)).unlink(missing_ok=True)
    shutil.rmtree(store.folder / "students")
    (store.folder / "telemetry.jsonl").unlink()
    return places


def assert_same(places: Places, graded: Places) -> None:
    assert results(places) == results(graded)
    assert marks(places) == marks(graded)
    assert notebooks(places) == notebooks(graded)


def test_the_class_gets_the_marks_it_deserves(graded: Places):
    found = {}
    for student, result in Store(graded.results, NAME).of_class():
        found[student] = result.points
    assert found == {entry.student: entry.expected for entry in STUDENTS}
    held = marks(graded)
    for entry in STUDENTS:
        scores = [auto for name, auto, _ in held[entry.student] if name != "question"]
        assert (None if None in scores else sum(scores)) == entry.expected
    assert {needs for _, _, needs in held["lena"]} == {True}


def test_grading_again_changes_nothing_and_says_so(graded: Places, capsys: pytest.CaptureFixture):
    before = results(graded), marks(graded), notebooks(graded)
    stamps = [path.stat().st_mtime_ns for path in graded.root.rglob("*.ipynb")]
    assert run(graded) == 1
    assert (results(graded), marks(graded), notebooks(graded)) == before
    assert [path.stat().st_mtime_ns for path in graded.root.rglob("*.ipynb")] == stamps
    printed = capsys.readouterr().out
    assert f"{len(STUDENTS) - 1:6}  graded" in printed
    assert "     0  new or changed in the gradebook" in printed
    assert "lena (unreadable): 02_rnn_forward.ipynb breaks off in line" in printed


def test_one_worker_gives_the_same_bytes(fresh: Places, graded: Places):
    assert run(fresh, "--workers", "1") == 1
    assert_same(fresh, graded)


def wait_until(condition: Callable[[], bool], process: subprocess.Popen) -> None:
    while not condition() and process.poll() is None:
        time.sleep(0.01)


def start(places: Places, *more: str) -> subprocess.Popen:
    command = [*COMMAND, "--course", str(places.root), *more]
    return subprocess.Popen(command, cwd=course.ROOT, **QUIET)


@pytest.mark.parametrize("done", [0, 1, 6])
def test_nothing_is_lost_or_doubled_when_the_grading_is_killed(
    done: int, fresh: Places, graded: Places
):
    before = len(results(fresh))
    process = start(fresh)
    wait_until(lambda: len(results(fresh)) >= before + done, process)
    process.kill()
    process.wait()
    assert run(fresh) == 1
    assert_same(fresh, graded)
    entries = Store(fresh.results, NAME).telemetry()
    assert len({entry["key"] for entry in entries}) == len(entries)


def test_nothing_is_lost_when_workers_are_killed(fresh: Places, graded: Places):
    process, killed = start(fresh), set()
    while process.poll() is None:
        for entry in Store(fresh.results, NAME).telemetry():
            worker = int(entry["worker"].split(":")[1])
            if len(killed) < 2 and worker not in killed:
                os.kill(worker, signal.SIGKILL)
                killed.add(worker)
        time.sleep(0.01)
    assert process.wait() == 1
    assert killed
    assert_same(fresh, graded)


def test_a_second_run_waits_for_the_first(fresh: Places, capsys: pytest.CaptureFixture):
    process = start(fresh)
    wait_until(lambda: bool(Store(fresh.results, NAME).telemetry()), process)
    assert run(fresh) == 2
    assert capsys.readouterr().err.startswith(f"Another `grader run` is grading {NAME}")
    process.kill()
    process.wait()
    assert run(fresh) == 1


def test_a_damaged_result_is_computed_again(fresh: Places, graded: Places):
    assert run(fresh) == 1
    store = Store(fresh.results, NAME)
    path = store.path(store.assigned("ada"))
    path.write_bytes(path.read_bytes()[:1000])
    assert run(fresh) == 1
    assert_same(fresh, graded)


def test_a_locked_gradebook_keeps_the_results_for_later(
    fresh: Places, graded: Places, capsys: pytest.CaptureFixture
):
    url = f"sqlite:///{fresh.root / 'gradebook.db'}?timeout=0.1"
    Gradebook(url, "course_rnn").close()
    holder = sqlite3.connect(fresh.root / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    where = ["--course", str(fresh.root), "--db", url]
    assert run(fresh, "--db", url) == 1
    told = capsys.readouterr().err
    assert "database is locked" in told
    assert f"`{shlex.join(['grader', 'run', NAME, *where])}` records them" in told
    assert results(fresh) == results(graded)
    holder.close()
    store = Store(fresh.results, NAME)
    entries = len(store.telemetry())
    assert run(fresh, "--db", url) == 1
    assert len(store.telemetry()) == entries
    assert_same(fresh, graded)


def test_a_lost_gradebook_is_written_again(fresh: Places, graded: Places):
    assert run(fresh) == 1
    (fresh.root / "gradebook.db").unlink()
    assert run(fresh) == 1
    assert_same(fresh, graded)


def edit(places: Places, grade_id: str, old: str, new: str) -> None:
    path = places.solutions / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    (cell,) = (
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    source = "".join(cell["source"])
    assert old in source
    cell["source"] = source.replace(old, new)
    path.write_text(json.dumps(notebook))


def test_a_solution_that_its_tests_refuse_stops_before_anything_is_recorded(
    fresh: Places, capsys: pytest.CaptureFixture
):
    edit(fresh, "count_rnn_parameters", "n_a * n_x +", "n_a + n_x +")
    assert run(fresh) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"The tests of {NAME} cannot be trusted, so nothing was recorded:\n")
    assert "cell count_rnn_parameters-check gives the solution" in told
    assert "misconception" not in told
    assert not (fresh.root / "gradebook.db").exists()
    assert not (fresh.root / "autograded").exists()


def test_tests_that_accept_anything_stop_too(fresh: Places, capsys: pytest.CaptureFixture):
    edit(fresh, "count_rnn_parameters-check", "check(count_rnn_parameters)", "pass")
    edit(
        fresh,
        "count_rnn_parameters-hidden",
        "check(count_rnn_parameters, seed=2304)\nassert count_rnn_parameters(2, 3, 4) == "
        "6 + 9 + 3 + 12 + 4",
        "pass",
    )
    assert run(fresh) == 2
    told = capsys.readouterr().err
    assert "cell count_rnn_parameters-check gives the released stub 1 of 1 points" in told
    assert "count_rnn_parameters gives full marks to its misconception CP1" in told


def test_marks_are_those_of_the_last_submission_alone(graded: Places, tmp_path: Path):
    shutil.copytree(graded.root, tmp_path / "again")
    places = Places(course.course_in(tmp_path / "again"), NAME)
    before = marks(places)
    released = places.root / "release" / NAME / f"{NAME}.ipynb"
    wrong_without_tests(nbformat.read(released, as_version=4), places.submitted("ada"))
    assert run(places) == 1
    after = marks(places)
    assert {name: auto for name, auto, _ in before.pop("ada") if auto} != {}
    assert {name: auto for name, auto, _ in after.pop("ada") if auto} == {}
    assert after == before


def test_changed_tests_are_run_again(graded: Places, tmp_path: Path):
    shutil.copytree(graded.root, tmp_path / "again")
    places = Places(course.course_in(tmp_path / "again"), NAME)
    before = marks(places)
    edit(places, "softmax-hidden", "check(softmax, seed=2301)", "assert False, 'broken'\n")
    assert run(places) == 2
    assert marks(places) == before
    edit(
        places,
        "softmax-hidden",
        "assert False, 'broken'\n",
        "check(softmax, seed=77)\nassert softmax(np.zeros((3, 4, 5))).shape == (3, 4, 5)",
    )
    assert run(places) == 1
    assert set(results(places)) != set(results(graded))
    assert marks(places) == before


def test_a_cluster_gives_the_same_bytes(
    cluster: tuple[str, list[subprocess.Popen]], fresh: Places, graded: Places
):
    address, workers = cluster
    process = start(fresh, "--scheduler", address)
    wait_until(lambda: bool(Store(fresh.results, NAME).telemetry()), process)
    workers[0].kill()
    assert process.wait() == 1
    assert_same(fresh, graded)


def test_there_is_a_sentence_when_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture
):
    places = make_course(tmp_path)
    assert cli.main(["run", "99_nothing", "--course", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"There is no assignment 99_nothing in source/. Choose from: {NAME}.\n"
    )
    assert run(places) == 2
    assert capsys.readouterr().err.startswith(f"Nobody has handed in {NAME} yet: `grader collect`")
    (tmp_path / "submitted" / "ada" / NAME).mkdir(parents=True)
    assert run(places, "--workers", "1", "zoe") == 2
    assert capsys.readouterr().err == (
        f"There is no {NAME} from zoe: put the notebook into submitted/STUDENT/{NAME}/.\n"
    )
    assert run(places, "--scheduler", "tcp://127.0.0.1:9") == 2
    assert "no scheduler answers at tcp://127.0.0.1:9" in capsys.readouterr().err
    assert run(places, "--db", "nonsense") == 2
    assert "nonsense" in capsys.readouterr().err
    (tmp_path / "policy.toml").write_text("[course]\ncolour = 1\n")
    assert run(places) == 2
    assert "nothing is called colour" in capsys.readouterr().err
    assert not (tmp_path / "gradebook.db").exists()


def test_the_marks_are_those_of_stock_nbgrader(graded: Places, tmp_path: Path):
    honest = [student for student in CLASS if student != "lena"]
    places = make_class(tmp_path)
    course.log_to(tmp_path / "log")
    course.make_student_version(places.config, NAME, in_gradebook=True)
    for student in honest:
        course.autograde(places.config, NAME, student)
    stock, ours = marks(places), marks(graded)
    assert {student: stock[student] for student in honest} == {s: ours[s] for s in honest}

"""A course in a folder, and results made by hand, for the tests of the run."""

import shutil
from pathlib import Path

import nbformat

from grader import course
from grader.policy import Policy
from grader.results import FAILED, GRADED, PASSED, CellResult, Result
from grader.run.job import Job
from grader.run.places import Places

NAME = "02_rnn_forward"
TESTS = {
    f"{name}-{kind}": points
    for name, *both in (
        ("softmax", 1, 1),
        ("rnn_cell_forward", 1, 2),
        ("rnn_forward", 1, 2),
        ("count_rnn_parameters", 1, 1),
    )
    for kind, points in zip(("check", "hidden"), both, strict=True)
}
"""The test cells of the assignment and their points."""


def make_course(folder: Path) -> Places:
    """Make a course with one assignment, of which nothing is released or handed in."""
    shutil.copytree(course.SOLUTIONS / NAME, folder / "source" / NAME)
    return Places(course.course_in(folder), NAME)


def hand_in(places: Places, student: str, stamp: str = "") -> Path:
    """Hand in the released notebook, as it is."""
    folder = places.submitted(student)
    folder.mkdir(parents=True)
    released = course.ROOT / "notebooks" / "exercises" / NAME / f"{NAME}.ipynb"
    shutil.copyfile(released, folder / f"{NAME}.ipynb")
    if stamp:
        (folder / "timestamp.txt").write_text(stamp)
    return folder


def job_of(places: Places, policy: Policy | None = None) -> Job:
    """Return a job whose snapshot holds the notebooks alone."""
    folder = places.results / NAME / "tests" / "by-hand"
    if not folder.exists():
        (folder / "released").mkdir(parents=True)
        shutil.copyfile(places.solutions / NAME / f"{NAME}.ipynb", folder / "source.ipynb")
        released = course.ROOT / "notebooks" / "exercises" / NAME / f"{NAME}.ipynb"
        shutil.copyfile(released, folder / "released" / f"{NAME}.ipynb")
    return Job(NAME, folder, places.results, policy or Policy(), "tests", "version")


def result_of(lost: tuple[str, ...] = (), answer: str = "", key: str = "ab" * 32) -> Result:
    """Return a result in which some test cells give no points."""
    released = course.ROOT / "notebooks" / "exercises" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(released, as_version=4)
    if answer:
        next(c for c in notebook.cells if c.id == "question").source = answer
    cells = tuple(
        CellResult(
            name,
            name.rsplit("-", 1)[0],
            FAILED if name in lost else PASSED,
            0.0 if name in lost else float(points),
            float(points),
            name.endswith("-hidden"),
        )
        for name, points in TESTS.items()
    )
    return Result(key, NAME, GRADED, "limits", 1, cells=cells, notebook=notebook)

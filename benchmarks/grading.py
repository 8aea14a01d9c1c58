"""Grading a class, against `nbgrader autograde` on the same submissions, end to end."""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat

from grader import course
from grader.policy import Policy
from grader.results import GRADED, CellResult, Result
from grader.run.grading import record_all
from grader.run.job import Job
from grader.run.places import Places
from grader.run.pool import local_pool
from grader.run.store import Store
from grader.run.task import Graded, Task
from grader.sample_class.build import notebooks

NAME = "02_rnn_forward"
STUDENTS = 300
STOCK = (4, 16)  # how many nbgrader grades: the time of one more is their difference's
WORKERS = 2
TINY = (3_000, 30_000)
CLASS = ("ada", "ben", "chloe", "nora", "ada", "ben", "chloe", "david", "fatou", "hana")
"""Who of the sample class hands in over and over: most are right, having run the checks."""


def run(students: int = STUDENTS, stock: tuple[int, int] = STOCK) -> dict[str, Any]:
    """Measure classes whose notebook imports NumPy and torch, and very many tiny submissions."""
    result: dict[str, Any] = {"students": students, "workers": WORKERS}
    for kind, imports in (("NumPy", ""), ("torch", "import torch")):
        result[kind] = in_folder(lambda f, i=imports: compare(f, i, students, stock))
        print(kind, result[kind], flush=True)
    small, large = map(in_own_process, TINY)
    result["tiny"] = {
        "submissions": TINY,
        "growth of submissions": TINY[1] / TINY[0],
        "growth of time": round(large["seconds"] / small["seconds"], 1),
        "coordinator's peak MB": [round(small["MB"]), round(large["MB"])],
    }
    print(result["tiny"])
    return result


def compare(folder: Path, imports: str, students: int, stock: tuple[int, int]) -> dict[str, Any]:
    """Grade a class twice with ours, and a part of it with nbgrader."""
    places = make_class(folder / "ours", imports, students)
    ours, again = (seconds_of("grader.cli", "run", NAME, places=places) for _ in range(2))
    few, more = (
        seconds_of(
            *("nbgrader", "autograde", NAME),
            places=make_class(folder / f"stock-{count}", imports, count, in_gradebook=True),
        )
        for count in stock
    )
    one = (more - few) / (stock[1] - stock[0])
    theirs = few + one * (students - stock[0])
    return {
        "seconds a submission, nbgrader": round(one, 2),
        "seconds a submission, ours": round(ours / students, 3),
        "times the throughput": round(theirs / ours, 1),
        "times the throughput, nothing changed": round(theirs / again, 1),
    }


def make_class(folder: Path, imports: str, students: int, *, in_gradebook: bool = False) -> Places:
    """Make a course of any size: the sample class over and over, no two submissions the same."""
    places = Places(course.course_in(folder), NAME)
    shutil.copytree(course.SOLUTIONS / NAME, places.solutions / NAME)
    path = places.solutions / NAME / f"{NAME}.ipynb"
    source = nbformat.read(path, as_version=4)
    next(cell for cell in source.cells if cell.id == "imports").source += f"\n{imports}"
    nbformat.write(source, path)
    course.log_to(folder / "log")
    course.make_student_version(places.config, NAME, in_gradebook=in_gradebook)
    released = course.folder_of(places.config, "release", ".", NAME) / f"{NAME}.ipynb"
    handed_in = notebooks(NAME, places.solutions, released.read_text("utf-8"))
    texts = {entry.student: text for entry, text in handed_in}
    for number in range(students):
        own = places.submitted(f"student-{number:05}")
        own.mkdir(parents=True)
        text = texts[CLASS[number % len(CLASS)]]
        text = text.replace("def softmax", f"# {number}\\ndef softmax")
        (own / f"{NAME}.ipynb").write_text(text, "utf-8")
    allowed = ["numpy", "matplotlib", *(["torch"] if imports else [])]
    (folder / "policy.toml").write_text(f"[course]\nimports = {json.dumps(allowed)}\n")
    settings = (course.ROOT / "grader" / "nbgrader_config.py").read_text("utf-8")
    own_places = (f"c.CourseDirectory.{k} = {v!r}" for k, v in nbgraders_places(places).items())
    (folder / "nbgrader_config.py").write_text("\n".join([settings, *own_places]), "utf-8")
    return places


def nbgraders_places(places: Places) -> dict[str, str]:
    """Return the settings that lead nbgrader to a course in a folder."""
    steps = ("source", "release", "submitted", "autograded", "feedback")
    return {**places.config.CourseDirectory, **{f"{step}_directory": step for step in steps}}


def seconds_of(module: str, *arguments: str, places: Places) -> float:
    """Time a command from its start to its end."""
    own = ("--course", str(places.root), "--workers", str(WORKERS)) if module != "nbgrader" else ()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    made = subprocess.run(
        [sys.executable, "-m", module, *arguments, *own],
        cwd=places.root,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(course.ROOT)},
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise RuntimeError(f"{module} failed: {made.stderr[-2000:]}")
    return time.perf_counter() - start


# --------------------------------------------------------------------------- tiny submissions


def simulate(folder: Path, students: int) -> dict[str, float]:
    """Grade submissions whose judging takes no time: what is left is the run itself."""
    places, job = tiny_course(folder)
    start = time.perf_counter()
    tasks = (Task(job, f"student-{number:05}", folder) for number in range(students))
    with local_pool(WORKERS, folder / "log", tiny) as pool:
        outcome = record_all(places, job, tasks, pool, lambda _: None)
    if len(outcome.results) != students:
        raise RuntimeError("not everyone was graded")
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def tiny(task: Task) -> Graded:
    """Store a result as a judge would, at once."""
    tests = [
        f"{name}-{kind}" for name in ("softmax", "rnn_forward") for kind in ("check", "hidden")
    ]
    cells = tuple(CellResult(test, test.split("-")[0], "passed", 1.0, 1.0) for test in tests)
    key = (task.who.encode().hex() * 8)[-64:]
    result = Result(key, NAME, GRADED, "limits", 1, cells=cells, notebook={"cells": []})
    Store(task.job.results, NAME).save(result)
    return Graded(task.who, replace(result, notebook=None), True, 0.0)


def tiny_course(folder: Path) -> tuple[Places, Job]:
    """Make a course with an assignment, and a job for it."""
    places = Places(course.course_in(folder), NAME)
    shutil.copytree(course.SOLUTIONS / NAME, places.solutions / NAME)
    course.log_to(folder / "log")
    job = Job(NAME, folder / "job", places.results, Policy(), "tests", "version")
    shutil.copytree(course.ROOT / "notebooks" / "exercises" / NAME, job.released)
    shutil.copyfile(places.solutions / NAME / f"{NAME}.ipynb", job.source)
    return places, job


def in_own_process(students: int) -> dict[str, float]:
    """Simulate a class in a process of its own, whose memory nothing else has used."""
    program = (
        "from benchmarks.grading import in_folder, simulate; import json; "
        f"print(json.dumps(in_folder(lambda folder: simulate(folder, {students}))))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], cwd=course.ROOT, stdout=subprocess.PIPE, check=True
    ).stdout
    return json.loads(printed.splitlines()[-1])


def in_folder(work: Callable[[Path], Any]) -> Any:  # noqa: ANN401
    """Do something in a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="grading-"))
    try:
        return work(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

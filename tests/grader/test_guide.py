"""The week of the instructor guide works as it is written, from a fresh copy."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from grader.cli import COMMANDS
from grader.course import ROOT
from grader.sample_class.roster import ROSTER

GUIDE = (ROOT / "book" / "instructors.md").read_text("utf-8")
TERM = (ROOT / "book" / "term.md").read_text("utf-8")
NAME = "02_rnn_forward"
NOT_HERE = ("make setup", ".venv/bin/jupyter lab")  # an environment, and a window in a browser
FOR_A_PERSON = ("run", "feedback", "export")  # half a file and free text are waiting
OF_A_COURSE = ("submitted", "submitted-earlier", "results", "reports", "autograded", "feedback")


def commands() -> list[str]:
    """List the commands of the guide, in order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line for line in lines if line not in NOT_HERE]


def fresh_copy(folder: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__", "gradebook.db*", ".collecting-*", *OF_A_COURSE)
    for name in ("solutions", "src", "notebooks/exercises"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    shutil.copytree(ROOT / "grader", folder / "grader", ignore=_of_grader(ignore))
    return folder


def _of_grader(ignore):
    """Leave out what a course writes, but not the packages grader.feedback and so on."""

    def choose(folder: str, names: list[str]) -> set[str]:
        left_out = ignore(folder, names)
        return {n for n in left_out if not (Path(folder, n) / "__init__.py").exists()}

    return choose


def test_the_week_of_the_guide(tmp_path: Path):
    copy = fresh_copy(tmp_path / "course")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PYTHONPATH": f"{copy}:{copy / 'src'}", "PATH": path}
    said = {}
    for command in commands():
        program, *arguments = command.removeprefix(".venv/bin/").split()
        start = [sys.executable, *(["-m", "grader.cli"] if program == "grader" else [])]
        done = subprocess.run(
            [*start, *arguments], cwd=copy, env=environment, capture_output=True, text=True
        )
        said[command] = done.stdout + done.stderr
        waits = any(f"grader {name}" in command for name in FOR_A_PERSON)
        assert done.returncode == int(waits), (command, said[command])
    students = {entry.student for entry in ROSTER[NAME]}
    grader = copy / "grader"
    assert {p.name for p in (grader / "submitted").iterdir()} == students
    assert (grader / "gradebook.db").exists()
    pages = {p.parts[-3] for p in (grader / "feedback").glob("*/*/*.html")}
    assert pages >= students - {"lena"}
    tables = {p.name for p in (grader / "reports").iterdir()}
    assert len([name for name in tables if name.endswith(".csv")]) == 3
    assert len([name for name in tables if name.endswith(".html")]) == 2
    assert "lena (unreadable)" in said[f".venv/bin/grader run {NAME}"]
    the_term_goes_on(copy, environment)


def the_term_goes_on(copy: Path, environment: dict[str, str]) -> None:
    """Grant an extension and forget a student, as the guide to a term says."""
    extension, forget = re.findall(r"^```sh\n(.*?)^```", TERM, re.MULTILINE | re.DOTALL)
    for block, status in ((extension, 1), (forget, 0)):  # 1: lena waits for a person still
        started = block.replace(".venv/bin/", f"{sys.executable} -m ")
        script = started.replace("-m python", "").replace("-m grader", "-m grader.cli")
        done = subprocess.run(
            ["bash", "-c", script], cwd=copy, env=environment, capture_output=True, text=True
        )
        assert done.returncode == status, done.stdout + done.stderr
    assert not list((copy / "grader").glob("*/ben"))


def test_the_guide_names_every_command():
    for name in COMMANDS:
        assert f"grader {name}" in GUIDE


def test_the_guide_names_where_everything_lies():
    for name in OF_A_COURSE:
        assert f"grader/{name}/" in GUIDE

"""Rows 21 to 32: submissions that look for the answer, or carry it away.

Most are thieves: a first cell looks for loot, and only if it finds some the answers are right.
"""

import functools
import socket
import sys
from pathlib import Path

from nbformat import NotebookNode

from course_rnn.check import EXERCISES
from course_rnn.check.engine import draw
from grader.policy import LEVELS
from grader.student import landlock
from tests.attacks import NOTHING, POINTS, Attack, answered, code_cell, right, write
from tests.attacks.section_a import Build

FILES = LEVELS if landlock.version() > 0 else LEVELS[:1]
"""The levels at which the files of the machine cannot be opened."""
NETWORK = LEVELS if sys.platform == "linux" else LEVELS[:1]
"""The levels that have no network."""


def thief(source: str, *, in_functions: bool = False) -> Build:
    """Look for something: `steal()` returns whether it is there; if so the answers are right.

    It looks before any test, or `in_functions`, while tests call.
    """
    loot = f"{source}\nSTOLEN = {{}}\nRIGHT = {right()!r}\nTYPES = 'from typing import Any\\n'\n"
    loot += (
        "def answer(name, *arguments):\n"
        "    if steal():\n"
        "        exec('import numpy as np\\nfrom course_rnn import RNNParams\\n' + TYPES"
        " + '\\n'.join(RIGHT.values()), STOLEN)\n"
        "    return STOLEN[name](*arguments) if STOLEN else None\n"
    )
    if not in_functions:
        loot += "FOUND = steal()\nsteal = lambda: FOUND\n"
    answers = {
        name: f"def {name}(*arguments):\n    return answer({name!r}, *arguments)" for name in POINTS
    }

    def build(released: NotebookNode, folder: Path) -> None:
        notebook = answered(released, answers)
        notebook["cells"].insert(0, code_cell(loot))
        write(folder, notebook)

    return build


def neighbour(released: NotebookNode, folder: Path) -> None:
    """Hand in a thief, beside another student's right answers."""
    other = folder.parent / "another student"
    other.mkdir()
    write(other, answered(released, right()))
    thief(SEARCH_FILES.replace("PLACES", repr(["..", "../..", str(other), str(folder.parent)])))(
        released, folder
    )


def importing(source: str) -> Build:
    """Hand in answers that take the reference from the library."""

    def build(released: NotebookNode, folder: Path) -> None:
        write(folder, answered(released, {name: source.replace("NAME", name) for name in POINTS}))

    return build


def table(released: NotebookNode, folder: Path) -> None:
    """Hand in the results of the visible check by heart, for one exercise."""
    exercise = EXERCISES["count_rnn_parameters"]
    known = {args: exercise.reference(*args) for _, args in draw(exercise.cases, 0)}
    by_heart = f"def count_rnn_parameters(*sizes):\n    return {known!r}.get(sizes)"
    write(folder, answered(released, right() | {"count_rnn_parameters": by_heart}))


def written_with_torch(released: NotebookNode, folder: Path) -> None:
    """Hand in one answer that lets PyTorch do the work."""
    source = (
        "import torch\ndef softmax(logits):\n    return torch.tensor(logits).softmax(-1).numpy()"
    )
    write(folder, answered(released, right() | {"softmax": source}))


def caller(released: NotebookNode, folder: Path) -> None:
    """Try to reach a listening socket of this machine."""
    port = listener().getsockname()[1]
    thief(CALL_OUT.replace("PORT", str(port)))(released, folder)


@functools.cache
def listener() -> socket.socket:
    """Return a socket that accepts connections as long as the tests run."""
    heard = socket.socket()
    heard.bind(("127.0.0.1", 0))
    heard.listen(99)
    return heard


HISTORY = """
def steal():
    shell = get_ipython()
    texts = [*In, *map(str, Out.values()), *shell.user_ns.get("_ih", [])]
    texts += [str(value) for name, value in list(globals().items()) if name.startswith("_i")]
    texts += [str(entry) for entry in shell.history_manager.get_range()]
    return any("check(" + "softmax" in text for text in texts)
"""

FRAMES = """
import linecache, sys
def steal():
    frame = sys._getframe()
    while frame:
        names = {**frame.f_globals, **frame.f_locals}
        if {"expected", "reference", "exercise"} & names.keys() or "EXERCISES" in names:
            return True
        frame = frame.f_back
    lines = [line for entry in linecache.cache.values() for line in entry[2]]
    return any("BEGIN" + " HIDDEN" in line for line in lines)
"""

GARBAGE = """
import gc
def steal():
    for thing in gc.get_objects():
        module = str(getattr(thing, "__module__", ""))
        if module.startswith("course_rnn") and getattr(thing, "__name__", "") in RIGHT:
            return True
        if isinstance(thing, dict) and "reference" in thing and "misconceptions" in thing:
            return True
    return False
"""

SEARCH_FILES = """
import os, sys
ELSEWHERE = ("/proc", "/sys", "/usr", sys.prefix, sys.base_prefix)
def steal():
    for place in PLACES:
        for folder, folders, files in os.walk(place):
            if folder.startswith(ELSEWHERE):
                folders.clear()
            for name in files:
                if name.endswith(".ipynb"):
                    try:
                        text = open(os.path.join(folder, name)).read()
                    except OSError:
                        continue
                    if "np.tanh(x_t @ params" in text or "BEGIN SOLUTION" in text:
                        return True
    return False
"""

SEARCH_LIBRARY = """
import glob, importlib, os, subprocess, sys
def steal():
    for name in ("course_rnn.rnn", "course_rnn.losses", "course_rnn.check.exercises", "course_rnn"):
        try:
            module = importlib.import_module(name)
            if set(RIGHT) & {*dir(module), *vars(module)} and any(
                callable(getattr(module, answer, None)) for answer in RIGHT
            ):
                return True
        except (ImportError, AttributeError):
            pass
    for module in list(sys.modules.values()):
        if any(callable(vars(module).get(answer)) for answer in RIGHT):
            if module.__name__.startswith("course_rnn"):
                return True
    try:
        load = [sys.executable, "-m", "pip", "download", "course-rnn"]
        subprocess.run(load, timeout=2, check=True)
        return True
    except Exception:
        pass
    places = {*sys.path, *glob.glob(sys.prefix + "/lib/python*/*"), "/usr/lib/python3"}
    for place in places:
        for path in glob.glob(place + "/course_rnn/**/*.py", recursive=True):
            try:
                text = open(path).read()
            except OSError:
                continue
            if any("def " + answer + "(" in text for answer in RIGHT):
                return True
    return False
"""

ENVIRONMENT = """
import os
def steal():
    texts = [" ".join(os.environ)]
    for process in [*map(str, range(1, 100)), str(os.getppid()), "self"]:
        try:
            texts.append(open("/proc/" + process + "/environ").read())
        except OSError:
            pass
    return any("PYTEST" in text or "VIRTUAL_ENV" in text or "TOKEN" in text for text in texts)
"""

CALL_OUT = """
import socket
def steal():
    for host in ("127.0.0.1", "localhost"):
        try:
            socket.create_connection((host, PORT), timeout=1).close()
            return True
        except OSError:
            pass
    return False
"""

EVERYWHERE = SEARCH_FILES.replace("PLACES", repr(["../../../source", "../../../solutions", "/"]))

BY_HAND = {
    "softmax": "from course_rnn.losses import softmax",
    "rnn_cell_forward": "from course_rnn.rnn import rnn_cell_forward",
    "rnn_forward": "from course_rnn import rnn_forward",
    "count_rnn_parameters": "from course_rnn.rnn import *",
}

ATTACKS = [
    Attack(21, "the test read from the history", thief(HISTORY, in_functions=True), NOTHING),
    Attack(22, "the caller's frames", thief(FRAMES, in_functions=True), NOTHING),
    Attack(23, "all objects of the process", thief(GARBAGE, in_functions=True), NOTHING),
    Attack(24, "the solution read from the disk", thief(EVERYWHERE), NOTHING, FILES),
    Attack(
        25,
        "the reference imported",
        lambda released, folder: write(folder, answered(released, BY_HAND)),
        NOTHING,
        says="takes softmax from course_rnn.losses, which is what it was asked to write",
    ),
    Attack(26, "the reference found otherwise", thief(SEARCH_LIBRARY), NOTHING),
    Attack(
        26,
        "the reference imported by name",
        importing("NAME = __import__('course_rnn.rnn', fromlist=['rnn']).NAME"),
        NOTHING,
        says="__import__",
    ),
    Attack(
        27,
        "the reference's source pasted",
        lambda released, folder: write(folder, answered(released, right())),
        POINTS,
    ),
    Attack(
        28,
        "PyTorch where NumPy is asked for",
        written_with_torch,
        POINTS | {"softmax": 0.0},
        says="imports torch, which this assignment does not allow",
    ),
    Attack(29, "the visible results by heart", table, POINTS | {"count_rnn_parameters": 1.0}),
    Attack(30, "the environment read", thief(ENVIRONMENT), NOTHING),
    Attack(31, "another submission read", neighbour, NOTHING, FILES),
    Attack(32, "the network used", caller, NOTHING, NETWORK),
]

"""Rows 33 to 37: submissions that attack the grader, its files and its processes."""

import sqlite3
from pathlib import Path

from nbformat import NotebookNode

from tests.attacks import NOTHING, POINTS, Attack, answered, right, write
from tests.attacks.section_b import FILES, thief
from tests.attacks.section_c import with_cell

RAISE_A_MARK = """
import sqlite3
def steal():
    try:
        with sqlite3.connect(PLACE) as gradebook:
            gradebook.execute("UPDATE grade SET manual_score = 12")
        return True
    except (sqlite3.Error, OSError):
        return False
"""

SPOIL_ANOTHER = """
import pathlib
def steal():
    try:
        pathlib.Path(PLACE).write_text("{}")
        return True
    except OSError:
        return False
"""

POISON = """
import pathlib
def steal():
    homes = [pathlib.Path.home(), pathlib.Path("/tmp"), pathlib.Path("/dev/shm")]
    starts = [home / ".ipython" / "profile_default" / "startup" / "00.py" for home in homes]
    found = any(start.exists() for start in starts)
    for start in starts:
        try:
            start.parent.mkdir(parents=True, exist_ok=True)
            start.write_text("open('/tmp/poisoned', 'w')")
        except OSError:
            pass
    return found or pathlib.Path("/tmp/poisoned").exists()
"""

KILL_ALL = """
import os, signal
for victim in (os.getppid(), os.getpgrp(), 0, -1, -os.getpgrp(), *range(2, 2000)):
    for end in (os.kill, os.killpg):
        try:
            end(victim, signal.SIGKILL)
        except OSError:
            pass
"""

DAEMON = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
"""


def against_gradebook(released: NotebookNode, folder: Path) -> None:
    """Hand in a thief, with a gradebook where nbgrader has it."""
    place = folder.parent / "gradebook.db"
    with sqlite3.connect(place) as gradebook:
        gradebook.execute("CREATE TABLE grade (manual_score REAL)")
    place.chmod(0o666)
    thief(RAISE_A_MARK.replace("PLACE", repr(str(place))))(released, folder)


def against_another(released: NotebookNode, folder: Path) -> None:
    """Hand in a thief, beside another student's notebook that anybody may change."""
    other = folder.parent / "other"
    write(other, answered(released, right()))
    place = next(other.glob("*.ipynb"))
    place.chmod(0o666)
    thief(SPOIL_ANOTHER.replace("PLACE", repr(str(place))))(released, folder)


ATTACKS = (
    Attack(33, "a mark raised in the gradebook", against_gradebook, NOTHING, FILES),
    Attack(34, "another submission spoilt", against_another, NOTHING, FILES),
    Attack(35, "IPython's start poisoned", thief(POISON), NOTHING, FILES),
    Attack(35, "the poison looked for", thief(POISON), NOTHING, FILES),
    Attack(36, "everything killed", with_cell(KILL_ALL), POINTS),
    Attack(37, "a process that is to survive", with_cell(DAEMON), POINTS),
)

"""nbgrader as it comes, in a course folder of its own, where nothing it runs can harm a machine.

It has no settings but its own. Around it are namespaces (bubblewrap), another user, a limit on
memory and one on processes; inside it has its course, a home, Python and the course's library.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import SQLAlchemyError

import course_rnn
from benchmarks import watched
from grader import course
from grader.sandbox.bubblewrap import system_folders

NAME = "02_rnn_forward"
WALL_SECONDS, MEMORY_MIB, PROCESSES = 240, 4096, 96
"""What a batch may use: time, memory of a process, processes and threads together."""
TOKEN = {"GRADING_TOKEN": "secret"}
"""What an instructor's environment may hold."""


@dataclass(frozen=True)
class Batch:
    """A course in `room`/course in which a class is graded; `number` tells batches apart."""

    room: Path
    number: int

    @property
    def course(self) -> Path:
        """The course's folder."""
        return self.room / "course"

    def submitted(self, student: str) -> Path:
        """Return the folder of a student's submission."""
        return self.course / "submitted" / student / NAME

    @property
    def user(self) -> int:
        """Whom a batch runs as if it is started by root: processes are counted by user."""
        return 0 if os.getuid() else 100_000 + os.getpid() % 50_000 * 1000 + self.number


def new_course(batch: Batch) -> None:
    """Make the student version; submissions can then be put into the course."""
    shutil.copytree(course.SOLUTIONS / NAME, batch.course / "source" / NAME)
    make_home(batch)
    _must(run(batch, "generate_assignment", NAME))


def make_home(batch: Batch) -> None:
    """Give the instructor a home with a file in it."""
    (batch.room / "home").mkdir()
    (batch.room / "home" / "notes.txt").write_text("do not lose", "utf-8")


def run(batch: Batch, *command: str, port: int = 0) -> dict:
    """Run a command of nbgrader in a batch's course.

    Returns
    -------
    dict
        `limit`: which one it came up against, or ""; `left`: how many of its processes went on
        after it, None if it was killed; `memory` in MiB and `processes`, as far as was seen.
    """
    report = batch.room / "report.json"
    report.unlink(missing_ok=True)
    if batch.user:
        _give(batch.room, batch.user)
    inside = [*_user(batch), sys.executable, "/watched.py", str(report), str(port)]
    inside += [str(MEMORY_MIB), str(PROCESSES), sys.executable, "-m", "nbgrader", *command]
    with open(batch.room / "log", "ab") as log:
        outside = [*_namespaces(batch), *_environment(batch), *_files(batch), "--", *inside]
        process = subprocess.Popen(outside, stdout=log, stderr=log, start_new_session=True)
        try:
            process.wait(WALL_SECONDS)
            late = False
        except subprocess.TimeoutExpired:
            process.kill()  # everything inside dies with it
            process.wait()
            late = True
    noted = json.loads(report.read_text()) if report.exists() else {"limit": "", "left": None}
    return noted | {"code": process.returncode} | ({"limit": "time"} if late else {})


def marks(batch: Batch, student: str) -> float | None:
    """Return what the tests gave a student, None if there is no grade."""
    if not (batch.course / "autograded" / student / NAME).is_dir():
        return None
    try:
        with Gradebook(f"sqlite:///{batch.course / 'gradebook.db'}") as gradebook:
            found = gradebook.find_submission(NAME, student)
            grades = [grade for notebook in found.notebooks for grade in notebook.grades]
            tested = [g.auto_score for g in grades if g.cell.cell_type == "code"]
            scores = [score for score in tested if score is not None]
            return float(sum(scores)) if scores else None
    except (SQLAlchemyError, MissingEntry):
        return None


def _must(noted: dict) -> None:
    if noted["code"] or noted["limit"]:
        raise RuntimeError(f"nbgrader does not work in its confinement: {noted}")


def _give(folder: Path, user: int) -> None:
    folder.chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)


def _user(batch: Batch) -> list[str]:
    identity = f"--reuid={batch.user}", f"--regid={batch.user}", "--clear-groups"
    return ["setpriv", *identity, "--"] if batch.user else []


def _namespaces(batch: Batch) -> Iterator[str]:
    program = shutil.which("bwrap")
    if not program:
        raise RuntimeError("nbgrader is run in bubblewrap here: install the package bubblewrap.")
    yield from (program, "--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid")
    yield from ("--unshare-net", "--unshare-uts")
    if batch.user:
        yield from ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        yield "--unshare-user"


def _environment(batch: Batch) -> Iterator[str]:
    yield "--clearenv"
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    home = {"HOME": str(batch.room / "home"), "USER": "instructor", "LOGNAME": "instructor"}
    for name, value in {"PATH": path, "LANG": "C.UTF-8", **home, **TOKEN}.items():
        yield from ("--setenv", name, value)


def _files(batch: Batch) -> Iterator[str]:
    yield from (*system_folders(), "--ro-bind", "/etc", "/etc")
    yield from ("--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp")
    library = Path(course_rnn.__file__).parent
    for place in (Path(sys.base_prefix), Path(sys.prefix), library):
        if not place.is_relative_to("/usr"):
            yield from (*_parents(place), "--ro-bind", str(place), str(place))
    yield from ("--ro-bind", str(watched.__file__), "/watched.py")
    yield from (*_parents(batch.room), "--bind", str(batch.room), str(batch.room))
    yield from ("--chdir", str(batch.course))


def _parents(place: Path) -> Iterator[str]:
    for parent in reversed(place.parents[:-1]):
        if parent != Path("/tmp"):
            yield from ("--perms", "0755", "--dir", str(parent))

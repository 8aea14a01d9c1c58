"""Seventy kinds of submissions that attack or are unlucky: this grader and nbgrader as it comes.

Both get the same files. Every submission has a class of its own, with an honest student graded
after it; nbgrader's class has one before it, too.
"""

import contextlib
import datetime
import importlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import metadata
from itertools import count
from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbformat import NotebookNode

from benchmarks import stock
from grader import course
from grader.policy import Limits, Policy
from grader.results import UNREADABLE
from grader.run.job import Job
from grader.run.places import Places
from grader.run.sandboxes import close_sandboxes
from grader.run.snapshot import open_job
from grader.run.store import Store
from grader.run.task import Task, grade
from tests import attacks
from tests.attacks import NAME, POINTS, Attack, answered, right, section_b, write

SIDE_BY_SIDE = 4  # courses in which nbgrader grades; most of the time it waits
BEFORE, AFTER = "anna", "zoe"
"""The honest students of nbgrader's class, who stand before and after the others in its order."""
KINDS = {
    "Forging the verdict": range(1, 21),
    "Learning the answer": range(21, 33),
    "Attacking the grader and its machine": range(33, 46),
    "Using too much, hanging, crashing": range(46, 64),
    "Malformed and unlucky": range(64, 71),
}
NOT_COMPARED = {
    13: "it forges the messages of this grader's own processes, which nbgrader does not have",
    16: "it prints what another grader's parser looks for; nbgrader reads no such text",
    17: "it writes the results of graders that keep them in files; nbgrader does not",
    18: "it aims at graders that unpickle results; nbgrader does not",
    19: "it prints what Autolab reads; nbgrader does not read what is printed",
    28: "nbgrader has no rule for what may be imported",
    43: "a name that is a formula matters when marks are exported, and no submission holds it",
    44: "archives are opened when work is collected; while grading, neither opens one",
    45: "the time is read when work is collected; inside a folder, neither looks at it",
    48: "nbgrader has no limit for a notebook as a whole",
}
"""Rows that have no fair counterpart, and why."""
TOGETHER = {35}
"""Rows whose submissions are graded one after the other in one class."""

Found = dict[str, Any]


@dataclass
class Class:
    """Attacks that are graded in one class, and the files they were built into."""

    batch: stock.Batch
    attacks: list[Attack]
    ours: list[Found] = field(default_factory=list)
    theirs: list[Found] = field(default_factory=list)

    def folder(self, number: int) -> Path:
        """Return what a student handed in; its neighbours are part of the attack."""
        return self.batch.room / f"{number}" / "handed in"


def run(rows: Iterable[int] = range(1, 71)) -> Found:
    """Have both graders grade the submissions of some rows."""
    os.environ.update(stock.TOKEN)
    room = Path(tempfile.mkdtemp(prefix="attacks-"))
    room.chmod(0o755)
    try:
        template, usual = prepare(stock.Batch(room / "0", 0))
        classes = build([a for a in every_attack() if a.row in rows], template)
        level = grade_with_ours(classes, room / "ours")
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(lambda each: grade_with_stock(each, usual), classes))
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "level": level,
        "nbgrader": metadata.version("nbgrader"),
        "points": sum(POINTS.values()),
        "stock's limits": {
            "seconds": stock.WALL_SECONDS,
            "MiB": stock.MEMORY_MIB,
            "processes": stock.PROCESSES,
        },
        "rows": table(classes),
    }


def every_attack() -> list[Attack]:
    """Return the attacks in the order of their rows."""
    sections = sorted(Path(attacks.__file__).parent.glob("section_*.py"))
    modules = [importlib.import_module(f"tests.attacks.{path.stem}") for path in sections]
    return sorted((a for module in modules for a in module.ATTACKS), key=lambda a: a.row)


# --------------------------------------------------------------------------- what is handed in


def prepare(batch: stock.Batch) -> tuple[Path, set[str]]:
    """Make the course that each class starts from, and see which files honest work changes.

    Raises
    ------
    RuntimeError
        If honest work does not get full marks in it.
    """
    batch.room.mkdir()
    stock.new_course(batch)
    hand_in_honestly(batch, BEFORE)
    stock.run(batch, "autograde", NAME)
    template = batch.room.parent / "template"
    shutil.copytree(batch.course, template)
    hand_in_honestly(batch, AFTER)
    hand_in_honestly(batch, student(1))
    shutil.rmtree(batch.room / "home")
    stock.make_home(batch)
    before = files_of(batch.room)
    stock.run(batch, "autograde", NAME)
    if {stock.marks(batch, who) for who in (BEFORE, student(1), AFTER)} != {sum(POINTS.values())}:
        log = (batch.room / "log").read_text("utf-8", "replace")
        raise RuntimeError(f"nbgrader does not give honest work full marks here: {log[-2000:]}")
    return template, changed(before, files_of(batch.room))


def build(chosen: list[Attack], template: Path) -> list[Class]:
    """Write every submission, and a course of nbgrader's around a copy of it."""
    groups = [[a] for a in chosen if a.row not in TOGETHER]
    groups += [[a for a in chosen if a.row == row] for row in TOGETHER]
    return [
        build_class(Class(stock.Batch(template.parent / f"{number}", number), group), template)
        for number, group in enumerate(filter(None, groups), 1)
    ]


def build_class(made: Class, template: Path) -> Class:
    """Write the submissions of one class."""
    batch = made.batch
    batch.room.mkdir()
    shutil.copytree(template, batch.course)
    stock.make_home(batch)
    hand_in_honestly(batch, AFTER)
    for number, attack in enumerate(made.attacks, 1):
        folder = made.folder(number)
        folder.mkdir(parents=True)
        attack.build(released_in(batch), folder)
        shutil.copytree(folder, batch.submitted(student(number)), symlinks=True)
    return made


def hand_in_honestly(batch: stock.Batch, who: str) -> None:
    """Hand in the right answers."""
    batch.submitted(who).mkdir(parents=True)
    write(batch.submitted(who), answered(released_in(batch), right()))


def released_in(batch: stock.Batch) -> NotebookNode:
    """Read the student version that nbgrader made."""
    path = batch.course / "release" / NAME / f"{NAME}.ipynb"
    return nbformat.read(path, as_version=4)


def student(number: int) -> str:
    """Name a student who hands in an attack."""
    return f"mallory-{number}"


# --------------------------------------------------------------------------- ours


def grade_with_ours(classes: list[Class], folder: Path) -> str:
    """Grade everything, an honest submission after each attack; return the sandbox's level."""
    shutil.copytree(course.SOLUTIONS / NAME, folder / "source" / NAME)
    places = Places(course.course_in(folder), NAME)
    numbers = count()
    try:
        for each in classes:
            for number, attack in enumerate(each.attacks, 1):
                job = job_for(places, attack.limits)
                each.ours.append(ours(job, attack, each, number, folder / str(next(numbers))))
            say(each.attacks, each.ours)
        return job.level
    finally:
        close_sandboxes()


def job_for(places: Places, limits: Limits) -> Job:
    """Open a job at the strongest level that this machine has."""
    return open_job(places, Policy(accept_weaker=True, limits=limits))


def ours(job: Job, attack: Attack, where: Class, number: int, honest: Path) -> Found:
    """Grade an attack, and an honest submission that was not graded before."""
    usual = processes_after(job, where, honest / "before")
    before = files_of(where.batch.room)
    result = grade(Task(job, student(number), where.folder(number))).result
    damage = harm(before, files_of(where.batch.room), set())
    after = grade_honest(job, where, honest / "after")
    kept = Store(job.results, NAME).load(result.key)
    return {
        "marks": result.points,
        "status": result.status,
        "promised": job.level in attack.levels,
        "honest after": after,
        "left": left_of(usual),
        **damage,
        "kept MB": megabytes(len(repr(kept.notebook)) if kept else 0),
    }


def grade_honest(job: Job, where: Class, folder: Path) -> float | None:
    """Grade right answers that were not graded before."""
    folder.mkdir(parents=True)
    answers = right() | {"softmax": f"{right()['softmax']}\n# {folder}"}
    write(folder, answered(released_in(where.batch), answers))
    return grade(Task(job, AFTER, folder)).result.points


def processes_after(job: Job, where: Class, folder: Path) -> int:
    """Count this process's own when an honest submission has been graded."""
    grade_honest(job, where, folder)
    time.sleep(0.1)
    return processes()


def left_of(usual: int) -> int:
    """Count the processes that are more than usual, given a second to end."""
    end = time.monotonic() + 1
    while processes() > usual and time.monotonic() < end:
        time.sleep(0.05)
    return max(0, processes() - usual)


def processes() -> int:
    """Count what runs on behalf of this process."""
    return len(psutil.Process().children(recursive=True))


# --------------------------------------------------------------------------- nbgrader


def grade_with_stock(each: Class, usual: set[str]) -> None:
    """Run `nbgrader autograde` for the class, and see what became of everybody."""
    batch = each.batch
    if each.attacks[0].row not in NOT_COMPARED:
        before = files_of(batch.room)
        port = section_b.listener().getsockname()[1]
        noted = stock.run(batch, "autograde", NAME, port=port)
        damage = harm(before, files_of(batch.room), usual)
        for number, _ in enumerate(each.attacks, 1):
            each.theirs.append(theirs(batch, number, noted) | damage)
        say(each.attacks, each.theirs)
    shutil.rmtree(batch.room, ignore_errors=True)


def theirs(batch: stock.Batch, number: int, noted: Found) -> Found:
    """Say what became of one submission of a class."""
    kept = batch.course / "autograded" / student(number)
    return {
        "marks": stock.marks(batch, student(number)),
        "honest before": stock.marks(batch, BEFORE),
        "honest after": stock.marks(batch, AFTER),
        "limit": noted["limit"],
        "left": noted["left"],
        "kept MB": megabytes(sum(p.stat().st_size for p in kept.rglob("*") if p.is_file())),
    }


def say(chosen: list[Attack], found: list[Found]) -> None:
    """Print what is known, as soon as it is."""
    for attack, known in zip(chosen, found, strict=True):
        print(attack.row, attack.title, known, flush=True)


# --------------------------------------------------------------------------- what it did besides


def files_of(room: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of all files but those that nbgrader writes for every student."""
    found = {}
    for folder, folders, names in os.walk(room):
        for own in ("autograded", "runtime", "log"):
            with contextlib.suppress(ValueError):
                folders.remove(own)
        for name in names:
            path = Path(folder, name)
            if not name.startswith(("gradebook.db-", "report.", "log")):
                status = path.lstat()
                found[str(path.relative_to(room))] = (status.st_size, status.st_mtime_ns)
    return found


def changed(before: dict[str, tuple], after: dict[str, tuple]) -> set[str]:
    """Name the files that are new, different or gone."""
    return {name for name in before | after if before.get(name) != after.get(name)}


def harm(before: dict[str, tuple], after: dict[str, tuple], usual: set[str]) -> Found:
    """Count the files that are not the submission's own and were changed by it."""
    names = sorted(changed(before, after) - usual)
    return {"changed files": len(names), "such as": names[:2]}


def megabytes(size: int) -> float:
    """Round bytes to tenths of MB."""
    return round(size / 1e6, 1)


# --------------------------------------------------------------------------- the table


def table(classes: list[Class]) -> list[Found]:
    """Return the rows of the table, each with its submissions."""
    rows: dict[int, list[Found]] = {}
    for each in classes:
        for number, attack in enumerate(each.attacks):
            told = each.theirs[number] if each.theirs else NOT_COMPARED[attack.row]
            found = submission(attack, each.ours[number], told)
            rows.setdefault(attack.row, []).append(found)
    return [{"row": row, "kind": kind_of(row), "submissions": rows[row]} for row in sorted(rows)]


def kind_of(row: int) -> str:
    """Return the heading that a row stands under."""
    return next(kind for kind, rows in KINDS.items() if row in rows)


def submission(attack: Attack, ours: Found, theirs: Found | str) -> Found:
    """Put together what is known of one submission."""
    deserves = deserved(attack)
    found = {"title": attack.title, "deserves": deserves, "ours": ours | verdicts(ours, deserves)}
    if isinstance(theirs, str):
        return found | {"not compared": theirs}
    return found | {"nbgrader": theirs | verdicts(theirs, deserves)}


def deserved(attack: Attack) -> float | None:
    """Return the marks that the answers deserve, None if a person has to say."""
    if isinstance(attack.expect, str):
        return 0.0 if attack.expect == UNREADABLE else None
    points = attack.expect.values()
    return None if None in points else sum(points)


def verdicts(found: Found, deserves: float | None) -> Found:
    """Say what went wrong; not where a batch was ended from outside before it was done."""
    got, limited = found["marks"], bool(found.get("limit"))
    honest = [found[name] for name in ("honest before", "honest after") if name in found]
    judged = deserves is not None and not limited
    return {
        "undeserved": judged and (got or 0) > deserves,
        "lost": judged and (got or 0) < deserves,
        "others": not limited and any(marks != sum(POINTS.values()) for marks in honest),
    }

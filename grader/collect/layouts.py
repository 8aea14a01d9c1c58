"""Whose a file is, told by names as Moodle, Canvas, nbgrader's exchange and people make them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from grader.collect.names import RefusedError

_MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)"
)
_CANVAS = re.compile(
    r"(?P<name>[^_]+)(?P<late>_late)?_(?P<number>\d+)_(?P<upload>\d+)_(?P<rest>.+)", re.IGNORECASE
)
_EXCHANGE = re.compile(r"(?P<name>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)(\+.*)?")


@dataclass(frozen=True)
class Sender:
    """Who sent a file: what the LMS calls the person, and what it says about the time.

    `late` is None where the LMS does not say. `must_own` is set where only the owner of a file
    tells who wrote it.
    """

    name: str
    number: str = ""
    late: bool | None = None
    time: datetime | None = None
    must_own: bool = False

    @property
    def id(self) -> str:
        """What the student's id is made of if no roster has it."""
        return f"{self.name}_{self.number}" if self.number else self.name


def sender_of(name: str, assignment: str, others: Collection[str]) -> tuple[Sender, str] | None:
    """Tell who sent a file, and what it is called apart from that.

    Parameters
    ----------
    name
        The file's path in a folder or archive.
    assignment, others
        The assignment that is collected, and the other ones of the course.

    Returns
    -------
    tuple or None
        None if the file belongs to another assignment.

    Raises
    ------
    RefusedError
        If nobody can be told from the name.
    """
    parts = name.replace("\\", "/").split("/")
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        below = "/".join(parts[place + 1 :])
        if found := _MOODLE.fullmatch(part):
            if found["kind"] != "file":
                raise RefusedError("it was typed into Moodle: only files are collected")
            return Sender(found["name"], found["number"]), below or found["rest"]
        if last and not place and (found := _CANVAS.fullmatch(part)):
            late = found["late"] is not None
            return Sender(found["name"], found["number"], late), found["rest"]
        if not last and (found := _EXCHANGE.fullmatch(part)):
            if found["assignment"] != assignment:
                return None
            time = _exchange_time(found["time"])
            return Sender(found["name"], time=time, must_own=True), below
    return _plain(parts, assignment, others)


def _exchange_time(text: str) -> datetime:
    from nbgrader.utils import parse_utc

    try:
        return parse_utc(text).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise RefusedError(f"its folder has no time ({text[:40]!r})") from None


def _plain(parts: list[str], assignment: str, others: Collection[str]) -> tuple[Sender, str] | None:
    """Read STUDENT/…/x.ipynb, STUDENT/ASSIGNMENT/x.ipynb or STUDENT.ipynb."""
    if len(parts) > 1:
        if parts[1] in others and len(parts) > 2:
            return None
        below = parts[2:] if parts[1] == assignment and len(parts) > 2 else parts[1:]
        return Sender(parts[0]), "/".join(below)
    stem, _, suffix = parts[0].rpartition(".")
    if suffix.lower() != "ipynb":
        raise RefusedError("it is in no student's folder")
    if stem == assignment:
        raise RefusedError("its name does not say whose it is: put it into STUDENT/")
    return Sender(stem), f"{assignment}.ipynb"


def without_wrapper(names: list[str], stem: str) -> str:
    """Return the folder around everything that says nothing about students, "" if there is none."""
    first = {name.split("/")[0] for name in names}
    if len(first) != 1 or not all("/" in name for name in names):
        return ""
    [wrapper] = first
    folders = {name.split("/")[1] for name in names if name.count("/") > 1}
    return f"{wrapper}/" if wrapper == stem or len(folders) > 1 else ""

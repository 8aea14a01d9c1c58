"""From the temporary folder to submitted/STUDENT/ASSIGNMENT; what was there before is kept."""

import filecmp
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.collect.stage import STAMP, Upload
from grader.run.places import Places

NEW, REPLACED, UNCHANGED, OLDER = "new", "replaces an earlier one", "unchanged", "older: left out"
EARLIER = "submitted-earlier"


@dataclass(frozen=True)
class Stored:
    """What became of an upload."""

    student: str
    time: datetime
    files: int
    what: str


def store(places: Places, student: str, upload: Upload, time: datetime, *, dry: bool) -> Stored:
    """Move an upload to its place, and the one that lies there to submitted-earlier/.

    Parameters
    ----------
    places
        The folders of the assignment.
    student
        An id that is safe as a folder's name.
    upload
        Files in a temporary folder on the same disk.
    time
        When it was handed in.
    dry
        Change nothing, only say what would happen.
    """
    target = places.submitted(student)
    what = _compare(target, upload.folder, time)
    if not dry and what in (NEW, REPLACED):
        (upload.folder / STAMP).write_text(as_stamp(time), "utf-8")
        if what == REPLACED:
            os.renames(target, _free(places.own / EARLIER / student / places.assignment, target))
        target.parent.mkdir(parents=True, exist_ok=True)
        upload.folder.rename(target)
    return Stored(student, time, len(upload.files), what)


def as_stamp(time: datetime) -> str:
    """Write a time as nbgrader reads it."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC")


def read_stamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in, None if its folder does not say."""
    from nbgrader.utils import parse_utc

    try:
        return parse_utc((folder / STAMP).read_text("utf-8").strip()).replace(tzinfo=UTC)
    except (OSError, ValueError, OverflowError):
        return None


def _compare(there: Path, new: Path, time: datetime) -> str:
    if not os.path.lexists(there):
        return NEW
    if _same(there, new):
        return UNCHANGED
    before = read_stamp(there)
    return OLDER if before and before > time else REPLACED


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink():
        return False
    names = sorted(_files(one))
    return names == sorted(_files(other)) and not any(
        (one / name).is_symlink() or not filecmp.cmp(one / name, other / name, shallow=False)
        for name in names
    )


def _files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if name != STAMP and (path.is_symlink() or not path.is_dir()):
            yield name


def _free(folder: Path, there: Path) -> Path:
    """Return a new name for an earlier submission: its time, and a number if that is taken."""
    time = read_stamp(there)
    stem = time.strftime("%Y-%m-%d-%H%M%S") if time else "without-time"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 10_000))]
    return next(folder / name for name in names if not os.path.lexists(folder / name))

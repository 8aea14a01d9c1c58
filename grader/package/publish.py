"""From a finished folder to the published one beside its zip; the same files give the same bytes.

The checksums say what was written. A folder that is not as they say is somebody's work: it stays.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from grader.package import PackageError

NAME = "course-rnn-student"
ZIP, SUMS = f"{NAME}.zip", f"{NAME}.sha256"
_OLDEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier time
_READABLE = 0o100644 << 16
_LEFTOVERS = {"__pycache__", ".ipynb_checkpoints", "course_rnn.egg-info"}  # nobody's work


def publish(made: Path, folder: Path) -> str:
    """Move a finished package to its place, with the zip and the checksums.

    Parameters
    ----------
    made
        The package, in a temporary folder of its own on the same disk.
    folder
        Where it goes.

    Returns
    -------
    str
        What was done, in words.

    Raises
    ------
    PackageError
        If the package's folder is there and is not as this command left it.
    """
    write_zip(made)
    new, before, there = _digests(made.parent), _read_sums(folder), os.path.relpath(folder / NAME)
    _refuse_others_work(folder, before, new)
    if before == new == _digests(folder):
        return f"{there}: unchanged"
    sums = "".join(f"{digest}  {name}\n" for name, digest in new.items())
    (made.parent / SUMS).write_text(sums, "utf-8", newline="\n")
    if (folder / NAME).exists():
        os.replace(folder / NAME, made.parent / "earlier")
    for name in (NAME, ZIP, SUMS):
        os.replace(made.parent / name, folder / name)
    size = (folder / ZIP).stat().st_size / 1e6
    return f"{there}: {len(new) - 1} files written, and {ZIP} ({size:.1f} MB)"


def write_zip(made: Path) -> None:
    """Pack the package beside itself, without compression: another zlib would give other bytes."""
    with zipfile.ZipFile(made.parent / ZIP, "w") as archive:
        for name, path in _files(made.parent):
            about = zipfile.ZipInfo(name, _OLDEST)
            about.external_attr, about.create_system = _READABLE, 3  # as on Linux, everywhere
            archive.writestr(about, path.read_bytes())


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the package's files by their names below the folder."""
    for path in sorted((folder / NAME).rglob("*")):
        place = path.relative_to(folder)
        if path.is_file() and not _LEFTOVERS.intersection(place.parts):
            yield place.as_posix(), path


def _digests(folder: Path) -> dict[str, str]:
    archive = folder / ZIP
    files = [*_files(folder), *([(ZIP, archive)] if archive.exists() else [])]
    return {name: _digest(path) for name, path in files}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_sums(folder: Path) -> dict[str, str]:
    path = folder / SUMS
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    pairs = (line.split("  ", 1) for line in lines)
    return {name: digest for digest, name in pairs}


def _refuse_others_work(folder: Path, *known: dict[str, str]) -> None:
    for name, path in _files(folder):
        if not any(name in digests for digests in known):
            why = "was added to it"
        elif _digest(path) not in [digests.get(name) for digests in known]:
            why = "was changed"
        else:
            continue
        raise PackageError(
            f"{os.path.relpath(folder / name)} {why} after the package was written. Move "
            f"{NAME} away or name another folder, and run the command again."
        )

"""Which files lie in a submission, and which of them may be opened.

Only regular files are opened, and only notebooks are read: links, pipes and devices are refused,
and what lies beside a notebook (a numpy.py, say) never reaches the student's process.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.intake.cells import UnusableError, listed

MOST_BYTES = 64 * 2**20
MOST_FILES, MOST_NOTEBOOKS, DEEPEST = 1000, 8, 6
AGAIN = "Open your copy in JupyterLab, save it, and hand it in again."
_LEFT_BY_TOOLS = ("__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini", "timestamp.txt")


@dataclass
class Files:
    """What lies in a submission's folder, as paths inside of it."""

    folder: Path
    notebooks: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def everything(self) -> list[str]:
        """All paths, in an order that depends on their names alone."""
        return sorted(self.notebooks + self.others + self.refused)


def list_files(folder: Path) -> Files:
    """Look through a submission's folder without opening anything.

    Raises
    ------
    UnusableError
        If there is no notebook, or no folder.
    """
    if folder.is_symlink() or not folder.is_dir():
        raise UnusableError("There is no folder with your files. Hand the notebook in again.")
    files = Files(folder)
    for path, is_regular in _walk(folder, ""):
        if not is_regular:
            files.refused.append(path)
        elif path.lower().endswith(".ipynb"):
            files.notebooks.append(path)
        else:
            files.others.append(path)
        if len(files.everything) > MOST_FILES:
            raise UnusableError(
                f"You handed in more than {MOST_FILES} files. Hand in the notebook alone."
            )
    return files


def read_bytes(folder: Path, path: str) -> bytes:
    """Read a regular file that is not too large.

    Raises
    ------
    UnusableError
        If it is something else, too large, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(folder / path, flags), "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                raise UnusableError(f"{listed([path])} is no ordinary file. {AGAIN}")
            content = b"" if about.st_size > MOST_BYTES else file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnusableError(
            f"{listed([path])} cannot be opened ({error.strerror}). {AGAIN}"
        ) from None
    if max(about.st_size, len(content)) > MOST_BYTES:
        raise UnusableError(
            f"{listed([path])} is larger than {MOST_BYTES >> 20} MiB. Clear its outputs (Edit, "
            "Clear Outputs of All Cells), save it, and hand it in again."
        )
    return content


def _walk(folder: Path, inside: str, depth: int = 1) -> Iterator[tuple[str, bool]]:
    """Yield each path in the folder and whether it is a regular file; links are not followed."""
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    for entry in ordered:
        path = f"{inside}{entry.name}"
        if entry.name.startswith(".") or entry.name in _LEFT_BY_TOOLS:
            continue
        if not entry.is_dir(follow_symlinks=False):
            yield path, entry.is_file(follow_symlinks=False)
        elif depth < DEEPEST:
            yield from _walk(Path(entry.path), f"{path}/", depth + 1)
        else:
            yield path, False

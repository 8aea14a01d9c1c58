"""The folder a sandbox stands on: copies of what may be seen inside, and nothing else."""

import contextlib
import os
import shutil
import site
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grader.student
from grader.policy import Policy
from grader.sandbox.packages import find_packages
from grader.sources import ROOT


@dataclass(frozen=True)
class Ground:
    """What a level is built from.

    `folder` has library/, data/ and student/, readable for everybody; `packages` lie where they
    are installed. `user` is who a server started by root becomes, 0 if it need not change.
    """

    folder: Path
    packages: dict[str, Path]
    user: int


def prepare(policy: Policy, library: Path, released: Path) -> Ground:
    """Copy what an assignment's submissions may see into a folder of its own.

    Parameters
    ----------
    policy
        What may be imported.
    library
        The folder that holds the slice of course_rnn.
    released
        The folder of the student version: its files come along, its notebooks do not.

    Raises
    ------
    NotInstalledError
        If an allowed package is not installed.
    """
    packages = find_packages(policy.imports)
    _remove_left_behind()
    folder = Path(tempfile.mkdtemp(prefix=f"grader-{os.getpid()}-"))
    leave_out = shutil.ignore_patterns("__pycache__", "*.ipynb", ".ipynb_checkpoints")
    for name, source in (
        ("library", library),
        ("data", released),
        ("student", Path(grader.student.__file__).parent),
    ):
        shutil.copytree(source, folder / name, ignore=leave_out)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Ground(folder, packages, unprivileged_user())


def _remove_left_behind() -> None:
    """Remove the folders of this user's processes that were killed before they could do so."""
    for folder in Path(tempfile.gettempdir()).glob("grader-*-*"):
        with contextlib.suppress(OSError, ValueError):
            if folder.lstat().st_uid == os.getuid() and not _lives(int(folder.name.split("-")[1])):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def unprivileged_user() -> int:
    """Return a user number of nobody's for this process's server, 0 if this process is not root.

    Workers have different ones, so that the threads of one do not count for another.
    """
    return 60706 + os.getpid() % 478 if os.getuid() == 0 else 0


def hidden_folders() -> list[Path]:
    """List what must not be seen although it may lie in what must be: packages, the course."""
    bases = (sys.base_prefix, "/usr", "/usr/local")
    patterns = ("lib/python3*/site-packages", "lib/python3*/dist-packages")
    found = [Path(place) for place in site.getsitepackages([sys.base_prefix])]
    found += [path for base in bases for pattern in patterns for path in Path(base).glob(pattern)]
    found.append(ROOT)
    if sys.prefix != sys.base_prefix:
        found.append(Path(sys.prefix))
    return sorted({path.resolve() for path in found if path.is_dir()})


def without(folder: Path, hidden: list[Path]) -> Iterator[Path]:
    """Yield paths that together are a folder without some folders in it."""
    if folder in hidden:
        return
    if not any(folder in path.parents for path in hidden):
        yield folder
        return
    for entry in sorted(folder.iterdir()):
        yield from without(entry, hidden)

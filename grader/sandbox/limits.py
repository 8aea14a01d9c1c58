"""The level "limits": no namespaces, but no rights, a filter of system calls and few resources.

On Linux with Landlock, only the allowed files can be opened as well.
"""

import os
import sys
from pathlib import Path
from typing import Any

from grader.sandbox.ground import Ground, hidden_folders, without
from grader.sandbox.server import ENVIRONMENT, PYTHON, Start
from grader.student import landlock

LINUX = sys.platform == "linux"
_READ_ANYWHERE = 1 << 2  # CAP_DAC_READ_SEARCH
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime")


def command(ground: Ground, settings: dict[str, Any]) -> Start:
    """Say how to start the server as it is.

    Raises
    ------
    PermissionError
        If root would have to run a Python that nobody else can read.
    """
    private, packages = ground.folder / "private", ground.folder / "packages"
    for folder in (private, packages):
        folder.mkdir(exist_ok=True)
    if ground.user:
        os.chown(private, ground.user, ground.user)
    for name, place in ground.packages.items():
        if not (packages / name).is_symlink():
            (packages / name).symlink_to(place)
    has_landlock = landlock.version() > 0
    settings = settings | {
        "namespaces": False,
        "filters": LINUX,
        "counts_threads": bool(ground.user),  # the limit counts all processes of a user
        "capabilities": _capabilities(ground, has_landlock),
        "roots": _roots(ground) if has_landlock else [],
        "readable": _readable(_roots(ground)) if has_landlock else [],
        "private": str(private),
        **{name: str(ground.folder / name) for name in ("library", "packages", "data")},
    }
    names = ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR")
    environment = ENVIRONMENT | {name: str(private) for name in names}
    return Start([*PYTHON, str(ground.folder / "student")], environment, settings)


def _roots(ground: Ground) -> list[str]:
    """List what may be read, the hidden folders in it not left out yet."""
    own = [ground.folder / name for name in ("packages", "library", "data", "student")]
    return [sys.base_prefix, *_SYSTEM, *map(str, own), *map(str, ground.packages.values())]


def _readable(roots: list[str]) -> list[str]:
    hidden = hidden_folders()
    paths = [path for root in roots for path in without(Path(root).resolve(), hidden)]
    return [str(path) for path in dict.fromkeys(paths)]


def _capabilities(ground: Ground, has_landlock: bool) -> int:
    """Return the right that lets nobody-in-particular run a Python in root's own folders.

    Landlock bounds it to what is listed, so without Landlock it is not given.
    """
    places = (Path(sys.base_prefix), *ground.packages.values())
    if not ground.user or all(map(_open_to_all, places)):
        return 0
    if not has_landlock:
        raise PermissionError(
            "this Python lies in a folder that only root can open: install Python and the "
            "course's environment elsewhere, such as /opt"
        )
    return _READ_ANYWHERE


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents)

"""The level "bubblewrap": namespaces around the server, and again around each child."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.sandbox.ground import Ground, hidden_folders
from grader.sandbox.server import ENVIRONMENT, PYTHON, Start

INSIDE = "/course"
_SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = ("ld.so.cache", "localtime")


def command(ground: Ground, settings: dict[str, Any]) -> Start:
    """Say how to start the server in namespaces of its own.

    Raises
    ------
    FileNotFoundError
        If bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if not program:
        raise FileNotFoundError("bubblewrap is not installed")
    settings = settings | {
        "namespaces": True,
        "filters": True,
        "counts_threads": True,
        "roots": [],
        "readable": [],
        "private": "/tmp/student",
        **{name: f"{INSIDE}/{name}" for name in ("library", "packages", "data")},
    }
    arguments = [
        program,
        *_namespaces(ground),
        *_environment(),
        *_files(ground),
        *("--remount-ro", "/", "--chdir", "/", "--"),
        *PYTHON,
        f"{INSIDE}/student",
    ]
    return Start(arguments, {}, settings)


def _namespaces(ground: Ground) -> Iterator[str]:
    yield from ("--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid")
    yield from ("--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    if ground.user:  # root: a user namespace would make root inside the owner of root's files
        yield from ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        yield "--unshare-user"


def _environment() -> Iterator[str]:
    yield "--clearenv"
    home = {name: "/tmp" for name in ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR")}
    for name, value in (ENVIRONMENT | home).items():
        yield from ("--setenv", name, value)


def _files(ground: Ground) -> Iterator[str]:
    yield from system_folders()
    yield from _parents(Path("/etc/x"))
    for name in _ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    yield from ("--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/tmp")
    base = Path(sys.base_prefix)
    if not base.is_relative_to("/usr"):
        yield from _bind(base, base)
    for folder in hidden_folders():
        if folder.is_relative_to(base) or folder.is_relative_to("/usr"):
            yield from ("--perms", "0755", "--tmpfs", str(folder), "--remount-ro", str(folder))
    for name in ("student", "library", "data"):
        yield from _bind(ground.folder / name, Path(INSIDE, name))
    for name, place in ground.packages.items():
        yield from _bind(place, Path(INSIDE, "packages", name))


def system_folders() -> Iterator[str]:
    """Show /usr and the folders beside it that belong to it, read-only."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _SYSTEM:
        if os.path.islink(f"/{name}"):
            yield from ("--symlink", os.readlink(f"/{name}"), f"/{name}")
        elif os.path.isdir(f"/{name}"):
            yield from ("--ro-bind", f"/{name}", f"/{name}")


def _bind(source: Path, target: Path) -> Iterator[str]:
    yield from _parents(target)
    yield from ("--ro-bind", str(source), str(target))


def _parents(target: Path) -> Iterator[str]:
    """Make the folders above a path readable for everybody, which bubblewrap itself does not."""
    for parent in reversed(target.parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(parent))

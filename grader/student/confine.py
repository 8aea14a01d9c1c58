"""Takes from a freshly forked process what a student's code must not have, in the right order."""

import contextlib
import os
import resource
import signal
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

LINUX = sys.platform == "linux"
if LINUX:
    import landlock
    import namespaces
    import seccomp
    from linux import keep_only

_STACK_BYTES = 8 << 20
DEVICES = tuple(f"/dev/{name}" for name in "null zero full random urandom".split())


def confine_server(settings: dict[str, Any]) -> None:
    """Let the server, and so all its children, open only what may be seen (Landlock).

    A child then needs only a short list to be kept from what the server itself writes.
    """
    if settings["readable"]:
        landlock.restrict(settings["readable"], DEVICES, (settings["private"],))


def confine(settings: dict[str, Any], private: str, keep: tuple[int, ...]) -> None:
    """Go on as a process that can reach its private folder, what it may read, and `keep`.

    With settings["namespaces"] it goes on in a child of the calling process, which then only
    waits for it and never returns from here.

    Parameters
    ----------
    settings
        What `grader.sandbox` has written for this server.
    private
        The folder of this process: its home, its temporary files, its working directory.
    keep
        The descriptors that stay open.

    Raises
    ------
    OSError
        If the machine does not offer what the settings ask for.
    """
    os.setsid()
    limits = settings["limits"]
    if settings["namespaces"]:
        namespaces.enter(limits["disk_mib"] << 20)
    _close_all_but(keep)
    _settle_in(private, settings["data"])
    _limit(settings)
    if LINUX:
        _give_up_rights(settings, private)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _close_all_but(keep: tuple[int, ...]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nothing, standard)
    ends = [2, *sorted(keep), os.sysconf("SC_OPEN_MAX")]
    for before, after in pairwise(ends):
        os.closerange(before + 1, after)


def _settle_in(private: str, data: str) -> None:
    """Make home and working directory, with the assignment's files in it."""
    work = Path(private, "work")
    work.mkdir(parents=True)
    for file in Path(data).iterdir():
        (work / file.name).symlink_to(file)
    os.environ.update(HOME=private, TMPDIR=private)
    os.chdir(work)
    sys.path.append("")  # modules that the student's own cells write, after all others


def _limit(settings: dict[str, Any]) -> None:
    limits = settings["limits"]
    memory, disk = limits["memory_mib"] << 20, limits["disk_mib"] << 20
    seconds = int(limits["submission_seconds"]) + 1
    wanted = {
        "AS": (memory, memory),
        "CPU": (seconds, seconds + 1),
        "FSIZE": (disk, disk),
        "NOFILE": (limits["open_files"], limits["open_files"]),
        "CORE": (0, 0),
        "STACK": (_STACK_BYTES, _STACK_BYTES),
    }
    if settings["counts_threads"]:
        tasks = limits["threads"] + 2  # the main thread, and the process that waits for it
        wanted["NPROC"] = (tasks, tasks)
    for name, pair in wanted.items():
        with contextlib.suppress(ValueError, OSError) if not LINUX else contextlib.nullcontext():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), pair)


def _give_up_rights(settings: dict[str, Any], private: str) -> None:
    if settings["roots"]:
        landlock.restrict(settings["roots"], DEVICES, (private,))
    keep_only(settings["capabilities"])
    if settings["filters"]:
        seccomp.forbid(os.getpid())

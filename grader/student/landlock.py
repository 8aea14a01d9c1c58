"""Which files a student's process may reach where it sees all of them (Linux 5.13 and later)."""

import contextlib
import ctypes
import os
import stat
import sys
from collections.abc import Iterable

if __package__:
    from grader.student.linux import NO_NEW_PRIVILEGES, call, syscall
else:  # started from its folder, inside the sandbox
    from linux import NO_NEW_PRIVILEGES, call, syscall

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READ = 1 << 2 | 1 << 3  # files, folders
_WRITE = 1 << 1
_FILE_RIGHTS = 1 << 0 | _WRITE | 1 << 2
_EVERYTHING = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_EVERYTHING_SINCE_5 = (1 << 16) - 1
_TRUNCATE = 1 << 14
_ALL_SCOPES = 1 << 0 | 1 << 1  # sockets by name, signals


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def version() -> int:
    """Return the version of Landlock in this kernel, 0 if there is none."""
    if sys.platform != "linux":
        return 0
    try:
        return syscall(_CREATE, None, 0, 1)
    except OSError:
        return 0


def restrict(readable: Iterable[str], devices: Iterable[str], writable: Iterable[str]) -> None:
    """Forbid to open anything else than some files and what is below some folders.

    Parameters
    ----------
    readable, devices, writable
        For reading, for reading and writing without a change to it, for everything.

    Raises
    ------
    OSError
        If the kernel does not have it.
    """
    has = version()
    everything = _EVERYTHING.get(has, _EVERYTHING_SINCE_5)
    words = (everything, 0, _ALL_SCOPES)[: 3 if has >= 6 else 1]
    attributes = (ctypes.c_uint64 * len(words))(*words)
    rules = syscall(_CREATE, attributes, ctypes.sizeof(attributes), 0)
    for paths, rights in (
        (readable, _READ),
        (devices, _READ | _WRITE),
        (writable, everything),
    ):
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                _allow(rules, path, rights & everything)
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    syscall(_RESTRICT, rules, 0)
    os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _FILE_RIGHTS | _TRUNCATE
        syscall(_ADD, rules, 1, ctypes.byref(_Rule(rights, place)), 0)
    finally:
        os.close(place)

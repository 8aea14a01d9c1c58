"""Calls of the Linux kernel that Python's own library does not have."""

import ctypes
import os
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

NO_NEW_PRIVILEGES = 38
DROP_FROM_BOUNDING_SET = 24
KEEP_CAPABILITIES = 8
OWN_ITS_PROC = 4
DIE_WITH_PARENT = 1
_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 63
_LARGE = 2 << 20
_GATHER = (14, 25)  # MADV_HUGEPAGE, MADV_COLLAPSE


def call(name: str, *arguments: object) -> int:
    """Call a function of the C library; numbers are passed as longs.

    Raises
    ------
    OSError
        If it fails; the text names the function.
    """
    longs = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = getattr(_libc, name)(*longs)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object) -> int:
    """Call the kernel by the number of a system call."""
    return call("syscall", number, *arguments)


def keep_only(capabilities: int = 0) -> None:
    """Give up all of root's rights but those in a set of bits, and any way to get them back."""
    for capability in range(_LAST_CAPABILITY):
        if not capabilities >> capability & 1:
            _libc.prctl(DROP_FROM_BOUNDING_SET, capability, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    low, high = capabilities & 0xFFFFFFFF, capabilities >> 32
    call("capset", header, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0))
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def become(user: int, keep: int = 0) -> None:
    """Change from root to an ordinary user without groups, keeping some of root's rights."""
    call("prctl", KEEP_CAPABILITIES, int(bool(keep)), 0, 0, 0)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)
    if keep:
        keep_only(keep)
    call("prctl", OWN_ITS_PROC, 1, 0, 0, 0)  # or its files in /proc would still be root's


def use_large_pages() -> None:
    """Gather this process's memory in large pages where the kernel can: a fork copies fewer."""
    try:
        maps = Path("/proc/self/maps").read_text("utf-8", "replace")
    except OSError:  # a container may hide it: then forks take their time
        return
    for line in maps.splitlines():
        span, rights, _, _, file, *name = line.split()
        if rights == "rw-p" and file == "0" and name in ([], ["[heap]"]):
            first, last = (int(address, 16) for address in span.split("-"))
            first, last = -(-first // _LARGE) * _LARGE, last // _LARGE * _LARGE
            for advice in _GATHER if first < last else ():
                _libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), advice)

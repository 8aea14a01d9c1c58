"""A world of its own for one process (Linux): processes, files, network, names."""

import os
import signal
from typing import NoReturn

from linux import DIE_WITH_PARENT, call

_NEW_NAMESPACES = (
    0x00020000  # mounts
    | 0x04000000  # host name
    | 0x08000000  # shared memory and message queues
    | 0x10000000  # users
    | 0x20000000  # processes
    | 0x40000000  # network
)
_PRIVATE = 1 << 18 | 1 << 14  # what is mounted here is seen only here, in all folders
_NO_DEVICES = 2 | 4 | 8  # nosuid, nodev, noexec
_WATCHED = {signal.SIGTERM, signal.SIGCHLD}


def enter(disk_bytes: int) -> None:
    """Go on as the only process of new namespaces, with an empty /tmp and /dev/shm.

    The calling process stays outside: it waits, ends as the inner one ends, and SIGTERM to it
    ends the inner one.

    Parameters
    ----------
    disk_bytes
        The size of /tmp and of /dev/shm.

    Raises
    ------
    OSError
        If the machine does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    call("unshare", _NEW_NAMESPACES)
    _write("setgroups", "deny")
    _write("uid_map", f"{user} {user} 1")
    _write("gid_map", f"{group} {group} 1")
    signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    inner = os.fork()
    if inner:
        _wait_for(inner)
    call("prctl", DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
    call("mount", b"none", b"/", None, _PRIVATE, None)
    for folder in (b"/tmp", b"/dev/shm"):
        _mount_empty(folder, f"size={disk_bytes},nr_inodes=10000,mode=0700")
    _mount_empty(b"/proc", "size=4k,mode=0555")  # a new one would be refused here


def _write(name: str, content: str) -> None:
    with open(f"/proc/self/{name}", "w") as file:
        file.write(content)


def _mount_empty(folder: bytes, options: str) -> None:
    call("mount", b"tmpfs", folder, b"tmpfs", _NO_DEVICES, options.encode())


def _wait_for(inner: int) -> NoReturn:
    os.closerange(0, os.sysconf("SC_OPEN_MAX"))
    while True:
        if signal.sigwait(_WATCHED) == signal.SIGTERM:
            os.kill(inner, signal.SIGKILL)
        ended, status = os.waitpid(inner, os.WNOHANG)
        if ended:
            break
    if os.WIFSIGNALED(status):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _WATCHED)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status) & 255)

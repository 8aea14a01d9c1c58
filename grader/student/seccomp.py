"""Which system calls a student's process may make (Linux on x86_64 and aarch64).

A filter in the kernel's classic BPF. It forbids what can reach another process, the network or
the kernel's own settings; threads, files and memory stay as they are.
"""

import ctypes
import errno
import platform
from collections.abc import Iterator

if __package__:
    from grader.student.linux import NO_NEW_PRIVILEGES, call
else:  # started from its folder, inside the sandbox
    from linux import NO_NEW_PRIVILEGES, call

_FORBIDDEN = {  # name: number on x86_64, on aarch64 (None: there is none)
    # other programs and processes
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpgid": (109, 154),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # the network
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    # memory that outlives a process or counts for nobody
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # wide doors into the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "fanotify_init": (300, 262),
    "lookup_dcookie": (212, 18),
    # the machine's settings
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vhangup": (153, 58),
}
_CLONE, _CLONE3 = (56, 220), (435, 435)
_FCNTL, _IOCTL = (72, 25), (16, 29)
_TO_ITSELF = ((62, 129), (234, 131))  # kill, tgkill
_OF_ITSELF = (  # prlimit64, sched_setaffinity, -scheduler, -param, -attr
    *((302, 261), (203, 122), (144, 119), (142, 118), (314, 274)),
)
_THREAD = 0x00010000
_NAMESPACES = 0x7E020080
_SIGNALS_OF_FILES = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: a way to kill others
_OWNERS_AND_TERMINALS = (0x8901, 0x8902, 0x5412, 0x541C)  # FIOSETOWN, SIOCSPGRP, TIOCSTI, -LINUX

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # places in what the kernel shows to a filter
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_X32 = 0x40000000

Instruction = tuple[int, int, int, int]
"""Operation, how far to jump if true, if false, operand."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def forbid(process: int) -> None:
    """Let the kernel refuse the calls of this file's table, now and for ever.

    Parameters
    ----------
    process
        This process's own number, the only one that it may send signals to.

    Raises
    ------
    OSError
        If the kernel has no such filters.
    """
    machine = platform.machine()
    if machine not in _MACHINES:
        raise OSError(errno.ENOSYS, f"there is no filter of system calls for {machine}")
    code = b"".join(
        operation.to_bytes(2, "little") + bytes((yes, no)) + operand.to_bytes(4, "little")
        for operation, yes, no, operand in instructions(machine, process)
    )
    program = _Program(len(code) // 8, ctypes.cast(code, ctypes.c_void_p))
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    call("prctl", 22, 2, ctypes.byref(program), 0, 0)


def instructions(machine: str, process: int) -> list[Instruction]:
    """Write the filter for a machine."""
    column, architecture = _MACHINES[machine]
    refuse, fail = _answer(errno.EPERM), _answer(errno.ENOSYS)
    code: list[Instruction] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, fail)]
    numbers = [pair[column] for pair in _FORBIDDEN.values()]
    for number in filter(None, numbers):
        code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    # the C library falls back to clone, whose arguments can be seen
    code += [(_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, fail)]
    for number, rule in _rules(column, process):
        code += [(_EQUAL, 0, len(rule), number), *rule]
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _rules(column: int, process: int) -> Iterator[tuple[int, list[Instruction]]]:
    """Yield the calls that depend on an argument."""
    allow, refuse = (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _answer(errno.EPERM))
    threads = [(_ANY_BIT, 2, 0, _NAMESPACES), (_ANY_BIT, 0, 1, _THREAD), allow, refuse]
    yield _CLONE[column], [_argument(0), *threads]
    for numbers in _TO_ITSELF:
        yield numbers[column], [_argument(0), (_EQUAL, 0, 1, process), allow, refuse]
    for numbers in _OF_ITSELF:
        own = [(_EQUAL, 1, 0, process), (_EQUAL, 0, 1, 0), allow, refuse]
        yield numbers[column], [_argument(0), *own]
    for numbers, values in ((_FCNTL, _SIGNALS_OF_FILES), (_IOCTL, _OWNERS_AND_TERMINALS)):
        none_of = [(_EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
        yield numbers[column], [_argument(1), *none_of, allow, refuse]


def _argument(index: int) -> Instruction:
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _answer(error: int) -> int:
    return _FAIL | error

"""What this machine offers to confine a submission, found out by doing it, and how to get more."""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.policy import LEVELS, Policy
from grader.sandbox import SandboxUnavailableError, open_level
from grader.student import landlock

LINUX = sys.platform == "linux"
RECIPE = "grader/Dockerfile"
_TRIES = 10
_SYSCTL = Path("/proc/sys")

_PROFILE = """\
sudo tee /etc/apparmor.d/bwrap <<'END'
abi <abi/4.0>,
include <tunables/global>
profile bwrap /usr/bin/bwrap flags=(unconfined) {
  userns,
}
END
sudo systemctl reload apparmor"""


@dataclass(frozen=True)
class Offer:
    """One level: whether it works here, what it promises, how to get it.

    `problem` is empty if it works; `milliseconds` is how long a process then takes to start.
    `remedies` are sentences, with the commands to type in the lines below each.
    """

    level: str
    problem: str
    milliseconds: float
    promise: str
    remedies: tuple[str, ...] = ()


def offers() -> list[Offer]:
    """Try each level, the stronger first."""
    return [_try(level) for level in LEVELS]


def _try(level: str) -> Offer:
    with tempfile.TemporaryDirectory() as folder:
        try:
            policy = Policy(imports=("numpy",))
            with open_level(level, policy, Path(folder), Path(folder)) as sandbox:
                start = time.perf_counter()
                for _ in range(_TRIES):
                    sandbox.start().kill()
                each = (time.perf_counter() - start) / _TRIES
        except (SandboxUnavailableError, OSError) as error:
            return Offer(level, str(error), 0.0, promise(level), tuple(_remedies(level)))
    return Offer(level, "", 1000 * each, promise(level))


def promise(level: str) -> str:
    """Say what a level keeps a submission from, on this machine."""
    if level == "bubblewrap":
        return (
            "A submission sees Python, the allowed packages and an empty folder of its own; no "
            "file of yours, no other process, no network. Time, memory, disk, threads and output "
            "are limited."
        )
    if not LINUX:
        return (
            "Time, memory, size of files and output are limited, nothing else: a submission can "
            "read your files, hidden tests included, and use the network."
        )
    common = (
        "A submission cannot start programs, use the network or signal other processes. Time, "
        "memory, size of each file, threads and output are limited."
    )
    if landlock.version():
        return (
            f"{common} It can open the same files as above and no others (Landlock); but many "
            "files together can fill the disk."
        )
    return (
        f"{common} It can read what its user may read: this kernel has no Landlock. Started by "
        "root it runs as nobody, and whatever only root can read is safe; started by you it can "
        "read your files, hidden tests included."
    )


def _remedies(level: str) -> Iterator[str]:
    if level != "bubblewrap":
        return
    if not LINUX:
        yield f"bubblewrap needs Linux: grade in a container, as {RECIPE} describes."
        return
    if not shutil.which("bwrap"):
        yield "Install it, on Debian and Ubuntu with\nsudo apt install bubblewrap"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        yield f"Ubuntu allows user namespaces only to programs it knows. Allow bwrap:\n{_PROFILE}"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        yield "Allow user namespaces:\nsudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _setting("user/max_user_namespaces") == "0":
        yield "Allow user namespaces:\nsudo sysctl -w user.max_user_namespaces=10000"
    if _in_container():
        yield (
            "A container forbids namespaces by default. Start it with the options that "
            f"{RECIPE} lists, or accept the level below: `accept_weaker = true`."
        )


def _setting(name: str) -> str:
    try:
        return (_SYSCTL / name).read_text().strip()
    except OSError:
        return ""


def _in_container() -> bool:
    return any(map(Path.exists, (Path("/.dockerenv"), Path("/run/.containerenv"))))

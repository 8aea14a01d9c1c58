"""Create or update `.venv`, the one place this repository installs into.

Standard library only, in the grammar of Python 3.8, so that an old one can say what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons that every pinned package is built for
SUPPORTED = "{}.{} to {}.{}".format(*OLDEST, *NEWEST)
ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "setup-stamp.txt"
LOG = ROOT / "_build" / "setup.log"

# What decides where Python and pip install: it must not leak in from the caller's shell.
FOREIGN = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
FOREIGN |= {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIRE_VIRTUALENV"}
OURS = {"PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1", "PIP_USER": "0", "PIP_NO_INPUT": "1"}
OURS.update({"PIP_PROGRESS_BAR": "off", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})

AGAIN = "and run the same command again."
FULL = f"The disk is full: free some space (2 GB, or 6 GB where torch comes with CUDA) {AGAIN}"
# What a failed stage printed, and the sentence for it; the first match counts.
CAUSES = (
    (
        r"\[Errno (28|122)\]|\[WinError 112\]|No space left on device|Disk quota exceeded",
        FULL,
    ),
    (
        r"ensurepip\s+is\s+not\s+available|No module named '?(venv|ensurepip)\b",
        "This Python has no `venv` module: install it (on Debian and Ubuntu"
        f" `sudo apt install python3-venv`) {AGAIN}",
    ),
    (
        r"Retry\(total=0|Max retries exceeded|urllib3\.exceptions\.|incomplete-download",
        "The package index cannot be reached, and this set-up has packages to download: connect to"
        f" the network (or name a proxy or mirror in pip's configuration) {AGAIN}",
    ),
    (
        r"No matching distribution found",
        "A pinned package is not offered for this Python and system (_build/setup.log names it):"
        " try another Python with `make course PYTHON=/path/to/python3.11`, or pip's usual index.",
    ),
    (
        r"\[Errno (13|30)\]|PermissionError",
        f"A file cannot be written: make sure that this directory is yours and writable, {AGAIN}",
    ),
)
UNKNOWN = f"Installing failed: settle what the last lines of _build/setup.log say {AGAIN}"


class SetupError(Exception):
    """Says in one sentence what happened and what to do next."""


def require_python() -> None:
    """Refuse a Python that the pinned packages do not support, naming the one that was found."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        found = ".".join(map(str, sys.version_info[:3]))
        raise SetupError(
            f"Python {SUPPORTED} is needed, but {sys.executable} is {found}: install one of them,"
            " or point to it with `make course PYTHON=/path/to/python3.11`."
        )


def explain(output: str) -> str:
    """Turn what a failed stage printed into the sentence a person needs."""
    for cause, sentence in CAUSES:
        if re.search(cause, output):
            return sentence
    # Some stages keep the reason to themselves, so look at the disk.
    free = min(shutil.disk_usage(place).free for place in (ROOT, tempfile.gettempdir()))
    return UNKNOWN if free > 100e6 else FULL


def fingerprint() -> str:
    """Identify what the environment is made from."""
    inputs = (ROOT / name for name in ("requirements.txt", "pyproject.toml"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs)).hexdigest()


def read_stamp() -> tuple[str, str]:
    """Return where `.venv` was made and its state, two empty strings if nobody wrote that down."""
    with suppress(OSError, ValueError):
        root, state = STAMP.read_text(encoding="utf-8").splitlines()
        return root, state
    return "", ""


def write_stamp(state: str) -> None:
    """Write down that `.venv` belongs to this directory, and its state."""
    STAMP.write_text(f"{ROOT}\n{state}\n", encoding="utf-8")


def is_updatable() -> bool:
    """Tell whether `.venv` was finished once, was not moved, and has a Python that still runs."""
    root, state = read_stamp()
    if state == "half-made" or root not in ("", str(ROOT)):
        return False
    probe = [PYTHON, "-c", f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"]
    with suppress(OSError):
        return subprocess.run(probe, env=environment(), capture_output=True).returncode == 0
    return False


def environment() -> dict[str, str]:
    """Return the caller's environment without what would install elsewhere or import from there."""
    return {**{name: os.environ[name] for name in os.environ if name not in FOREIGN}, **OURS}


def keep(stream: IO[str], lines: list[str]) -> None:
    """Collect a stage's output and copy it to the log as long as the disk takes it."""
    with suppress(OSError), LOG.open("a", encoding="utf-8", buffering=1) as log:
        for line in stream:
            lines.append(line)
            log.write(line)
    lines.extend(stream)


def progress(title: str, lines: list[str], started: float) -> str:
    """Describe a stage in one line: its name, how long it has taken, how far it is."""
    collected = sum(line.startswith(("Collecting ", "Processing ")) for line in lines)
    installing = any(line.startswith("Installing collected") for line in lines)
    doing = "installing" if installing else "collecting"
    done = any(line.startswith("Successfully installed") for line in lines)
    detail = f"{collected} packages{'' if done else ', ' + doing}" if collected else ""
    return f"  {title:<18}{time.monotonic() - started:5.0f} s  {detail:<30}"


def run(title: str, command: list[str | Path]) -> None:
    """Run one stage with its output in the log and one moving line on the screen."""
    lines: list[str] = []
    started = time.monotonic()
    pipe = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    text = {"encoding": "utf-8", "errors": "replace"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), **pipe, **text)
    reader = threading.Thread(target=keep, args=(process.stdout, lines), daemon=True)
    beat, end = (0.5, "\r") if sys.stdout.isatty() else (15, "\n")
    try:
        reader.start()
        while reader.join(beat) or reader.is_alive():
            print(progress(title, lines, started), end=end, flush=True)
    except BaseException:
        process.kill()
        process.wait()
        raise
    if process.wait():
        raise SetupError(explain("".join(lines)))
    print(progress(title, lines, started).rstrip(), flush=True)


def create() -> None:
    """Make an empty `.venv`, marked as half-made until everything is in it."""
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    write_stamp("half-made")
    # An activated `.venv` may be what runs this script: build from the Python it was made from.
    base = getattr(sys, "_base_executable", None) or sys.executable
    run("environment", [base, "-m", "venv", VENV])


def install(student: bool) -> None:
    """Install the pinned packages and the repository itself, which stays editable."""
    pip = [PYTHON, "-m", "pip", "install"]
    editable = ["--no-build-isolation", "-e"]  # its build tool is pinned like everything else
    if student:
        pip += ["-c", "requirements.txt"]
        run("build tool", [*pip, "setuptools"])
        run("packages", [*pip, *editable, ".[student]"])
    else:
        run("packages", [*pip, "-r", "requirements.txt"])
        run("this repository", [*pip, "--no-deps", *editable, "."])


def is_current(target: str, student: bool) -> bool:
    """Tell whether `.venv` is as wanted; an instructor's serves a student too."""
    root, state = read_stamp()
    finished = (f"{target} everything", f"{target} student")[: 1 + student]
    return root == str(ROOT) and state in finished and PYTHON.exists()


def build(fresh: bool, target: str, student: bool) -> None:
    """Create or update `.venv`; one that fails on its first day is removed again."""
    try:
        create() if fresh else write_stamp("updating")
        install(student)
        write_stamp(f"{target} {'student' if student else 'everything'}")
    except BaseException:
        if fresh:
            shutil.rmtree(VENV, ignore_errors=True)
        raise


def set_up(student: bool) -> None:
    """Bring `.venv` up to date, which takes no time if nothing changed."""
    target = fingerprint()
    if is_current(target, student):
        print("Environment: .venv is up to date.")
        return
    require_python()
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("")
    fresh = not is_updatable()
    doing = "creating" if fresh else "updating"
    print(f"Environment: {doing} .venv (log: _build/setup.log)", flush=True)
    build(fresh, target, student)


def main() -> int:
    """Set up, or say in one sentence why not."""
    parser = argparse.ArgumentParser(description="Create or update .venv.")
    parser.add_argument("--student", action="store_true", help="only what a student needs")
    student = parser.parse_args().student
    try:
        set_up(student)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
    except OSError as error:
        print(f"\n{explain(str(error))}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped: run the same command again to continue.", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())

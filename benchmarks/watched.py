"""Run a command under limits and note what it used. It runs inside of the confinement of stock.py.

    python watched.py REPORT PORT MEMORY_MIB PROCESSES COMMAND...

A port of this machine listens meanwhile, for those that look for a network. When the command
comes up against a limit, everything ends at once: this is known then, and a machine is spared.
"""

import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PAUSE = 0.05  # seconds between two looks


def main() -> None:
    """Run the command; the report is written anew whenever it has changed."""
    if Path("/proc/1/comm").read_text().strip() != "bwrap":
        sys.exit("This ends all processes it can see: it runs inside of bubblewrap only.")
    report, port, memory, processes = Path(sys.argv[1]), *map(int, sys.argv[2:5])
    with contextlib.closing(socket.create_server(("127.0.0.1", port), backlog=99)):
        command = subprocess.Popen(
            sys.argv[5:], preexec_fn=lambda: limit(memory, processes), start_new_session=True
        )
        noted = watch(command, report, {"memory": memory, "processes": processes})
    time.sleep(1.0)  # a kernel that was told to end may take a moment
    noted["left"] = len(others())
    write(report, noted)


def limit(memory: int, processes: int) -> None:
    """Limit this process and those that it starts; what crashes leaves no file behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
    resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def watch(command: subprocess.Popen, report: Path, limits: dict[str, int]) -> dict:
    """Note the largest use of everything until the command ends or nears a limit."""
    noted = {"memory": 0, "processes": 0, "limit": "", "left": None}
    while command.poll() is None:
        before, now = dict(noted), used()
        noted |= {name: max(noted[name], now[name]) for name in now}
        reached = [name for name in limits if noted[name] > 0.9 * limits[name]]
        if reached:
            noted["limit"] = reached[0]
            write(report, noted)
            end_everything()
        elif noted != before:
            write(report, noted)
        time.sleep(PAUSE)
    return noted


def used() -> dict[str, int]:
    """Return the most memory (MiB) that a process has asked for, and how many threads there are."""
    memory = processes = 0
    for process in others():
        with contextlib.suppress(OSError, ValueError):
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
            values = dict(line.split(":", 1) for line in lines if ":" in line)
            memory = max(memory, int(values.get("VmPeak", "0 kB").split()[0]) >> 10)
            processes += int(values["Threads"])
    return {"memory": memory, "processes": processes}


def others() -> list[int]:
    """List the processes in here, without the first one and this one."""
    numbers = (int(name) for name in os.listdir("/proc") if name.isdigit())
    return [number for number in numbers if number not in (1, os.getpid())]


def end_everything() -> None:
    """Kill until nothing is left: a bomb goes on forking meanwhile."""
    while others():
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def write(report: Path, noted: dict) -> None:
    """Write the report so that it is whole at any time."""
    new = report.with_suffix(".new")
    new.write_text(json.dumps(noted))
    os.replace(new, report)


if __name__ == "__main__":
    main()

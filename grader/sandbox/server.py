"""The trusted end of a sandbox: starts the server, asks it for children, hears how they end."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from functools import partial
from typing import Any, NamedTuple, Self

from grader.policy import Policy
from grader.sandbox.ground import Ground

WARM_SECONDS = 60.0
READY_SECONDS = 30.0
ENDED_SECONDS = 5.0
_CHUNK = 4096
_REMEMBERED = 100


class Start(NamedTuple):
    """How a level starts the server: its command, environment, and its settings in full."""

    arguments: list[str]
    environment: dict[str, str]
    settings: dict[str, Any]


Level = Callable[[Ground, dict[str, Any]], Start]
"""Says how to start a server, from the settings that do not depend on the level."""

PYTHON = (sys._base_executable, "-P", "-s", "-S", "-B")
"""Python without its packages and without writing; -I would leave out PYTHONHASHSEED."""

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "USER": "student",
    "LOGNAME": "student",
    "PYTHONHASHSEED": "0",
    "MALLOC_ARENA_MAX": "2",  # or each thread takes 64 MiB of the allowed memory
    **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
}


class SandboxUnavailableError(Exception):
    """No sandbox can be opened here; the text says why and what to do."""


class Child:
    """A confined process that serves one submission over `socket`."""

    def __init__(self, server: "_Server", number: int, sock: socket.socket) -> None:
        self.socket = sock
        self._server, self._number = server, number

    def kill(self) -> None:
        """End it now, whatever it does, and hang up."""
        self._server.ask({"kill": self._number})
        self.socket.close()

    def ending(self) -> str:
        """Wait a little for its end and say why it was.

        Returns
        -------
        str
            "exit 0", "signal 9", "cpu" if its processor time was over, "sandbox" if the server
            has ended and took it along, "" if nobody knows.
        """
        report = self._server.wait_for("ended", self._number, ENDED_SECONDS)
        return report.get("why", "sandbox" if self._server.is_gone else "")


class Sandbox:
    """A warm server, and a new one when that has died.

    Parameters
    ----------
    level
        Its name in a policy.
    command
        Makes the server's command.
    ground
        What the server is made from; it is removed in the end.
    policy
        Limits.
    early
        What the server imports before there is a submission.
    """

    def __init__(
        self, level: str, command: Level, ground: Ground, policy: Policy, early: Collection[str]
    ) -> None:
        self.level = level
        self._folder = ground.folder
        self._new_server = partial(_Server, command, ground, policy, early)
        self._server: _Server | None = None
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server:
            self._server.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> Child:
        """Start a child, confined and ready.

        Raises
        ------
        SandboxUnavailableError
            If this machine does not allow it; the text has the server's own words.
        """
        for is_last in (False, True):
            child = self._try_to_start(is_last)
            if child:
                return child
        raise AssertionError("the last try returns or raises")

    def _try_to_start(self, is_last: bool) -> Child | None:
        server = self._server = self._server or self._new_server()
        self._started += 1
        ours, theirs = socket.socketpair()
        with theirs:
            server.ask({"start": self._started}, theirs)
        report = server.wait_for("ready", self._started, READY_SECONDS)
        if "ready" in report:
            return Child(server, self._started, ours)
        ours.close()
        server.close()
        self._server = None
        if is_last or "failed" in report:
            why = report.get("why") or server.last_words() or "the server ended without a word"
            raise SandboxUnavailableError(f"The sandbox {self.level!r} starts no process: {why}.")
        return None


class _Server:
    """One running server; whatever happens to it, asking it never raises."""

    def __init__(
        self, command: Level, ground: Ground, policy: Policy, early: Collection[str]
    ) -> None:
        self._control, theirs = socket.socketpair()
        self._unread = b""
        self.is_gone = False
        self._reports: dict[tuple[str, int], dict[str, Any]] = {}
        self._log = tempfile.TemporaryFile()  # noqa: SIM115, open as long as the server
        settings = {
            "control": theirs.fileno(),
            "imports": list(early),
            "limits": asdict(policy.limits),
            "user": ground.user,
            "capabilities": 0,
        }
        start = command(ground, settings)
        with theirs, tempfile.TemporaryFile() as written:
            written.write(json.dumps(start.settings).encode())
            written.seek(0)
            self._process = subprocess.Popen(
                start.arguments,
                env=start.environment,
                pass_fds=[theirs.fileno()],
                stdin=written,
                stdout=self._log,
                stderr=self._log,
                start_new_session=True,
            )
        self.wait_for("warm", 0, WARM_SECONDS)

    def ask(self, request: dict[str, int], sock: socket.socket | None = None) -> None:
        line = json.dumps(request).encode() + b"\n"
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [line], [sock.fileno()] if sock else [])

    def wait_for(self, what: str, number: int, seconds: float) -> dict[str, Any]:
        """Return the report about a child, an empty one if the server is dead or does not answer.

        Whoever waits for "ready" or "ended" hears of "failed" as well.
        """
        end = time.monotonic() + seconds
        while True:
            for event in (what, "failed"):
                if (event, number) in self._reports:
                    return self._reports.pop((event, number))
            if not self._listen(end - time.monotonic()):
                return {}

    def _listen(self, seconds: float) -> bool:
        if seconds <= 0:
            return False
        self._control.settimeout(seconds)
        try:
            data = self._control.recv(_CHUNK)
        except TimeoutError:
            return False
        except OSError:
            data = b""
        self.is_gone = not data
        *lines, self._unread = (self._unread + data).split(b"\n")
        for report in map(json.loads, lines):
            event = next(iter(report))
            number = 0 if event == "warm" else report[event]
            self._reports[event, number] = report
        while len(self._reports) > _REMEMBERED:  # nobody has asked how those ended
            self._reports.pop(next(iter(self._reports)))
        return bool(data)

    def last_words(self) -> str:
        """Return the last line that the server printed."""
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip().rstrip(".") if lines else ""

    def close(self) -> None:
        """Hang up: the server ends with all its children."""
        self._control.close()
        try:
            self._process.wait(ENDED_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

"""A sandbox without walls: a forked process and a socket, for tests of what talks through it."""

import faulthandler
import os
import signal
import socket
from dataclasses import asdict

from grader.policy import Limits
from grader.student import session


class FakeChild:
    """A forked process that serves one notebook."""

    def __init__(self, limits: Limits) -> None:
        self.socket, theirs = socket.socketpair()
        self._status: int | None = None
        self.pid = os.fork()
        if not self.pid:
            try:
                self.socket.close()
                faulthandler.disable()  # pytest's: students' processes die silently
                session.serve(theirs, asdict(limits))
            finally:
                os._exit(0)
        theirs.close()

    def kill(self) -> None:
        if self._status is None:
            os.kill(self.pid, signal.SIGKILL)
            self._status = os.waitpid(self.pid, 0)[1]
        self.socket.close()

    def ending(self) -> str:
        if self._status is None:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = status if done else None
        if self._status is None:
            return ""
        code = os.waitstatus_to_exitcode(self._status)
        return f"exit {code}" if code >= 0 else f"signal {-code}"


class FakeSandbox:
    """Starts such processes."""

    level = "limits"

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.started = 0
        session.warm_up()

    def start(self) -> FakeChild:
        self.started += 1
        return FakeChild(self.limits)

"""The warm server: has imported what a submission may import, and forks a confined child for each.

It hears requests on its control channel, one JSON object a line: {"start": n}, with one end of a
socket pair beside it, and {"kill": n}. It answers {"warm": …}, then for each child {"ready": n} or
{"failed": n, "why": …}, and at last {"ended": n, "why": …}. It ends when the channel is closed.
"""

import gc
import importlib
import json
import os
import pkgutil
import resource
import select
import shutil
import signal
import socket
import sys
import threading
import time
from typing import Any, NoReturn

_LINE = 4096


class Server:
    """Starts, ends and buries children.

    Parameters
    ----------
    control
        The channel to the trusted side.
    settings
        What `grader.sandbox` has written for this server.
    """

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self.control, self.settings = control, settings
        self.children: dict[int, int] = {}  # process: number
        self.unread = b""
        self.sockets: list[int] = []

    def run(self) -> None:
        """Serve until the trusted side hangs up; end all children then."""
        woken, wake = os.pipe()
        os.set_blocking(woken, False)
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        while True:
            heard, _, _ = select.select([self.control, woken], [], [])
            if woken in heard:
                os.read(woken, _LINE)
                self._bury()
            if self.control in heard and not self._obey():
                break
        for process in self.children:
            self._end(process)

    def _obey(self) -> bool:
        try:
            data, sockets, _, _ = socket.recv_fds(self.control, _LINE, 16)
        except ConnectionError:
            return False
        self.sockets += sockets
        *lines, self.unread = (self.unread + data).split(b"\n")
        for request in map(json.loads, lines):
            if "start" in request:
                self._start(request["start"], socket.socket(fileno=self.sockets.pop(0)))
            else:
                for process in [p for p, n in self.children.items() if n == request["kill"]]:
                    self._end(process)
        return bool(data)

    def _start(self, number: int, sock: socket.socket) -> None:
        process = os.fork()
        if not process:
            self._live(number, sock)
        self.children[process] = number
        sock.close()

    def _live(self, number: int, sock: socket.socket) -> NoReturn:
        """Be a child, from the first to the last moment."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            keep = (self.control.fileno(), sock.fileno())
            self._confine(number, keep)
            say(self.control, ready=number)
            self.control.close()
            session.serve(sock, self.settings["limits"])
            status = 0
        except SystemExit:
            status = 0
        finally:
            os._exit(status)

    def _confine(self, number: int, keep: tuple[int, ...]) -> None:
        try:
            confine(self.settings, self._private(number), keep)
        except OSError as error:
            say(self.control, failed=number, why=str(error))
            os._exit(1)

    def _end(self, process: int) -> None:
        # in namespaces, the process here passes it on to the one inside and then ends, too
        os.kill(process, signal.SIGTERM if self.settings["namespaces"] else signal.SIGKILL)

    def _bury(self) -> None:
        while self.children:
            process, status, usage = os.wait4(-1, os.WNOHANG)
            if not process:
                return
            number = self.children.pop(process)
            if not self.settings["namespaces"]:  # otherwise it has gone with its namespace
                shutil.rmtree(self._private(number), ignore_errors=True)
            seconds = usage.ru_utime + usage.ru_stime
            say(self.control, ended=number, why=self._why(status, seconds))

    def _why(self, status: int, seconds: float) -> str:
        if not os.WIFSIGNALED(status):
            return f"exit {os.waitstatus_to_exitcode(status)}"
        if seconds >= int(self.settings["limits"]["submission_seconds"]):
            return "cpu"
        return f"signal {os.WTERMSIG(status)}"

    def _private(self, number: int) -> str:
        place = self.settings["private"]
        return place if self.settings["namespaces"] else f"{place}/{number}"


def say(control: socket.socket, **report: object) -> None:
    """Send a line to the trusted side."""
    control.sendall(json.dumps(report).encode() + b"\n")


def main(settings: dict[str, Any]) -> None:
    """Import, warm up, serve."""
    global session, confine
    start = time.perf_counter()
    control = socket.socket(fileno=settings["control"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if settings["user"]:
        _become(settings)
    sys.path += [settings["library"], settings["packages"]]
    import session
    from confine import confine, confine_server

    for name in (*settings["imports"], *_modules_in(settings["library"])):
        importlib.import_module(name)
    session.warm_up()
    if threading.active_count() > 1:  # a fork would copy their locks, but not them
        raise RuntimeError(f"imports have started threads: {threading.enumerate()}")
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        from linux import use_large_pages

        use_large_pages()
    confine_server(settings)
    say(control, warm=round(time.perf_counter() - start, 3))
    Server(control, settings).run()


def _modules_in(library: str) -> list[str]:
    """List the modules of the course's library: or each child would compile them."""
    return [module.name for module in pkgutil.walk_packages([library])]


def _become(settings: dict[str, Any]) -> None:
    """Be root no more."""
    if sys.platform == "linux":
        from linux import become

        become(settings["user"], settings["capabilities"])
    else:
        os.setgroups([])
        os.setgid(settings["user"])
        os.setuid(settings["user"])

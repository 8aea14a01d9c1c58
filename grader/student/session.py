"""The student's process: runs the cells of one notebook and answers calls of its functions.

Every request is (operation, seconds, *arguments); every answer is ("ok", value, arguments if they
were changed) or ("raised", names of the class and its bases, arguments, text, line of code).
"""

import builtins
import operator
import random
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

if __package__:
    from grader.student.changes import write_back
    from grader.student.outputs import Display, Outputs, Publisher
    from grader.student.wire import Bounds, Channel, WireError
else:  # started from its folder, inside the sandbox
    from changes import write_back
    from outputs import Display, Outputs, Publisher
    from wire import Bounds, Channel, WireError

_CODE = ("<ipython-input", "<timed")  # how the names of a cell's code objects begin
_PLAIN = (type(None), bool, int, float, str)


class TimeLimitError(KeyboardInterrupt):
    """The time of a cell or call is over."""


class Shell(InteractiveShell):
    """IPython without a terminal; what a cell shows goes to `outputs`."""

    display_pub_class = Publisher
    displayhook_class = Display
    outputs = Outputs(0)

    def enable_gui(self, gui: str | None = None) -> None:
        """There are no windows."""

    def ask_exit(self) -> None:
        """End the cell, not the process: the next cells still count."""
        raise SystemExit

    def showtraceback(self, exc_tuple: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """Record the exception that has ended the cell."""
        error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        self.outputs.error(type(error).__name__, _say(error), _lines(error))

    showsyntaxerror = showindentationerror = showtraceback


def warm_up() -> None:
    """Make what every student's process needs, before processes are forked."""
    global _shell
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 100
    _shell = Shell.instance(config=config)
    if "matplotlib" in sys.modules:
        import matplotlib
        from matplotlib_inline.backend_inline import configure_inline_support

        backend = "module://matplotlib_inline.backend_inline"
        matplotlib.use(backend)
        matplotlib.interactive(True)  # figures appear below their cells without show()
        configure_inline_support(_shell, backend)
        import matplotlib.pyplot  # slow: once for all
    _shell.run_cell("1 + 1\nNone", store_history=False, silent=True)


def serve(sock: socket.socket, limits: dict[str, Any]) -> None:
    """Answer the judge until it hangs up.

    Parameters
    ----------
    sock
        The connection to the judge.
    limits
        `output_kib` of one cell, `answer_mib` of one answer.
    """
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002, what students draw without a seed is the same at every run
    session = Session(sock, limits, _shell)
    signal.signal(signal.SIGALRM, _time_is_over)
    sys.stdout = sys.stderr = Outputs(0).stream("stdout")
    while True:
        try:
            request = session.channel.receive()
        except WireError:
            return
        session.answer(request)


def _time_is_over(*_: object) -> None:
    raise TimeLimitError("the time for this is over")


class Session:
    """The objects of one student that the judge knows by number."""

    def __init__(self, sock: socket.socket, limits: dict[str, Any], shell: Shell) -> None:
        self.shell, self.names = shell, shell.user_ns
        self.output_bytes = int(limits.get("output_kib", 100)) << 10
        bounds = Bounds(raw=int(limits.get("answer_mib", 64)) << 20)
        self.channel = Channel(sock, self._lend, self._borrow, bounds, tensors=True)
        self.objects: list[Any] = []
        self.numbers: dict[int, int] = {}
        self.asking = threading.RLock()
        self.depth = 0

    def answer(self, request: tuple) -> None:
        """Do what the judge asks for and say what came of it."""
        operation, seconds, *arguments = request
        self.depth += 1
        try:
            if self.depth == 1:
                signal.setitimer(signal.ITIMER_REAL, seconds)
            value, changed = OPERATIONS[operation](self, *arguments)
            if self.depth == 1:
                signal.setitimer(signal.ITIMER_REAL, 0)
            message = self.channel.pack(("ok", value, changed))
        except WireError as error:
            problem = ValueError(f"what it returned cannot be judged: {error}")
            message = self.channel.pack(("raised", *_describe(problem)))
        except BaseException as error:
            signal.setitimer(signal.ITIMER_REAL, 0)
            message = self.channel.pack(("raised", *_describe(error)))
        finally:
            self.depth -= 1
        self.channel.send_packed(message)

    def run(self, source: str) -> tuple[list[dict[str, Any]], str]:
        """Run a cell; return its outputs and the name of the exception that ended it."""
        outputs = self.shell.outputs = Outputs(self.output_bytes)
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = outputs.stream("stdout"), outputs.stream("stderr")
        try:
            result = self.shell.run_cell(source, store_history=True)
        finally:
            sys.stdout, sys.stderr = before
        error = result.error_before_exec or result.error_in_exec
        return outputs.collected(), type(error).__name__ if error is not None else ""

    def ask(self, number: int, args: tuple, kwargs: dict[str, Any]) -> Any:  # noqa: ANN401
        """Call a function of the judge; meanwhile the judge may call us."""
        if not self.depth:
            raise RuntimeError("this function was for one call only, and that has ended")
        with self.asking:
            self.channel.send(("callback", number, args, kwargs))
            while True:
                message = self.channel.receive()
                if message[0] == "ok":
                    if message[2] is not None:
                        write_back((args, kwargs), message[2])
                    return message[1]
                if message[0] == "raised":
                    raise getattr(builtins, message[1], RuntimeError)(message[2])
                self.answer(message)

    def _lend(self, value: Any) -> list:  # noqa: ANN401
        if isinstance(value, Given):
            return ["yours", value.number]
        number = self.numbers.get(id(value))
        if number is None:
            number = self.numbers[id(value)] = len(self.objects)
            self.objects.append(value)
        kind = type(value)
        able = "".join(letter for letter, name in _ABILITIES if hasattr(kind, name))
        return ["mine", number, kind.__name__, able + "t" * isinstance(value, type)]

    def _borrow(self, description: list) -> Any:  # noqa: ANN401
        whose, number, *rest = description
        return self.objects[number] if whose == "yours" else Given(self, number, rest[0])


class Given:
    """A function of the judge, handed in for one call."""

    def __init__(self, session: Session, number: int, name: str) -> None:
        self._session, self.number = session, number
        self.__name__ = self.__qualname__ = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Let the judge compute it."""
        return self._session.ask(self.number, args, kwargs)


_ABILITIES = (
    ("c", "__call__"),
    ("i", "__iter__"),
    ("n", "__next__"),
    ("l", "__len__"),
    ("g", "__getitem__"),
    ("s", "__setitem__"),
)


def _call(
    session: Session, function: Callable, args: tuple, kwargs: dict, globals_: dict
) -> tuple[Any, Any]:
    """Call a function, some global names replaced, and see which arguments it changes."""
    before = session.channel.pack((args, kwargs))
    names = session.names
    kept = {name: names[name] for name in globals_ if name in names}
    names.update(globals_)
    try:
        value = function(*args, **kwargs)
    finally:
        for name, given in globals_.items():
            if names.get(name) is given:
                names.pop(name)
        names.update(kept)
    after = session.channel.pack((args, kwargs))
    return value, None if after == before else (args, kwargs)


def _get(session: Session, names: list[str]) -> tuple[dict[str, Any], None]:
    return {name: session.names[name] for name in names if name in session.names}, None


def _set(session: Session, target: Any, name: str, value: Any) -> tuple[None, None]:  # noqa: ANN401
    return setattr(target, name, value), None


def _without_session(function: Callable) -> Callable:
    return lambda _, *args: (function(*args), None)


OPERATIONS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "run": lambda session, source: (session.run(source), None),
    "get": _get,
    "call": _call,
    "set attribute": _set,
    "attribute": _without_session(getattr),
    "iterate": _without_session(iter),
    "next": _without_session(next),
    "length": _without_session(len),
    "item": _without_session(operator.getitem),
    "set item": _without_session(operator.setitem),
    "is instance": _without_session(isinstance),
}


def _describe(error: BaseException) -> tuple[list[str], tuple, str, str]:
    names = [kind.__name__ for kind in type(error).__mro__[:-1]]
    args = error.args if all(type(item) in _PLAIN for item in error.args[:9]) else ()
    return names[:20], args[:9], _say(error), _line(error)


def _say(error: BaseException | None) -> str:
    try:
        return str(error)[:2000]
    except BaseException:
        return "(the exception cannot be printed)"


def _own(error: BaseException | None) -> list[traceback.FrameSummary]:
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return [frame for frame in frames if frame.filename.startswith(_CODE)]


def _line(error: BaseException) -> str:
    own = _own(error)
    return (own[-1].line or "")[:500] if own else ""


def _lines(error: BaseException | None) -> list[str]:
    lines = traceback.format_list(_own(error)[-10:])
    if isinstance(error, SyntaxError):
        lines += traceback.format_exception_only(error)
    else:
        lines.append(f"{type(error).__name__}: {_say(error)}")
    return [line.rstrip("\n")[:2000] for line in lines]

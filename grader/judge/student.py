"""One student's process as the judge sees it: asked, timed, restarted, and never believed."""

from collections.abc import Callable
from typing import Any, Protocol

from grader.judge.deadline import Clock, OverTimeError
from grader.judge.errors import student_error
from grader.judge.proxies import Proxy, make_proxy
from grader.policy import Limits
from grader.results import ERROR, KILLED, MEMORY, TIMEOUT
from grader.student.wire import Bounds, Channel, HangUpError, WireError

_MOST_RECEIVED = 4  # times the largest answer, in one cell


class Child(Protocol):
    """A started process."""

    socket: Any

    def kill(self) -> None:
        """End it."""

    def ending(self) -> str:
        """Say why it has ended."""


class Sandbox(Protocol):
    """What starts processes."""

    level: str

    def start(self) -> Child:
        """Start one."""


class StudentDiedError(BaseException):
    """The student's process has ended or had to be; `status` says how. No test may go on."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(text)
        self.status = status


class SandboxLostError(Exception):
    """What all students' processes run in has ended: no submission is to blame for that."""


class CannotCrossError(BaseException):
    """A test hands over what has no place in another process: the test must be changed."""


class Student:
    """The process that runs one notebook; if it ends, another one takes over where it was.

    Parameters
    ----------
    sandbox
        Starts processes.
    limits
        Of messages.
    clock
        The time of this submission.
    """

    def __init__(self, sandbox: Sandbox, limits: Limits, clock: Clock) -> None:
        self._sandbox, self._clock = sandbox, clock
        self._bounds = Bounds(raw=limits.answer_mib << 20)
        self._child: Child | None = None
        self._ran: list[str] = []
        self._given: dict[int, Callable] = {}
        self._last_given = self._received = 0
        self.life = 0
        self.trouble: StudentDiedError | OverTimeError | None = None
        self.ran_out_of_memory = self.sandbox_lost = False

    def begin_cell(self) -> None:
        """Make sure that a process is there that knows all earlier cells; forget old troubles."""
        while self._child is None and not self._clock.is_over:
            self._start()
            self._replay()
        self.trouble, self.ran_out_of_memory = None, False
        self._received = 0

    def run(self, source: str) -> tuple[Any, str]:
        """Run a cell; return its outputs, unchecked, and the name of the error that ended it."""
        outputs, problem = self._run(source)
        self.ran_out_of_memory |= problem == "MemoryError"
        if problem != "TimeLimitError":  # it would take as long again
            self._ran.append(source)
        return outputs, problem

    def look_up(self, names: list[str]) -> dict[str, Any]:
        """Return those of some names that the student's notebook has, with their values."""
        try:
            return dict(self.request("get", names))
        except (Exception, SystemExit):  # one of the values cannot be handed over
            return {} if len(names) < 2 else self._look_up_singly(names)

    def call(self, function: Proxy, args: tuple, kwargs: dict, names: dict) -> tuple[Any, Any]:
        """Call a function; return its value, and the arguments if it has changed them."""
        return self._ask("call", function, args, kwargs, names)

    def request(self, operation: str, *arguments: Any) -> Any:  # noqa: ANN401
        """Let the student's process do something; return the value, or raise what it raised."""
        return self._ask(operation, *arguments)[0]

    def close(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _run(self, source: str) -> tuple[Any, str]:
        try:
            match self.request("run", source):
                case (outputs, str(problem)):
                    return outputs, problem
        except (Exception, SystemExit) as error:  # what runs cells there has been tampered with
            return [], type(error).__name__
        return [], "an unknown error"

    def _start(self) -> None:
        self._child = self._sandbox.start()
        self._channel = Channel(self._child.socket, self._lend, self._borrow, self._bounds)
        self.life += 1

    def _replay(self) -> None:
        for index, source in enumerate(self._ran):
            try:
                with self._clock.cell():
                    self._run(source)
            except (OverTimeError, StudentDiedError):
                self.close()
                if not self._clock.is_over:
                    del self._ran[index]
                return

    def _look_up_singly(self, names: list[str]) -> dict[str, Any]:
        return {name: value for one in names for name, value in self.look_up([one]).items()}

    def _ask(self, operation: str, *arguments: Any) -> tuple[Any, Any]:  # noqa: ANN401
        if self._child is None:
            raise self.trouble or StudentDiedError(KILLED, "the process is not there any more")
        first = self._last_given
        try:
            self._channel.send_packed(self._packed((operation, self._clock.left, *arguments)))
            error, value, changed = self._answer()
        except WireError as error:  # its alarm may have rung in the middle of a message
            if self._clock.cell_is_over:
                self._fail(OverTimeError("the time of this cell is over"))
            if isinstance(error, HangUpError):
                self._fail(self._death(self._child))
            self._fail(StudentDiedError(ERROR, f"its answer could not be read: {error}"))
        except BaseException as error:
            self._fail(error)
        finally:
            for number in range(first + 1, self._last_given + 1):
                self._given.pop(number, None)
        if isinstance(error, OverTimeError):  # the same may be about to follow
            self._fail(error)
        if error is not None:
            raise error
        return value, changed

    def _packed(self, message: tuple) -> bytes:
        try:
            return self._channel.pack(message)
        except WireError as error:
            raise CannotCrossError(str(error)) from None

    def _answer(self) -> tuple[BaseException | None, Any, Any]:
        """Wait for the answer, and do meanwhile what the student's functions call back."""
        while True:
            before = self._channel.received
            message = self._channel.receive()
            self._received += self._channel.received - before
            if self._received > _MOST_RECEIVED * self._bounds.raw:
                raise StudentDiedError(MEMORY, "it handed over too much")
            match message:
                case ("ok", value, changed):
                    return None, value, changed
                case ("raised", [str(), *_] as names, tuple(args), str(text), str(line)):
                    return self._raised(names, args, text, line), None, None
                case ("callback", int(number), tuple(args), dict(kwargs)):
                    self._channel.send_packed(self._called_back(number, args, kwargs))
                case _:
                    raise WireError("it is no answer")

    def _raised(self, names: list, args: tuple, text: str, line: str) -> BaseException:
        if names[0] == "TimeLimitError":
            self.trouble = OverTimeError("the time of this cell is over")
            return self.trouble
        self.ran_out_of_memory |= names[0] == "MemoryError"
        return student_error([str(name) for name in names], args, text, line)

    def _called_back(self, number: int, args: tuple, kwargs: dict) -> bytes:
        """Run one of the judge's functions for the student; only those handed in with this call."""
        function = self._given.get(number)
        if function is None:
            return self._channel.pack(("raised", "RuntimeError", "this call has ended"))
        try:
            before = self._channel.pack((args, kwargs))
            value = function(*args, **kwargs)
            changed = None if self._channel.pack((args, kwargs)) == before else (args, kwargs)
            return self._channel.pack(("ok", value, changed))
        except Exception as error:
            return self._channel.pack(("raised", type(error).__name__, str(error)))

    def _fail(self, error: BaseException) -> None:
        """End the process, whose state nobody knows, and this cell."""
        self.trouble = error
        self.close()
        raise error from None

    def _death(self, child: Child) -> StudentDiedError:
        """Say how a process ended that nobody has ended."""
        ending = child.ending()
        self.sandbox_lost |= ending == "sandbox"
        if ending == "cpu":
            return StudentDiedError(TIMEOUT, "it used up its processor time")
        if ending == "memory":
            return StudentDiedError(MEMORY, "it needed more memory than it may have")
        return StudentDiedError(
            KILLED, f"Python stopped ({ending})" if ending else "Python stopped"
        )

    def _lend(self, value: Any) -> list:  # noqa: ANN401
        if isinstance(value, Proxy):
            if value._student is not self or value._life != self.life:
                raise StudentDiedError(KILLED, "an object was lost when its process ended")
            return ["yours", value._number]
        if not callable(value):
            raise WireError(f"a {type(value).__name__} cannot be handed to a student's function")
        self._last_given += 1
        self._given[self._last_given] = value
        return ["mine", self._last_given, getattr(value, "__name__", type(value).__name__)]

    def _borrow(self, description: list) -> Any:  # noqa: ANN401
        whose, number, *rest = description
        if whose == "yours":
            return self._given[number]
        class_name, able = rest
        if type(number) is not int or not isinstance(class_name, str) or len(able) > 9:
            raise WireError("it describes no object")
        return make_proxy(self, number, class_name, able, class_name)

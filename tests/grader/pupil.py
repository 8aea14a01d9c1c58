"""What a test can do with a confined process: run code in it and look at a value."""

from collections.abc import Iterator
from contextlib import contextmanager

from grader.sandbox import Child, Sandbox
from grader.student.wire import Channel


class Pupil:
    """A student at a keyboard."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.channel = Channel(child.socket, lambda value: ["mine", 0, "", ""], lambda what: what)

    def ask(self, *request):
        self.channel.send(request)
        status, *answer = self.channel.receive()
        assert status == "ok", answer
        return answer[0]

    def run(self, source, seconds=20.0):
        """Run a cell; return what it printed and the name of the error that ended it."""
        outputs, error = self.ask("run", seconds, source)
        said = [output.get("text", output.get("evalue", "")) for output in outputs]
        return "".join(said), error

    def value(self, expression):
        """Return the value of an expression; what fails in it fails the test."""
        said, error = self.run(f"answer = {expression}")
        assert not error, (expression, error, said)
        return self.ask("get", 1.0, ["answer"])["answer"]


@contextmanager
def pupil_in(sandbox: Sandbox) -> Iterator[Pupil]:
    child = sandbox.start()
    child.socket.settimeout(60)
    try:
        yield Pupil(child)
    finally:
        child.kill()

"""The sandbox that a worker process has open, used for thousands of submissions."""

import atexit
from contextlib import ExitStack

from grader.run.job import Job
from grader.sandbox import Sandbox, open_sandbox

_open: dict[Job, Sandbox] = {}
_closing = ExitStack()
atexit.register(_closing.close)


def sandbox_of(job: Job) -> Sandbox:
    """Return this process's sandbox for a job; opening one closes that of another job.

    Raises
    ------
    SandboxUnavailableError
        If this machine does not offer its level.
    """
    if job not in _open:
        close_sandboxes()
        sandbox = open_sandbox(job.policy, job.library, job.released)
        _open[job] = _closing.enter_context(sandbox)
    return _open[job]


def close_sandboxes() -> None:
    """Close what is open, and remove its files."""
    _open.clear()
    _closing.close()

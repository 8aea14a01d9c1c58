"""The sandbox that a worker process has open, used for thousands of submissions."""

import atexit
from contextlib import ExitStack

from nbformat import NotebookNode

from grader.policy import Policy
from grader.run.job import Job
from grader.sandbox import Sandbox, open_sandbox

_open: dict[tuple[Job, tuple[str, ...]], Sandbox] = {}
_closing = ExitStack()
atexit.register(_closing.close)


def sandbox_of(job: Job, notebook: NotebookNode) -> Sandbox:
    """Return this process's sandbox for a notebook; opening one closes those of another job.

    A job has up to two: one that has imported the usual packages, and one that has imported all
    that are allowed, for notebooks that name others. torch takes seconds and 200 MB.

    Raises
    ------
    SandboxUnavailableError
        If this machine does not offer its level.
    """
    key = job, imported_early(job.policy, notebook)
    if key not in _open:
        if any(other != job for other, _ in _open):
            close_sandboxes()
        sandbox = open_sandbox(job.policy, job.library, job.released, key[1])
        _open[key] = _closing.enter_context(sandbox)
    return _open[key]


def imported_early(policy: Policy, notebook: NotebookNode) -> tuple[str, ...]:
    """Return what a server imports before it sees a notebook: the usual, or all that is allowed."""
    usual = tuple(name for name in policy.imports if name in Policy.imports)
    sources = [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    unusual = set(policy.imports) - set(usual)
    needed = any(name.partition(".")[0] in text for name in unusual for text in sources)
    return policy.imports if needed else usual


def close_sandboxes() -> None:
    """Close what is open, and remove its files."""
    _open.clear()
    _closing.close()

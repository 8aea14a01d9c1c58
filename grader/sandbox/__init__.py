"""The sandbox that a student's process runs in, seen from outside.

    with open_sandbox(policy, library, released) as sandbox:
        child = sandbox.start()

bubblewrap  the level with namespaces
limits      the level without
server      starts the warm server, asks it for children
ground      the folder that holds what may be seen inside
packages    which installed packages may be imported
library     which part of course_rnn may be imported
offers      what this machine offers, and how to get more

What runs inside is grader/student.
"""

from collections.abc import Collection
from pathlib import Path

from grader.policy import LEVELS, Policy
from grader.sandbox import bubblewrap, limits
from grader.sandbox.ground import prepare
from grader.sandbox.packages import NotInstalledError
from grader.sandbox.server import Child, Sandbox, SandboxUnavailableError

__all__ = ["Child", "Sandbox", "SandboxUnavailableError", "open_sandbox"]

COMMANDS = {"bubblewrap": bubblewrap.command, "limits": limits.command}


def open_sandbox(
    policy: Policy, library: Path, released: Path, early: Collection[str] | None = None
) -> Sandbox:
    """Open the sandbox that a policy asks for, or a weaker one if it accepts that.

    Parameters
    ----------
    policy
        The level, what may be imported, limits.
    library
        The folder that holds the slice of course_rnn (`library.write_library`).
    released
        The folder of the student version; files beside the notebook are put where a submission
        finds them.
    early
        What the server imports before there is a submission, all that is allowed if None. The
        rest can be imported all the same; that takes its time in each submission.

    Returns
    -------
    Sandbox
        It has started a process already, so it works; close it, or use it in a `with`.

    Raises
    ------
    SandboxUnavailableError
        If this machine does not offer the level; the text says how to get it.
    """
    first = LEVELS.index(policy.level)
    levels = LEVELS[first:] if policy.accept_weaker else LEVELS[first : first + 1]
    problems = []
    for level in levels:
        try:
            return open_level(level, policy, library, released, early)
        except NotInstalledError as error:
            raise SandboxUnavailableError(str(error)) from None
        except (SandboxUnavailableError, OSError) as error:
            problems.append(f"{level}: {error}")
    raise SandboxUnavailableError(
        f"This machine does not offer the sandbox that policy.toml asks for ({'; '.join(problems)})"
        ". `grader doctor` says how to get it."
    )


def open_level(
    level: str,
    policy: Policy,
    library: Path,
    released: Path,
    early: Collection[str] | None = None,
) -> Sandbox:
    """Open the sandbox at one level, whatever the policy says about levels.

    Raises
    ------
    SandboxUnavailableError, OSError
        If this machine does not offer it; the text says why.
    """
    ground = prepare(policy, library, released)
    early = policy.imports if early is None else early
    sandbox = Sandbox(level, COMMANDS[level], ground, policy, early)
    try:
        sandbox.start().kill()
    except BaseException:
        sandbox.__exit__()
        raise
    return sandbox

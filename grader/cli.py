"""The command `grader`: one sub-command for each step of an instructor's week.

Each is a module with two functions, `add_arguments(parser)` and `main(options) -> int`, and is
imported only when it is asked for.
"""

import argparse
import sys
from importlib import import_module

COMMANDS = {
    "release": ("grader.commands.release", "write the student versions of assignments"),
    "collect": ("grader.commands.collect", "take in what students handed in"),
    "run": ("grader.commands.run", "grade what was collected"),
    "feedback": ("grader.commands.feedback", "write a page for each student"),
    "report": ("grader.commands.report", "write a page about the class"),
    "export": ("grader.commands.export", "write the marks as CSV, for Canvas or Moodle"),
    "similar": ("grader.commands.similar", "find pairs of solutions that are alike"),
    "forget": ("grader.commands.forget", "remove all that is kept about a student"),
    "doctor": ("grader.commands.doctor", "say what this machine offers for grading"),
}
"""Name, module, and what it does."""


def main(arguments: list[str] | None = None) -> int:
    """Run a sub-command; return its exit status (2: nothing could be done)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="grader", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(metavar="COMMAND", dest="name", required=True)
    for name, (_, what) in COMMANDS.items():
        commands.add_parser(name, help=what, add_help=False)
    name = parser.parse_args(arguments[:1]).name
    place, what = COMMANDS[name]
    module = import_module(place)
    own = argparse.ArgumentParser(prog=f"grader {name}", description=what.capitalize() + ".")
    module.add_arguments(own)
    options = own.parse_intermixed_args(arguments[1:])  # students may follow options
    try:
        return module.main(options)
    except KeyboardInterrupt:
        print("\nInterrupted. Nothing is lost: run it again to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())

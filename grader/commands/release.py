"""grader release: write the student versions of assignments."""

import argparse

from grader import release


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")


def main(options: argparse.Namespace) -> int:
    """Release; return 0 if all are up to date, 1 if one is not."""
    return release.main(options.assignments)

"""grader doctor: what this machine offers for grading, and how to get more."""

import argparse
import os
import sys
import textwrap

from grader.policy import LEVELS
from grader.sandbox.offers import Offer, offers

FULL, WEAKER, NOTHING = 0, 1, 2
WIDTH = 88


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Ask for nothing."""


def main(options: argparse.Namespace) -> int:
    """Try each level; return 0 if the strongest works, 1 if a weaker one, 2 if none does."""
    user = "root" if os.getuid() == 0 else "an ordinary user"
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, started by {user}.")
    found = offers()
    for offer in found:
        print()
        print("\n".join(_describe(offer)))
    working = [offer.level for offer in found if not offer.problem]
    print()
    print(_advice(working))
    return (FULL if working[0] == LEVELS[0] else WEAKER) if working else NOTHING


def _describe(offer: Offer) -> list[str]:
    state = (
        f"works, {offer.milliseconds:.0f} ms a process" if not offer.problem else "does not work"
    )
    lines = [f"{offer.level}: {state}", *_wrap(offer.promise)]
    if offer.problem:
        lines += _wrap(f"Why: {offer.problem}")
    for remedy in offer.remedies:
        sentence, *commands = remedy.splitlines()
        lines += [*_wrap(f"→ {sentence}"), *(f"      {command}" for command in commands)]
    return lines


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def _advice(working: list[str]) -> str:
    if not working:
        return "Nothing can be graded here: no level works."
    if working[0] == LEVELS[0]:
        return "Submissions can be graded here."
    return (
        f"Submissions can be graded here with `grader run --level {working[0]}`; results say so. "
        "Read first what that level promises."
    )

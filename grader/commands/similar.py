"""grader similar: pairs of solutions that are alike, side by side on one page."""

import argparse
import sys
from pathlib import Path

from grader.commands.places import add_course, places_of
from grader.run.store import write_atomically
from grader.similar.answers import collect_answers
from grader.similar.page import render
from grader.similar.pairs import alike
from grader.sources import BadSourceError

DONE, NOTHING_DONE = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    add_course(parser)
    parser.add_argument(
        "--earlier",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="compare with the notebooks in a folder too, such as last year's; can be repeated",
    )
    parser.add_argument(
        "--share", type=float, default=0.6, metavar="X", help="least likeness, 0 to 1 (0.6)"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="the page")


def main(options: argparse.Namespace) -> int:
    """Write the page; return 0 if it is written, 2 if not."""
    places = places_of(options)
    missing = [str(folder) for folder in options.earlier if not folder.is_dir()]
    if missing:
        print(f"There is no folder {', '.join(missing)}.", file=sys.stderr)
        return NOTHING_DONE
    if not places.students():
        print(
            f"Nobody has handed in {options.assignment} yet: `grader collect` takes in what there "
            "is.",
            file=sys.stderr,
        )
        return NOTHING_DONE
    try:
        answers, stubs = collect_answers(places, options.earlier)
        pairs = {name: alike(found, stubs[name], options.share) for name, found in answers.items()}
        path = options.output or places.reports / f"{options.assignment}-similar.html"
        page = render(options.assignment, answers, pairs)
        write_atomically(path, page.encode("utf-8", "replace"))
    except (BadSourceError, OSError) as error:
        print(f"No page was written: {error}", file=sys.stderr)
        return NOTHING_DONE
    for name, found in pairs.items():
        print(f"{len(found):5}  {name}")
    print(f"The pairs are in {path}; nothing has left this machine.")
    return DONE

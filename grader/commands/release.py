"""grader release: generate the student versions of assignments.

Writes notebooks/exercises/ from solutions/ through nbgrader, without a gradebook. The same source
gives the same bytes everywhere, and a file that would not change is not touched. With --package it
also writes what students get: a folder ready to be their public repository, and the same as a zip.
The library's reference implementations are in it, because the chapters and the checks run them;
solutions, hidden tests and the grader are not.
"""

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from grader import course
from grader.sources import BadSourceError, list_assignments, read_source

ROOT = course.ROOT
EXERCISES = ROOT / "notebooks" / "exercises"
BUILD = ROOT / "_build"
PACKAGE = BUILD / "package"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command can be asked for."""
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    parser.add_argument(
        "--package",
        nargs="?",
        type=Path,
        const=PACKAGE,
        metavar="FOLDER",
        help="write the students' repository and zip, too (default: _build/package)",
    )


def main(options: argparse.Namespace) -> int:
    """Release the assignments named, or all; return 0 if all are up to date, 1 if one is not."""
    names = options.assignments or list_assignments(course.SOLUTIONS)
    failed = False
    for name in names:
        try:
            print(f"{name}: {release(name, course.SOLUTIONS, EXERCISES)}", flush=True)
        except BadSourceError as error:
            failed = True
            print(error, file=sys.stderr)
        except OSError as error:
            print(f"{name}: the student version cannot be written ({error}).", file=sys.stderr)
            return 1
    if options.package and not failed:
        return package(options.package, names)
    return int(failed)


def package(folder: Path, assignments: list[str]) -> int:
    """Write the package with these assignments; return 1 if it cannot be written."""
    from grader.package import PackageError
    from grader.package.build import build_package

    try:
        print(build_package(ROOT, folder, assignments))
    except (PackageError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def release(assignment: str, solutions: Path, exercises: Path) -> str:
    """Bring the student version of one assignment up to date.

    Parameters
    ----------
    assignment
        Its name.
    solutions, exercises
        The folders of sources and of student versions.

    Returns
    -------
    str
        What was done, in words.

    Raises
    ------
    BadSourceError
        If the source cannot be released; nothing is written then.
    """
    read_source(solutions, assignment)
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD, prefix="release-") as folder:
        made = generate(Path(folder), assignment, solutions)
        there = exercises / assignment
        changed = [p for p in _files(made) if _digest(made / p) != _digest(there / p)]
        gone = [p for p in _files(there) if not (made / p).exists()]
        kept = [_keep(there / p) for p in changed + gone if (there / p).exists()]
        for path in changed:
            (there / path).parent.mkdir(parents=True, exist_ok=True)
            os.replace(made / path, there / path)
        for path in gone:
            (there / path).unlink()
    if not changed and not gone:
        return "unchanged"
    names = ", ".join(str(path) for path in changed + gone)
    earlier = f"; the earlier one is kept in {os.path.relpath(kept[0])}" if kept else ""
    return f"{names} written{earlier}"


def generate(folder: Path, assignment: str, solutions: Path) -> Path:
    """Generate a student version in an empty folder; return where it lies."""
    BUILD.mkdir(exist_ok=True)
    course.log_to(BUILD / "release.log")
    return course.student_version(folder, assignment, solutions)


def _files(folder: Path) -> list[Path]:
    return sorted(
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    )


def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _keep(path: Path) -> Path:
    """Copy a file that is about to be replaced: someone may have written answers into it."""
    target = BUILD / "replaced" / f"{path.stem}-{_digest(path)[:8]}{path.suffix}"
    target.parent.mkdir(exist_ok=True)
    return Path(shutil.copyfile(path, target))

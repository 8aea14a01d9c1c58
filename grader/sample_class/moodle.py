"""The sample class as an instructor gets a class from Moodle: an archive, and a table of names."""

import csv
import io
import os
import zipfile
from pathlib import Path

from grader import course
from grader.commands.release import EXERCISES
from grader.sample_class.build import notebooks
from grader.sample_class.roster import ROSTER
from grader.sources import BadSourceError

FIRST_NUMBER = 1001


def write_archive(path: Path, assignment: str) -> Path:
    """Write what every student of the roster hands in, under Moodle's names.

    Parameters
    ----------
    path
        The archive.
    assignment
        One of the roster's.

    Returns
    -------
    Path
        A table for `grader collect --roster`, beside the archive.

    Raises
    ------
    BadSourceError
        If there is no sample class for the assignment, or it has not been released.
    """
    if assignment not in ROSTER:
        raise BadSourceError(f"There is a sample class for {', '.join(ROSTER)} only.")
    released = EXERCISES / assignment / f"{assignment}.ipynb"
    if not released.is_file():
        raise BadSourceError(f"{assignment} is not released: run `grader release {assignment}`.")
    packed, rows = io.BytesIO(), [("student", "moodle name")]
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        written = notebooks(assignment, course.SOLUTIONS, released.read_text("utf-8"))
        for number, (submission, text) in enumerate(written, FIRST_NUMBER):
            name = f"{submission.student.title()} Example"
            folder = f"{name}_{number}_assignsubmission_file_"
            archive.writestr(zipfile.ZipInfo(f"{folder}/{assignment}.ipynb"), text)
            rows.append((submission.student, name))
    table = io.StringIO(newline="")
    csv.writer(table, lineterminator="\n").writerows(rows)
    roster = path.with_name(f"{path.stem}-roster.csv")
    _replace(path, packed.getvalue())
    _replace(roster, table.getvalue().encode("utf-8"))
    return roster


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)

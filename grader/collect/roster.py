"""The table that maps what an LMS calls people to the students of the course."""

import csv
import unicodedata
from pathlib import Path

from grader.collect.layouts import Sender
from grader.collect.names import RefusedError, safe_id

COLUMN = "student"


class Roster:
    """Students by every name and number under which an LMS knows them.

    Parameters
    ----------
    path
        A CSV file with a column `student`, the id in this course. All other columns hold names
        and numbers; their headings do not matter. None: every student is called as in the LMS.

    Raises
    ------
    RefusedError
        If the table cannot be used.
    """

    def __init__(self, path: Path | None) -> None:
        self._students: dict[str, set[str]] = {}
        self.exists = path is not None
        for row in _rows(path) if path else ():
            student = (row.pop(COLUMN) or "").strip()
            if student != safe_id(student or "?"):
                raise RefusedError(
                    f"{path.name}: {student!r} cannot be a student's id: use letters, digits, _ . -"
                )
            for name in (student, *row.values()):
                if isinstance(name, str) and name.strip():
                    self._students.setdefault(_folded(name), set()).add(student)

    def find(self, sender: Sender) -> str | None:
        """Return a student's id; None if the roster has nobody or several of that name."""
        for name in (sender.number, sender.id, sender.name):
            found = self._students.get(_folded(name), set()) if name else set()
            if len(found) == 1:
                return next(iter(found))
        return None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            start = file.read(4096)
            file.seek(0)
            delimiter = max(",;\t", key=start.partition("\n")[0].count)
            reader = csv.DictReader(file, delimiter=delimiter)
            if COLUMN not in (reader.fieldnames or ()):
                raise RefusedError(f"{path.name} needs a column {COLUMN!r} with the students' ids")
            return list(reader)
    except (OSError, ValueError, csv.Error) as error:
        raise RefusedError(f"{path.name} cannot be read ({error})") from None


def _folded(name: str) -> str:
    """Compare names without case, accents and order: Canvas writes lovelaceada."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() or name
    return "".join(c for c in plain.casefold() if c.isalnum())

"""Results by content: RESULTS/ASSIGNMENT/ab/abcdef….json holds what was found under a key.

Beside them lies who has which result (students/STUDENT.json) and how long it took
(telemetry.jsonl), which is no part of a result. Every file is replaced as a whole or not at all,
so that a run that is killed leaves nothing behind that a later one could trip over.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.results import Result, from_json, to_json


class Store:
    """The results of one assignment."""

    def __init__(self, results: Path, assignment: str) -> None:
        self.folder = results / assignment

    def path(self, key: str) -> Path:
        """Return where the result with a key lies."""
        return self.folder / key[:2] / f"{key}.json"

    def load(self, key: str) -> Result | None:
        """Return a result, None if there is none or its file is damaged."""
        try:
            result = from_json(self.path(key).read_bytes())
        except (FileNotFoundError, ValueError):
            return None
        return result if result.key == key else None

    def save(self, result: Result) -> None:
        """Keep a result; two workers may save the same one at the same time."""
        write_atomically(self.path(result.key), to_json(result))

    def assign(self, student: str, key: str) -> None:
        """Note which result is a student's, after the gradebook has it."""
        content = json.dumps({"key": key, "student": student}) + "\n"
        write_atomically(self._student(student), content.encode("ascii"))

    def assigned(self, student: str) -> str | None:
        """Return the key of a student's result, None if the gradebook has none."""
        try:
            return json.loads(self._student(student).read_bytes())["key"]
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def of_class(self) -> Iterator[tuple[str, Result]]:
        """Go through all students with a result in the gradebook, by name."""
        for path in sorted((self.folder / "students").glob("*.json")):
            key = self.assigned(path.stem)
            result = self.load(key) if key else None
            if result:
                yield path.stem, result

    def note(self, telemetry: dict[str, Any]) -> None:
        """Add a line to the telemetry; one process does this."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "telemetry.jsonl").open("a", encoding="ascii") as file:
            file.write(json.dumps(telemetry, sort_keys=True) + "\n")

    def telemetry(self) -> list[dict[str, Any]]:
        """Return the lines of the telemetry that are whole."""
        try:
            lines = (self.folder / "telemetry.jsonl").read_text("ascii").splitlines()
        except FileNotFoundError:
            return []
        return [entry for entry in map(_entry, lines) if entry]

    def only_of(self, student: str) -> list[Path]:
        """List the files of a student, and of results that no other student has."""
        others = {key for who, key in self._keys() if who != student}
        keys = {key for who, key in self._keys() if who == student} - others
        return [path for path in [self._student(student), *map(self.path, keys)] if path.exists()]

    def drop_telemetry(self, student: str) -> None:
        """Take a student's lines out of the telemetry."""
        kept = [entry for entry in self.telemetry() if entry.get("student") != student]
        if len(kept) < len(self.telemetry()):
            lines = (json.dumps(entry, sort_keys=True) + "\n" for entry in kept)
            write_atomically(self.folder / "telemetry.jsonl", "".join(lines).encode("ascii"))

    def _keys(self) -> Iterator[tuple[str | None, str]]:
        """Go through who had which result, now or earlier."""
        for path in (self.folder / "students").glob("*.json"):
            if key := self.assigned(path.stem):
                yield path.stem, key
        yield from ((entry.get("student"), entry["key"]) for entry in self.telemetry())

    def _student(self, student: str) -> Path:
        return self.folder / "students" / f"{student}.json"


def _entry(line: str) -> dict[str, Any] | None:
    try:
        return json.loads(line)
    except ValueError:  # a run was killed while it wrote
        return None


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that everyone sees either all of it or what was there before.

    Parameters
    ----------
    path
        Its folder is made if need be.
    content
        All of it.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; what was there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise

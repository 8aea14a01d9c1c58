"""Writes what one upload holds into a temporary folder, within limits; no file stops another."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from grader.collect.layouts import Sender, sender_of, without_wrapper
from grader.collect.members import BROKEN, Member, is_archive, members_of, members_of_archive
from grader.collect.names import RefusedError, is_junk, safe_path
from grader.intake.files import MOST_BYTES

MOST_FILES, MOST_STUDENT_BYTES = 300, 4 * MOST_BYTES
STAMP = "timestamp.txt"
_CHUNK = 2**20


@dataclass
class Upload:
    """What one person handed in at one time: its files in a temporary folder."""

    sender: Sender
    folder: Path
    time: datetime | None = None
    files: list[str] = field(default_factory=list)
    size: int = 0


@dataclass(frozen=True)
class Refusal:
    """A file that was not taken, and why."""

    name: str
    why: str


@dataclass
class Stage:
    """What came out of one folder or archive."""

    folder: Path
    assignment: str
    others: Collection[str]
    check_owner: bool = True
    uploads: dict[Sender, Upload] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def take(self, path: Path) -> Iterator[str]:
        """Take in a folder, an archive or a notebook; yield each file's name when it is done."""
        wrapper = _wrapper(path)
        try:
            for member in members_of(path):
                if not is_junk(member.name):
                    self._take_member(member, wrapper)
                yield member.name
        except (RefusedError, OSError) as error:
            self.refused.append(Refusal(path.name, str(error)))

    def _take_member(self, member: Member, wrapper: str) -> None:
        try:
            safe_path(member.name)  # whatever it is called, it must not lead out
            found = sender_of(member.name.removeprefix(wrapper), self.assignment, self.others)
            if found is None:
                return
            sender, rest = found
            if sender.time is not None and rest == STAMP:  # the exchange writes one itself
                return
            if member.problem:
                raise RefusedError(member.problem)
            if sender.must_own and self.check_owner and member.owner != sender.name:
                raise RefusedError(
                    f"it belongs to {member.owner or 'nobody'}, not to {sender.name}"
                )
            upload = self._upload(sender)
            with member.open() as file:
                self._take_file(upload, safe_path(rest), file, member.name)
            upload.time = max(filter(None, (upload.time, member.time)), default=None)
        except (RefusedError, *BROKEN) as error:
            self.refused.append(Refusal(member.name, str(error)))

    def _upload(self, sender: Sender) -> Upload:
        if sender not in self.uploads:
            folder = self.folder / str(len(self.uploads))
            folder.mkdir()
            self.uploads[sender] = Upload(sender, folder)
        return self.uploads[sender]

    def _take_file(
        self,
        upload: Upload,
        path: PurePosixPath,
        file: IO[bytes],
        name: str,
        *,
        nested: bool = False,
    ) -> None:
        if path.name.lower() == STAMP:
            raise RefusedError("times come from the collector, not from the upload")
        if not is_archive(path.name):
            _write(upload, path, file)
        elif nested:
            raise RefusedError("it is an archive in an archive")
        else:
            self._unpack(upload, path, file, name)

    def _unpack(self, upload: Upload, path: PurePosixPath, file: IO[bytes], name: str) -> None:
        """Unpack an archive that a student made, one level deep."""
        packed = upload.folder.with_suffix(".packed")
        try:
            _copy(file, packed, MOST_BYTES)
            with open(packed, "rb") as archive:
                for member in members_of_archive(archive, path.name):
                    if not is_junk(member.name):
                        self._take_nested(upload, path.parent, member, f"{name}: {member.name}")
        finally:
            packed.unlink(missing_ok=True)

    def _take_nested(
        self, upload: Upload, parent: PurePosixPath, member: Member, name: str
    ) -> None:
        try:
            if member.problem:
                raise RefusedError(member.problem)
            path = parent / safe_path(member.name)
            with member.open() as file:
                self._take_file(upload, path, file, name, nested=True)
        except (RefusedError, *BROKEN) as error:
            self.refused.append(Refusal(name, str(error)))


def _wrapper(path: Path) -> str:
    """Look at the names alone first: a folder around everything is no student's."""
    if path.is_dir() or not is_archive(path.name):
        return ""
    try:
        names = [member.name for member in members_of(path) if not is_junk(member.name)]
    except RefusedError:
        return ""
    return without_wrapper(names, path.name.partition(".")[0])


def _write(upload: Upload, path: PurePosixPath, file: IO[bytes]) -> None:
    if len(upload.files) >= MOST_FILES:
        raise RefusedError(f"there are more than {MOST_FILES} files of this student")
    if str(path).casefold() in map(str.casefold, upload.files):
        raise RefusedError("another file has the same name, or differs by upper case alone")
    target = upload.folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        upload.size += _copy(file, target, min(MOST_BYTES, MOST_STUDENT_BYTES - upload.size))
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise RefusedError("a file and a folder have the same name") from None
    upload.files.append(str(path))


def _copy(file: IO[bytes], target: Path, most: int) -> int:
    """Copy a file of at most so many bytes; remove what was written if it is larger."""
    size = 0
    try:
        with open(target, "xb") as copy:
            while content := file.read(_CHUNK):
                size += len(content)
                if size > most:
                    raise RefusedError(f"it is larger than {most >> 20} MiB")
                copy.write(content)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return size

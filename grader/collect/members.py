"""The files in a folder or an archive, one by one; what an archive says is not believed."""

import bz2
import gzip
import io
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from grader.collect.names import RefusedError

MOST_MEMBERS = 200_000
MOST_BYTES = 16 * 2**30  # of a whole archive, unpacked
MOST_AT_ONCE = 64 * 2**20  # a tar header that asks for more is no header
MOST_RATIO, SMALL = 500, 2**20
ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
BROKEN = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
)
"""What reading an archive raises if it is damaged."""


@dataclass(frozen=True)
class Member:
    """A file as it lies in a folder or archive.

    `problem` says why it must not be taken, "" if it may be; `time` is what the archive claims;
    `owner` is the account that a file on disk belongs to.
    """

    name: str
    open: Callable[[], IO[bytes]]
    time: datetime | None = None
    problem: str = ""
    owner: str = ""


def is_archive(name: str) -> bool:
    """Tell by its name whether a file is an archive."""
    return name.lower().endswith(ARCHIVES)


def members_of(path: Path) -> Iterator[Member]:
    """Yield what is in a folder or an archive, or the file itself.

    Raises
    ------
    RefusedError
        If it cannot be read, also in the middle of it.
    """
    if path.is_dir():
        yield from _of_folder(path)
    elif is_archive(path.name):
        with open(path, "rb") as file:
            yield from members_of_archive(file, path.name)
    else:
        yield _on_disk(path, path.name)


def members_of_archive(file: IO[bytes], name: str) -> Iterator[Member]:
    """Yield what is in an archive; each member must be read before the next is asked for."""
    try:
        found = _of_zip(file) if name.lower().endswith(".zip") else _of_tar(file)
        for count, member in enumerate(found, 1):
            if count > MOST_MEMBERS:
                raise RefusedError(f"it has more than {MOST_MEMBERS} members")
            yield member
    except BROKEN as error:
        raise RefusedError(f"it is damaged or no archive ({error})") from None


def _of_folder(folder: Path, inside: str = "") -> Iterator[Member]:
    for entry in sorted(os.scandir(folder), key=lambda entry: os.fsencode(entry.name)):
        name = f"{inside}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _of_folder(Path(entry.path), f"{name}/")
        else:
            yield _on_disk(Path(entry.path), name)


def _on_disk(path: Path, name: str) -> Member:
    about = path.lstat()

    def open_file() -> IO[bytes]:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        return open(os.open(path, flags), "rb")

    problem = "" if stat.S_ISREG(about.st_mode) else "it is a link, a pipe or a device"
    time = datetime.fromtimestamp(about.st_mtime, UTC)
    return Member(name, open_file, time, problem, _owner(path))


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, NotImplementedError, OSError):
        return ""


def _of_zip(file: IO[bytes]) -> Iterator[Member]:
    while content := file.read(MOST_AT_ONCE):  # zipfile would first make an object of each
        if content.count(b"PK\x01\x02") > MOST_MEMBERS:
            raise RefusedError(f"it has more than {MOST_MEMBERS} members")
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            # a default argument: the member is opened while it is the current one
            yield Member(
                info.filename,
                lambda info=info: archive.open(info),
                _zip_time(info),
                _zip_problem(info),
            )


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    try:
        return datetime(*info.date_time).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zip_problem(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        return "it is a link, a pipe or a device"
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
        return f"it grows more than {MOST_RATIO}-fold when unpacked"
    return ""


class _Bounded(io.RawIOBase):
    """A file that ends with an error where too much has come out of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if place > MOST_BYTES:
            raise RefusedError(f"it unpacks to more than {MOST_BYTES >> 30} GiB")
        return self._file.seek(place, whence)

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MOST_AT_ONCE:
            raise RefusedError("it asks for more memory than a submission needs")
        return self._file.read(size)


def _of_tar(file: IO[bytes]) -> Iterator[Member]:
    with _decompressed(file) as plain, tarfile.open(fileobj=_Bounded(plain), mode="r:") as archive:
        while info := archive.next():
            archive.members.clear()  # tarfile would remember them all
            if info.isdir():
                continue
            time = datetime.fromtimestamp(max(0, min(info.mtime, 2**33)), UTC)
            problem = "" if info.isreg() else "it is a link, a pipe or a device"
            yield Member(info.name, lambda info=info: archive.extractfile(info), time, problem)
        plain.seek(archive.offset)
        if plain.read(tarfile.BLOCKSIZE).strip(b"\0") or not plain.tell() > archive.offset:
            raise RefusedError("it breaks off: its last members are missing")


def _decompressed(file: IO[bytes]) -> IO[bytes]:
    """Open the stream inside a compressed tar archive."""
    start = file.read(6)
    file.seek(0)
    for magic, opener in ((b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\0", lzma.open)):
        if start.startswith(magic):
            return opener(file, "rb")
    return file

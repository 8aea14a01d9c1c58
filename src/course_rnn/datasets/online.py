"""Well-known public data sets: downloaded once, verified, and kept in a folder of their own.

The folder is the system's cache for this course, or what the variable COURSE_RNN_DATA names. A
download that was cut continues where it stopped. Without a network one sentence says what was tried
and what to use instead.
"""

import functools
import importlib
import os
import re
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import numpy as np

from course_rnn.datasets.shipped import Series

TIMEOUT = 30  # seconds without an answer
CHUNK = 1 << 16  # bytes between two looks at the progress bar


class DownloadError(OSError):
    """A public data set could not be had; the message says why and what to use instead."""


class PublicFile(NamedTuple):
    """A file on the web."""

    title: str
    url: str
    sha256: str | None
    """None if nobody published it: then the file first downloaded is taken as the right one"""
    instead: str
    """what to use without it"""

    @property
    def name(self) -> str:
        """Its name in the folder."""
        return self.url.rsplit("/", 1)[-1]


TINY_SHAKESPEARE = PublicFile(
    "tiny Shakespeare",
    "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt",
    "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed",
    "python_reference_text(), which every Python has",
)
IMDB = PublicFile(
    "IMDB reviews",
    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
    "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
    "sentiment_reviews(), which are generated",
)
JENA = PublicFile(
    "Jena weather",
    "https://storage.googleapis.com/tensorflow/tf-keras-datasets/jena_climate_2009_2016.csv.zip",
    None,
    "seattle_weather(), which comes with the course",
)


def tiny_shakespeare(folder: str | Path | None = None) -> str:
    """Download scenes from Shakespeare's plays, the usual first corpus of a char-RNN.

    Parameters
    ----------
    folder
        Where to keep the file (1.1 MB); None is the course's cache.

    Returns
    -------
    str
        1,115,394 characters, 65 different ones.

    Raises
    ------
    DownloadError
        If it cannot be downloaded or is not the known file.
    ModuleNotFoundError
        If the package pooch is not installed.

    Notes
    -----
    Karpathy (2015), The unreasonable effectiveness of recurrent neural networks; the plays are in
    the public domain. The checksum is the one in TensorFlow Datasets' registry.
    """
    return fetch(TINY_SHAKESPEARE, folder).read_text(encoding="utf-8")


def imdb_reviews(
    part: str = "train", folder: str | Path | None = None
) -> tuple[list[str], np.ndarray]:
    """Download reviews of films, half of them good and half bad.

    Parameters
    ----------
    part
        "train" or "test"; no film is in both.
    folder
        Where to keep the file (84 MB); None is the course's cache.

    Returns
    -------
    texts : list of str
        25,000 reviews as people wrote them, marks of HTML included; bad and good ones alternate.
    labels : ndarray of int, shape (25000,)
        1 if the review is good (7 to 10 stars), 0 if it is bad (1 to 4 stars).

    Raises
    ------
    ValueError
        If part is neither of the two.
    DownloadError
        If the file cannot be downloaded or is not the known one.
    ModuleNotFoundError
        If the package pooch is not installed.

    Notes
    -----
    Maas et al. (2011), Learning word vectors for sentiment analysis, who ask to be cited. The
    checksum is the one in TensorFlow Datasets' registry.
    """
    if part not in ("train", "test"):
        raise ValueError(f'part is {part!r}, expected "train" or "test"')
    path = fetch(IMDB, folder)
    progress = _package("tqdm", IMDB).tqdm
    wanted = re.compile(rf"aclImdb/{part}/(neg|pos)/(\d+)_\d+\.txt")
    texts = {}
    with tarfile.open(path) as archive:
        for member in progress(archive, f"reading {IMDB.title}", unit=" files", leave=False):
            if match := wanted.fullmatch(member.name):
                text = archive.extractfile(member).read().decode("utf-8")
                texts[int(match[2]), match[1]] = text
    order = sorted(texts)  # (0, neg), (0, pos), (1, neg), ...
    return [texts[key] for key in order], np.array([int(kind == "pos") for _, kind in order])


def jena_weather(folder: str | Path | None = None) -> Series:
    """Download the weather at Jena, Germany, every ten minutes from 2009 to 2016.

    Parameters
    ----------
    folder
        Where to keep the file (14 MB); None is the course's cache.

    Returns
    -------
    Series
        About 420,000 steps of 14 variables, such as pressure, temperature and wind; a wind speed
        of -9999, which stands for a missing one, is NaN.

    Raises
    ------
    DownloadError
        If the file cannot be downloaded, or is not the one that was downloaded first.
    ModuleNotFoundError
        If the package pooch is not installed.

    Notes
    -----
    Max Planck Institute for Biogeochemistry; the selection is Chollet's (Deep Learning with
    Python, 2017). Nobody published a SHA-256 of it, so the one of the first download is written
    beside the file, and later downloads are compared with it.
    """
    path = fetch(JENA, folder)
    try:
        with zipfile.ZipFile(path) as archive:
            header, *rows = archive.read(path.stem).decode("utf-8").splitlines()
    except (zipfile.BadZipFile, KeyError):
        path.unlink()
        _record(path).unlink()
        raise DownloadError(_sentence(JENA, "what came is not that file")) from None
    columns = header.split(",")[1:]
    table = np.loadtxt(rows, delimiter=",", usecols=range(1, len(columns) + 1))
    # 01.01.2009 00:10:00 -> 2009-01-01T00:10
    dates = [f"{row[6:10]}-{row[3:5]}-{row[:2]}T{row[11:16]}" for row in rows]
    times = np.array(dates, dtype="datetime64[m]")
    return Series(times, np.where(table == -9999, np.nan, table), columns)


def fetch(source: PublicFile, folder: str | Path | None = None) -> Path:
    """Return the path of a public file, downloaded and verified if it is not there yet.

    Parameters
    ----------
    source
        What and from where.
    folder
        Where to keep it; None is what COURSE_RNN_DATA names, or the system's cache.

    Returns
    -------
    Path
        The file, whose checksum is right.

    Raises
    ------
    DownloadError
        If it cannot be downloaded, cannot be saved, or is not the known file.
    ModuleNotFoundError
        If the package pooch is not installed.
    """
    pooch = _package("pooch", source)
    pooch.get_logger().setLevel("WARNING")  # the progress bar says enough
    folder = Path(folder or os.environ.get("COURSE_RNN_DATA") or pooch.os_cache("course-rnn"))
    record = _record(folder / source.name)
    known = source.sha256 or (record.read_text().strip() if record.exists() else None)
    download = functools.partial(_download, part=folder / f"{source.name}.part", source=source)
    try:
        path = pooch.retrieve(source.url, known, source.name, folder, downloader=download)
        if known is None:
            record.write_text(pooch.file_hash(path) + "\n")
    except (OSError, ValueError) as error:
        raise DownloadError(_sentence(source, _reason(error, folder))) from None
    return Path(path)


def _download(url: str, output: str, _: object, part: Path, source: PublicFile) -> None:
    """Download into the file `part`, after what an earlier try left there, then move it."""
    requests, tqdm = _package("requests", source), _package("tqdm", source)
    start = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
        if answer.status_code != requests.codes.requested_range_not_satisfiable:  # all is there
            answer.raise_for_status()
            if answer.status_code != requests.codes.partial_content:
                start = 0
            total = start + int(answer.headers.get("Content-Length", 0)) or None
            bar = {"desc": source.title, "unit": "B", "unit_scale": True}
            with (
                part.open("ab" if start else "wb") as file,
                tqdm.tqdm(total=total, initial=start, **bar) as progress,
            ):
                for chunk in answer.iter_content(CHUNK):
                    progress.update(file.write(chunk))
    os.replace(part, output)


def _record(path: Path) -> Path:
    """Return where the checksum of the first download is kept."""
    return path.with_name(f"{path.name}.sha256")


def _package(name: str, source: PublicFile) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"{source.title} is downloaded with the packages pooch and tqdm: "
            f"run `pip install pooch tqdm`, or use {source.instead}."
        ) from None


def _sentence(source: PublicFile, reason: str) -> str:
    return (
        f"{source.title} could not be downloaded from {source.url} ({reason}): "
        f"try again later, or use {source.instead}."
    )


def _reason(error: Exception, folder: Path) -> str:
    requests = importlib.import_module("requests")
    if isinstance(error, requests.HTTPError):
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection was cut; the next try continues there"
    if isinstance(error, requests.Timeout):
        return f"no answer within {TIMEOUT} s"
    if isinstance(error, requests.RequestException):
        return "there is no connection"
    if isinstance(error, OSError):
        return f"{folder} cannot be written: {error.strerror}"
    return "what came is not the known file, its SHA-256 differs, and it was thrown away"

"""From the bytes of a notebook to its cells, whatever an editor or a transfer did to them.

Nothing is validated against a schema: what has text and a type is a cell, the rest is passed over.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.intake.cells import (
    CODE,
    MARKDOWN,
    MOST_CHARACTERS,
    Cell,
    UnusableError,
    clean,
    shown,
)
from grader.intake.files import AGAIN
from grader.package.colab import is_install_on_colab

MOST_VALUES = 2_000_000  # a larger file of brackets and commas would take gigabytes when parsed
MOST_CELLS = 1000
_NO_NOTEBOOKS = (
    (b"PK\x03\x04", "a zip archive: unpack it and hand in the notebook"),
    (b"%PDF", "a PDF: hand in the notebook itself"),
    (b"<!doctype html", "a web page: download the notebook itself and hand that in"),
    (b"<html", "a web page: download the notebook itself and hand that in"),
)
_CUT_OFF = "The end of your file is missing; all of your answers were there."
_WINDOWS = "Your file is not in UTF-8: some letters may look different."


@dataclass(frozen=True)
class Decoded:
    """The cells of a file; `whole` is false if the file breaks off behind them."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    whole: bool = True


def decode(content: bytes, name: str) -> Decoded:
    """Read the cells of a notebook of any format from 2 on, in any encoding.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        What messages call it.

    Returns
    -------
    Decoded
        Also if the file breaks off: then the cells before that.

    Raises
    ------
    UnusableError
        If no cells can be found.
    """
    _refuse_no_notebook(content, name)
    text, notes = _text(content)
    whole = True
    try:
        data = json.loads(text, strict=False, parse_constant=lambda _: None)
    except RecursionError:
        raise UnusableError(f"{name} is nested too deeply for a notebook. {AGAIN}") from None
    except ValueError as error:
        data, whole = {"cells": list(_complete_cells(text))}, False
        if not data["cells"]:
            raise UnusableError(_damage(name, text, error)) from None
        notes.append(_CUT_OFF)
    cells = _cells(_dict(data))
    if not cells:
        raise UnusableError(f"{name} is not a notebook with cells. {AGAIN}")
    language = _language(data)
    if language not in ("", "python", "ipython"):
        notes.append(f"Your notebook says that it is written in {language}; it ran as Python.")
    return Decoded(cells, tuple(notes), whole)


def damage(content: bytes, name: str) -> str:
    """Say where a file that breaks off does so."""
    text, _ = _text(content)
    try:
        json.loads(text, strict=False)
    except ValueError as error:
        return _damage(name, text, error)
    return f"{name} is damaged. {AGAIN}"


def _refuse_no_notebook(content: bytes, name: str) -> None:
    if not content.strip(b"\0 \t\r\n"):
        raise UnusableError(f"{name} is empty. {AGAIN}")
    start = content[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, what in _NO_NOTEBOOKS:
        if start.startswith(magic.lower()):
            raise UnusableError(f"{name} is {what}.")
    if sum(content.count(mark) for mark in (b"[", b"{", b",")) > MOST_VALUES:
        raise UnusableError(f"{name} holds too much. Clear its outputs and hand it in again.")


def _text(content: bytes) -> tuple[str, list[str]]:
    encoding = json.detect_encoding(content)
    try:
        return content.decode(encoding, "surrogatepass").lstrip("\ufeff"), []
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), [_WINDOWS]


def _damage(name: str, text: str, error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return f"{name} is damaged. {AGAIN}"
    if re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
        return f"{name} holds an unfinished merge of two versions. Resolve it and hand it in again."
    if not text.lstrip().startswith("{"):
        return f"{name} is not a Jupyter notebook. {AGAIN}"
    ends = "Unterminated" in error.msg or not text[error.pos :].strip("\0 \t\r\n")
    return f"{name} {'breaks off' if ends else 'is damaged'} in line {error.lineno}. {AGAIN}"


def _complete_cells(text: str) -> Iterator[Any]:
    """Yield the cells that are whole in a file that breaks off behind them."""
    start = re.search(r'"cells"\s*:\s*\[\s*', text)
    decoder = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
    between = re.compile(r"\s*,\s*")
    place = start.end() if start else len(text)
    while True:
        try:
            cell, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield cell
        comma = between.match(text, place)
        if comma is None:
            return
        place = comma.end()


def _cells(data: dict) -> tuple[Cell, ...]:
    found = _list(data.get("cells"))
    for sheet in _list(data.get("worksheets")):  # formats 2 and 3
        found = found + _list(_dict(sheet).get("cells"))
    cells = (_cell(index, content) for index, content in enumerate(found[:MOST_CELLS]))
    # The cell for Colab is the package's, not the student's.
    return tuple(cell for cell in cells if cell and not is_install_on_colab(cell.source))


def _cell(index: int, content: Any) -> Cell | None:  # noqa: ANN401
    content = _dict(content)
    metadata = _dict(content.get("metadata"))
    source = content.get("source", content.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        return None
    return Cell(
        index=index,
        cell_type=CODE if content.get("cell_type") == CODE else MARKDOWN,
        source=clean(source[: 3 * MOST_CHARACTERS]),  # still too long, and quickly handled
        id=_name(content.get("id")) or _name(metadata.get("id")),  # Colab keeps it in metadata
        grade_id=_name(_dict(metadata.get("nbgrader")).get("grade_id")),
        attachments=_dict(content.get("attachments")),
    )


def _language(data: dict) -> str:
    metadata = _dict(data.get("metadata"))
    for place, key in (("kernelspec", "language"), ("language_info", "name")):
        language = _dict(metadata.get(place)).get(key)
        if isinstance(language, str):
            return shown(language, 20).lower()
    return ""


def _dict(value: Any) -> dict:  # noqa: ANN401
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list:  # noqa: ANN401
    return value if isinstance(value, list) else []


def _name(value: Any) -> str:  # noqa: ANN401
    return value if isinstance(value, str) and len(value) <= 200 else ""

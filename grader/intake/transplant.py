"""The released notebook with the student's code.

Every released cell is there, in its order and unchanged, except that cells for answers hold the
student's. What else the student wrote follows in cells of its own, without metadata. So a cell
that is no answer and has a released id was written by the instructor.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode

from grader.intake.cells import (
    ANSWER,
    CODE,
    MARKDOWN,
    MOST_CHARACTERS,
    ORDINARY,
    TASK,
    TEST,
    Cell,
    clean,
)
from grader.intake.match import Matching

MOST_EXTRA, MOST_EXTRA_CHARACTERS = 300, 200_000  # of cells that a student added
MOST_PICTURES, PICTURE_BYTES = 4, 2**20
_PICTURES = ("image/png", "image/jpeg")


def released_cells(released: NotebookNode) -> tuple[Cell, ...]:
    """Describe the cells of the notebook that was handed out."""
    cells = []
    for index, cell in enumerate(released["cells"]):
        about = cell["metadata"].get("nbgrader") or {}
        cells.append(
            Cell(
                index=index,
                cell_type=cell["cell_type"],
                source=cell["source"],
                id=cell.get("id", ""),
                grade_id=about.get("grade_id", ""),
                role=_role(about),
            )
        )
    return tuple(cells)


def transplant(
    released: NotebookNode, slots: Sequence[Cell], cells: Sequence[Cell], matching: Matching
) -> dict[str, Any]:
    """Put what a student wrote into the released notebook.

    Parameters
    ----------
    released, slots
        The notebook that was handed out, and its cells.
    cells, matching
        Those that came back, and where they belong.

    Returns
    -------
    dict
        A notebook of format 4, without outputs.
    """
    extra = _extra_cells(slots, cells, matching)
    ids = _fresh_ids({slot.id for slot in slots})
    made = []
    for slot, cell in zip(slots, released["cells"], strict=True):
        made += [_student_cell(own, next(ids)) for own in extra[slot.index]]
        made.append(_released_cell(cell, slot, matching))
    made += [_student_cell(own, next(ids)) for own in extra[len(slots)]]
    return {
        "cells": made,
        "metadata": _plain(released["metadata"]),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def is_too_long(cell: Cell) -> bool:
    """Tell whether a cell's text is cut off (code: left out) because nobody writes so much."""
    return len(cell.source) > MOST_CHARACTERS


def _role(about: dict[str, Any]) -> str:
    if about.get("solution"):
        return ANSWER
    if about.get("task"):
        return TASK
    return TEST if about.get("grade") else ORDINARY


def _plain(value: Any) -> Any:  # noqa: ANN401
    return json.loads(json.dumps(value, sort_keys=True))


def _released_cell(cell: NotebookNode, slot: Cell, matching: Matching) -> dict[str, Any]:
    own = matching.cells.get(slot.index) if slot.role == ANSWER else None
    source = slot.source if own is None else _bounded(own, slot.cell_type)
    if slot.index in matching.elsewhere:
        source = "# Your answer stands in another cell."
    made = _cell(slot.cell_type, slot.id, source, _plain(cell["metadata"]))
    if own is not None and slot.cell_type == MARKDOWN and (pictures := _pictures(own)):
        made["attachments"] = pictures
    return made


def _student_cell(cell: Cell, cell_id: str) -> dict[str, Any]:
    made = _cell(cell.cell_type, cell_id, _bounded(cell, cell.cell_type), {})
    if cell.cell_type == MARKDOWN and (pictures := _pictures(cell)):
        made["attachments"] = pictures
    return made


def _cell(cell_type: str, cell_id: str, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    made = {"cell_type": cell_type, "id": cell_id, "metadata": metadata, "source": source}
    return made | {"execution_count": None, "outputs": []} if cell_type == CODE else made


def _bounded(cell: Cell, cell_type: str) -> str:
    if not is_too_long(cell):
        return cell.source
    return "" if cell_type == CODE else cell.source[:MOST_CHARACTERS]


def _pictures(cell: Cell) -> dict[str, dict[str, str]]:
    """Return what was pasted into a text, as far as it is a picture of reasonable size."""
    kept = {}
    for name, content in cell.attachments.items():
        for kind, data in content.items() if isinstance(content, dict) else ():
            if kind in _PICTURES and isinstance(data, str) and _is_base64(data):
                kept[clean(name)[:200]] = {kind: data}
    return dict(sorted(kept.items())[:MOST_PICTURES])


def _is_base64(data: str) -> bool:
    if len(data) > PICTURE_BYTES * 4 // 3 or not data.isascii():
        return False
    return all(c.isalnum() or c in "+/=\n" for c in set(data))


def _fresh_ids(taken: set[str]) -> Any:  # noqa: ANN401
    number = 0
    while True:
        number += 1
        if f"student-{number}" not in taken:
            yield f"student-{number}"


def _extra_cells(
    slots: Sequence[Cell], cells: Sequence[Cell], matching: Matching
) -> defaultdict[int, list[Cell]]:
    """Return the student's own cells by the index of the released cell that they precede."""
    owners = {cell.index: index for index, cell in matching.cells.items()}
    stubs = {slot.text for slot in slots if slot.role == ANSWER or slot.cell_type != CODE}
    names = {name for slot in slots if slot.role == ANSWER for name in slot.defines}
    places = defaultdict(list)
    left = MOST_EXTRA_CHARACTERS
    for cell in sorted(cells, key=lambda cell: cell.index)[: MOST_EXTRA + len(slots)]:
        if cell.index in owners:
            place, cell = _changed(slots[owners[cell.index]], cell, names)
        else:
            place = _place(cell.index, owners)
        if cell is not None and cell.text and cell.text not in stubs:
            left -= len(cell.source)
            places[place] += [cell] if left >= 0 else []
    return places


def _place(index: int, owners: dict[int, int]) -> int:
    """Return the place between the neighbours; if these were moved apart, the earlier place."""
    before = max((i for i in owners if i < index), default=None)
    after = min((i for i in owners if i > index), default=None)
    places = [] if before is None else [owners[before] + 1]
    places += [] if after is None else [owners[after]]
    return min(places, default=0)


def _changed(slot: Cell, cell: Cell, answers: set[str]) -> tuple[int, Cell | None]:
    """Return where a changed copy of an instructor's cell goes; None if it is not needed."""
    if slot.role == ANSWER or cell.text == slot.text:
        return slot.index, None
    if slot.role == TEST:  # the original runs; only an answer that was written there is kept
        return slot.index, None if answers.isdisjoint(cell.defines) else cell
    if cell.cell_type == CODE and slot.cell_type == CODE:
        return slot.index + 1, cell
    if slot.text in cell.text:  # an answer written below its question
        rest = cell.text.replace(slot.text, "", 1).strip()
        return slot.index + 1, Cell(cell.index, MARKDOWN, rest, attachments=cell.attachments)
    return slot.index + 1, None

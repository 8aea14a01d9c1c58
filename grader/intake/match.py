"""Which cell of a submission belongs to which cell of the released notebook.

A cell is found by its grade_id, then by its cell id, then by the function it defines, then by its
text, and last by its place between neighbours and its likeness. Every rule is deterministic.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from grader.intake.cells import ANSWER, TEST, Cell

ALIKE = 60.0  # per cent; cells that have nothing to do with each other reach 30 to 50
_COMPARED = 1500  # characters

Key = Callable[[Cell], str]


@dataclass
class Matching:
    """What was found: for each released cell, by its index, the student's.

    `elsewhere` holds the answers whose code stands in the cell of another answer, `by_code` those
    that were found by what they define, `copies` how often a grade_id is there that should be once.
    """

    cells: dict[int, Cell] = field(default_factory=dict)
    elsewhere: set[int] = field(default_factory=set)
    by_code: set[int] = field(default_factory=set)
    copies: dict[int, int] = field(default_factory=dict)

    def free(self, cells: Iterable[Cell]) -> list[Cell]:
        """Return the cells that belong to no released cell."""
        taken = {cell.index for cell in self.cells.values()}
        return [cell for cell in cells if cell.index not in taken]


def match(released: Sequence[Cell], cells: Sequence[Cell]) -> Matching:
    """Find the student's cell for each cell of the released notebook.

    Parameters
    ----------
    released
        The cells of the notebook that was handed out.
    cells
        Those that came back.
    """
    matching = Matching()
    own = {slot.grade_id for slot in released if slot.grade_id}
    counts = _by(matching, released, cells, lambda cell: cell.grade_id)
    matching.copies = {slot: count for slot, count in counts.items() if count > 1}
    _by(matching, released, cells, _id, lambda cell: "" if cell.grade_id in own else cell.id)
    _by_definition(matching, released, cells)
    _by(matching, released, cells, lambda cell: f"{cell.cell_type} {cell.text}")
    _by_place(matching, released, cells)
    return matching


def _id(cell: Cell) -> str:
    return cell.id


def is_answered(slot: Cell, cell: Cell | None) -> bool:
    """Tell whether a cell holds more than the stub."""
    return cell is not None and bool(cell.text) and cell.text != slot.text


def is_good(slot: Cell, cell: Cell | None) -> bool:
    """Tell whether a cell holds an answer that defines what the stub defines."""
    if cell is None or not is_answered(slot, cell):
        return False
    return not slot.defines or not slot.defines.isdisjoint(cell.defines)


def _by(
    matching: Matching,
    released: Sequence[Cell],
    cells: Sequence[Cell],
    wanted: Key,
    offered: Key | None = None,
) -> dict[int, int]:
    """Match by a key, "" for none; return how many cells had the key of each released cell."""
    groups = defaultdict(list)
    for cell in matching.free(cells):
        groups[(offered or wanted)(cell)].append(cell)
    groups.pop("", None)
    counts = {}
    for slot in released:
        found = [] if slot.index in matching.cells else groups.get(wanted(slot), [])
        if found:
            counts[slot.index] = len(found)
            matching.cells[slot.index] = best = _best(slot, found)
            found.remove(best)
    return counts


def _best(slot: Cell, found: list[Cell]) -> Cell:
    """Choose among copies: the last that answers, the last that was changed, the last."""
    if slot.role != ANSWER:
        return next((cell for cell in found if cell.text == slot.text), found[-1])
    good = [cell for cell in found if is_good(slot, cell)]
    answered = [cell for cell in found if is_answered(slot, cell)]
    return (good or answered or found)[-1]


def _by_definition(matching: Matching, released: Sequence[Cell], cells: Sequence[Cell]) -> None:
    """Look for answers that are not in their own cell among all cells that define their names."""
    tests = {slot.index for slot in released if slot.role == TEST}
    unchanged = {slot.text for slot in released}
    for slot in released:
        if slot.role != ANSWER or not slot.defines:
            continue
        if is_good(slot, matching.cells.get(slot.index)):
            continue
        owners = {cell.index: index for index, cell in matching.cells.items()}
        found = [
            cell
            for cell in cells
            if is_good(slot, cell)
            and cell.text not in unchanged
            and owners.get(cell.index) not in tests
        ]
        if found:
            _move(matching, slot, found[-1], owners.get(found[-1].index))


def _move(matching: Matching, slot: Cell, cell: Cell, owner: int | None) -> None:
    """Take a cell as an answer; if it is an earlier answer's, the name has its value."""
    if owner is not None and owner < slot.index:
        matching.elsewhere.add(slot.index)
        matching.cells.pop(slot.index, None)
        return
    if owner is not None:
        del matching.cells[owner]
    matching.cells[slot.index] = cell
    matching.by_code.add(slot.index)


def _by_place(matching: Matching, released: Sequence[Cell], cells: Sequence[Cell]) -> None:
    for slot in released:
        if slot.index in matching.cells or slot.index in matching.elsewhere:
            continue
        gap = [c for c in _gap(matching, slot, cells) if c.cell_type == slot.cell_type]
        if not gap:
            continue
        if slot.role == ANSWER and not slot.defines:  # nothing of a text's stub is left
            matching.cells[slot.index] = gap[0]
            continue
        likeness = [fuzz.ratio(slot.text[:_COMPARED], c.text[:_COMPARED]) for c in gap]
        if max(likeness) >= ALIKE:
            matching.cells[slot.index] = gap[likeness.index(max(likeness))]


def _gap(matching: Matching, slot: Cell, cells: Sequence[Cell]) -> list[Cell]:
    """Return the free cells between the nearest neighbours of a released cell that were found."""
    found = matching.cells
    before = max((index for index in found if index < slot.index), default=None)
    after = min((index for index in found if index > slot.index), default=None)
    if before is None and after is None:
        return []
    first = -1 if before is None else found[before].index
    last = float("inf") if after is None else found[after].index
    return [cell for cell in matching.free(cells) if first < cell.index < last]

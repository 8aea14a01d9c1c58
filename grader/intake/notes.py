"""What was repaired in a notebook, in words for the student, and what a person must look at."""

from collections.abc import Sequence

from grader.intake.cells import ANSWER, CODE, TEST, Cell, listed
from grader.intake.match import Matching, is_good
from grader.intake.transplant import MOST_EXTRA, MOST_EXTRA_CHARACTERS, is_too_long


def describe(slots: Sequence[Cell], cells: Sequence[Cell], matching: Matching) -> list[str]:
    """Say what is different from the notebook that was handed out, one sentence or two each."""
    answers = [slot for slot in slots if slot.role == ANSWER]
    notes = []
    is_stripped = not any(cell.grade_id for cell in cells)
    if is_stripped:
        notes.append(
            "Your notebook has lost the marks by which its cells are found (some editors remove "
            "them); your answers were found by their text."
        )
    for slot in answers:
        notes += _about_answer(slot, matching, is_stripped=is_stripped)
    notes += _about_tests(slots, matching)
    if _is_reordered(matching):
        notes.append("Your cells stand in another order; they ran in the original one.")
    return notes


def reasons_to_look(slots: Sequence[Cell], cells: Sequence[Cell], matching: Matching) -> list[str]:
    """Say why a person must look: something may be missing that the student has written."""
    reasons = []
    answers = [slot for slot in slots if slot.role == ANSWER]
    missing = [slot.name for slot in answers if _is_missing(slot, matching)]
    if missing:
        reasons.append(f"No cell was found for {listed(missing)}.")
    guessed = [slot.name for slot in answers if _is_guess(slot, matching)]
    if guessed:
        reasons.append(f"The cell of {listed(guessed)} was found by its place alone.")
    if any(is_too_long(cell) for cell in cells):
        reasons.append("A cell was too long and was cut.")
    extra = sum(len(cell.source) for cell in matching.free(cells))
    if len(cells) > MOST_EXTRA + len(slots) or extra > MOST_EXTRA_CHARACTERS:
        reasons.append("There were too many cells; the last ones were left out.")
    return reasons


def _about_answer(slot: Cell, matching: Matching, *, is_stripped: bool) -> list[str]:
    notes = []
    copies = matching.copies.get(slot.index)
    if copies:
        notes.append(
            f"The cell {slot.name} is there {copies} times: the last one with an answer was "
            "graded, the others ran where they stood."
        )
    if slot.index in matching.by_code | matching.elsewhere:
        notes += [] if is_stripped else [f"{slot.name} was found in another cell than its own."]
    elif _is_missing(slot, matching):
        notes.append(
            f"The cell {slot.name} is not in your notebook; the empty one stands in its place."
        )
    own = matching.cells.get(slot.index)
    if own is not None and own.cell_type != slot.cell_type:
        kind = "code" if slot.cell_type == CODE else "text"
        notes.append(f"The cell {slot.name} had another type; it was read as {kind}.")
    return notes


def _about_tests(slots: Sequence[Cell], matching: Matching) -> list[str]:
    changed = [
        slot.name
        for slot in slots
        if slot.role == TEST
        and (slot.index not in matching.cells or matching.cells[slot.index].text != slot.text)
    ]
    if not changed:
        return []
    return [f"Tests that were changed or removed ran as they were given: {listed(changed)}."]


def _is_missing(slot: Cell, matching: Matching) -> bool:
    return slot.index not in matching.cells and slot.index not in matching.elsewhere


def _is_guess(slot: Cell, matching: Matching) -> bool:
    cell = matching.cells.get(slot.index)
    return (
        cell is not None
        and slot.cell_type == CODE
        and slot.name not in (cell.grade_id, cell.id)
        and not is_good(slot, cell)
        and cell.text != slot.text
    )


def _is_reordered(matching: Matching) -> bool:
    order = [matching.cells[slot].index for slot in sorted(matching.cells)]
    return order != sorted(order)

"""Which of the notebooks in a submission is the one to grade."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.intake.cells import ANSWER, MARKDOWN, Cell, UnusableError, listed, shown
from grader.intake.decode import Decoded, damage, decode
from grader.intake.files import MOST_NOTEBOOKS, Files, read_bytes
from grader.intake.match import Matching, is_answered, match

_HAND_IN = "Hand in the notebook itself: its name ends in .ipynb."
_FRESH = "Copy your code into a fresh copy of the notebook you were given, and hand that in."


@dataclass(frozen=True)
class Candidate:
    """A notebook of the submission, and how much of the assignment is in it."""

    path: str
    content: bytes = field(repr=False)
    decoded: Decoded = field(repr=False)
    matching: Matching = field(repr=False)
    recognised: int
    foreign: bool
    answers: tuple[str, ...]

    def rank(self, assignment: str) -> tuple[int, int, bool]:
        """Return how well it fits; answers count before the name."""
        answered = sum(bool(answer) for answer in self.answers)
        return self.recognised, answered, Path(self.path).name == f"{assignment}.ipynb"


def read_candidates(
    files: Files, slots: Sequence[Cell]
) -> tuple[list[Candidate], list[UnusableError]]:
    """Read every notebook that can be read; return also what is wrong with the others.

    Raises
    ------
    UnusableError
        If none can; the text is about the one that comes first.
    """
    if not files.notebooks:
        raise UnusableError(_no_notebook(files))
    found, problems = [], []
    for path in files.notebooks[:MOST_NOTEBOOKS]:
        try:
            found.append(_candidate(files, path, slots))
        except UnusableError as problem:
            problems.append(problem)
    if not found:
        raise problems[0]
    return found, problems


def _candidate(files: Files, path: str, slots: Sequence[Cell]) -> Candidate:
    content = read_bytes(files.folder, path)
    decoded = decode(content, shown(path))
    matching = match(slots, decoded.cells)
    if not decoded.whole and any(
        slot.index not in matching.cells for slot in slots if slot.role == ANSWER
    ):
        raise UnusableError(damage(content, shown(path)))
    return Candidate(
        path=path,
        content=content,
        decoded=decoded,
        matching=matching,
        recognised=_recognised(slots, matching),
        foreign=_is_foreign(slots, decoded.cells),
        answers=tuple(
            cell.text if is_answered(slot, cell := matching.cells.get(slot.index)) else ""
            for slot in slots
            if slot.role == ANSWER
        ),
    )


def choose(candidates: Sequence[Candidate], assignment: str, slots: Sequence[Cell]) -> Candidate:
    """Choose the notebook that holds most of the assignment.

    Raises
    ------
    UnusableError
        If none of them is a notebook of the assignment.
    """
    own = [c for c in candidates if c.recognised and not c.foreign]
    if own:
        return max(own, key=lambda candidate: candidate.rank(assignment))
    path, first = shown(candidates[0].path), candidates[0].decoded.cells[0]
    what = "none of its exercises is there"
    if first.cell_type == MARKDOWN and first.text not in {slot.text for slot in slots}:
        what = f"it begins with “{shown(first.text.split(chr(10))[0].lstrip('# '))}”"
    raise UnusableError(f"{path} is not the notebook of {assignment}: {what}. {_FRESH}")


def _recognised(slots: Sequence[Cell], matching: Matching) -> int:
    """Count the answers that were found by name; any question may be called "question"."""
    answers = [slot for slot in slots if slot.role == ANSWER]
    answers = [slot for slot in answers if slot.defines] or answers
    found = ((slot, matching.cells.get(slot.index)) for slot in answers)
    return len(matching.elsewhere) + sum(
        cell is not None
        and (slot.name in (cell.grade_id, cell.id) or not slot.defines.isdisjoint(cell.defines))
        for slot, cell in found
    )


def _is_foreign(slots: Sequence[Cell], cells: Sequence[Cell]) -> bool:
    """Tell whether most of a notebook's graded cells are those of another assignment."""
    own = {slot.grade_id for slot in slots}
    names = {cell.grade_id for cell in cells if cell.grade_id}
    return len(names - own) > len(names & own)


def are_rivals(one: Candidate, best: Candidate) -> bool:
    """Tell whether a notebook answers the same exercises as the chosen one, but differently."""
    return (one.recognised, [bool(a) for a in one.answers]) == (
        best.recognised,
        [bool(a) for a in best.answers],
    ) and one.answers != best.answers


def _no_notebook(files: Files) -> str:
    if not files.everything:
        return f"There is no file in what you handed in. {_HAND_IN}"
    if not files.others:
        return f"Links and special files are not opened ({listed(files.refused)}). {_HAND_IN}"
    return f"There is no notebook among {listed(files.everything)}. {_HAND_IN}"

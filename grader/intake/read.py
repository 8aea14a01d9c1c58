"""Reads one submission: finds its notebook, and puts the student's code into the released one."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.intake.cells import ANSWER, CODE, MARKDOWN, Cell, UnusableError, listed, shown
from grader.intake.decode import Decoded, damage, decode
from grader.intake.files import AGAIN, MOST_NOTEBOOKS, Files, list_files, read_bytes
from grader.intake.lint import Findings, lint
from grader.intake.match import Matching, is_answered, match
from grader.intake.notes import describe, reasons_to_look
from grader.intake.transplant import released_cells, transplant

_HAND_IN = "Hand in the notebook itself: its name ends in .ipynb."
FRESH = "Copy your code into a fresh copy of the notebook you were given, and hand that in."


@dataclass(frozen=True)
class Intake:
    """A submission that can be graded.

    `notebook` (nbformat 4) is the released one with the student's code; `notes` say what was
    repaired, to the student too; `flags` are for the instructor alone; `review` says why a person
    must look, "" if nobody must; `digest` names what was handed in.
    """

    assignment: str
    notebook: dict[str, Any] = field(repr=False)
    notes: tuple[str, ...]
    flags: tuple[str, ...]
    review: str
    digest: str


@dataclass(frozen=True)
class Unreadable:
    """A submission that cannot be graded; `reason` tells the student why and what to do."""

    reason: str
    digest: str


@dataclass(frozen=True)
class _Candidate:
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


def read_submission(
    folder: Path, assignment: str, released: NotebookNode, imports: Collection[str] | None = None
) -> Intake | Unreadable:
    """Read what a student handed in.

    Parameters
    ----------
    folder
        The submission's folder.
    assignment
        Its notebook should be ASSIGNMENT.ipynb, but need not.
    released
        The notebook that was handed out, with ids of its cells.
    imports
        What may be imported beside Python's own library and course_rnn; None: anything.

    Returns
    -------
    Intake or Unreadable
        Whatever lies in the folder; nothing a student can put there raises an exception.
    """
    files = Files(folder)
    try:
        slots = released_cells(released)
        files = list_files(folder)
        candidates = _candidates(files, slots)
        best = _choose(candidates, assignment, slots)
        return _take_in(files, candidates, best, released, slots, assignment, imports)
    except UnusableError as error:
        return Unreadable(str(error), _digest_of_names(files))
    except (Exception, RecursionError, MemoryError) as error:  # of a file nobody thought of
        reason = f"Your notebook cannot be read ({type(error).__name__}). {AGAIN}"
        return Unreadable(reason, _digest_of_names(files))


def _take_in(
    files: Files,
    candidates: Sequence[_Candidate],
    best: _Candidate,
    released: NotebookNode,
    slots: Sequence[Cell],
    assignment: str,
    imports: Collection[str] | None,
) -> Intake:
    cells, matching = best.decoded.cells, best.matching
    notebook = transplant(released, slots, cells, matching)
    found = _lint(notebook, slots, imports)
    rivals = [c for c in candidates if c is not best and _rivals(c, best)]
    notes = [
        *_about_files(files, best, assignment),
        *best.decoded.notes,
        *describe(slots, cells, matching),
        *found.not_allowed,
    ]
    review = reasons_to_look(slots, cells, matching)
    if rivals:
        review.insert(
            0, f"{listed([best.path, *(c.path for c in rivals)])} hold different answers."
        )
    return Intake(
        assignment=assignment,
        notebook=notebook,
        notes=tuple(notes),
        flags=found.not_allowed + found.flags,
        review=" ".join(review),
        digest=hashlib.sha256(best.content).hexdigest(),
    )


def _lint(
    notebook: dict[str, Any], slots: Sequence[Cell], imports: Collection[str] | None
) -> Findings:
    """Look at the cells that the student wrote; an extra one is named by the cell before it."""
    own = {slot.id: slot for slot in slots}
    cells, last = {}, "the first cell"
    for cell in notebook["cells"]:
        slot = own.get(cell["id"])
        last = slot.name if slot else last
        if cell["cell_type"] == CODE and (slot is None or slot.role == ANSWER):
            name = last if slot else f"{cell['id']} (after {last})"
            if slot is None or cell["source"] != slot.source:
                cells[name] = cell["source"]
    answers = {name for slot in slots if slot.role == ANSWER for name in slot.defines}
    return lint(cells, answers, imports)


def _candidates(files: Files, slots: Sequence[Cell]) -> list[_Candidate]:
    """Read every notebook that can be read.

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
    return found


def _candidate(files: Files, path: str, slots: Sequence[Cell]) -> _Candidate:
    content = read_bytes(files.folder, path)
    decoded = decode(content, shown(path))
    matching = match(slots, decoded.cells)
    if not decoded.whole and any(
        slot.index not in matching.cells for slot in slots if slot.role == ANSWER
    ):
        raise UnusableError(damage(content, shown(path)))
    return _Candidate(
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


def _choose(candidates: Sequence[_Candidate], assignment: str, slots: Sequence[Cell]) -> _Candidate:
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
    raise UnusableError(f"{path} is not the notebook of {assignment}: {what}. {FRESH}")


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


def _rivals(one: _Candidate, best: _Candidate) -> bool:
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


def _about_files(files: Files, best: _Candidate, assignment: str) -> list[str]:
    notes = []
    if len(files.notebooks) > 1:
        notes.append(
            f"There are {len(files.notebooks)} notebooks: {listed(files.notebooks)}. "
            f"{shown(best.path)} was graded: it holds most of the answers."
        )
    elif best.path != f"{assignment}.ipynb":
        notes.append(f"Your notebook is called {shown(best.path)}, not {assignment}.ipynb.")
    if files.others:
        notes.append(f"Files beside the notebook were not used: {listed(files.others)}.")
    if files.refused:
        notes.append(f"Links and special files were not opened: {listed(files.refused)}.")
    return notes


def _digest_of_names(files: Files) -> str:
    """Name a submission of which nothing can be used: by all names, and by its notebooks' bytes."""
    total = hashlib.sha256()
    for path in files.everything:
        total.update(path.encode("utf-8", "surrogateescape") + b"\0")
    for path in files.notebooks[:MOST_NOTEBOOKS]:
        try:
            total.update(hashlib.sha256(read_bytes(files.folder, path)).digest())
        except UnusableError as problem:
            total.update(str(problem).encode("utf-8", "replace"))
    return total.hexdigest()

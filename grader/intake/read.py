"""Reads one submission: finds its notebook, and puts the student's code into the released one."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from grader.intake.cells import ANSWER, CODE, Cell, UnusableError, listed, shown
from grader.intake.choose import Candidate, are_rivals, choose, read_candidates
from grader.intake.files import AGAIN, MOST_NOTEBOOKS, Files, list_files, read_bytes
from grader.intake.lint import Findings, lint
from grader.intake.notes import describe, reasons_to_look
from grader.intake.transplant import released_cells, transplant


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
        What may be imported beside Python's own library, IPython and course_rnn; None: anything.

    Returns
    -------
    Intake or Unreadable
        Whatever lies in the folder; nothing a student can put there raises an exception.
    """
    files = Files(folder)
    try:
        files = list_files(folder)
        return _read(files, assignment, released, imports)
    except UnusableError as error:
        return Unreadable(str(error), _digest_of_names(files))
    except (Exception, RecursionError, MemoryError) as error:  # of a file nobody thought of
        reason = f"Your notebook cannot be read ({type(error).__name__}). {AGAIN}"
        return Unreadable(reason, _digest_of_names(files))


def _read(
    files: Files, assignment: str, released: NotebookNode, imports: Collection[str] | None
) -> Intake:
    slots = released_cells(released)
    candidates, damaged = read_candidates(files, slots)
    best = choose(candidates, assignment, slots)
    cells, matching = best.decoded.cells, best.matching
    notebook = transplant(released, slots, cells, matching)
    found = _lint(notebook, slots, imports)
    notes = [
        *_about_files(files, best, assignment),
        *best.decoded.notes,
        *describe(slots, cells, matching),
        *found.not_allowed,
    ]
    review = [
        *_about_rivals(candidates, best),
        *map(str, damaged),
        *reasons_to_look(slots, cells, matching),
    ]
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


def _about_files(files: Files, best: Candidate, assignment: str) -> list[str]:
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


def _about_rivals(candidates: Sequence[Candidate], best: Candidate) -> list[str]:
    rivals = [one.path for one in candidates if one is not best and are_rivals(one, best)]
    return [f"{listed([best.path, *rivals])} hold different answers."] if rivals else []


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

"""What must never be in the package: solutions and hidden tests, wherever they might have got."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.sources import HIDDEN, SOLUTION, list_assignments, read_source, secret_parts

LIBRARY = "src/"
_MARKER = re.compile("|".join(SOLUTION + HIDDEN))
_TELLING = 20  # characters; a shorter line may stand anywhere


def find_secrets(folder: Path, solutions: Path) -> Iterator[str]:
    """Look into every file of a folder for what only instructors may see.

    Parameters
    ----------
    folder
        What is about to be published.
    solutions
        The folder of all sources, those that are not handed out yet included.

    Yields
    ------
    str
        One sentence for each part that was found.
    """
    sources = {name: read_source(solutions, name) for name in list_assignments(solutions)}
    secrets = {name: _secrets(source) for name, source in sources.items()}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text, name = _read(path), path.relative_to(folder).as_posix()
        if _MARKER.search(text):
            yield f"{name} holds the marks of a solution or a hidden test."
        lines, whole = _lines(text), squeeze(text)
        shortest = 3 if name.startswith(LIBRARY) else 2
        for assignment, (hidden, answers) in secrets.items():
            found = hidden & lines
            found |= {part for part, size in answers.items() if size >= shortest and part in whole}
            for secret in sorted(found):
                yield f"{name} holds what only instructors may see of {assignment}: {secret}"


def hidden_lines(source: NotebookNode) -> set[str]:
    """Collect the lines of hidden tests that stand nowhere else in the notebook."""
    secret = list(secret_parts(source))
    shown = "\n".join(cell.source for cell in source.cells)
    for _, text in secret:
        shown = shown.replace(text, "")
    hidden = _lines("\n".join(text for kind, text in secret if kind == HIDDEN))
    return {line for line in hidden - _lines(shown) if len(line) >= _TELLING}


def solutions_in(source: NotebookNode) -> dict[str, int]:
    """Collect the solutions and how many lines each has.

    A single line may well be the chapter's equation. Two may be the library's reference, which is
    there to be read: a formula can hardly be written in two ways.
    """
    texts = [text for kind, text in secret_parts(source) if kind == SOLUTION]
    return {squeeze(text): len(text.strip().splitlines()) for text in texts}


def squeeze(text: str) -> str:
    """Return a text with one blank for all white space."""
    return re.sub(r"\s+", " ", text).strip()


def _secrets(source: NotebookNode) -> tuple[set[str], dict[str, int]]:
    return hidden_lines(source), solutions_in(source)


def _lines(text: str) -> set[str]:
    return {squeeze(line) for line in text.splitlines()}


def _read(path: Path) -> str:
    if path.suffix == ".ipynb":
        cells = nbformat.read(path, as_version=4).cells
        return "\n".join(cell.source for cell in cells)
    return path.read_text("utf-8", errors="replace")

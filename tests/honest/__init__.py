"""Right answers in many styles, which must always get full marks: NN_slug/STYLE.py.

A file is a notebook: `# --- NAME` begins the cell of an exercise, `# --- own` one of the student's
own, and a comment that begins with % or ! is a line of IPython. What stands above the first cell
says what is special, and imports what the released notebook imports. An exercise that is not in
the file is answered as the instructor does.
"""

import copy
import json
import re
from pathlib import Path

from nbformat import NotebookNode

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("[0-9]*/*.py"))


def cells_of(path: Path) -> list[tuple[str, str]]:
    """Read the names and sources of the cells of a file."""
    _, *parts = re.split(r"^# --- (\w+)\n", path.read_text("utf-8"), flags=re.MULTILINE)
    sources = [re.sub(r"^# (?=[%!])", "", part, flags=re.MULTILINE).strip() for part in parts[1::2]]
    return list(zip(parts[::2], sources, strict=True))


def write_submission(
    path: Path, released: NotebookNode, solutions: dict[str, str], folder: Path
) -> None:
    """Hand in a file as a notebook."""
    notebook, cells = json.loads(json.dumps(released)), cells_of(path)
    answers = solutions | {name: source for name, source in cells if name != "own"}
    made, waiting = [], copy.copy(cells)
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id", "")
        cell["source"] = answers.get(name, cell["source"])
        if name in dict(cells):
            made += _own_cells(waiting, name)
        made.append(cell)
    made += _own_cells(waiting, "")
    notebook["cells"] = made
    (folder / f"{path.parent.name}.ipynb").write_text(json.dumps(notebook), "utf-8")


def _own_cells(waiting: list[tuple[str, str]], upto: str) -> list[dict]:
    """Take the cells that stand before an exercise's."""
    own = []
    while waiting:
        name, source = waiting.pop(0)
        if name == upto:
            break
        own.append({"cell_type": "code", "metadata": {}, "outputs": [], "source": source})
        own[-1]["execution_count"] = None
    return own

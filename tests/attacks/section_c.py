"""Rows 38 to 45: what lies in a submission, and what its outputs and names may do to others."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from nbformat import NotebookNode

from grader.results import UNREADABLE
from tests.attacks import (
    NAME,
    NOTHING,
    POINTS,
    WRONG,
    Attack,
    answered,
    code_cell,
    right,
    write,
)


def beside(name: str, content: str) -> Callable[[NotebookNode, Path], None]:
    """Hand in wrong answers, and a file that is to be found instead of a package."""

    def build(released: NotebookNode, folder: Path) -> None:
        write(folder, answered(released, WRONG))
        write(folder, content, name)

    return build


def link_beside(released: NotebookNode, folder: Path) -> None:
    read = "print(open('solution.txt').read())"
    notebook = answered(released, right())
    notebook["cells"].insert(0, code_cell(read))
    write(folder, notebook)
    (folder / "solution.txt").symlink_to("/etc/passwd")


def linked_notebook(released: NotebookNode, folder: Path) -> None:
    write(folder.parent, answered(released, right()), "elsewhere/right.ipynb")
    (folder / f"{NAME}.ipynb").symlink_to(folder.parent / "elsewhere" / "right.ipynb")


def linked_folder(released: NotebookNode, folder: Path) -> None:
    write(folder.parent, answered(released, right()), f"elsewhere/{NAME}.ipynb")
    (folder / "sub").symlink_to(folder.parent / "elsewhere")


def with_cell(source: str) -> Callable[[NotebookNode, Path], None]:
    """Hand in right answers, after a cell that is no answer."""

    def build(released: NotebookNode, folder: Path) -> None:
        notebook = answered(released, right())
        notebook["cells"].insert(2, code_cell(source))
        write(folder, notebook)

    return build


def zip_beside(released: NotebookNode, folder: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"../../other/{NAME}/{NAME}.ipynb", "evil")
        archive.writestr("zeros", bytes(10**8))
    write(folder, answered(released, right()))
    write(folder, content.getvalue(), "data.zip")


def with_stamp(released: NotebookNode, folder: Path) -> None:
    """Forge the time; in an upload it never comes this far, here it is inside a folder."""
    write(folder, answered(released, right()))
    write(folder, "2001-01-01 00:00:00 UTC", "sub/timestamp.txt")


SHADOW = "def __getattr__(name):\n    return lambda *a, **k: True\n"
MARKUP = (
    "from IPython.display import HTML, Javascript, display\n"
    "display(HTML('<img src=x onerror=alert(1)><script>alert(2)</script>'))\n"
    "display(Javascript('alert(3)'))\n"
    "print('<script>alert(4)</script>')"
)

ATTACKS = (
    Attack(38, "numpy.py beside the notebook", beside("numpy.py", SHADOW), NOTHING, says="numpy"),
    Attack(38, "course_rnn/ beside it", beside("course_rnn/__init__.py", SHADOW), NOTHING),
    Attack(38, "sitecustomize.py beside it", beside("sitecustomize.py", SHADOW), NOTHING),
    Attack(39, "a link to /etc/passwd", link_beside, POINTS, says="Links"),
    Attack(40, "the notebook is a link", linked_notebook, UNREADABLE, says="Links"),
    Attack(40, "the folder is a link", linked_folder, UNREADABLE, says="Links"),
    Attack(41, "writes outside", with_cell("%%writefile ../../../evil.txt\nevil"), POINTS),
    Attack(41, "deletes files", with_cell("!rm -rf .. ~"), POINTS, says="runs commands"),
    Attack(41, "installs packages", with_cell("!pip install numpy"), POINTS, says="runs commands"),
    Attack(42, "active content in outputs", with_cell(MARKUP), POINTS),
    Attack(43, "a formula in its outputs", with_cell("print('=1+1')"), POINTS),
    Attack(44, "a bomb beside it", zip_beside, POINTS, says="data.zip"),
    Attack(45, "a forged timestamp.txt", with_stamp, POINTS),
)

"""Everything that belongs into the package, and nothing else: what is not named here stays out."""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from textwrap import shorten

import yaml
from jinja2 import Environment, StrictUndefined

from grader.package import PackageError
from grader.package.links import Repository, read_repositories
from grader.package.notebook import read_title, write_notebook
from grader.package.project import student_project
from grader.package.publish import NAME, publish
from grader.package.secrets import find_secrets

FILES = Path(__file__).parent / "files"
COPIED = ("LICENSE", "LICENSE-text", "CITATION.cff")
LIBRARY = "course_rnn"


def build_package(root: Path, folder: Path, assignments: Sequence[str]) -> str:
    """Write the folder for the students' repository and the zip.

    Parameters
    ----------
    root
        The course, its student versions up to date.
    folder
        Where the package, the zip and their checksums go.
    assignments
        Those that are handed out.

    Returns
    -------
    str
        What was done, in words.

    Raises
    ------
    PackageError
        If it would show a part of a solution or a hidden test or replace somebody's work, or if
        the book's settings name no repository for students.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".package-") as place:
        made = Path(place) / NAME
        assemble(root, made, assignments)
        for leak in find_secrets(made, root / "solutions"):
            raise PackageError(f"Nothing was packaged: {shorten(leak, 200)}")
        return publish(made, folder)


def assemble(root: Path, made: Path, assignments: Sequence[str]) -> None:
    """Put the package together in a new folder."""
    course, students = read_repositories(root)
    shutil.copytree(FILES, made)
    for name in COPIED:
        shutil.copyfile(root / name, made / name)
    project = student_project((root / "pyproject.toml").read_text("utf-8"))
    (made / "pyproject.toml").write_text(project, "utf-8", newline="\n")
    shutil.copyfile(root / "requirements-student.txt", made / "requirements.txt")
    _copy_library(root, made, project)
    chapters, exercises = _chapters(root), {name: _exercise(name) for name in assignments}
    for name in assignments:
        _copy_folder((root / exercises[name]).parent, (made / exercises[name]).parent)
    for path in [*chapters, *exercises.values()]:
        write_notebook(root / path, made / path, students)
    _fill_in(made / "README.md", root, (course, students), chapters, exercises)


def _copy_library(root: Path, made: Path, project: str) -> None:
    """Copy the modules and the data that an installed library has."""
    data = tomllib.loads(project)["tool"]["setuptools"]["package-data"][LIBRARY]
    library = root / "src" / LIBRARY
    for path in {path for pattern in ["**/*.py", *data] for path in library.glob(pattern)}:
        target = made / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _copy_folder(there: Path, here: Path) -> None:
    shutil.copytree(there, here, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


def _exercise(assignment: str) -> str:
    return f"notebooks/exercises/{assignment}/{assignment}.ipynb"


def _chapters(root: Path) -> list[str]:
    """List the chapters of the book, in its order."""
    contents = (root / "book" / "_toc.yml").read_text("utf-8")
    return [f"{path}.ipynb" for path in re.findall(r"file: (notebooks/\S+)", contents)]


def _fill_in(
    readme: Path,
    root: Path,
    repositories: tuple[Repository, Repository],
    chapters: Sequence[str],
    exercises: dict[str, str],
) -> None:
    """Replace the README's template by the text."""
    settings = yaml.safe_load((root / "book" / "_config.yml").read_text("utf-8"))
    template = Environment(undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True)
    text = template.from_string(readme.read_text("utf-8")).render(
        title=settings["title"],
        course=repositories[0],
        students=repositories[1],
        rows=_rows(root, chapters, exercises),
        example=next(iter(exercises.values()), ""),
    )
    readme.write_text(text, "utf-8", newline="\n")


def _rows(
    root: Path, chapters: Sequence[str], exercises: dict[str, str]
) -> list[tuple[str, str, str]]:
    """List title, chapter and assignment; what has no chapter or no assignment has "" there."""
    named = {Path(path).stem: path for path in chapters}
    pairs = {name: (named.get(name, ""), exercises.get(name, "")) for name in [*named, *exercises]}
    return [(read_title(root / (pair[0] or pair[1])), *pair) for pair in pairs.values()]

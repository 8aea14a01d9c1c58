"""The package for students: what is in it, what is not, and that a student can work with it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from packaging.requirements import Requirement

from course_rnn.check import EXERCISES
from grader import cli
from grader.commands import release
from grader.intake import Intake, read_submission
from grader.package import PackageError
from grader.package.build import build_package
from grader.package.colab import is_install_on_colab
from grader.package.links import read_repositories
from grader.package.publish import NAME, SUMS, ZIP
from grader.package.secrets import hidden_lines, solutions_in
from grader.sources import SOLUTION, grading, list_assignments, read_source

ROOT = Path(__file__).resolve().parents[1]
SOLUTIONS = ROOT / "solutions"
ASSIGNMENTS = list_assignments(SOLUTIONS)
BIN = "Scripts" if os.name == "nt" else "bin"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package of all assignments was written, with its zip."""
    folder = tmp_path_factory.mktemp("package")
    build_package(ROOT, folder, ASSIGNMENTS)
    return folder


@pytest.fixture(scope="module")
def package(folder: Path) -> Path:
    return folder / NAME


def files(package: Path) -> list[str]:
    return sorted(p.relative_to(package).as_posix() for p in package.rglob("*") if p.is_file())


def exercise_of(assignment: str) -> str:
    return f"notebooks/exercises/{assignment}/{assignment}.ipynb"


def code_of(path: Path) -> list[NotebookNode]:
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


# ---- what is in it, and what is not ----


def test_it_holds_what_a_student_needs_and_nothing_else(package: Path):
    chapters = {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    texts = {"README.md", "LICENSE", "LICENSE-text", "CITATION.cff", ".gitignore"}
    environment = {"pyproject.toml", "requirements.txt"}
    environment |= {".binder/requirements.txt", ".binder/runtime.txt"}
    library = {name for name in files(package) if name.startswith("src/course_rnn/")}
    named = chapters | {exercise_of(name) for name in ASSIGNMENTS} | texts | environment
    assert set(files(package)) == named | library
    suffixes = {".py", ".csv", ".txt", ".typed"}
    assert {Path(name).suffix for name in library} == suffixes


def test_no_file_shows_a_solution_or_a_hidden_test(package: Path):
    texts = {name: (package / name).read_text("utf-8") for name in files(package)}
    for name in [name for name in texts if name.endswith(".ipynb")]:
        cells = json.loads(texts[name])["cells"]
        texts[name] = "\n".join("".join(cell["source"]) for cell in cells)
    lines = {line.strip() for text in texts.values() for line in text.splitlines()}
    everything = {name: " ".join(text.split()) for name, text in texts.items()}
    for assignment in ASSIGNMENTS:
        source = read_source(SOLUTIONS, assignment)
        assert len(hidden_lines(source)) >= 4
        assert not hidden_lines(source) & lines
        for solution, size in solutions_in(source).items():
            seen = [name for name, text in everything.items() if size > 1 and solution in text]
            assert not [name for name in seen if size > 2 or not name.startswith("src/")], solution


def test_nothing_in_it_needs_the_grader(package: Path):
    for name in files(package):
        text = (package / name).read_text("utf-8")
        assert not re.search(r"^\s*(import|from) (grader|nbgrader)\b", text, re.MULTILINE), name
        assert not {"grader", "tests", "solutions"} & set(Path(name).parts)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course with one assignment, to spoil."""
    root = tmp_path / "course"
    for name in ("src", "solutions/01_one_hot", "notebooks/exercises/01_one_hot"):
        ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    (root / "book").mkdir()
    shutil.copy(ROOT / "book" / "_config.yml", root / "book")
    (root / "book" / "_toc.yml").write_text("chapters:\n  - file: notebooks/01_one_hot\n")
    texts = "LICENSE LICENSE-text CITATION.cff pyproject.toml requirements-student.txt"
    for name in [*texts.split(), "notebooks/01_one_hot.ipynb"]:
        shutil.copy(ROOT / name, root / name)
    return root


def add_cell(path: Path, text: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(text, id="leak"))
    nbformat.write(notebook, path)


def secret_of(course: Path, kind: str) -> str:
    source = read_source(course / "solutions", "01_one_hot")
    if kind == "hidden test":
        return next(line for line in hidden_lines(source) if line.startswith("check("))
    return max(solutions_in(source), key=len)


@pytest.mark.parametrize("kind", ["hidden test", "solution"])
@pytest.mark.parametrize(
    "place",
    ["notebooks/01_one_hot.ipynb", exercise_of("01_one_hot"), "src/course_rnn/notes.py", "LICENSE"],
)
def test_what_would_show_a_secret_is_not_written(kind: str, place: str, course: Path):
    secret, folder = secret_of(course, kind), course / "package"
    if place.endswith(".ipynb"):
        add_cell(course / place, f"x = 1\n{secret}")
    else:
        with (course / place).open("a") as file:
            file.write(f"\n{secret}\n")
    with pytest.raises(PackageError, match=rf"{place} holds what only instructors may see"):
        build_package(course, folder, ["01_one_hot"])
    assert not list(folder.iterdir())


@pytest.mark.parametrize("text", ["title: x", "repository: x\nstudent_repository: {url: y}"])
def test_settings_without_the_repositories_are_named(text: str, course: Path):
    (course / "book" / "_config.yml").write_text(text)
    with pytest.raises(PackageError, match="needs repository and student_repository"):
        build_package(course, course / "package", ["01_one_hot"])


def test_only_assignments_that_were_asked_for_are_handed_out(course: Path):
    build_package(course, course / "package", [])
    made = course / "package" / NAME
    assert not (made / "notebooks" / "exercises").exists()
    assert "notebooks%2Fexercises" not in (made / "README.md").read_text("utf-8")


def test_the_readme_opens_every_notebook(package: Path):
    _, students = read_repositories(ROOT)
    readme = (package / "README.md").read_text("utf-8")
    assert not re.search(r"\{[{%]", readme)
    for name in [name for name in files(package) if name.endswith(".ipynb")]:
        assert f"[Colab]({students.colab(name)}), [Binder]({students.binder(name)})" in readme
    title = nbformat.read(package / "notebooks" / "01_one_hot.ipynb", as_version=4).cells[0].source
    assert f"\n| {title.splitlines()[0].removeprefix('# ')} | [Colab](" in readme


# ---- the environment ----


def test_the_project_is_the_repositorys_own_with_less(package: Path):
    whole = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    made = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))
    assert made["build-system"] == whole["build-system"]
    project = made["project"]
    assert set(project["optional-dependencies"]) == {"data", "chapters", "student", "torch"}
    assert set(project["scripts"]) == {"course-check"}
    for key in set(project) - {"optional-dependencies", "scripts"}:
        assert project[key] == whole["project"][key]
    for part in ("optional-dependencies", "scripts"):
        assert project[part].items() <= whole["project"][part].items()
    assert "grader" not in (package / "pyproject.toml").read_text("utf-8")


def pins(path: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"^([\w.-]+)==([^\s;]+)", path.read_text("utf-8"), re.MULTILINE))


def test_the_pinned_packages_are_a_part_of_the_repositorys(package: Path):
    ours, theirs = pins(ROOT / "requirements.txt"), pins(package / "requirements.txt")
    assert theirs < ours
    project = tomllib.loads((package / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = project["dependencies"] + extras["data"] + extras["chapters"] + extras["student"]
    names = {name for name, _ in theirs}
    assert {Requirement(text).name for text in asked} - {"course-rnn"} <= names
    assert not {"torch", "nbgrader", "jupyter-book", "pytest", "distributed"} & names


def test_binder_installs_the_library_and_what_chapters_import(package: Path):
    lines = (package / ".binder" / "requirements.txt").read_text().split("\n")
    assert lines == ["-c ../requirements.txt", "-e .[chapters]", ""]
    assert (package / ".binder" / "runtime.txt").read_text() == "python-3.11\n"


# ---- the cell for Colab ----


def test_every_notebook_has_one_cell_for_colab_below_its_title_and_no_output(package: Path):
    _, students = read_repositories(ROOT)
    for path in (package / "notebooks").rglob("*.ipynb"):
        first, *others = code_of(path)
        assert is_install_on_colab(first.source)
        assert f'"course-rnn[chapters] @ git+{students.url}@{students.branch}"' in first.source
        assert not [cell for cell in others if is_install_on_colab(cell.source)]
        assert not [cell for cell in [first, *others] if cell.outputs or cell.execution_count]
        assert nbformat.read(path, as_version=4).cells[0].source.startswith("# ")


@pytest.mark.parametrize(
    ("is_colab", "is_installed", "installs"),
    [(True, False, True), (True, True, False), (False, False, False), (False, True, False)],
)
def test_the_cell_installs_only_on_colab_and_only_if_the_course_is_missing(
    is_colab: bool,
    is_installed: bool,
    installs: bool,
    package: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    commands = []

    class Shell:
        def run_line_magic(self, name, line):
            commands.append(f"{name} {line}")

    if is_colab:
        monkeypatch.setitem(sys.modules, "google.colab", Shell)
    if not is_installed:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    cell = code_of(package / exercise_of("01_one_hot"))[0]
    exec(TransformerManager().transform_cell(cell.source), {"get_ipython": Shell})
    assert bool(commands) == installs
    assert all(re.fullmatch(r'pip install -q "course-rnn\[.*"', command) for command in commands)


def answered(path: Path, assignment: str) -> NotebookNode:
    """Return a notebook with the instructor's solutions in it."""
    notebook = nbformat.read(path, as_version=4)
    solutions = {
        grading(cell).grade_id: cell.source
        for cell in read_source(SOLUTIONS, assignment).cells
        if grading(cell).get("solution")
    }
    for cell in notebook.cells:
        text = solutions.get(grading(cell).get("grade_id"), cell.source)
        cell.source = "\n".join(line for line in text.splitlines() if line.strip() not in SOLUTION)
    return notebook


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_what_comes_back_is_graded_like_an_answer_without_the_cell(
    assignment: str, package: Path, tmp_path: Path
):
    plain = ROOT / exercise_of(assignment)
    taken = []
    for number, source in enumerate([plain, package / exercise_of(assignment)]):
        place = tmp_path / str(number)
        place.mkdir()
        nbformat.write(answered(source, assignment), place / f"{assignment}.ipynb")
        released = nbformat.read(plain, as_version=4)
        taken.append(read_submission(place, assignment, released))
    without, with_cell = taken
    assert isinstance(with_cell, Intake)
    assert with_cell.notebook == without.notebook
    assert (with_cell.notes, with_cell.flags, with_cell.review) == (
        without.notes,
        without.flags,
        without.review,
    )


# ---- the folder and the zip ----


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_course_gives_the_same_zip_at_any_time_and_place(course: Path, tmp_path: Path):
    zips = []
    for name in ("one", "an other"):
        build_package(course, tmp_path / name, ["01_one_hot"])
        zips.append((tmp_path / name / ZIP).read_bytes())
        for path in (course / "src").rglob("*.py"):
            os.utime(path, (1e9, 1e9))
            path.chmod(0o600)
    assert zips[0] == zips[1]


def test_the_zip_holds_the_folder_and_the_checksums_hold_both(folder: Path, package: Path):
    with zipfile.ZipFile(folder / ZIP) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    assert packed == {f"{NAME}/{name}": (package / name).read_bytes() for name in files(package)}
    listed = dict(reversed(line.split("  ")) for line in (folder / SUMS).read_text().splitlines())
    assert listed == {name: digest(folder / name) for name in [*packed, ZIP]}


def test_a_second_run_touches_nothing_and_leftovers_do_not_count(course: Path):
    folder = course / "package"
    build_package(course, folder, ["01_one_hot"])
    before = (folder / ZIP).stat().st_ino
    (folder / NAME / "src" / "course_rnn" / "__pycache__").mkdir()
    (folder / NAME / "src" / "course_rnn" / "__pycache__" / "x.pyc").touch()
    assert build_package(course, folder, ["01_one_hot"]).endswith(": unchanged")
    assert (folder / ZIP).stat().st_ino == before
    assert sorted(p.name for p in folder.iterdir()) == sorted([NAME, SUMS, ZIP])


def test_a_new_version_replaces_the_old_one(course: Path):
    folder = course / "package"
    build_package(course, folder, ["01_one_hot"])
    (folder / NAME / "README.md").unlink()
    (course / "LICENSE").write_text("another")
    assert "files written" in build_package(course, folder, [])
    assert (folder / NAME / "LICENSE").read_text() == "another"
    assert (folder / NAME / "README.md").exists()
    assert not (folder / NAME / "notebooks" / "exercises").exists()
    assert sorted(p.name for p in folder.iterdir()) == sorted([NAME, SUMS, ZIP])


def test_somebodys_work_is_not_replaced(course: Path):
    folder = course / "package"
    build_package(course, folder, ["01_one_hot"])
    (course / "LICENSE").write_text("another")
    for name, why in [("my_answers.py", "was added to it"), ("README.md", "was changed")]:
        (folder / NAME / name).write_text("my work")
        with pytest.raises(PackageError, match=rf"{name} {why} after .* Move {NAME} away"):
            build_package(course, folder, ["01_one_hot"])
        assert (folder / NAME / name).read_text() == "my work"
        (folder / NAME / name).unlink()


def test_a_folder_that_was_not_made_by_us_is_not_replaced(course: Path):
    mine = course / "package" / NAME / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("my work")
    with pytest.raises(PackageError, match=r"mine\.txt was added"):
        build_package(course, course / "package", ["01_one_hot"])
    assert [p.name for p in mine.parent.iterdir()] == ["mine.txt"]


def test_the_command_writes_it_after_the_student_versions(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setattr(release, "ROOT", course)
    monkeypatch.setattr(release.course, "SOLUTIONS", course / "solutions")
    monkeypatch.setattr(release, "EXERCISES", course / "notebooks" / "exercises")
    monkeypatch.setattr(release, "BUILD", course / "_build")
    monkeypatch.setattr(release, "PACKAGE", course / "_build" / "package")
    shutil.rmtree(course / "notebooks" / "exercises")
    assert cli.main(["release", "--package"]) == 0
    assert "files written" in capsys.readouterr().out
    made = course / "_build" / "package" / NAME
    assert (made / exercise_of("01_one_hot")).exists()
    (made / "mine.txt").touch()
    assert cli.main(["release", "--package"]) == 1
    assert "mine.txt was added" in capsys.readouterr().err


# ---- a student's first hour, as the README tells it ----

NO_NETWORK = """\
import socket

connect = socket.socket.connect


def stay(self, address):
    if self.family != getattr(socket, "AF_UNIX", None) and address[0] not in ("127.0.0.1", "::1"):
        raise OSError(f"the test has no network for {address}")
    return connect(self, address)


socket.socket.connect = stay
"""


def set_up(folder: Path, place: Path) -> Path:
    """Unpack the zip, type the README's two commands, then pull the plug."""
    with zipfile.ZipFile(folder / ZIP) as archive:
        archive.extractall(place)
    home = place / NAME
    readme = (home / "README.md").read_text("utf-8")
    commands = re.findall(r"^    (python3 -m venv .*|\.venv/bin/pip .*)$", readme, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        run(home, *command.replace('"', "").replace("python3", sys.executable, 1).split(" "))
    (packages,) = (home / ".venv").glob("lib/python*/site-packages")
    (packages / "sitecustomize.py").write_text(NO_NETWORK)
    return home


def run(home: Path, *command: str, expected: int = 0) -> str:
    """Run a command in the student's folder, with nothing of ours in reach."""
    ours = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}
    where = {name: text for name, text in os.environ.items() if name not in ours}
    where |= {"OMP_NUM_THREADS": "1", "PYTHONNOUSERSITE": "1", "MPLBACKEND": "agg"}
    kind = {"cwd": home, "env": where, "text": True, "check": False}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kind)
    assert done.returncode == expected, done.stdout
    return done.stdout


def has_neither_the_grader_nor_a_network(home: Path) -> None:
    missing = ("grader", "nbgrader", "torch")
    ask = f"from importlib.util import find_spec; print(*map(find_spec, {missing}))"
    assert run(home, ".venv/bin/python", "-c", ask) == "None None None\n"
    ask = "import urllib.request as r; r.urlopen('http://192.0.2.1')"
    assert "the test has no network" in run(home, ".venv/bin/python", "-c", ask, expected=1)
    where = run(home, ".venv/bin/python", "-c", "import course_rnn; print(course_rnn.__file__)")
    assert Path(where.strip()).is_relative_to(home)


def runs_a_chapter(home: Path) -> None:
    chapter, done = "notebooks/02_rnn_forward.ipynb", home / "done.ipynb"
    run(home, ".venv/bin/jupyter", "execute", chapter, f"--output={done.with_suffix('')}")
    assert all(cell.execution_count for cell in code_of(done) if cell.source)


def works_an_exercise(home: Path) -> None:
    assignment = "02_rnn_forward"
    path = home / exercise_of(assignment)
    total = sum(exercise.chapter == assignment for exercise in EXERCISES.values())
    stub = run(home, ".venv/bin/course-check", exercise_of(assignment), expected=1)
    assert f"0 of {total} exercises pass" in stub
    nbformat.write(answered(path, assignment), path)
    right = run(home, ".venv/bin/course-check", exercise_of(assignment))
    assert f"{total} of {total} exercises pass" in right


def test_a_student_sets_up_the_zip_runs_a_chapter_and_works_an_exercise(
    folder: Path, tmp_path: Path
):
    home = set_up(folder, tmp_path / "a student")  # once, which takes most of the time
    has_neither_the_grader_nor_a_network(home)
    runs_a_chapter(home)
    works_an_exercise(home)

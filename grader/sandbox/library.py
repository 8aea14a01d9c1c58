"""The part of course_rnn that an assignment's submissions may import, cut out of the real one.

It keeps what the student version imports, the references of earlier chapters, the named tuples of
parameters, and what these need. The rest, first of all what the assignment asks for, is not there.
After the last chapter nothing is asked for that the library has, so all of it is there.
"""

import ast
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import course_rnn
from course_rnn.check import EXERCISES
from grader.sources import ROOT

PACKAGE = "course_rnn"
SOURCE = Path(course_rnn.__file__).parent

Name = tuple[str, str]
"""A module, and a name that it defines or imports at its top level."""

_CHECK = '''"""The checks run outside: what is judged is what your functions return."""

from course_rnn._absent import refuse


def check(function: object, *, seed: int = 0) -> None:
    """Accept anything: the real check follows."""
    print(f"{getattr(function, '__name__', 'This')} is checked when your notebook is graded.")


def __getattr__(name: str) -> object:
    return refuse(name)
'''

_ABSENT = '''"""Says why a name of the course's library is not here."""

ASKED = {asked!r}
MODULES = {modules!r}


def refuse(name: str) -> object:
    """Raise the reason."""
    if name.startswith("__") or name in MODULES:
        raise AttributeError(name)
    if name in ASKED:
        raise ImportError(f"{{name}} is what this assignment asks you to write.")
    raise ImportError(f"{{name}} is not in the part of course_rnn that this assignment may use.")
'''

_REFUSE = "from course_rnn._absent import refuse as __getattr__"


@dataclass
class _Module:
    """A module of the library; `statements` by the names that they bind."""

    name: str
    path: Path
    text: str = ""
    tree: ast.Module = field(default_factory=lambda: ast.Module([], []))
    statements: dict[str, ast.stmt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.text = self.path.read_text("utf-8")
        self.tree = ast.parse(self.text)
        for statement in self.tree.body:
            for name in _bound(statement):
                self.statements[name] = statement


def write_library(folder: Path, assignment: str, released: Path | None = None) -> Path:
    """Write the part of course_rnn that an assignment's submissions may import.

    Parameters
    ----------
    folder
        Where to put the package.
    assignment
        Its name; chapters before it in the alphabet are earlier ones.
    released
        The folder of its student version; the repository's by default.

    Returns
    -------
    Path
        The folder to be put on sys.path.
    """
    imported, defined = _read_notebook(
        (released or ROOT / "notebooks" / "exercises" / assignment) / f"{assignment}.ipynb"
    )
    modules = {module.name: module for module in _modules()}
    asked = defined | {e.name for e in EXERCISES.values() if e.chapter >= assignment}
    earlier = [e.reference for e in EXERCISES.values() if e.name not in asked]
    roots = [
        *imported,
        *((reference.__module__, reference.__name__) for reference in earlier),
        *_parameter_tuples(modules),
        *(("course_rnn.rnn", name) for name in ("TANH", "RELU")),  # what a cell is given
    ]
    if all(e.chapter < assignment for e in EXERCISES.values()):
        roots = [(module.name, name) for module in modules.values() for name in module.statements]
    kept: set[Name] = set()
    for root in roots:
        reached = _reachable(root, modules)
        if not any(name in asked for _, name in reached):
            kept |= reached
    _write(folder, modules, kept)
    about = {
        "asked": sorted(defined | {e.name for e in EXERCISES.values() if e.chapter == assignment}),
        "modules": ["check", *sorted(name.rpartition(".")[2] for name in modules)],
    }
    (folder / PACKAGE / "_absent.py").write_text(_ABSENT.format(**about), "utf-8")
    return folder


def _read_notebook(path: Path) -> tuple[list[Name], set[str]]:
    """Return what a notebook imports from the library, and the functions it defines."""
    cells = json.loads(path.read_text("utf-8"))["cells"] if path.exists() else []
    imported, defined = [], set()
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        try:
            tree = ast.parse("".join(cell["source"]))
        except SyntaxError:  # a magic, say
            continue
        imported += [name for node in ast.walk(tree) for name in _from_library(node)]
        defined |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return imported, defined


def _modules() -> Iterator[_Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if parts[0] != "check" and "__pycache__" not in parts:
            name = ".".join((PACKAGE, *parts)).removesuffix(".__init__")
            yield _Module(name, path)


def _parameter_tuples(modules: dict[str, _Module]) -> list[Name]:
    return [
        (module.name, name)
        for module in modules.values()
        for name, statement in module.statements.items()
        if isinstance(statement, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id == "NamedTuple" for base in statement.bases)
        and name.endswith("Params")
    ]


def _reachable(root: Name, modules: dict[str, _Module]) -> set[Name]:
    """Follow names from definition to definition."""
    found: set[Name] = set()
    waiting = [root]
    while waiting:
        place, name = waiting.pop()
        module = modules.get(place)
        if module is None or (place, name) in found:
            continue
        if f"{place}.{name}" in modules:  # a module as a value: all that is in it
            waiting += [
                (f"{place}.{name}", inside) for inside in modules[f"{place}.{name}"].statements
            ]
        if name in module.statements:
            found.add((place, name))
            statement = module.statements[name]
            waiting += [
                wanted
                for node in ast.walk(statement)
                for wanted in (_from_library(node, name) or _in_module(node, place))
            ]
    return found


def _bound(statement: ast.stmt) -> list[str]:
    """List the names that a top-level statement binds."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [alias.asname or alias.name.partition(".")[0] for alias in aliases]
        case ast.Assign() | ast.AnnAssign():
            return [
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
    return []


def _from_library(node: ast.AST, only: str | None = None) -> list[Name]:
    """List what an import takes from the library: all of it, or what one bound name stands for."""
    if not isinstance(node, ast.ImportFrom) or (node.module or "").split(".")[0] != PACKAGE:
        return []
    bound = {alias.asname or alias.name: alias.name for alias in node.names}
    names = [bound[only]] if only in bound else bound.values()
    return [(node.module, name) for name in names]


def _in_module(node: ast.AST, place: str) -> list[Name]:
    return [(place, node.id)] if isinstance(node, ast.Name) else []


def _write(folder: Path, modules: dict[str, _Module], kept: set[Name]) -> None:
    package = folder / PACKAGE
    _copy_data(package)
    for module in modules.values():
        names = {name for place, name in kept if place == module.name}
        if module.path.name == "__init__.py":
            names |= _passed_on(module, kept)
        path = package / module.path.relative_to(SOURCE)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*_pieces(module, names), _REFUSE, ""]), "utf-8")
    (package / "check").mkdir()
    (package / "check" / "__init__.py").write_text(_CHECK, "utf-8")


def _copy_data(package: Path) -> None:
    for path in SOURCE.rglob("*"):
        if path.is_file() and path.suffix not in (".py", ".pyc"):
            copy = package / path.relative_to(SOURCE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _passed_on(module: _Module, kept: set[Name]) -> set[str]:
    """List what a package passes on from its modules, of what is kept."""
    return {
        name
        for name, statement in module.statements.items()
        if set(_from_library(statement, name)) & kept
    }


def _pieces(module: _Module, names: set[str]) -> Iterator[str]:
    """Yield the text of the statements that bind some names, in their order."""
    lines = module.text.splitlines()
    for statement in module.tree.body:
        wanted = names & set(_bound(statement))
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            yield ast.unparse(statement)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            aliases = [a for a in statement.names if {a.asname, a.name.partition(".")[0]} & wanted]
            for alias in aliases:
                match statement:
                    case ast.ImportFrom(module=place, level=level):
                        yield ast.unparse(ast.ImportFrom(place, [alias], level))
                    case _:
                        yield ast.unparse(ast.Import([alias]))
        elif wanted:
            first = min(
                node.lineno for node in (statement, *getattr(statement, "decorator_list", ()))
            )
            yield "\n".join(lines[first - 1 : statement.end_lineno]) + "\n"

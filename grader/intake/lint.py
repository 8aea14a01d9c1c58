"""What an instructor may want to look at in a student's code. It never costs marks.

The code is read, not run: whoever hides well enough is not found here, and is stopped by the
sandbox. Each sentence names the cell and the line.
"""

import ast
import re
import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

LIBRARY = "course_rnn"
MOST_CHARACTERS = 30_000  # of a cell; a parsed one takes a thousand times the memory
_TRICKS = {
    "ctypes": "reaches into the memory of the process",
    "gc": "looks through all objects of the process",
    "importlib": "imports by a name that is put together at run time",
    "inspect": "looks at the code and the frames of the caller",
    "linecache": "reads the source of other code",
    "multiprocessing": "starts processes",
    "signal": "changes how the process can be stopped",
    "socket": "opens network connections",
    "subprocess": "runs commands of the system",
}
"""Modules of Python's own that no exercise needs."""
_CALLS = {
    "__import__": "imports by a name that is put together at run time",
    "get_ipython": "reaches into the machinery that runs the cells",
    "os._exit": "ends the process on the spot",
    "os.fork": "starts processes",
    "os.kill": "ends processes",
    "os.popen": "runs commands of the system",
    "os.system": "runs commands of the system",
    "sys._getframe": "looks at the frames of the caller",
    "sys.modules": "looks for imported modules",
}
_OUTSIDE = re.compile(r"(/(bin|dev|etc|home|mnt|opt|proc|root|run|srv|sys|usr|var)(/|$)|~/|\.\./)")
_MAGIC = re.compile(r"^([ \t]*)([%!].*|\??\??[\w.]+\?\??)[ \t]*$", re.MULTILINE)
_SYSTEM = re.compile(r"^[ \t]*(!|%%?(bash|sh|script|system|sx|writefile|file|cd)\b)", re.MULTILINE)
_PYTHON_MAGIC = ("%%time", "%%timeit", "%%capture", "%%prun")


@dataclass(frozen=True)
class Findings:
    """`not_allowed` imports the student should hear of, `flags` only the instructor."""

    not_allowed: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


def lint(
    cells: Mapping[str, str], answers: Collection[str], imports: Collection[str] | None
) -> Findings:
    """Read a student's cells for imports that are not allowed and for ways around the exercise.

    Parameters
    ----------
    cells
        The source of each code cell, by the name that messages call it.
    answers
        The names that the student was asked to define.
    imports
        What may be imported beside Python's own library, IPython and course_rnn; None: anything.
    """
    trees = {name: _parse(source) for name, source in cells.items()}
    nodes = {name: _in_order(tree) for name, (tree, _) in trees.items()}
    short = dict(pair for found in nodes.values() for node in found for pair in _aliases(node))
    not_allowed, flags = [], []
    for name, source in cells.items():
        if command := _SYSTEM.search(source):
            line = source[: command.start()].count("\n") + 1
            flags.append(f"{name}, line {line}: runs commands of the system")
        if len(source) > MOST_CHARACTERS:
            flags.append(f"{name}: is so long that its code was not looked at")
        for node in nodes[name]:
            where = f"{name}, line {node.lineno + trees[name][1]}: "
            not_allowed += [where + what for what in _foreign(node, imports)]
            flags += [where + what for what in _ways_around(node, frozenset(answers), short)]
    return Findings(tuple(dict.fromkeys(not_allowed)), tuple(dict.fromkeys(flags)))


def _in_order(tree: ast.Module | None) -> list[ast.AST]:
    nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno")] if tree else []
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def _aliases(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what an import calls things, and what they are."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
    if isinstance(node, ast.ImportFrom) and not node.level:
        for alias in node.names:
            yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _parse(source: str) -> tuple[ast.Module | None, int]:
    """Parse a cell, without the lines that only IPython knows; None if that fails."""
    if len(source) > MOST_CHARACTERS:
        return None, 0
    first, _, rest = source.partition("\n")
    offset = int(first.startswith("%%"))
    if offset and not first.startswith(_PYTHON_MAGIC):
        return None, 0
    for text in (source, _MAGIC.sub(r"\1pass", rest if offset else source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text), offset
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None, 0


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that an import statement asks for."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom) and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _foreign(node: ast.AST, imports: Collection[str] | None) -> Iterator[str]:
    if imports is None:
        return
    for name in dict.fromkeys(name.partition(".")[0] for name in _imported(node)):
        if name not in {LIBRARY, "IPython", *imports} and name not in sys.stdlib_module_names:
            yield f"imports {name}, which this assignment does not allow"


def _ways_around(node: ast.AST, answers: frozenset[str], short: Mapping[str, str]) -> Iterator[str]:
    for name in _imported(node):
        yield from _of_library(name, answers)
        top = name.partition(".")[0]
        if top in _TRICKS:
            yield f"imports {top}, which {_TRICKS[top]}"
        if name in _CALLS:
            yield f"imports {name}, which {_CALLS[name]}"
    if isinstance(node, ast.Attribute):
        name = _dotted(node, short)
        if name in _CALLS:
            yield f"uses {name}, which {_CALLS[name]}"
        yield from _of_library(name, answers)
    if isinstance(node, ast.Name) and node.id in _CALLS:
        yield f"uses {node.id}, which {_CALLS[node.id]}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _path(node.value)


def _of_library(name: str, answers: frozenset[str]) -> Iterator[str]:
    """Say what is wrong with something of course_rnn, by its dotted name."""
    parts = name.split(".")
    if parts[0] != LIBRARY:
        return
    if parts[-1] in answers:
        yield f"takes {parts[-1]} from {'.'.join(parts[:-1])}, which is what it was asked to write"
    elif parts[-1] == "*":
        yield f"imports everything from {'.'.join(parts[:-1])}"
    elif parts[1:2] == ["check"] and parts[2:] not in ([], ["check"]):
        yield f"looks into {'.'.join(parts[:3])}, where the references and their checks are"


def _path(text: str) -> Iterator[str]:
    if len(text) < 200 and _OUTSIDE.match(text):
        yield f"names a file outside of its folder ({text[:60]!r})"


def _dotted(node: ast.expr, short: Mapping[str, str]) -> str:
    """Return an attribute's dotted name, with what the imports call its first part undone."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < 8:
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([short.get(node.id, node.id), *reversed(parts)])

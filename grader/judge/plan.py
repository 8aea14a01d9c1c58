"""What the instructor's notebook says: which cells test, their points, the names they need."""

import ast
import builtins
import functools
import json
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

from nbformat import NotebookNode

from grader.sources import HIDDEN, grading

TEST, SOLUTION, ORDINARY = "test", "solution", "ordinary"


@dataclass(frozen=True)
class Code:
    """Code whose last expression has a value."""

    source: str
    body: CodeType
    last: CodeType | None
    defines: frozenset[str]
    uses: frozenset[str]

    def run(self, space: dict[str, Any]) -> Any:  # noqa: ANN401
        """Run it in a namespace; return the value of the last expression, None without one."""
        exec(self.body, space)
        return eval(self.last, space) if self.last else None


@dataclass(frozen=True)
class Planned:
    """A code cell of the source. `points` and `hidden` are a test's."""

    key: str
    role: str
    exercise: str
    code: Code
    points: float = 0.0
    hidden: bool = False


@dataclass(frozen=True)
class Plan:
    """The code cells of the source, in order, and the names that solutions define.

    `references` remembers what the first of them give with the instructor's solutions, and `space`
    holds the names that these have defined.
    """

    cells: tuple[Planned, ...]
    names: frozenset[str]
    references: list[tuple[bool, Any]] = field(default_factory=list, compare=False)
    space: dict[str, Any] = field(default_factory=lambda: {"__name__": "__main__"}, compare=False)


def plan_of(source: NotebookNode) -> Plan:
    """Read the source of an assignment; what was read once is remembered."""
    return _plan(json.dumps(source["cells"], sort_keys=True))


def key_of(cell: dict[str, Any]) -> str:
    """Return what a cell is known by in source and submission."""
    return grading(NotebookNode(cell)).get("grade_id") or cell.get("id", "")


@functools.lru_cache(maxsize=8)
def _plan(cells: str) -> Plan:
    planned, exercise = [], ""
    for cell in json.loads(cells):
        about = cell["metadata"].get("nbgrader") or {}
        role = _role(about)
        if role == SOLUTION:
            exercise = about["grade_id"]
        if cell["cell_type"] == "code":
            code = _compiled(cell["source"], key_of(cell))
            points, hidden = float(about.get("points") or 0), HIDDEN[0] in cell["source"]
            planned.append(Planned(key_of(cell), role, exercise, code, points, hidden))
    names = [cell.code.defines for cell in planned if cell.role == SOLUTION]
    return Plan(tuple(planned), frozenset().union(*names))


def _role(about: dict[str, Any]) -> str:
    if about.get("solution") or about.get("task"):
        return SOLUTION
    return TEST if about.get("grade") else ORDINARY


def _compiled(source: str, name: str) -> Code:
    try:
        return compile_cell(source, name)
    except SyntaxError as error:  # it fails when it runs, like any other broken test
        return compile_cell(f"raise SyntaxError({str(error)!r})", name)


def compile_cell(source: str, name: str) -> Code:
    """Compile a cell, without the lines that only IPython understands.

    Raises
    ------
    SyntaxError
        If it is no Python.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        lines = source.splitlines()
        tree = ast.parse("\n".join("" if line.lstrip()[:1] in "%!" else line for line in lines))
    defines, uses = _names(tree)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    return Code(
        source,
        compile(tree, f"<{name}>", "exec"),
        compile(ast.Expression(last.value), f"<{name}>", "eval") if last else None,
        defines,
        uses,
    )


def _names(tree: ast.Module) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a cell defines at its top level, and those it needs from elsewhere."""
    defined, used = set(), set()
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            defined.add(statement.name)
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        else:
            defined |= {n.id for n in _walk(statement) if isinstance(n.ctx, ast.Store)}
        used |= {n.id for n in _walk(statement) if isinstance(n.ctx, ast.Load)}
    imported = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    return frozenset(defined), frozenset(used - imported - set(dir(builtins)))


def _walk(statement: ast.stmt) -> list[ast.Name]:
    return [node for node in ast.walk(statement) if isinstance(node, ast.Name)]

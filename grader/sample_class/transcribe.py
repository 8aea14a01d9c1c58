"""A misconception's wrong implementation as code that a student could have written in a cell.

Wrong implementations call references and helpers of their modules. A cell has neither, so their
sources come along; a reference is renamed, because the exercise's own name is the student's.
"""

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable
from types import ModuleType
from typing import Any

from course_rnn.check import EXERCISES


def transcribe(wrong: Callable[..., Any], name: str) -> str:
    """Return source that defines a function under another name, after all it needs.

    Parameters
    ----------
    wrong
        The wrong implementation.
    name
        The exercise's function.

    Returns
    -------
    str
        Python source that imports nothing of course_rnn but its types.
    """
    parts: dict[str, str] = {}
    _add_function(wrong, name, parts)
    return "\n\n".join(parts.values())


def _add_function(function: Callable[..., Any] | type, name: str, parts: dict[str, str]) -> None:
    definition = _definition(function)
    around = dict(vars(sys.modules[function.__module__]))
    _LibraryNames(around).visit(definition)
    names = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    for needed in sorted(names & around.keys()):
        if _alias(needed) not in parts and around[needed] is not function:
            _add(around[needed], needed, parts, function.__module__)
    definition.name = name
    for node in ast.walk(definition):
        if isinstance(node, ast.Name):
            node.id = _alias(node.id)
    parts[name] = ast.unparse(definition)


class _LibraryNames(ast.NodeTransformer):
    """Turns `rnn.rnn_forward` into a name of its own, since a cell may not import what it is."""

    def __init__(self, around: dict[str, Any]) -> None:
        self.around = around

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Replace an attribute of a module of the library."""
        self.generic_visit(node)
        module = self.around.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if not (isinstance(module, ModuleType) and module.__name__.startswith("course_rnn")):
            return node
        name = f"library_{node.attr}"
        self.around[name] = getattr(module, node.attr)
        return ast.Name(name, node.ctx)


def _add(value: Any, name: str, parts: dict[str, str], module: str) -> None:  # noqa: ANN401
    value = inspect.unwrap(value)  # a cached function as it is without the cache
    if isinstance(value, ModuleType):
        parts[name] = f"import {value.__name__} as {name}"
    elif inspect.isfunction(value) and value.__module__.startswith("course_rnn"):
        _add_function(value, _alias(name), parts)
    elif inspect.isclass(value) and value.__module__.startswith("course_rnn.check.exercises"):
        _add_function(value, name, parts)
    elif inspect.isfunction(value) or inspect.isclass(value):
        parts[name] = f"from {value.__module__} import {value.__name__} as {name}"
    elif isinstance(value, (int, float, str, tuple, dict)) and not hasattr(value, "_fields"):
        parts[name] = f"{name} = {value!r}"
    else:
        parts[name] = f"from {module} import {name} as {name}"


def _definition(function: Callable[..., Any]) -> ast.FunctionDef:
    """Parse a function and drop what a student would not write: decorators, types, docstring."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    definition.decorator_list = []
    if isinstance(definition, ast.FunctionDef):
        definition.returns = None
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            node.annotation = None
    if ast.get_docstring(definition):
        definition.body = definition.body[1:]
    return definition


def _alias(name: str) -> str:
    return f"right_{name}" if name in EXERCISES else name

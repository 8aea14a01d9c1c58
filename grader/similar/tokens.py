"""Code as a list of tokens, without what is easily changed: names, comments, layout, texts."""

import ast
import builtins
import io
import keyword
import tokenize
from collections.abc import Iterator
from typing import NamedTuple

SHORT = {"np": "numpy", "plt": "pyplot", "F": "functional"}


class Token(NamedTuple):
    """What stands there, and in which line."""

    text: str
    line: int


def tokens_of(source: str) -> list[Token]:
    """Read code as tokens in which renaming, commenting and laying out change nothing.

    Every name becomes one of a kind, except those of Python and of attributes (`tanh` in
    `np.tanh`): which functions are called is what a solution is about. Docstrings are left out.

    Parameters
    ----------
    source
        A cell. Code with a syntax error is read line by line, as far as it goes.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(_lexical(source))
    return list(_visit(tree, 1))


def _visit(node: ast.AST, line: int) -> Iterator[Token]:
    line = getattr(node, "lineno", line)
    text = _text(node)
    if text:
        yield Token(text, line)
    for child in _children(node):
        yield from _visit(child, line)


def _text(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name):
            return name if hasattr(builtins, name) else SHORT.get(name, "name")
        case ast.Attribute(attr=name):
            return f".{name}"
        case ast.Constant(value=value):
            return "text" if isinstance(value, (str, bytes)) else repr(value)
        case ast.keyword(arg=name):
            return f"{name}="
        case ast.expr_context() | ast.Module() | ast.Expr() | ast.arguments() | ast.Load():
            return ""
    return type(node).__name__


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for name, value in ast.iter_fields(node):
        if name in ("returns", "annotation", "type_comment", "decorator_list"):
            continue
        parts = value if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, ast.AST) and not _is_docstring(part):
                yield part


def _is_docstring(node: ast.AST) -> bool:
    value = getattr(node, "value", None)
    return isinstance(node, ast.Expr) and isinstance(getattr(value, "value", None), str)


def _lexical(source: str) -> Iterator[Token]:
    left_out = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    try:
        for kind, text, (line, _), *_ in tokenize.generate_tokens(io.StringIO(source).readline):
            if kind == tokenize.NAME and not keyword.iskeyword(text):
                text = text if hasattr(builtins, text) else SHORT.get(text, "name")
            if kind not in left_out and text:
                yield Token(text, line)
    except (tokenize.TokenError, SyntaxError):
        return

"""A cell as the intake sees it: its text and the two names by which it is found, nothing else."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

CODE, MARKDOWN = "code", "markdown"
ANSWER, TEST, TASK, ORDINARY = "answer", "test", "task", "ordinary"
"""What a cell of the released notebook is for."""

MOST_CHARACTERS = 100_000  # of one cell; nobody writes more

_DEFINED = re.compile(
    r"^(?:(?:async\s+)?def\s+(\w+)|class\s+(\w+)|(\w+)[ \t]*(?::[^=\n]+)?=(?!=))", re.MULTILINE
)


class UnusableError(Exception):
    """Nothing can be graded; the text tells the student why and what to do."""


@dataclass(frozen=True)
class Cell:
    """A cell of either notebook. `index` is its place; the names are empty where it has none."""

    index: int
    cell_type: str
    source: str
    id: str = ""
    grade_id: str = ""
    role: str = ORDINARY
    attachments: dict[str, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def text(self) -> str:
        """The source without what editors change by themselves: space at the ends of lines."""
        return "\n".join(line.rstrip() for line in self.source.strip().split("\n"))

    @cached_property
    def defines(self) -> frozenset[str]:
        """The names that the cell gives a value at its top level, even if it has a syntax error."""
        if self.cell_type != CODE:
            return frozenset()
        return frozenset(name for found in _DEFINED.findall(self.source) for name in found if name)

    @property
    def name(self) -> str:
        """What a message calls the cell."""
        return self.grade_id or self.id


def clean(text: str) -> str:
    """Return text that can be compiled, stored and printed.

    Line ends become newlines, null characters go, halves of characters become U+FFFD.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def shown(name: str, length: int = 80) -> str:
    """Return somebody else's text as one short line that is safe to print."""
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in clean(name))
    return line if len(line) <= length else line[: length - 1] + "…"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Join names with commas, the first few of many."""
    names = [shown(name) for name in names]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more

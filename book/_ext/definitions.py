"""A Sphinx extension for a glossary written as a definition list.

Version 2 of Jupyter Book wants the words of an entry on one line and its text behind a colon;
Sphinx wants a line for each word and the text indented.
"""

from __future__ import annotations

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.domains.std import Glossary


def as_sphinx_reads(line: str) -> list[str]:
    """Return a line of the definition list in the form that Sphinx knows."""
    if line.startswith(": "):
        return [f"  {line[2:]}"]
    return line.split(", ") if line[:1].strip() else [line]


class DefinitionList(Glossary):
    """The directive ``glossary`` whose entries are a MyST definition list."""

    def run(self) -> list[nodes.Node]:
        """Read the entries."""
        content = StringList()
        for line, (source, number) in zip(self.content, self.content.items, strict=True):
            for part in as_sphinx_reads(line):
                content.append(part, source, number)
        self.content = content
        return super().run()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.add_directive_to_domain("std", "glossary", DefinitionList, override=True)
    app.add_directive("glossary", DefinitionList, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

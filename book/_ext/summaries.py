"""A Sphinx extension for revision questions: mathematics inside ``<summary>``.

JupyterLab typesets ``<summary>$x$</summary>`` of a notebook; Sphinx passes HTML through as it is,
dollars included. This marks the mathematics of a summary as Sphinx marks all other mathematics.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

SUMMARY = re.compile(r"<summary>.*?</summary>", re.DOTALL)
MATHEMATICS = re.compile(r"(?<!\\)\$([^$]+)\$")
MARKED = r'<span class="math notranslate nohighlight">\\(\1\\)</span>'
# Screen readers need a name for what opens; a formula alone is none.
ONLY_FORMULA = re.compile(rf"(<summary>)(\s*{MATHEMATICS.pattern}\s*</summary>)")
NAMED = r'\1<span class="visually-hidden">Answer: </span>\2'


class MathematicsInSummaries(SphinxTransform):
    """Replace $...$ in every summary by what MathJax looks for."""

    default_priority = 700

    def apply(self) -> None:
        """Change the raw HTML of one page."""
        for raw in self.document.findall(nodes.raw):
            if raw.get("format") == "html" and "<summary>" in raw.astext():
                named = ONLY_FORMULA.sub(NAMED, raw.astext())
                text = SUMMARY.sub(lambda found: MATHEMATICS.sub(MARKED, found[0]), named)
                raw.children = [nodes.Text(text)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.add_transform(MathematicsInSummaries)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

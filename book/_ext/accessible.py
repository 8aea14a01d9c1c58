"""A Sphinx extension for readers who use a keyboard or a screen reader.

It mends what the theme and docutils leave wrong in the finished pages (axe finds it), and brings
the script for the keyboard and the style for paper.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx.application import Sphinx

MENDED = (
    # A bibliography is no list to a screen reader: its children are paragraphs and links back.
    (' role="list" class="citation-list"', ' class="citation-list"'),
    (' role="doc-biblioentry"', ""),
    # The sidebar is a landmark, mark and title included.
    (' id="pst-primary-sidebar"', ' id="pst-primary-sidebar" role="region" aria-label="Book"'),
    # A column of row labels needs no heading; an empty one is announced as a heading.
    (re.compile(r'<th class="head">(?:<p>\s*</p>|\s*)</th>'), '<td class="head"></td>'),
)


def mend(html: str) -> str:
    """Return a page with every flaw of the list put right."""
    for flaw, right in MENDED:
        html = flaw.sub(right, html) if isinstance(flaw, re.Pattern) else html.replace(flaw, right)
    return html


def mend_pages(app: Sphinx, failure: Exception | None) -> None:
    """Mend all finished pages."""
    if failure is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            page.write_text(mend(page.read_text("utf8")), "utf8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.add_js_file("keyboard.js", loading_method="defer")
    app.add_css_file("print.css", media="print", priority=900)  # after the theme's
    app.connect("build-finished", mend_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

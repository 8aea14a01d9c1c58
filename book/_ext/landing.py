"""A Sphinx extension for the landing page: its list of chapters becomes cards.

The page's source is a plain list of links to the chapters, each with a line of text. This adds to
each a small picture, taken from the chapter's own figures, and the reading time.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import chapter_facts as facts
from chapters import CHAPTER
from docutils import nodes
from nbformat import NotebookNode
from PIL import Image, ImageChops, ImageOps
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
SIZE = (288, 192)  # pixels; shown at half of it, so that they are sharp
FIGURES = {  # the cell whose figure stands for a chapter; without an entry it is the first figure
    "03_bptt": "table-figure",
    "04_topologies": "writing-figure",
    "06_vanishing_gradients": "remedies",
    "07_gru": "agreement-gates",
    "10_forecasting": "windows",
    "11_sentiment": "embeddings",
    "12_attention": "alignment",
}


class ChapterCards(SphinxTransform):
    """Turn a list of links to chapters into cards."""

    default_priority = 700

    def apply(self) -> None:
        """Change the landing page; any other page stays as it is."""
        if self.env.docname != self.config.root_doc:
            return
        for bullets in list(self.document.findall(nodes.bullet_list)):
            names = [chapter_of(item) for item in bullets]
            if all(names):
                bullets["classes"].append("chapter-cards")
                bullets.parent.insert(bullets.parent.index(bullets) + 1, self.fill(bullets, names))

    def fill(self, bullets: nodes.bullet_list, names: list[str]) -> nodes.paragraph:
        """Add picture and time to each card, and return a sentence about the whole course."""
        root, total = Path(self.env.srcdir), 0
        for item, name in zip(bullets, names, strict=True):
            notebook = facts.executed(root, name)
            minutes = facts.reading(notebook).minutes
            total += minutes
            item += nodes.paragraph("", f"about {minutes} minutes", classes=["chapter-minutes"])
            item.insert(0, thumbnail(root, name, notebook))
        return nodes.paragraph("", effort(root, names, total), classes=["chapter-total"])


def chapter_of(item: nodes.Node) -> str | None:
    """Return the chapter that a list item's first link leads to, if there is one."""
    link = next(item.findall(addnodes.pending_xref), None)
    found = CHAPTER.fullmatch(link["reftarget"]) if link else None
    return found[1] if found else None


def thumbnail(root: Path, name: str, notebook: NotebookNode) -> list[nodes.image]:
    """Write a detail of a chapter's figure and return the image, or nothing without figures."""
    figures = facts.figures(notebook)
    if not figures:
        return []
    cell = FIGURES.get(name, next(iter(figures)))
    if cell not in figures:
        LOGGER.warning("landing.py: %s has no figure in the cell %s; name another", name, cell)
        return []
    png, alt = figures[cell]
    path = root / "_build" / "thumbnails" / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    shrink(png).save(path, optimize=True)
    uri = f"/_build/thumbnails/{name}.png"
    return [nodes.image("", uri=uri, alt=f"Detail of a figure. {alt}")]


def shrink(png: bytes) -> Image.Image:
    """Return the middle of a figure, without its margins, at the size of a thumbnail."""
    figure = Image.open(io.BytesIO(png)).convert("RGB")
    drawn = ImageChops.difference(figure, Image.new("RGB", figure.size, "white")).getbbox()
    return ImageOps.fit(figure.crop(drawn), SIZE).quantize(64)


def effort(root: Path, names: list[str], minutes: int) -> str:
    """Say in a sentence how much there is to read and to do."""
    folder = root / "notebooks" / "exercises"
    works = [facts.assignment(folder / name / f"{name}.ipynb") for name in names]
    exercises = sum(work.exercises for work in works if work)
    return (
        f"Reading all {len(names)} chapters takes about {round(minutes / 60)} hours. "
        f"Their assignments ask you to write {exercises} functions, each with its own check."
    )


def use_the_whole_width(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Leave out the landing page's own table of contents, which would stand beside it."""
    if page == app.config.root_doc and app.builder.name == "html":
        context["meta"] = {**(context["meta"] or {}), "html_theme.sidebar_secondary.remove": True}
        context["generate_toc_html"] = lambda *_, **__: ""  # and the button that would show it


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.add_transform(ChapterCards)
    app.connect("html-page-context", use_the_whole_width, priority=900)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}

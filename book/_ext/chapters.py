"""A Sphinx extension that puts a header on every chapter's page.

Below the title stand the chapter's place and reading time, buttons that open the chapter and its
assignment elsewhere, downloads, and the pages before and after. The notebooks know nothing of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import chapter_facts as facts
from docutils.nodes import document
from jinja2 import Environment, FileSystemLoader
from sphinx.application import Sphinx

from grader.package.links import read_repositories

HERE = Path(__file__).parent
CHAPTER = re.compile(r"notebooks/(\d\d_\w+)")
TYPED_TIME = re.compile(r"<strong>Reading time</strong> about \d+ minutes\.\s*")


@dataclass(frozen=True)
class File:
    """A notebook that the header offers: what it is called, where it opens, where it lies."""

    title: str
    name: str
    about: str
    launch: dict[str, str]
    download: str
    save_as: str


def add_header(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: document | None
) -> None:
    """Insert the header below the title of a chapter, in place of the time its author typed."""
    found = CHAPTER.fullmatch(page)
    if found is None or doctree is None or app.builder.name != "html":
        return
    body = TYPED_TIME.sub("", context["body"], count=1)
    context["body"] = body.replace("</h1>", f"</h1>\n{header(app, found[1], context)}", 1)


def header(app: Sphinx, name: str, context: dict[str, Any]) -> str:
    """Return the header of a chapter as HTML."""
    chapters = sorted(filter(CHAPTER.fullmatch, app.env.found_docs))
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True)
    return environment.get_template("chapter_header.html").render(
        number=chapters.index(f"notebooks/{name}") + 1,
        count=len(chapters),
        reading=facts.reading(facts.executed(Path(app.srcdir), name)),
        words_a_minute=facts.WORDS_A_MINUTE,
        lines_a_minute=facts.LINES_A_MINUTE,
        step=facts.STEP,
        files=files(app, name, context),
        previous=context["prev"],
        next=context["next"],
    )


def files(app: Sphinx, name: str, context: dict[str, Any]) -> list[File]:
    """Return the chapter's notebook, and its assignment's if the chapter links to one."""
    _, students = read_repositories(HERE.parents[1])
    path = f"notebooks/{name}.ipynb"
    source = context["pathto"](f"_sources/{context['sourcename']}", True)
    links = students.links(path)
    offered = [File("Chapter", "chapter", "", links, source, f"{name}_chapter.ipynb")]
    path = f"notebooks/exercises/{name}/{name}.ipynb"
    work = facts.assignment(Path(app.srcdir) / path)
    if work and path in app.env.dlfiles:
        about = f"{work.exercises} exercises, {work.points:g} points"
        copy = context["pathto"](f"_downloads/{app.env.dlfiles[path][1]}", True)
        links = students.links(path)
        offered.append(File("Assignment", "assignment", about, links, copy, f"{name}.ipynb"))
    return offered


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.add_css_file("front.css")
    app.connect("html-page-context", add_header)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

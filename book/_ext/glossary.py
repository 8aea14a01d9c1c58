"""A Sphinx extension that ties the chapters to the glossary, both ways.

The first time a chapter uses a word of the glossary in its text, the word becomes a link to the
entry; the entry lists the sections where those words stand. Nothing has to be marked in a chapter.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

CHAPTER = re.compile(r"notebooks/(\d\d)_")
GLOSSARY = "book/glossary"
NOT_HERE = (nodes.reference, nodes.literal, nodes.title, nodes.container)


def terms(env: BuildEnvironment) -> dict[str, str]:
    """Return the words of the glossary in small letters, each with the name of its entry."""
    objects = env.get_domain("std").get_objects()
    return {name.lower(): label for name, _, kind, _, label, _ in objects if kind == "term"}


def texts(tree: nodes.document) -> Iterator[nodes.Text]:
    """Yield what stands in the paragraphs of a page, without links, code and results."""
    for paragraph in tree.findall(nodes.paragraph):
        for text in paragraph.findall(nodes.Text):
            if not any(isinstance(above, NOT_HERE) for above in ancestors(text)):
                yield text


def ancestors(node: nodes.Node) -> Iterator[nodes.Node]:
    """Yield everything that a node is inside of."""
    while (node := node.parent) is not None:
        yield node


def uses(tree: nodes.document, words: dict[str, str]) -> Iterator[tuple[str, nodes.Text, str]]:
    """Yield each use of a word on a page: its entry, the text around it and its form there."""
    alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"\b({alternatives})(?:s|es)?\b", re.IGNORECASE)
    for text in texts(tree):
        for match in pattern.finditer(text.astext()):
            yield words[match[1].lower()], text, match[0]


def collect(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Remember in which section of which chapter each entry is used first."""
    words = terms(env)
    env.glossary_uses = defaultdict(list)
    for page in sorted(filter(CHAPTER.match, env.found_docs)) if words else ():
        found: dict[str, list[str]] = {}
        for entry, text, _ in uses(env.get_doctree(page), words):
            path = [
                above["ids"][0] for above in ancestors(text) if isinstance(above, nodes.section)
            ]
            found.setdefault(entry, path)
            if len(found[entry]) == 1:  # so far named in the introduction only
                found[entry] = path
        for entry, path in found.items():
            env.glossary_uses[entry].append((page, path[0], CHAPTER.match(page)[1]))
    return [GLOSSARY] if words else []


def link(app: Sphinx, tree: nodes.document, page: str) -> None:
    """Put the links into a page before it is written."""
    words = terms(app.env)
    if CHAPTER.match(page) and words:
        address = app.builder.get_relative_uri(page, GLOSSARY)
        first = {}
        for entry, text, form in uses(tree, words):
            first.setdefault(entry, (text, form))
        for entry, (text, form) in first.items():
            link_word(text, form, f"{address}#{entry}")
    elif page == GLOSSARY:
        for item in tree.findall(nodes.definition_list_item):
            list_uses(app, item)


def link_word(text: nodes.Text, form: str, address: str) -> None:
    """Make a link of the first occurrence of a word in a text."""
    for part in [node for node in text.parent.children if isinstance(node, nodes.Text)]:
        whole = part.astext()
        if match := re.search(rf"\b{re.escape(form)}\b", whole):
            word = nodes.reference("", form, refuri=address, internal=True, classes=["glossed"])
            pieces = [nodes.Text(whole[: match.start()]), word, nodes.Text(whole[match.end() :])]
            part.parent.replace(part, [piece for piece in pieces if piece.astext()])
            return


def list_uses(app: Sphinx, item: nodes.definition_list_item) -> None:
    """Write below an entry where the chapters use it first."""
    entries = {name for term in item.findall(nodes.term) for name in term["ids"]}
    found = [use for entry in entries for use in app.env.glossary_uses[entry]]
    links = nodes.paragraph(classes=["uses"])
    for page, section, number in dict.fromkeys(sorted(found)):
        address = f"{app.builder.get_relative_uri(GLOSSARY, page)}#{section}"
        links += nodes.reference("", f"chapter {number}", refuri=address, internal=True)
        links += nodes.Text(" ")
    if found:
        next(item.findall(nodes.definition)).append(links)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.connect("env-updated", collect)
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": False}

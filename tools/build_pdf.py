"""Print the whole book as _build/course-rnn.pdf.

The finished pages, brought up to date first, are bound into one document with a title page and a
table of contents, and Chromium prints it. Nothing is executed that the book has not executed, and
a second run without a change does nothing.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import build_book
from build_book import BUILD, HTML, BuildError, digest

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from playwright.sync_api import Page as Tab

PDF = BUILD / "course-rnn.pdf"
KEY = BUILD / ".pdf.key"
BOUND = BUILD / "bound.html"  # above the pages, whose pictures and styles it shows
TEMPLATE = Path(__file__).with_name("book.html")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
IDS = ("id", "for", "aria-labelledby", "aria-describedby")
# What paper has no use for: anchors, buttons, code that the page hides at first.
NOT_PRINTED = ".headerlink, .d-print-none, button, script, details.hide.above-input"


@dataclass(frozen=True)
class Leaf:
    """A page of the book as part of the bound one."""

    address: str  # as in book/intro.html
    title: str
    html: str

    @property
    def id(self) -> str:
        """The place in the bound book where the page begins."""
        return place(self.address)


# Binding the pages


def place(address: str, fragment: str = "") -> str:
    """Return the id that a place of a page has in the bound book."""
    page = address.removesuffix(".html").replace("/", "-")
    return f"{page}--{fragment}" if fragment else page


def soup_of(address: str) -> BeautifulSoup:
    """Return a finished page."""
    from bs4 import BeautifulSoup

    return BeautifulSoup((HTML / address).read_text("utf8"), "html.parser")


def leaf(address: str, addresses: set[str]) -> Leaf:
    """Return a page with ids, links and pictures that hold in the bound book."""
    article = soup_of(address).select_one("article.bd-article")
    for element in article.select(NOT_PRINTED):
        element.decompose()
    for details in article.select("details"):
        details["open"] = ""  # paper does not open
    for element in article.find_all(True):
        rename_ids(element, address)
    for image in article.select("img[src]"):
        if not image["src"].startswith("data:"):
            image["src"] = f"{HTML.name}/{resolve(address, image['src'])}"
    for link in article.select("a[href]"):
        bind(link, address, addresses)
    return Leaf(address, article.h1.get_text().strip(), article.decode_contents())


def rename_ids(element: Tag, address: str) -> None:
    """Make ids unique in the bound book, whose pages have headings in common."""
    for name in IDS:
        if element.get(name):
            element[name] = " ".join(place(address, part) for part in element[name].split())


def resolve(address: str, relative: str) -> str:
    """Return a path relative to a page as one relative to the book."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(address), relative))


def bind(link: Tag, address: str, addresses: set[str]) -> None:
    """Let a link between pages lead to another place in the bound book."""
    target = urlsplit(link["href"])
    if target.scheme:
        return
    page = resolve(address, target.path) if target.path else address
    if page in addresses:
        link["href"] = f"#{place(page, target.fragment)}"
    else:
        link.unwrap()  # a file for downloading: paper has none


def contents(toc: dict[str, Any], leaves: dict[str, Leaf]) -> list[tuple[str, list[Leaf]]]:
    """Return the parts of the book with their pages; the first part, the root, has no name."""
    parts = [("", [leaves[f"{toc['root']}.html"]])]
    for part in toc["parts"]:
        files = [child["file"] for child in part["chapters"]]
        parts.append((part["caption"], [leaves[f"{file}.html"] for file in files]))
    return parts


def bound_book() -> str:
    """Return the whole book as one page of HTML."""
    import jinja2
    import yaml

    config = yaml.safe_load(build_book.CONFIG.read_text("utf8"))
    toc = yaml.safe_load(build_book.TOC.read_text("utf8"))
    names = [page.source.relative_to(build_book.ROOT) for page in build_book.pages()]
    addresses = [name.with_suffix(".html").as_posix() for name in names]
    leaves = {address: leaf(address, set(addresses)) for address in addresses}
    template = jinja2.Template(TEMPLATE.read_text("utf8"), autoescape=True)
    return template.render(
        config=config,
        parts=contents(toc, leaves),
        head=head_of(addresses[0]),
    )


def head_of(address: str) -> str:
    """Return the styles and the mathematics of a page's head, for the bound book."""
    up = "../" * address.count("/")
    head = soup_of(address).head
    wanted = [*head.select('link[rel="stylesheet"]'), *head.select("script")]
    kept = [str(tag) for tag in wanted if tag.name == "link" or "mathjax" in str(tag).lower()]
    return "\n".join(kept).replace(f'"{up}_static', f'"{HTML.name}/_static')


# Printing


def chromium() -> str:
    """Return the path of the browser that prints."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    raise BuildError(
        "Chromium prints the book, and it is not installed: install it with "
        "`sudo apt-get install chromium` (or put Google Chrome on the PATH) and "
        "run `make pdf` again."
    )


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_: object) -> None:
        """Keep the terminal for the build's own lines."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the bound book to this machine alone and yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(BUILD))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def print_book() -> bytes:
    """Print the bound book, then again with the page numbers in its table of contents."""
    from playwright.sync_api import sync_playwright

    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        tab = browser.new_page(color_scheme="light")
        tab.set_default_timeout(300_000)
        tab.goto(f"{address}/{BOUND.name}")
        tab.evaluate("Promise.all([MathJax.startup.promise, document.fonts.ready])")
        fill_in_page_numbers(tab, page_numbers(sheets(tab)))
        book = sheets(tab)
        browser.close()
    return book


def sheets(tab: Tab) -> bytes:
    """Return a tab's page as PDF, with bookmarks and with tags for screen readers."""
    return tab.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)


def page_numbers(pdf: bytes) -> dict[str, int]:
    """Return the number of the page on which each place that is linked to lies."""
    from pypdf import PdfReader

    reader = PdfReader(BytesIO(pdf))
    places = reader.named_destinations
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in places.items()
    }


def fill_in_page_numbers(tab: Tab, numbers: dict[str, int]) -> None:
    """Write the page numbers into the table of contents."""
    tab.evaluate(
        """numbers => {
            for (const entry of document.querySelectorAll('.contents a')) {
                entry.dataset.page = numbers[entry.hash.slice(1)];
            }
        }""",
        numbers,
    )


# The command


def key_of_the_print() -> str:
    """Return the hash of everything the PDF depends on."""
    tools = (Path(__file__), TEMPLATE)
    return digest([(HTML / ".key").read_bytes(), *(tool.read_bytes() for tool in tools)])


def build() -> None:
    """Bring the book up to date, and then its print."""
    chromium()
    build_book.build()
    key = key_of_the_print()
    if PDF.is_file() and KEY.is_file() and KEY.read_text() == key:
        build_book.say(f"nothing changed; the print is {PDF.relative_to(build_book.ROOT)}")
        return
    build_book.say("printing all pages")
    try:
        BOUND.write_text(bound_book(), "utf8")
        partial_print = PDF.with_suffix(".partial")
        partial_print.write_bytes(print_book())
        os.replace(partial_print, PDF)
    finally:
        BOUND.unlink(missing_ok=True)
    KEY.write_text(key)
    build_book.say(f"done; open {PDF.relative_to(build_book.ROOT)}")


if __name__ == "__main__":
    sys.exit(build_book.main(build))

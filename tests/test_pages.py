"""The published pages in a real browser: light and dark, phone to desktop, with no network.

Run as a script, it saves a picture of every page for people to look at:
``python tests/test_pages.py FOLDER``.
"""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
TOC = re.findall(r"(?:root|file): (\S+)", (ROOT / "book" / "_toc.yml").read_text("utf8"))
PAGES = [f"{name}.html" for name in TOC] + ["index.html", "search.html", "genindex.html"]
CHAPTERS = [page for page in PAGES if page.startswith("notebooks/")]
WIDTHS = (390, 768, 1440)
SCHEMES = ("light", "dark")


def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail(
        "Chromium is not installed, and the pages are tested in it: "
        "install it with `sudo apt-get install chromium` (or put Google Chrome on the PATH)."
    )


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of this machine and yield its address."""
    handler = partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def browser_and_book() -> Iterator[tuple[Browser, str]]:
    """Bring the book up to date, serve it and start Chromium."""
    build = [sys.executable, str(ROOT / "tools" / "build_book.py")]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with served(ROOT / "_build" / "html") as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium())
        yield browser, address
        browser.close()


class Visitor:
    """One browser window, and all that went wrong in it since the last look."""

    def __init__(self, browser: Browser, address: str, scheme: str, width: int):
        self.address, self.problems = address, []
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en"
        )
        self.page: Page = context.new_page()
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)
        self.page.on("requestfailed", self._note_failure)
        self.page.on("pageerror", lambda error: self.problems.append(f"JavaScript: {error}"))
        self.page.on("console", self._note_console)

    def _note_request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"asked another host: {request.url}")

    def _note_failure(self, request):
        if request.failure != "net::ERR_ABORTED":  # given up because the page led elsewhere
            self.problems.append(f"lost {request.url}")

    def _note_response(self, response):
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.url}")

    def _note_console(self, message):
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text}")

    def open(self, name: str) -> Page:
        """Open a page and wait until its mathematics is typeset."""
        self.problems.clear()
        self.page.goto(f"{self.address}/{name}")
        self.page.wait_for_function("window.MathJax?.startup?.promise !== undefined")
        self.page.evaluate("Promise.all([MathJax.startup.promise, document.fonts.ready])")
        return self.page


@pytest.fixture(scope="module")
def book() -> Iterator[tuple[Browser, str]]:
    with browser_and_book() as started:
        yield started


@pytest.fixture(scope="module", params=[(s, w) for s in SCHEMES for w in WIDTHS], ids=str)
def visitor(book, request) -> Visitor:
    return Visitor(*book, *request.param)


@pytest.fixture(scope="module")
def phone(book) -> Visitor:
    return Visitor(*book, "light", 390)


# All pages, in every mode and width

UNTYPESET = """() => {
    const article = document.querySelector('article, main').cloneNode(true);
    for (const part of article.querySelectorAll('pre, code, script, mjx-container')) part.remove();
    return article.textContent.match(/\\$[^$\\n]+\\$|\\\\[([][^\\n]*/g) || [];
}"""
WITHOUT_MATHJAX = """() => [...document.querySelectorAll('.math')]
    .filter(m => !m.querySelector('mjx-container')).map(m => m.textContent)"""
BROKEN_IMAGES = """() => [...document.images]
    .filter(i => i.complete && !i.naturalWidth).map(i => i.src)"""
DIMMED_FIGURES = """() => [...document.querySelectorAll('article img')].filter(i => {
    const style = getComputedStyle(i);
    return style.filter != 'none' || style.backgroundColor != 'rgb(255, 255, 255)';
}).map(i => i.src)"""
FITS = "() => document.documentElement.scrollWidth <= window.innerWidth"


@pytest.mark.parametrize("name", PAGES)
def test_page_is_complete_and_fits(visitor, name):
    page = visitor.open(name)
    assert visitor.problems == []
    assert page.evaluate(FITS), "the page scrolls sideways"
    assert page.evaluate(WITHOUT_MATHJAX) == []
    assert page.evaluate(UNTYPESET) == []
    assert page.locator("mjx-merror").count() == 0
    assert page.evaluate(BROKEN_IMAGES) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_are_on_white_in_the_dark(book, name):
    page = Visitor(*book, "dark", 1440).open(name)
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator("article img").count() > 0
    assert page.evaluate(DIMMED_FIGURES) == []


# What people do on them


@pytest.mark.parametrize("name", CHAPTERS)
def test_mathematics_is_typeset_for_eyes_and_for_screen_readers(phone, name):
    page = phone.open(name)
    formulas = page.locator("mjx-container").count()
    assert formulas > 0
    assert page.locator("mjx-assistive-mml").count() == formulas


@pytest.mark.parametrize("name", CHAPTERS)
def test_revision_questions_answer_to_the_keyboard(phone, name):
    page = phone.open(name)
    option = page.locator("article details:not([class])").first
    option.locator("summary").focus()
    page.keyboard.press("Enter")
    assert option.get_attribute("open") is not None
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    outline = option.locator("summary").evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid"


def test_search_works_without_a_network(phone):
    page = phone.open(PAGES[0])
    page.keyboard.press("Control+k")
    page.keyboard.type("vocabulary")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.html?q=vocabulary*")
    found = page.locator("#search-results li > a", has_text="Notation")
    found.first.wait_for(timeout=10_000)
    assert phone.problems == []


# Pictures for people


def save_pictures(folder: Path) -> None:
    """Save every page in light and dark, at phone and desktop width."""
    folder.mkdir(parents=True, exist_ok=True)
    with browser_and_book() as (browser, address):
        for scheme in SCHEMES:
            for width in WIDTHS[::2]:
                visitor = Visitor(browser, address, scheme, width)
                for name in PAGES:
                    page = visitor.open(name)
                    height = page.evaluate("document.documentElement.scrollHeight")
                    page.set_viewport_size({"width": width, "height": max(900, height)})
                    page.wait_for_timeout(300)
                    page.screenshot(path=folder / f"{Path(name).stem}-{scheme}-{width}.png")
                    page.set_viewport_size({"width": width, "height": 900})


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Say where to save the pictures: python tests/test_pages.py FOLDER")
    save_pictures(Path(sys.argv[1]))

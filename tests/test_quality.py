"""Whoever reads, and with whatever: axe, the keyboard, a slow line, paper."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.test_pages import CHAPTERS, PAGES, ROOT, Visitor, book  # noqa: F401

MEGABYTES = 1.5
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}


@pytest.fixture
def visitor(book) -> Visitor:  # noqa: F811
    visitor = Visitor(*book, "light", 1440)
    yield visitor
    visitor.page.context.close()


# Screen readers, contrast: what axe finds


def flaws(page: Page) -> list[str]:
    """Return axe's findings of impact serious or critical."""
    drawn = {"exclude": [["mjx-math"], ["mjx-assistive-mml"]]}  # MathJax's own, glyph by glyph
    found = Axe().run(page, drawn).response["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def look(page: Page, scheme: str, size: dict[str, int]) -> None:
    """Show the page in another mode and size."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(size)
    page.wait_for_function(f"document.documentElement.dataset.theme == '{scheme}'")
    page.evaluate("new Promise(done => setTimeout(done, 400))")  # the theme answers after 300 ms


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(visitor, name):
    page = visitor.open(name)
    for scheme, size in (("light", DESKTOP), ("dark", PHONE)):
        look(page, scheme, size)
        found = flaws(page)
        assert not found, f"{scheme}, {size['width']} pixels wide:\n" + "\n".join(found[:20])


@pytest.mark.parametrize("name", [PAGES[0], CHAPTERS[0]])
def test_axe_finds_nothing_serious_in_the_other_modes_either(visitor, name):
    page = visitor.open(name)
    for scheme, size in (("light", PHONE), ("dark", DESKTOP)):
        look(page, scheme, size)
        assert not flaws(page)


# A slow line


def transferred(visitor: Visitor, name: str) -> dict[str, int]:
    """Return what a browser transfers for a page: each address with its bytes.

    Text counts as it travels, compressed; every web host does that, GitHub Pages included.
    """
    responses = []
    visitor.page.on("response", lambda response: responses.append(response))
    visitor.open(name)
    visitor.page.wait_for_load_state("networkidle")
    return {urlsplit(response.url).path: weight(response) for response in responses}


def weight(response) -> int:
    body = response.body()
    kind = response.headers.get("content-type", "")
    is_text = re.match(r"text/|application/(javascript|json)|image/svg", kind)
    return len(gzip.compress(body) if is_text else body)


# The front door leads on to the first page at once.
@pytest.mark.parametrize("name", [name for name in PAGES if name != "index.html"])
def test_a_page_weighs_little(visitor, name):
    parts = transferred(visitor, name)
    total = sum(parts.values())
    heaviest = sorted(parts, key=parts.get, reverse=True)[:5]
    assert total < MEGABYTES * 1e6, {part: parts[part] for part in heaviest}


# No mouse

FOCUS = """() => {
    const at = document.activeElement;
    const style = getComputedStyle(at), box = at.getBoundingClientRect();
    const outlined = style.outlineStyle != 'none' && parseFloat(style.outlineWidth) > 0;
    return {
        name: (at.ariaLabel || at.textContent).trim() || at.outerHTML.slice(0, 100),
        tag: at.tagName,
        seen: (outlined || style.boxShadow != 'none') && box.width > 0 && box.height > 0
              && box.bottom > 0 && box.top < innerHeight,
    };
}"""


def walk(page: Page, limit: int = 150) -> list[dict]:
    """Press Tab through the whole page and return where the focus was."""
    page.emulate_media(reduced_motion="reduce")  # no sliding into place
    stops = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["tag"] == "BODY":
            return stops
        stops.append(stop)
    return stops


def test_tab_reaches_everything_and_shows_where_it_is(visitor):
    page = visitor.open(PAGES[0])
    stops = walk(page)
    assert stops[0]["name"] == "Skip to main content"
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    names = "\n".join(stop["name"] for stop in stops)
    for name in (
        "Search",
        "Color mode",
        "How to use this course",
        "Download this page",
        "Notation",
    ):
        assert name in names


def test_the_skip_link_leads_to_the_text(visitor):
    page = visitor.open(CHAPTERS[0])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_keyboard_changes_between_light_and_dark(visitor):
    page = visitor.open(PAGES[0])
    modes = set()
    page.locator(".theme-switch-button:visible").first.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
        modes.add(page.evaluate("document.documentElement.dataset.mode"))
    assert modes == {"light", "dark", "auto"}


def test_on_a_phone_the_keyboard_opens_the_sidebar_and_closes_it(visitor):
    page = visitor.open(PAGES[0])
    look(page, "light", PHONE)
    page.locator(".primary-toggle:visible").first.focus()
    page.keyboard.press("Enter")
    chapter = page.locator("#pst-primary-sidebar-modal a", has_text=re.compile("^01 "))
    chapter.first.focus()
    assert page.evaluate(FOCUS)["seen"]
    page.keyboard.press("Escape")
    chapter.first.wait_for(state="hidden")


# Paper

CUT = """() => [...document.querySelectorAll('.bd-article pre')]
    .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 80))"""
ADDRESSES = """() => [...document.querySelectorAll('.bd-article p > a.external')]
    .filter(a => !a.href.includes('doi.org'))
    .map(a => getComputedStyle(a, '::after').content.includes(a.getAttribute('href')))"""


@pytest.mark.parametrize("name", [PAGES[0], *CHAPTERS])
def test_paper_shows_the_whole_text_and_nothing_to_click(visitor, name):
    page = visitor.open(name)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 660, "height": 1000})  # A4 less its margins
    for part in ("header.bd-header", ".bd-sidebar-primary", ".bd-sidebar-secondary", "button"):
        assert page.locator(part).locator("visible=true").count() == 0, part
    assert page.evaluate(CUT) == []
    assert all(page.evaluate(ADDRESSES))
    assert page.locator("article h1").first.is_visible()
    for answer in page.locator("article details:not([class]) > p").all()[:3]:
        assert answer.is_visible()

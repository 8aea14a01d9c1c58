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


@pytest.mark.parametrize("name", PAGES)
def test_a_page_weighs_little(visitor, name):
    parts = transferred(visitor, name)
    total = sum(parts.values())
    heaviest = sorted(parts, key=parts.get, reverse=True)[:5]
    assert total < MEGABYTES * 1e6, {part: parts[part] for part in heaviest}

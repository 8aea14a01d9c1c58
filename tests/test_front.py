"""The front of the book: the landing page, and the header of every chapter."""

import io
import re
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from playwright.sync_api import Page

from tests.test_pages import CHAPTERS, ROOT, SCHEMES, TOC, Visitor, book  # noqa: F401

sys.path += [str(ROOT / "book" / "_ext"), str(ROOT / "tools")]

import chapter_facts
import draw_front

from grader.package.links import LINK_FORM, Repository, read_repositories

HTML = ROOT / "_build" / "html"
LANDING = "book/intro.html"
WIDTHS = (375, 768, 1280)
NAMES = [Path(page).stem for page in CHAPTERS]
_, STUDENTS = read_repositories(ROOT)


@pytest.fixture(scope="module")
def desktop(book) -> Visitor:  # noqa: F811
    visitor = Visitor(*book, "light", 1280)
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    return visitor


# Addresses


def test_colab_and_binder_open_a_notebook_of_the_student_repository():
    links = Repository("https://github.com/someone/rnn", "main").links("notebooks/01_a.ipynb")
    assert links["Colab"] == (
        "https://colab.research.google.com/github/someone/rnn/blob/main/notebooks/01_a.ipynb"
    )
    binder = urlsplit(links["Binder"])
    assert (binder.netloc, binder.path) == ("mybinder.org", "/v2/gh/someone/rnn/main")
    assert parse_qs(binder.query) == {"urlpath": ["lab/tree/notebooks/01_a.ipynb"]}


@pytest.mark.parametrize("hub", ["https://hub.example.edu", "https://hub.example.edu/rnn/", ""])
def test_nbgitpuller_copies_the_repository_to_the_hub_or_asks_for_one(hub):
    repository = Repository("https://github.com/someone/rnn", "term 1", hub)
    address, query = repository.jupyterhub("notebooks/01_a.ipynb").split("?")
    expected = f"{hub.rstrip('/')}/hub/user-redirect/git-pull" if hub else LINK_FORM
    assert address == expected
    assert parse_qs(query) == {
        "repo": ["https://github.com/someone/rnn"],
        "branch": ["term 1"],
        "urlpath": ["lab/tree/rnn/notebooks/01_a.ipynb"],
    }


# Reading time


def test_reading_time_counts_words_code_figures_equations_and_seconds():
    png = new_output("display_data", {"image/png": "aGVsbG8="})
    notebook = new_notebook(
        cells=[
            new_markdown_cell("word " * 300 + "[two words](not/this.ipynb) $x^2$\n\n$$a = b$$"),
            new_code_cell("x = 1\n\ny = 2\n" * 30, outputs=[png]),
        ],
        metadata={"papermill": {"duration": 29.6}},
    )
    found = chapter_facts.reading(notebook)
    assert found == chapter_facts.Reading(302, 60, 1, 1, 30)
    assert found.minutes == 10  # 2 for words, 3 for code, 1 for figure and equation, half a minute


@pytest.mark.parametrize("name", NAMES)
def test_the_time_a_chapter_states_is_about_the_time_that_is_computed(book, name):  # noqa: F811
    typed = re.search(
        r"\*\*Reading time\*\* about (\d+) minutes", (ROOT / f"notebooks/{name}.ipynb").read_text()
    )
    computed = chapter_facts.reading(chapter_facts.executed(ROOT, name)).minutes
    assert abs(int(typed[1]) - computed) <= 5, f"notebooks/{name}.ipynb: say {computed} minutes"


# The header of a chapter


def addresses(page: Page, what: str) -> dict[str, str]:
    """Return where the header's links for the chapter or its assignment lead."""
    places = {
        f"Open the {what} in {place}": place for place in ("Colab", "Binder", "JupyterHub")
    } | {f"Download the {what}": "Download"}
    links = {name: page.get_by_role("link", name=name, exact=True) for name in places}
    return {places[name]: link.evaluate("link => link.href") for name, link in links.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_chapter_opens_elsewhere_and_can_be_downloaded(desktop, name):
    page = desktop.open(f"notebooks/{name}.html")
    paths = {
        "chapter": f"notebooks/{name}.ipynb",
        "assignment": f"notebooks/exercises/{name}/{name}.ipynb",
    }
    for what, path in paths.items():
        found = addresses(page, what)
        download = HTML / found.pop("Download").removeprefix(f"{desktop.address}/")
        assert found == STUDENTS.links(path)
        assert download.read_bytes() == (ROOT / path).read_bytes()
    saved = page.locator(".chapter-files a[download]").evaluate_all(
        "all => all.map(a => a.download)"
    )
    assert len(set(saved)) == 2, "one download would take the place of the other"
    assert page.locator(".dropdown-launch-buttons").count() == 0, "the theme's own stay away"


@pytest.mark.parametrize("name", NAMES)
def test_every_chapter_says_its_place_its_time_its_goals_and_its_neighbours(desktop, name):
    page = desktop.open(f"notebooks/{name}.html")
    header = page.locator("h1 + .chapter-header")
    minutes = chapter_facts.reading(chapter_facts.executed(ROOT, name)).minutes
    text = header.inner_text()
    assert f"Chapter {NAMES.index(name) + 1} of {len(NAMES)}" in text
    assert f"about {minutes} minutes to read" in text
    assert page.locator("article").inner_text().count("minutes to read") == 1
    assert page.get_by_text("Reading time", exact=True).count() == 0, "the time stands there twice"
    goals = page.locator("p:has-text('You will be able to') + ul > li")
    assert goals.count() >= 3
    place = TOC.index(f"notebooks/{name}")
    for which, neighbour in {"prev": place - 1, "next": place + 1}.items():
        href = header.locator(f"a[rel={which}]").evaluate("link => link.href")
        assert href == f"{desktop.address}/{TOC[neighbour]}.html"


def test_the_reading_time_explains_itself_to_the_keyboard(desktop):
    page = desktop.open(CHAPTERS[0])
    summary = page.locator(".chapter-time > summary")
    explanation = page.locator(".chapter-time > p")
    assert not explanation.is_visible()
    summary.focus()
    page.keyboard.press("Enter")
    assert "words at" in explanation.inner_text()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Colab"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_paper_has_no_buttons(desktop):
    page = desktop.open(CHAPTERS[0])
    page.emulate_media(media="print")
    assert not page.locator(".chapter-header").is_visible()
    assert page.get_by_text("You will be able to").is_visible()
    page.emulate_media(media="screen")


# The landing page


def test_one_screen_tells_what_the_course_is(desktop):
    page = desktop.open(LANDING)
    parts = page.locator("article h1, article h1 ~ p img, article .sd-card")
    assert parts.count() == 1 + 2 + 3
    for box in parts.evaluate_all("all => all.map(e => e.getBoundingClientRect().toJSON())"):
        assert box["width"] > 200
        assert box["top"] >= 0
        assert box["bottom"] <= 800


def test_every_door_leads_somewhere(desktop):
    page = desktop.open(LANDING)
    doors = page.locator(".sd-card")
    titles = []
    for i in range(doors.count()):
        page = desktop.open(LANDING)
        box = doors.nth(i).bounding_box()
        with page.expect_navigation():  # anywhere on the card, not only on the words of its link
            page.mouse.click(box["x"] + box["width"] - 20, box["y"] + 20)
        titles.append(page.locator("article h1").inner_text())
        assert desktop.problems == []
    assert len(set(titles)) == 3
    assert titles[2].startswith("01 ")


def test_every_chapter_has_a_card_in_order_with_a_picture_a_line_and_a_time(desktop):
    cards = desktop.open(LANDING).locator(".chapter-cards > li")
    links = cards.locator("p > a").evaluate_all("all => all.map(link => link.href)")
    assert links == [f"{desktop.address}/{page}" for page in CHAPTERS]
    for i, name in enumerate(NAMES):
        title, line, minutes = cards.nth(i).locator("p").all_inner_texts()
        computed = chapter_facts.reading(chapter_facts.executed(ROOT, name)).minutes
        assert title.startswith(name[:2])
        assert line.endswith(".")
        assert minutes == f"about {computed} minutes"
        assert cards.nth(i).locator("img").evaluate("image => image.naturalWidth") == 288


def test_the_pictures_of_the_cards_are_light():
    weights = [path.stat().st_size for path in (ROOT / "_build" / "thumbnails").glob("*.png")]
    assert len(weights) == len(NAMES)
    assert sum(weights) < 120_000


def test_the_landing_page_adds_up_what_there_is_to_read_and_to_do(desktop):
    text = desktop.open(LANDING).locator(".chapter-total").inner_text()
    readings = [chapter_facts.reading(chapter_facts.executed(ROOT, name)) for name in NAMES]
    hours = round(sum(reading.minutes for reading in readings) / 60)
    assert f"Reading all {len(NAMES)} chapters takes about {hours} hours." in text
    functions = 0
    for name in NAMES:
        path = ROOT / "notebooks" / "exercises" / name / f"{name}.ipynb"
        cells = nbformat.read(path, as_version=4).cells
        functions += sum(cell.source.startswith("check(") for cell in cells)
    assert f"write {functions} functions" in text


# Both, at three widths, in light and dark

OUTSIDE = """() => [...document.querySelectorAll('article :is(img, a, p, li, .sd-card, summary)')]
    .filter(e => !e.closest('.cell, mjx-container, pre, table'))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""
OVERLAPPING = """() => {
    const all = [...document.querySelectorAll('.chapter-header a, .chapter-header summary')];
    const boxes = all.filter(e => e.checkVisibility()).map(e => e.getBoundingClientRect());
    return boxes.flatMap((a, i) => boxes.slice(i + 1).filter(b =>
        a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1
    ).map(b => [a.toJSON(), b.toJSON()]));
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_runs_out_of_the_page_or_into_its_neighbour(book, scheme, width):  # noqa: F811
    visitor = Visitor(*book, scheme, width)
    for name in (LANDING, CHAPTERS[0], CHAPTERS[-1]):
        page = visitor.open(name)
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate(OVERLAPPING) == []
        heights = page.locator(".chapter-buttons a").evaluate_all(
            "all => all.map(a => a.offsetHeight)"
        )
        assert all(height >= 24 for height in heights), "too small for a finger"
    visitor.page.context.close()


def ground(page: Page, picture: int) -> tuple[int, int, int]:
    """Return the colour of a landing picture's ground, as it is seen."""
    box = page.locator("article h1 ~ p img").nth(picture).bounding_box()
    spot = {"x": box["x"] + 6, "y": box["y"] + box["height"] / 2, "width": 2, "height": 2}
    return Image.open(io.BytesIO(page.screenshot(clip=spot))).convert("RGB").getpixel((0, 0))


@pytest.mark.parametrize("system", SCHEMES)
def test_the_pictures_follow_the_switch_from_light_to_dark(book, system):  # noqa: F811
    visitor = Visitor(*book, system, 1280)
    page = visitor.open(LANDING)
    for theme, expected in {"light": "#f4f6f8", "dark": "#1e252d"}.items():
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for picture in (0, 1):
            seen = "#{:02x}{:02x}{:02x}".format(*ground(page, picture))
            assert seen == expected
    visitor.page.context.close()


# The landing page's pictures


def words(svg: str) -> list[str]:
    return [text.text for text in ElementTree.fromstring(svg).iter("{*}text")]


def test_the_picture_of_the_check_shows_what_the_check_says():
    drawn = (ROOT / "book" / "_static" / "front-check.svg").read_text("utf8")
    assert words(drawn) == words(draw_front.answer()), "run tools/draw_front.py"
    assert "must be transposed like Wax" in draw_front.message()


def test_the_picture_of_the_network_shows_what_the_network_answers():
    drawn = (ROOT / "book" / "_static" / "front-network.svg").read_text("utf8")
    assert words(drawn) == words(draw_front.network()), "run tools/draw_front.py"
    intro = (ROOT / "book" / "intro.md").read_text("utf8")
    assert f'reads "{" ".join(draw_front.SENTENCE)}"' in intro

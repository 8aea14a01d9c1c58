"""The book: it builds strictly, says plainly why it does not, and publishes what it should."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.sources import list_assignments, read_source, secret_parts

ROOT = Path(__file__).resolve().parents[1]


def run_build(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/build_book.py"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def html() -> Path:
    """The pages of the real book, brought up to date."""
    done = run_build(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return ROOT / "_build" / "html"


# The real book


class Elements(HTMLParser):
    """The start tags of a page and its text."""

    def __init__(self, page: Path):
        super().__init__()
        self.page, self.tags, self.words = page, [], []
        self.feed(page.read_text("utf8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data):
        self.words.append(data)

    @property
    def ids(self) -> set[str]:
        return {attrs["id"] for _, attrs in self.tags if "id" in attrs}

    @property
    def text(self) -> str:
        return squeeze("".join(self.words))


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module")
def pages(html) -> dict[Path, Elements]:
    return {page: Elements(page) for page in html.rglob("*.html") if "_static" not in page.parts}


def test_the_log_has_no_warning_and_sphinx_executed_nothing_itself(html):
    log = (ROOT / "_build" / "book.log").read_text("utf8")
    assert "WARNING" not in log
    assert "ERROR" not in log
    assert "Executing notebook" not in log
    assert "Using cached notebook" in log


def test_a_build_without_a_change_returns_at_once(html):
    started = time.monotonic()
    done = run_build(ROOT)
    assert "nothing changed" in done.stdout
    assert time.monotonic() - started < 2


def test_every_chapter_is_in_the_table_of_contents_and_was_executed(html):
    chapters = [path.stem for path in (ROOT / "notebooks").glob("*.ipynb")]
    assert chapters
    toc = (ROOT / "book" / "_toc.yml").read_text("utf8")
    for chapter in chapters:
        assert f"file: notebooks/{chapter}\n" in toc
        assert (html / "notebooks" / f"{chapter}.html").is_file()
        executed = nbformat.read(ROOT / "_build" / "executed" / f"{chapter}.ipynb", as_version=4)
        code = [cell for cell in executed.cells if cell.cell_type == "code" and cell.source]
        assert all(cell.execution_count for cell in code)


def parts_of_solutions() -> Iterator[str]:
    """Yield what only instructors may see: whole solutions and hidden tests."""
    for assignment in list_assignments(ROOT / "solutions"):
        for _, text in secret_parts(read_source(ROOT / "solutions", assignment)):
            if len(text.splitlines()) > 1:  # a single line may well be the chapter's equation
                yield squeeze(text)


def test_no_page_shows_a_solution(pages):
    secrets = list(parts_of_solutions())
    assert secrets
    published = [page.text for page in pages.values()]
    for folder in ("_sources", "_downloads"):
        for path in (ROOT / "_build" / "html" / folder).rglob("*.ipynb"):
            cells = nbformat.read(path, as_version=4).cells
            published.append(squeeze("\n".join(cell.source for cell in cells)))
    for text in published:
        assert "BEGIN SOLUTION" not in text
        assert "BEGIN HIDDEN TESTS" not in text
        assert not [secret for secret in secrets if secret in text]


def test_only_pages_of_the_table_of_contents_are_published(html, pages):
    toc = set(re.findall(r"(?:root|file): (\S+)", (ROOT / "book" / "_toc.yml").read_text("utf8")))
    published = {page.relative_to(html).with_suffix("").as_posix() for page in pages}
    assert published == toc | {"index", "search", "genindex"}


def test_every_image_is_described(pages):
    for page, elements in pages.items():
        for tag, attrs in elements.tags:
            if tag == "img":
                alt = attrs.get("alt", "").strip()
                assert alt, f"{page.name}: {attrs['src']} has no description"
                assert not alt.endswith((".png", ".svg", ".jpg")), (
                    f"{page.name}: {attrs['src']} is described by its file name; give its cell the "
                    'metadata {"mystnb": {"image": {"alt": "what the figure shows"}}}'
                )


def test_the_assignment_that_a_chapter_links_to_can_be_downloaded(html, pages):
    for chapter in (ROOT / "notebooks").glob("*.ipynb"):
        elements = pages[html / "notebooks" / f"{chapter.stem}.html"]
        hrefs = [attrs["href"] for tag, attrs in elements.tags if tag == "a" and "href" in attrs]
        copies = [href for href in hrefs if href.endswith(f"/{chapter.stem}.ipynb")]
        downloads = [html / "notebooks" / href for href in copies if "_downloads" in href]
        student = ROOT / "notebooks" / "exercises" / chapter.stem / chapter.name
        assert downloads
        assert "<inline" not in elements.text
        assert downloads[0].read_bytes() == student.read_bytes()


def links(elements: Elements) -> Iterator[str]:
    """Yield what a page points to, as far as it is within the book."""
    for tag, attrs in elements.tags:
        target = attrs.get("href", attrs.get("src", ""))
        refresh = re.search("url=(.*)", attrs.get("content", "")) if tag == "meta" else None
        target = refresh[1] if refresh else target
        if target and not urlsplit(target).scheme and not target.startswith("//"):
            yield target


def test_every_link_within_the_book_leads_somewhere(pages):
    broken = []
    for page, elements in pages.items():
        for link in links(elements):
            path, anchor = urlsplit(link).path, unquote(urlsplit(link).fragment)
            target = (page.parent / unquote(path)).resolve() if path else page
            if not target.exists():
                broken.append(f"{page.name} -> {link}")
            elif anchor and target in pages and anchor not in pages[target].ids:
                broken.append(f"{page.name} -> {link} (no such place on the page)")
    assert not broken


def test_nothing_is_loaded_from_another_host(html, pages):
    for page, elements in pages.items():
        for tag, attrs in elements.tags:
            loaded = attrs.get("src", "") if tag != "link" else attrs.get("href", "")
            assert not re.match("(https?:)?//", loaded), f"{page.name} loads {loaded}"
    for style in html.rglob("*.css"):
        foreign = re.findall(r"(?:@import|url\()[\s\"']*(?:https?:)?//", style.read_text("utf8"))
        assert not foreign, style.name


def test_every_work_in_the_bibliography_is_listed_and_every_cited_doi_is_in_it(html, pages):
    bibliography = (ROOT / "book" / "references.bib").read_text("utf8")
    keys = set(re.findall(r"^@\w+\{(\w+),", bibliography, re.MULTILINE))
    cited = set(re.findall(r"`(\w+)`", (ROOT / "book" / "references.md").read_text("utf8")))
    assert keys == cited
    listed = pages[html / "book" / "references.html"]
    known = {attrs["href"] for tag, attrs in listed.tags if tag == "a"}
    for page, elements in pages.items():
        for _, attrs in elements.tags:
            if "doi.org/" in attrs.get("href", ""):
                assert attrs["href"] in known, f"{page.name} cites {attrs['href']}"


# What the build says when something is wrong, tried on a small copy


def write_chapter(root: Path, code: str, text: str = "Some text.") -> None:
    cells = [new_markdown_cell(f"# A chapter\n\n{text}"), new_code_cell(code)]
    for i, cell in enumerate(cells):
        cell["id"] = f"cell-{i}"
    kernel = {"name": "python3", "display_name": "Python 3"}
    path = root / "notebooks" / "01_small.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.fixture(scope="module")
def small_book(tmp_path_factory) -> Path:
    """A book of two pages, built, with the real book's settings."""
    root = tmp_path_factory.mktemp("small")
    for folder in ("notebooks", "src/course_rnn", "tools"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(ROOT / "book", root / "book", ignore=shutil.ignore_patterns("*.md"))
    shutil.copy(ROOT / "tools" / "build_book.py", root / "tools")
    (root / "requirements.txt").touch()
    toc = "format: jb-book\nroot: book/intro\nchapters:\n  - file: notebooks/01_small\n"
    (root / "book" / "_toc.yml").write_text(toc)
    (root / "book" / "intro.md").write_text("# Small\n\nText.\n")
    write_chapter(root, "6 * 7")
    done = run_build(root)
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture
def copy(small_book, tmp_path) -> Path:
    """A copy to break, with the pages of the last good build in it."""
    shutil.copytree(small_book, tmp_path / "copy")
    return tmp_path / "copy"


def fails_and_leaves_the_old_book(root: Path) -> str:
    """Build, expect a failure in one sentence, and return all that was said."""
    old = (root / "_build" / "html" / "notebooks" / "01_small.html").read_bytes()
    done = run_build(root)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert (root / "_build" / "html" / "notebooks" / "01_small.html").read_bytes() == old
    return done.stdout + done.stderr


def test_a_failing_cell_is_named_with_its_error(copy):
    write_chapter(copy, "size = 3\nnp.zeros(size)")
    said = fails_and_leaves_the_old_book(copy)
    assert "notebooks/01_small.ipynb failed in the cell that begins `size = 3`" in said
    assert "NameError: name 'np' is not defined." in said


def test_a_cell_that_never_ends_is_stopped(copy):
    tool = copy / "tools" / "build_book.py"
    tool.write_text(tool.read_text("utf8").replace("CELL_SECONDS = 120", "CELL_SECONDS = 1"))
    write_chapter(copy, "while True:\n    pass")
    said = fails_and_leaves_the_old_book(copy)
    assert "in the cell that begins `while True:`: it ran for more than 1 seconds." in said


def test_warnings_and_broken_references_are_errors(copy):
    code = "import warnings\nwarnings.warn('careful')"
    write_chapter(copy, code, "[gone](../book/gone.md) and [lost](../book/intro.md#lost)")
    (copy / "book" / "intro.md").write_text("# Small\n\n{cite:t}`nobody1999` ![x](gone.png)\n")
    said = fails_and_leaves_the_old_book(copy)
    for reason in ("gone.md", "lost", "nobody1999", "gone.png", "stderr was found"):
        assert reason in said
    assert "correct them and run `make book` again" in said


def test_a_page_that_does_not_exist_is_named(copy):
    (copy / "notebooks" / "01_small.ipynb").unlink()
    said = fails_and_leaves_the_old_book(copy)
    assert "book/_toc.yml names notebooks/01_small, but there is no" in said


def test_a_damaged_notebook_is_named(copy):
    (copy / "notebooks" / "01_small.ipynb").write_text('{"cells": [')
    said = fails_and_leaves_the_old_book(copy)
    assert "notebooks/01_small.ipynb is not a readable notebook" in said


def test_a_change_of_the_text_alone_executes_nothing(copy):
    write_chapter(copy, "6 * 7", "Other text.")
    done = run_build(copy)
    assert done.returncode == 0
    assert "executing" not in done.stdout
    page = (copy / "_build" / "html" / "notebooks" / "01_small.html").read_text("utf8")
    assert "Other text." in page
    assert ">42\n" in page


def test_a_change_of_the_package_makes_the_results_stale(copy):
    assert not stale(copy)
    (copy / "src" / "course_rnn" / "new.py").write_text("x = 1\n")
    assert stale(copy)


def test_a_change_of_the_pinned_environment_makes_the_results_stale(copy):
    (copy / "requirements.txt").write_text("numpy==1\n")
    assert stale(copy)


def stale(root: Path) -> bool:
    """Ask the tool whether a chapter has to be executed again."""
    question = (
        "import build_book as tool; keys = tool.execution_keys(tool.pages());"
        "print(any(tool.key_of_last_run(page) != key for page, key in keys.items()))"
    )
    command = [sys.executable, "-c", question]
    return subprocess.check_output(command, cwd=root / "tools", text=True).strip() == "True"

"""The printed book: everything is in it, can be found, and leads to the right page."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[1]
PDF = ROOT / "_build" / "course-rnn.pdf"
COMMAND = [sys.executable, str(ROOT / "tools" / "build_pdf.py")]
CONTENTS = 1  # the page after the title


@pytest.fixture(scope="module")
def pdf() -> PdfReader:
    done = subprocess.run(COMMAND, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return PdfReader(PDF)


@pytest.fixture(scope="module")
def pages(pdf) -> list[str]:
    return [page.extract_text() for page in pdf.pages]


def titles(pdf: PdfReader) -> dict[str, int]:
    """Return the bookmarks of the first level, each with its page."""
    marks = [mark for mark in pdf.outline if not isinstance(mark, list)]
    return {mark.title: pdf.get_destination_page_number(mark) + 1 for mark in marks}


def test_the_print_is_as_long_as_a_book_and_bears_its_title(pdf, pages):
    assert 150 < len(pages) < 600
    assert pdf.metadata.title == "Recurrent neural networks, step by step"
    assert "Recurrent neural networks" in pages[0]


def test_every_page_of_the_book_has_a_bookmark_to_its_first_page(pdf, pages):
    toc = re.findall(r"(?:root|file): (\S+)", (ROOT / "book" / "_toc.yml").read_text("utf8"))
    found = titles(pdf)
    assert len(found) == len(toc)
    for title, number in found.items():
        assert title in " ".join(pages[number - 1].split())
    for chapter in (ROOT / "notebooks").glob("*.ipynb"):
        assert any(title.startswith(f"{chapter.stem[:2]} ") for title in found)


def test_the_table_of_contents_has_the_right_page_numbers(pdf, pages):
    for title, number in titles(pdf).items():
        assert re.search(rf"^{re.escape(title)} {number}$", pages[CONTENTS], re.MULTILINE)


def test_text_code_and_results_can_be_searched(pages):
    text = " ".join(" ".join(pages).split())
    for words in ("Revision questions", "from course_rnn import", "vanishing", "def train_model"):
        assert words in text


def test_formulas_are_typeset(pages):
    text = "\n".join(pages)
    for source in (r"\(", r"\[", r"\frac", r"\odot"):  # as Sphinx writes them, before MathJax
        assert source not in text
    for symbol in "⟨⟩∂⊙∑":
        assert text.count(symbol) > 10


def links(pdf: PdfReader) -> Iterator[str]:
    """Yield where each link leads: an address, or nothing if it is a place of the print."""
    for page in pdf.pages:
        for annotation in page.get("/Annots", []):
            yield annotation.get_object().get("/A", {}).get("/URI", "")


def test_links_lead_into_the_print_or_to_the_world_but_not_to_this_machine(pdf):
    found = list(links(pdf))
    assert found.count("") > 100
    assert not [link for link in found if link and not re.match("https?://", link)]
    assert not [link for link in found if "127.0.0.1" in link]


def test_a_second_print_without_a_change_does_nothing(pdf):
    before = PDF.stat().st_mtime_ns
    done = subprocess.run(COMMAND, capture_output=True, text=True)
    assert "nothing changed; the print is _build/course-rnn.pdf" in done.stdout
    assert PDF.stat().st_mtime_ns == before


def test_without_chromium_one_sentence_says_what_to_install(tmp_path):
    environment = {**os.environ, "PATH": str(tmp_path)}
    done = subprocess.run(COMMAND, capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("book: Chromium prints the book, and it is not installed")
    assert len(done.stderr.splitlines()) == 1

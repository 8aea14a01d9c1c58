"""The glossary and the chapters lead to each other, and the page of mistakes is complete."""

import json
import re
from pathlib import Path

import pytest

from course_rnn.check import EXERCISES

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
ENTRY = re.compile(r'<dt id="(term-[^"]+)">')
USES = re.compile(r'<p class="uses">(.*?)</p>', re.DOTALL)
ADDRESS = re.compile(r'href="([^"]+)"')


@pytest.fixture(scope="module")
def glossary() -> str:
    return (HTML / "book" / "glossary.html").read_text("utf-8")


def test_every_entry_leads_to_where_it_is_used(glossary):
    entries = re.split(r"(?=<dt id=)", glossary)[1:]
    groups = re.split(r"</dd>", glossary)[:-1]
    assert len(entries) > 50
    for group in groups:
        if "<dt id=" in group:
            assert USES.search(group), ENTRY.findall(group)


def test_every_way_back_leads_to_a_section(glossary):
    for uses in USES.findall(glossary):
        for address in ADDRESS.findall(uses):
            page, section = address.split("#")
            text = (HTML / "book" / page).resolve().read_text("utf-8")
            assert f'id="{section}"' in text


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_links_each_word_once_and_to_its_entry(chapter, glossary):
    text = (HTML / "notebooks" / f"{chapter}.html").read_text("utf-8")
    linked = re.findall(r'class="glossed[^"]*" href="../book/glossary.html#([^"]+)"', text)
    assert linked
    assert len(linked) == len(set(linked))
    assert set(linked) <= set(ENTRY.findall(glossary))


def test_the_page_of_mistakes_knows_every_mistake_by_its_name():
    results = json.loads((ROOT / "book" / "results" / "misconceptions.json").read_text("utf-8"))
    found = {row["exercise"]: row["misconceptions"] for row in results["result"]}
    recorded = {name: [m.id for m in each.misconceptions] for name, each in EXERCISES.items()}
    assert {name: [m["id"] for m in each] for name, each in found.items()} == recorded
    for mistakes in found.values():
        assert all(m["named"] == m["refused"] == m["draws"] for m in mistakes)

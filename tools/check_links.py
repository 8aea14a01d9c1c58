"""Ask every other host that the book links to whether the page is still there.

Sphinx's own link checker does it, with the book's settings; this says what came of it. It needs a
network, so the tests leave it out. Links within the book are checked whenever the book is built.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import build_book
from build_book import BUILD, NEXT, BuildError, say

RESULTS = BUILD / "links.json"  # one line of JSON for each link, as Sphinx writes it
LOG = BUILD / "links.log"
# Publishers answer programs like this, whether the page is there or not.
REFUSAL = re.compile(r"^(401|403|405|418|429|503) ")
NO_NETWORK = re.compile("NameResolutionError|Network is unreachable|ProxyError|Max retries")


def ask() -> list[dict[str, str]]:
    """Run the link checker and return what it found."""
    book = build_book.pages()
    keys = build_book.execution_keys(book)
    build_book.execute_stale(keys)
    build_book.fill_cache(keys)
    say("asking for every link; this takes a few minutes")
    try:
        build_book.jupyter_book(LOG, "--builder", "linkcheck")
        found = next(NEXT.rglob("output.json"), None)
        if found is None:
            log = LOG.relative_to(build_book.ROOT)
            raise BuildError(f"The link checker gave up, {log} says why: settle it and try again.")
        shutil.move(found, RESULTS)
    finally:
        shutil.rmtree(NEXT, ignore_errors=True)
    lines = RESULTS.read_text("utf8").splitlines()
    return [link for link in map(json.loads, lines) if link["uri"].startswith("http")]


def is_refused(link: dict[str, str]) -> bool:
    """Tell whether a host answered, but not to a program."""
    return link["status"] == "broken" and bool(REFUSAL.match(link["info"]))


def line_about(link: dict[str, str]) -> str:
    """Say where a link stands and what is wrong with it."""
    name = Path(link["filename"])
    place = name.relative_to(build_book.ROOT) if name.is_absolute() else name
    return f"{place.as_posix()}:{link['lineno']}: {link['uri']}: {link['info']}"


def report(links: list[dict[str, str]]) -> None:
    """Print what a person has to look at; raise if a link is broken."""
    refused = [link for link in links if is_refused(link)]
    broken = [link for link in links if link["status"] in ("broken", "timeout")]
    broken = [link for link in broken if link not in refused]
    if broken and len(broken) == len(links) and all(NO_NETWORK.search(b["info"]) for b in broken):
        raise BuildError(
            f"None of the {len(links)} links could be reached: connect to a network and "
            "run `make links` again."
        )
    for link in refused:
        print(f"look yourself: {line_about(link)}")
    for link in broken:
        print(line_about(link))
    if broken:
        raise BuildError(
            f"{len(broken)} of {len(links)} links are broken, printed above: correct them, "
            "or take them out, and run `make links` again."
        )
    say(f"{len(links) - len(refused)} links work, {len(refused)} hosts refuse programs")


def check() -> None:
    """Check every link to another host."""
    report(ask())


if __name__ == "__main__":
    sys.exit(build_book.main(check))

"""`make links` asks other hosts; here the other host is this machine."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


class Host(BaseHTTPRequestHandler):
    """Answers with the status that the address asks for: /404 is not there."""

    def do_GET(self):
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


@pytest.fixture
def host() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def check(root: Path, text: str) -> subprocess.CompletedProcess[str]:
    """Run the tool on a book of one page with the real book's settings."""
    shutil.copytree(ROOT / "book", root / "book", ignore=shutil.ignore_patterns("*.md"))
    (root / "tools").mkdir()
    for tool in ("build_book.py", "check_links.py"):
        shutil.copy(ROOT / "tools" / tool, root / "tools")
    (root / "requirements.txt").touch()
    (root / "book" / "_toc.yml").write_text("format: jb-book\nroot: book/intro\n")
    (root / "book" / "intro.md").write_text(f"# Small\n\n{text}\n")
    command = [sys.executable, "tools/check_links.py"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def test_a_broken_link_is_named_with_its_place_and_a_refusal_is_not_called_broken(tmp_path, host):
    done = check(tmp_path, f"[a]({host}/200)\n\n[b]({host}/404)\n\n[c]({host}/403)")
    assert done.returncode == 1
    assert f"book/intro.md:5: {host}/404: 404" in done.stdout
    assert f"look yourself: book/intro.md:7: {host}/403: 403" in done.stdout
    assert done.stderr == (
        "book: 1 of 3 links are broken, printed above: correct them, or take them out, "
        "and run `make links` again.\n"
    )


def test_without_a_network_one_sentence_says_so(tmp_path):
    done = check(tmp_path, "[a](http://nowhere.invalid/a) [b](http://nowhere.invalid/b)")
    assert done.returncode == 1
    assert done.stderr.startswith(
        "book: None of the 2 links could be reached: connect to a network"
    )
    assert "nowhere" not in done.stdout

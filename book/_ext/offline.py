"""A Sphinx extension that keeps the pages self-sufficient: nothing is asked of another host.

MathJax is taken from the package ``sphinx-mathjax-offline`` when the book is built and served from
the book's own static files, on every page, because the output of a cell may hold mathematics.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util.fileutil import copy_asset

PACKAGE = "sphinx-mathjax-offline"
SCRIPT = "tex-chtml.js"
PARTS = (SCRIPT, "input/tex/extensions", "output/chtml/fonts/woff-v2")


def mathjax_folder() -> Path:
    """Return the folder of the installed MathJax files."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ExtensionError(f"MathJax is not installed: run `pip install {PACKAGE}`.")
    return Path(spec.origin).parent / "static" / "mathjax"


def use_local_mathjax(app: Sphinx, config: Config) -> None:
    """Point the pages at the book's own copy of MathJax."""
    mathjax_folder()
    config.mathjax_path = f"mathjax/{SCRIPT}"


def copy_mathjax(app: Sphinx, failure: Exception | None) -> None:
    """Copy the parts of MathJax that the pages can ask for."""
    if failure is None and app.builder.format == "html":
        for part in PARTS:
            target = Path(app.outdir) / "_static" / "mathjax" / part
            copy_asset(mathjax_folder() / part, target if not target.suffix else target.parent)


def write_front_door(app: Sphinx, failure: Exception | None) -> None:
    """Write the page at the site's root, which leads to the first page and names the favicon.

    Sphinx would leave out the favicon, and browsers would then ask for a file that is not there.
    """
    if failure is None and app.builder.name == "html":
        first = f"{app.config.root_doc}.html"
        icon = f"_static/{Path(app.config.html_favicon).name}"
        (Path(app.outdir) / "index.html").write_text(
            f'<!DOCTYPE html>\n<html lang="en">\n<title>{app.config.html_title}</title>\n'
            f'<link rel="icon" href="{icon}">\n'
            f'<meta http-equiv="refresh" content="0; url={first}">\n'
            f'<a href="{first}">{app.config.html_title}</a>\n</html>\n'
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.set_html_assets_policy("always")
    app.connect("config-inited", use_local_mathjax)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", write_front_door, priority=600)  # after the table of contents'
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""A Sphinx extension that keeps the pages light: one set of icons, figures of 256 colours."""

from __future__ import annotations

import io
import re
from pathlib import Path

from PIL import Image
from sphinx.application import Sphinx

# 1.5 MB that draw the icons a second time: the theme's style sheet already has them as a font.
ICON_SCRIPT = re.compile(r'<script src="[^"]*/fontawesome\.js[^"]*"></script>\n?')


def drop_icon_script(page: Path) -> None:
    """Take the script of the icons off a page."""
    page.write_text(ICON_SCRIPT.sub("", page.read_text("utf8")), "utf8")


def squeeze(picture: Path) -> None:
    """Give an opaque picture the 256 colours that suit it best, if that makes it smaller."""
    with Image.open(picture) as image:
        if image.convert("RGBA").getextrema()[3][0] < 255:
            return
        small = image.convert("RGB").quantize(256, Image.Quantize.MEDIANCUT, kmeans=1)
    target = io.BytesIO()
    small.save(target, "PNG", optimize=True)
    if target.tell() < picture.stat().st_size:
        picture.write_bytes(target.getvalue())


def lighten(app: Sphinx, failure: Exception | None) -> None:
    """Lighten the finished pages and their figures."""
    if failure is None and app.builder.format == "html":
        for page in Path(app.outdir).rglob("*.html"):
            drop_icon_script(page)
        for picture in (Path(app.outdir) / "_images").glob("*.png"):
            squeeze(picture)
        for script in (Path(app.outdir) / "_static").rglob("fontawesome.js*"):
            script.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension to Sphinx."""
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Draw the landing page's two pictures: a network that reads, and a check that says why.

.venv/bin/python tools/draw_front.py

Both are computed here by the course's own code and written as SVG, so that they are sharp at any
size; their colours follow the page from light to dark.
"""

from pathlib import Path
from textwrap import wrap
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from draw_picture import SENTENCE, read_sentence

from course_rnn.check import CheckFailed, check

STATIC = Path(__file__).resolve().parents[1] / "book" / "_static"
WIDTH, HEIGHT = 480, 264
COLUMNS = 63  # of text in the picture of the check
WRONG = """\
def rnn_cell_forward(x_t, a_prev, params):
    Wax, Waa, ba = params
    return np.tanh(x_t @ Wax.T + a_prev @ Waa + ba), None

check(rnn_cell_forward)"""
STYLE = """
svg { --ground: #f4f6f8; --ink: #1f2933; --soft: #52606d; --line: #9aa5b1; --accent: #005f99;
      --above: #54278f; --below: #d9730d; --alarm: #a13d00; color-scheme: light dark }
@media (prefers-color-scheme: dark) {
svg { --ground: #1e252d; --ink: #e4e7eb; --soft: #aab4be; --line: #66727e; --accent: #74bdf0;
      --above: #b9a2ec; --below: #f5a04c; --alarm: #ffb27d } }
.ground { fill: var(--ground) }
text { fill: var(--ink); font: 13px system-ui, "Segoe UI", "Noto Sans", Arial, sans-serif }
.title { font-size: 15px; font-weight: 600 }
.middle { text-anchor: middle }
.soft { fill: var(--soft); font-size: 12px }
.code { font: 11.5px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        white-space: pre }
.alarm { fill: var(--alarm) }
.found { fill: var(--accent); font-weight: 700 }
.bar { fill: var(--accent) }
.line { fill: none; stroke: var(--line); stroke-width: 1.3 }
.tip { fill: var(--line) }
.above { fill: var(--above) }
.below { fill: var(--below) }
"""


def element(name: str, content: str = "", **attributes: str | float) -> str:
    """Return an element of SVG; a trailing underscore keeps a name from being Python's."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def text(content: str, x: float, y: float, class_: str = "") -> str:
    """Return a line of text."""
    return element("text", escape(content), x=x, y=y, class_=class_)


def arrow(x0: float, y0: float, x1: float, y1: float) -> str:
    """Return a straight arrow that goes right or up."""
    tip = [(x1, y1), (x1 - 5, y1 - 3), (x1 - 5, y1 + 3)]
    if x0 == x1:
        tip = [(x1, y1), (x1 - 3, y1 + 5), (x1 + 3, y1 + 5)]
    points = " ".join(f"{x:g},{y:g}" for x, y in tip)
    line = element("path", d=f"M{x0:g} {y0:g}L{x1:g} {y1:g}", class_="line")
    return line + element("polygon", points=points, class_="tip")


def picture(title: str, parts: list[str]) -> str:
    """Return a whole SVG file: the ground, the title and the parts."""
    ground = element("rect", width=WIDTH, height=HEIGHT, rx=10, class_="ground")
    lines = [element("style", STYLE), ground, text(title, 16, 28, "title"), *parts]
    size = f"0 0 {WIDTH} {HEIGHT}"
    namespace = "http://www.w3.org/2000/svg"
    content = "\n".join(lines)
    return element("svg", content, xmlns=namespace, viewBox=size, width=WIDTH, height=HEIGHT) + "\n"


def state(values: np.ndarray, x: float) -> list[str]:
    """Return a cell with its state: a stripe for each number, violet above zero, orange below."""
    height = 84 / len(values)
    stripes = [
        element(
            "rect",
            x=x - 14,
            y=round(118 + i * height, 2),
            width=28,
            height=round(height - 0.4, 2),
            fill_opacity=round(abs(float(value)), 2),
            class_="above" if value > 0 else "below",
        )
        for i, value in enumerate(values)
    ]
    return [*stripes, element("rect", x=x - 18, y=114, width=36, height=92, rx=6, class_="line")]


def step(word: str, values: np.ndarray, p: float, x: float) -> list[str]:
    """Return one step: the word below, the cell, and above it how likely the word is a name."""
    emphasis = "middle found" if p > 0.5 else "middle"
    bar = round(1 + 34 * p, 1)
    return [
        text(word, x, 241, emphasis),
        arrow(x, 226, x, 209),
        *state(values, x),
        arrow(x, 112, x, 101),
        element("rect", x=x - 14, y=98 - bar, width=28, height=bar, class_="bar"),
        text(f"{p:.2f}", x, 92 - bar, f"{emphasis} soft" if p <= 0.5 else emphasis),
    ]


def network() -> str:
    """Return the picture of the trained tagger reading its sentence."""
    a, p = read_sentence()
    places = [45 + 55.5 * t for t in range(len(SENTENCE))]
    parts = [part for step_ in zip(SENTENCE, a, p, places, strict=True) for part in step(*step_)]
    parts += [arrow(x + 19, 160, x + 36, 160) for x in places[:-1]]
    return picture("It reads word by word: is this one a name?", parts)


def message() -> str:
    """Return what the check says about the code in the picture."""
    code = WRONG.rsplit("\n\n", 1)[0]
    names: dict[str, Any] = {"np": np}
    exec(code, names)
    try:
        check(names["rnn_cell_forward"])
    except CheckFailed as failed:
        return str(failed)
    raise AssertionError("the wrong cell passed its check")


def paragraphs(said: str) -> list[str]:
    """Return the message's parts, each on one line: what is wrong, the input, the likely cause."""
    parts: list[str] = []
    for line in said.splitlines():
        if parts and line.startswith("    "):
            parts[-1] += f" {line.strip()}"
        else:
            parts.append(line.strip())
    return parts


def answer() -> str:
    """Return the picture of a wrong answer and what the check says about it."""
    blocks = [(block.splitlines(), "code") for block in WRONG.split("\n\n")]
    for part in paragraphs(message()):
        kind = "code alarm" if part.startswith("Likely") else "code soft"
        blocks.append((wrap(part, COLUMNS, subsequent_indent="  "), kind))
    parts, y = [], 54.0
    for lines, kind in blocks:
        parts += [text(line, 16, y + 15.5 * i, kind) for i, line in enumerate(lines)]
        y += 15.5 * len(lines) + 6
    return picture("A wrong answer comes back with its reason", parts)


def main() -> None:
    """Draw both and save them."""
    for name, draw in {"front-network": network, "front-check": answer}.items():
        (STATIC / f"{name}.svg").write_text(draw(), "utf8")
        print(f"wrote {name}.svg")


if __name__ == "__main__":
    main()

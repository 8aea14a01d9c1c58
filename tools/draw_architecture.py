"""Draw the packages and who imports whom, read from the code, for book/contributing.md.

.venv/bin/python tools/draw_architecture.py

It writes book/_static/architecture.svg and architecture-dark.svg; a test says if they are old.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "book" / "_static"
PLACES = {"course_rnn": ROOT / "src", "grader": ROOT}  # package: where it lies

WIDTH, HEIGHT, LANE, GAP_X, GAP_Y = 176, 42, 4, 18, 42
LIGHT = {"text": "#1f2933", "arrow": "#5b6770", "course_rnn": "#d7e8f7", "grader": "#fbe5cf"}
DARK = {"text": "#f2f4f6", "arrow": "#9aa7b2", "course_rnn": "#1d4566", "grader": "#6b3f12"}


# What the code says


def module_name(path: Path, place: Path) -> str:
    """Return the dotted name of a module's file."""
    parts = path.relative_to(place).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def modules_in(folder: Path) -> Iterator[Path]:
    """Yield the modules of a package and its sub-packages; submissions and answers are neither."""
    yield from sorted(folder.glob("*.py"))
    for path in sorted(folder.glob("*/__init__.py")):
        yield from modules_in(path.parent)


def box_of(module: str) -> str:
    """Return the box that a module is drawn in: its folder, two levels deep at most."""
    package, *rest = module.split(".")
    is_folder = bool(rest) and (PLACES[package] / package / rest[0]).is_dir()
    return f"{package}/{rest[0]}" if is_folder else package


def imported(tree: ast.Module) -> Iterator[str]:
    """Yield the names of the modules that a module imports, wherever it does so."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def read_code() -> tuple[set[str], dict[tuple[str, str], int]]:
    """Return the boxes, and in how many modules of one something of another is imported."""
    boxes, arrows = set[str](), Counter[tuple[str, str]]()
    for package, place in PLACES.items():
        for path in modules_in(place / package):
            here = box_of(module_name(path, place))
            boxes.add(here)
            names = imported(ast.parse(path.read_text("utf-8")))
            there = {box_of(name) for name in names if name.split(".")[0] in PLACES}
            arrows.update((here, box) for box in there - {here})
    return boxes, dict(arrows)


# Where things stand


def boxes_in(package: str, boxes: set[str]) -> list[str]:
    """Return the boxes of a package."""
    return sorted(box for box in boxes if box.split("/")[0] == package)


def layers(boxes: list[str], arrows: dict[tuple[str, str], int]) -> list[list[str]]:
    """Sort boxes into rows, so that nearly all arrows point downwards.

    A box stands above everything it imports. Where two import each other, the weaker arrow, the
    one of fewer modules, does not count.
    """
    below = {
        box: {b for a, b in arrows if a == box and arrows[a, b] > arrows.get((b, a), 0)}
        for box in boxes
    }
    rows: list[list[str]] = []
    left = set(boxes)
    while left:
        free = sorted(box for box in left if not below[box] & left)
        row = free or [min(left, key=lambda box: (len(below[box] & left), box))]
        rows.append(row)
        left -= set(row)
    return rows[::-1]


def needed(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out every arrow that follows from others: a to c, where a to b and b to c exist."""

    def reaches(start: str, end: str, without: tuple[str, str]) -> bool:
        steps = {b for a, b in arrows if a == start and (a, b) != without}
        return end in steps or any(reaches(step, end, without) for step in steps)

    return {arrow for arrow in arrows if not reaches(*arrow, without=arrow)}


def with_lanes(
    rows: list[list[str]], arrows: set[tuple[str, str]]
) -> tuple[list[list[str]], dict[tuple[str, str], list[str]]]:
    """Keep a lane free in every row that a long arrow crosses; return the rows and the ways."""
    height = {box: y for y, row in enumerate(rows) for box in row}
    rows, ways = [list(row) for row in rows], {}
    for above, below in sorted(arrows):
        lanes = []
        for y in range(height[above] + 1, height[below]):
            lanes.append(f"{above} > {below} > {y}")
            rows[y].append(lanes[-1])
        ways[above, below] = [above, *lanes, below]
    return rows, ways


def is_lane(item: str) -> bool:
    """Whether an item of a row is a lane for an arrow instead of a box."""
    return " > " in item


def untangled(
    rows: list[list[str]], ways: dict[tuple[str, str], list[str]], sweeps: int = 24
) -> dict[str, float]:
    """Order every row by where its neighbours stand, down and up again; return all centres."""
    pairs = [pair for way in ways.values() for pair in pairwise(way)]
    beside = {item: [] for row in rows for item in row}
    for above, below in pairs:
        beside[above].append(below)
        beside[below].append(above)
    centre = {item: x for row in rows for item, x in spread(row).items()}
    for sweep in range(sweeps):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wish = {i: sum(centre[b] for b in beside[i]) / max(len(beside[i]), 1) for i in row}
            centre |= spread(sorted(row, key=lambda item: (wish[item], item)))
    return centre


def spread(row: list[str]) -> dict[str, float]:
    """Place the items of a row side by side around the middle of the page; return the centres."""
    widths = [LANE if is_lane(item) else WIDTH for item in row]
    x = -(sum(widths) + GAP_X * (len(row) - 1)) / 2
    centres = {}
    for item, width in zip(row, widths, strict=True):
        centres[item] = x + width / 2
        x += width + GAP_X
    return centres


# The picture


def draw_arrow(way: list[tuple[float, float]]) -> str:
    """Draw a curve from the lower edge of a box, along its lanes, to the upper edge of another."""
    x, y = way[0]
    y += HEIGHT / 2
    path = f"M{x:g} {y:g}"
    for place, (x1, middle) in enumerate(way[1:], start=2):
        y1, half = middle - HEIGHT / 2, (middle - HEIGHT / 2 - y) / 2
        is_last = place == len(way)
        path += f"C{x:g} {y + half:g} {x1:g} {y1 - half:g} {x1:g} {y1 - 4 * is_last:g}"
        x, y = x1, middle + HEIGHT / 2
        path += "" if is_last else f"V{y:g}"
    return f'<path d="{path}"/>'


def draw_box(box: str, middle: tuple[float, float], colours: dict[str, str]) -> str:
    """Draw a box with its name."""
    x, y = middle
    return (
        f'<rect x="{x - WIDTH / 2:g}" y="{y - HEIGHT / 2:g}" width="{WIDTH}" height="{HEIGHT}" '
        f'rx="8" fill="{colours[box.split("/")[0]]}"/>'
        f'<text x="{x:g}" y="{y + 5:g}">{escape(box)}</text>'
    )


def draw(colours: dict[str, str]) -> str:
    """Return the picture as SVG: boxes in rows, arrows from whoever imports to what is imported."""
    boxes, arrows = read_code()
    packages = ("grader", "course_rnn")  # course_rnn imports nothing of the grader
    rows = [row for p in packages for row in layers(boxes_in(p, boxes), arrows)]
    height = {box: y for y, row in enumerate(rows) for box in row}
    rows, ways = with_lanes(rows, needed({(a, b) for a, b in arrows if height[a] < height[b]}))
    centres = untangled(rows, ways)
    left = min(centres.values()) - WIDTH / 2 - 10
    places = {
        item: (round(centres[item] - left), y * (HEIGHT + GAP_Y) + HEIGHT / 2 + 10)
        for y, row in enumerate(rows)
        for item in row
    }
    width = max(x for x, _ in places.values()) + WIDTH / 2 + 10
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} '
        f'{len(rows) * (HEIGHT + GAP_Y) - GAP_Y + 20}" role="img">',
        f"<style>text {{ font: 15px sans-serif; text-anchor: middle; fill: {colours['text']} }}"
        f"path {{ fill: none; stroke: {colours['arrow']}; stroke-width: 1.6 }}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="6" '
        'markerHeight="6" orient="auto">'
        f'<path d="M0 0l8 4-8 4z" style="fill: {colours["arrow"]}; stroke: none"/></marker></defs>',
        '<g marker-end="url(#tip)">',
        *(draw_arrow([places[item] for item in way]) for way in ways.values()),
        "</g>",
        *(draw_box(box, places[box], colours) for box in places if not is_lane(box)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write both pictures."""
    for name, colours in (("architecture.svg", LIGHT), ("architecture-dark.svg", DARK)):
        (PICTURES / name).write_text(draw(colours), "utf-8")


if __name__ == "__main__":
    main()

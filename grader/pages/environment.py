"""How a template of this folder becomes a page."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def render(template: str, **values: Any) -> str:  # noqa: ANN401
    """Fill a template; everything in it is escaped, whoever wrote it.

    Parameters
    ----------
    template
        A file of this folder.
    values
        What it shows.
    """
    return _environment().get_template(template).render(**values)


def points(value: float) -> str:
    """Write points with at most two decimals."""
    return f"{round(value, 2) + 0.0:g}"


def percent(share: float) -> str:
    """Write a share as whole per cent."""
    return f"{100 * share:.0f} %"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(points=points, percent=percent)
    return environment

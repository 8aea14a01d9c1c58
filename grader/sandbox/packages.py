"""Which installed packages a submission may import: those of the policy, and what they need."""

import sys
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ALWAYS = ("numpy", "ipython", "matplotlib-inline")
"""What the server itself needs."""


class NotInstalledError(Exception):
    """The policy allows what this environment does not have; the text says what to do."""


def find_packages(imports: Iterable[str]) -> dict[str, Path]:
    """Find what has to be visible so that some modules can be imported.

    Parameters
    ----------
    imports
        Names as in an import statement; modules of Python's own library may be among them.

    Returns
    -------
    dict
        Files and folders of site-packages, by name.

    Raises
    ------
    NotInstalledError
        If one of them is not installed.
    """
    names = [_distribution_of(name) for name in imports if name not in sys.stdlib_module_names]
    entries: dict[str, Path] = {}
    for distribution in _closure([*ALWAYS, *names]):
        for name in _top_levels(distribution):
            entries[name] = Path(str(distribution.locate_file(name)))
    return dict(sorted(entries.items()))


def _distribution_of(module: str) -> str:
    top = module.partition(".")[0]
    try:
        return metadata.distribution(top).metadata["Name"]
    except metadata.PackageNotFoundError:
        pass
    try:
        return _distributions()[top][0]
    except KeyError:
        raise NotInstalledError(
            f"policy.toml allows to import {module}, but no installed package has it: install it "
            "in the grader's environment, or take it off `imports`."
        ) from None


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())


def _closure(names: list[str]) -> list[metadata.Distribution]:
    """Return distributions with all that they require here, extras left out."""
    found: dict[str, metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            distribution = found[name] = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # an optional one: whoever needs it will say so
        requirements = map(Requirement, distribution.requires or ())
        waiting += [
            r.name for r in requirements if not r.marker or r.marker.evaluate({"extra": ""})
        ]
    return list(found.values())


def _top_levels(distribution: metadata.Distribution) -> set[str]:
    """Return the names in site-packages that a distribution has put there."""
    record = distribution.read_text("RECORD")  # thousands of lines: Distribution.files is slow
    names = record.splitlines() if record else map(str, distribution.files or ())
    tops = {name.partition(",")[0].partition("/")[0].strip('"') for name in names}
    return {top for top in tops if top not in ("..", "__pycache__") and not top.endswith(".pth")}

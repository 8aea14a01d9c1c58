"""The rules of grading, read from policy.toml: what may be imported, limits, dates, lateness."""

import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

LEVELS = ("bubblewrap", "limits")
"""The levels of the sandbox, the stronger first."""


class BadPolicyError(Exception):
    """The policy cannot be used; the text says what to change."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell_seconds: float = 10.0
    submission_seconds: float = 60.0
    memory_mib: int = 2048
    disk_mib: int = 64
    threads: int = 32
    open_files: int = 128
    output_kib: int = 100  # of one cell
    answer_mib: int = 64  # of one value that a function returns


@dataclass(frozen=True)
class Late:
    """What lateness costs: after `grace_minutes`, `per_day` of the points, at most `cap`."""

    grace_minutes: float = 0.0
    per_day: float = 0.0
    cap: float = 1.0


@dataclass(frozen=True)
class Policy:
    """The rules of one assignment."""

    imports: tuple[str, ...] = ("numpy", "matplotlib")
    level: str = "bubblewrap"
    accept_weaker: bool = False
    due: datetime | None = None
    limits: Limits = field(default_factory=Limits)
    late: Late = field(default_factory=Late)


def read_policy(path: Path, assignment: str) -> Policy:
    """Read the rules of an assignment: the course's, with the assignment's own on top.

    Parameters
    ----------
    path
        The TOML file: [course], and [assignments.NAME] with the same keys. If it is missing, the
        defaults above hold.
    assignment
        The name of the assignment.

    Raises
    ------
    BadPolicyError
        If the file is no TOML, or has a key or value that means nothing here.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, ValueError) as error:
        raise BadPolicyError(f"{path.name} cannot be read ({error}): correct it.") from None
    own = content.get("assignments", {}).get(assignment, {})
    policy = _changed(Policy(), content.get("course", {}), f"{path.name}, [course]")
    policy = _changed(policy, own, f"{path.name}, [assignments.{assignment}]")
    if policy.level not in LEVELS:
        raise BadPolicyError(
            f"{path.name}: there is no level {policy.level!r}, choose from {', '.join(LEVELS)}."
        )
    return policy


def _changed(rules: Any, values: dict[str, Any], where: str) -> Any:  # noqa: ANN401
    known = {f.name: getattr(rules, f.name) for f in fields(rules)}
    for name, value in values.items():
        if name not in known:
            raise BadPolicyError(
                f"{where}: nothing is called {name}, choose from {', '.join(known)}."
            )
        known[name] = _value(known[name], value, f"{where}, {name}")
    return replace(rules, **known)


def _value(before: Any, value: Any, where: str) -> Any:  # noqa: ANN401
    if isinstance(before, (Limits, Late)):
        return _changed(before, value, where)
    if isinstance(before, float) and type(value) is int:
        value = float(value)
    if isinstance(before, tuple) and isinstance(value, list):
        value = tuple(value)
    expected = datetime if before is None else type(before)
    if not isinstance(value, expected):
        raise BadPolicyError(
            f"{where}: {value!r} is a {type(value).__name__}, expected a {expected.__name__}."
        )
    return value

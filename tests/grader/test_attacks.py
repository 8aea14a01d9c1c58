"""Every row of the attack table ends as it must, on each sandbox level that can promise it."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.policy import LEVELS, Limits, Policy
from grader.results import Result
from grader.run.job import Job, read_notebooks
from grader.run.sandboxes import close_sandboxes
from grader.run.snapshot import open_job
from grader.run.task import Task, grade
from tests import attacks
from tests.attacks import Attack
from tests.grader.classroom import make_course

SECTIONS = sorted(path.stem for path in Path(attacks.__file__).parent.glob("section_*.py"))
ATTACKS: list[Attack] = [
    attack
    for section in SECTIONS
    for attack in importlib.import_module(f"tests.attacks.{section}").ATTACKS
]


@pytest.fixture(scope="module")
def open_as(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Limits], Job]]:
    places = make_course(tmp_path_factory.mktemp("attacked"))
    yield lambda level, limits: open_job(places, Policy(level=level, limits=limits))
    close_sandboxes()


@pytest.mark.parametrize(
    ("level", "attack"),
    [(level, attack) for level in LEVELS for attack in ATTACKS if level in attack.levels],
    ids=lambda part: part if isinstance(part, str) else f"{part.row} {part.title}",
)
def test_an_attack_earns_what_its_answers_deserve(
    attack: Attack, level: str, open_as: Callable[[str, Limits], Job], tmp_path: Path
):
    folder = tmp_path / "handed in"
    folder.mkdir()
    job = open_as(level, attack.limits)
    _, released = read_notebooks(job)
    attack.build(released, folder)
    result = grade(Task(job, "somebody", folder)).result
    if isinstance(attack.expect, str):
        assert result.status == attack.expect, result
    else:
        assert points(result) == attack.expect, result
    assert attack.says in " ".join((*result.notes, *result.flags, result.reason))


def points(result: Result) -> dict[str, float | None]:
    """Add up the points of each exercise; None if one of its cells waits for a person."""
    total: dict[str, float | None] = {}
    for cell in result.cells:
        before = total.get(cell.exercise, 0.0)
        undecided = before is None or cell.points is None
        total[cell.exercise] = None if undecided else before + cell.points
    return total

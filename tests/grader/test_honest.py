"""Right answers get full marks, in whatever style, on every level of the sandbox."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader import course
from grader.policy import LEVELS, read_policy
from grader.run.job import Job, read_notebooks
from grader.run.places import Places
from grader.run.snapshot import open_job
from grader.run.task import Task, grade
from tests.grader.submissions import solutions_of
from tests.honest import FILES, write_submission

ASSIGNMENTS = sorted({path.parent.name for path in FILES})


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Job]:
    folder = tmp_path_factory.mktemp("honest")
    opened = {}
    for name in ASSIGNMENTS:
        shutil.copytree(course.SOLUTIONS / name, folder / "source" / name)
        places = Places(course.course_in(folder), name)
        policy = read_policy(course.ROOT / "grader" / "policy.toml", name)
        for level in LEVELS:
            opened[level, name] = open_job(places, replace(policy, level=level))
    return opened


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("level", LEVELS)
def test_a_right_answer_gets_full_marks(
    level: str, path: Path, jobs: dict[tuple[str, str], Job], tmp_path: Path
):
    name = path.parent.name
    job = jobs[level, name]
    folder = tmp_path / "handed in"
    folder.mkdir()
    write_submission(path, read_notebooks(job)[1], solutions_of(name), folder)
    result = grade(Task(job, "somebody", folder)).result
    assert result.status == "graded", result
    for cell in result.cells:
        assert (cell.status, cell.points) == ("passed", cell.max_points), cell


def test_there_are_at_least_forty_styles():
    assert len(FILES) >= 40

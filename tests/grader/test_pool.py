"""The pool: whatever happens to a worker, every task ends with a result, and only once."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.results import GRADED, REVIEW
from grader.run.job import Job
from grader.run.pool import Pool, cluster_pool, local_pool
from grader.run.task import Task
from tests.grader.classroom import job_of, make_course
from tests.grader.fake_work import work


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return job_of(make_course(tmp_path))


def tasks(job: Job, folder: Path, what: list[str]) -> list[Task]:
    made = []
    for number, text in enumerate(what):
        place = folder / f"student-{number}"
        place.mkdir(exist_ok=True)
        (place / "do.txt").write_text(text)
        made.append(Task(job, place.name, place))
    return made


def statuses(pool: Pool, given: list[Task]) -> dict[str, str]:
    with pool:
        graded = list(pool.run(given))
    assert Counter(item.who for item in graded) == Counter(task.who for task in given)
    return {item.who: item.result.status for item in graded}


def test_a_worker_that_dies_loses_nothing_and_the_one_that_kills_it_is_found(
    job: Job, tmp_path: Path
):
    what = ["fine", "die", "fine", "die once", "raise", *["fine"] * 20]
    found = statuses(local_pool(2, tmp_path / "log", work), tasks(job, tmp_path, what))
    assert {who: status for who, status in found.items() if status != GRADED} == {
        "student-1": REVIEW,
        "student-4": REVIEW,
    }


def test_the_reason_says_what_happened(job: Job, tmp_path: Path):
    with local_pool(1, tmp_path / "log", work) as pool:
        died, raised = pool.run(tasks(job, tmp_path, ["die", "raise"]))
        reasons = {died.who: died.result.reason, raised.who: raised.result.reason}
    assert reasons["student-0"].startswith("The process that graded it died 3 times")
    assert reasons["student-1"] == "The grader failed (RecursionError: too deep)."


def test_what_no_task_can_survive_ends_the_run(job: Job, tmp_path: Path):
    with (
        pytest.raises(OSError, match="No space left"),
        local_pool(2, tmp_path / "log", work) as pool,
    ):
        list(pool.run(tasks(job, tmp_path, ["fine", "full disk", *["wait"] * 50])))


def test_workers_killed_from_outside_lose_nothing(job: Job, tmp_path: Path):
    given = tasks(job, tmp_path, ["wait"] * 12)
    killed, found = set(), []
    with local_pool(2, tmp_path / "log", work) as pool:
        for graded in pool.run(given):
            found.append(graded.who)
            if len(killed) < 2 and int(graded.worker) not in killed:
                os.kill(int(graded.worker), signal.SIGKILL)
                killed.add(int(graded.worker))
    assert sorted(found) == sorted(task.who for task in given)
    assert len(killed) == 2


def test_the_coordinator_holds_only_a_few_tasks(job: Job, tmp_path: Path):
    asked = []

    def given() -> Iterator[Task]:
        for task in tasks(job, tmp_path, ["fine"] * 40):
            asked.append(task.who)
            yield task

    with local_pool(1, tmp_path / "log", work) as pool:
        for done, _ in enumerate(pool.run(given()), 1):
            assert len(asked) <= done + 2


def test_a_cluster_loses_nothing_when_a_worker_is_killed(
    cluster: tuple[str, list[subprocess.Popen]], job: Job, tmp_path: Path
):
    address, workers = cluster
    given = tasks(job, tmp_path, [*["wait"] * 20, "die", "die once", "raise"])
    found = {}
    with cluster_pool(address, work) as pool:
        for graded in pool.run(given):
            assert graded.who not in found
            found[graded.who] = graded.result.status
            if len(found) == 3:
                workers[0].kill()
    assert sorted(found) == sorted(task.who for task in given)
    assert {who for who, status in found.items() if status != GRADED} == {
        "student-20",
        "student-22",
    }

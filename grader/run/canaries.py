"""Submissions whose marks are known, graded first: they tell whether the tests can judge.

The solution must get full marks, the released stub none, and every misconception of an exercise
less than its full marks. If one does not, nothing may be recorded.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from course_rnn.check import EXERCISES
from grader.results import CellResult, Result
from grader.run.job import Job, read_notebooks
from grader.run.store import write_atomically
from grader.run.task import Graded, Task
from grader.sample_class.transcribe import transcribe
from grader.sources import grading, without_markers

SOLUTION, STUB = "the solution", "the released stub"


class CanaryError(Exception):
    """The tests of an assignment cannot judge; the text names the cells."""


@dataclass(frozen=True)
class Canary:
    """A submission of our own: what is written into which cell, and which exercises are wrong.

    `wrong` maps an exercise to what is wrong with it; all others must get full marks.
    """

    name: str
    cells: dict[str, str]
    wrong: dict[str, str]


def canaries(job: Job) -> Iterator[Canary]:
    """List the canaries of an assignment.

    One canary holds a misconception of each exercise, since exercises are judged one by one.
    """
    source, _ = read_notebooks(job)
    solutions = {
        grading(cell).grade_id: without_markers(cell.source)
        for cell in source.cells
        if grading(cell).get("solution") and cell.cell_type == "code"
    }
    yield Canary("solution", solutions, {})
    yield Canary("stub", {}, dict.fromkeys(solutions, STUB))
    exercises = [EXERCISES[name] for name in solutions if name in EXERCISES]
    columns = [[(e.name, m) for m in e.misconceptions] for e in exercises]
    for number, row in enumerate(zip_longest(*columns), 1):
        wrong = {name: m.id for name, m in filter(None, row)}
        cells = {name: transcribe(m.wrong, name) for name, m in filter(None, row)}
        yield Canary(f"misconceptions-{number:02}", solutions | cells, wrong)


def canary_tasks(job: Job, birds: list[Canary]) -> Iterator[Task]:
    """Hand in the canaries beside the tests of the job, and return the tasks to grade them."""
    _, released = read_notebooks(job)
    for bird in birds:
        folder = job.folder / "canaries" / bird.name
        path = folder / f"{job.assignment}.ipynb"
        if not path.exists():
            notebook = json.loads(json.dumps(released))
            for cell in notebook["cells"]:
                name = cell["metadata"].get("nbgrader", {}).get("grade_id")
                cell["source"] = bird.cells.get(name, cell["source"])
            write_atomically(path, json.dumps(notebook, indent=1).encode("ascii"))
        yield Task(job, bird.name, folder)


def judge_canaries(job: Job, birds: list[Canary], graded: list[Graded]) -> None:
    """Make sure that every canary has the marks it must have.

    Raises
    ------
    CanaryError
        If one has not; the text names assignment, cell and canary.
    """
    results = {item.who: item.result for item in graded}
    found = [list(_problems(bird, results[bird.name])) for bird in birds]
    problems = found[0] or list(chain(*found))  # nothing can be right if the solution is wrong
    if problems:
        listed = "\n".join(f"  {text}" for text in problems[:10])
        more = f"\n  and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise CanaryError(
            f"The tests of {job.assignment} cannot be trusted, so nothing was recorded:\n"
            f"{listed}{more}\n"
            "Correct the assignment, or what this machine lacks to run it, and grade again."
        )


def _problems(bird: Canary, result: Result) -> Iterator[str]:
    if not result.cells:
        yield f"{bird.name} was not judged: {result.reason or 'it has no test cells'}"
    for name in dict.fromkeys(cell.exercise for cell in result.cells):
        cells = [cell for cell in result.cells if cell.exercise == name]
        wrong = bird.wrong.get(name)
        if wrong is None:
            yield from (_sentence(c, SOLUTION) for c in cells if c.points != c.max_points)
        elif wrong == STUB:
            yield from (_sentence(c, STUB) for c in cells if c.points != 0)
        elif all(c.points == c.max_points for c in cells):
            yield f"{name} gives full marks to its misconception {wrong}"
        else:
            lost = [c for c in cells if c.points is None]
            yield from (_sentence(c, f"its misconception {wrong}") for c in lost)


def _sentence(cell: CellResult, what: str) -> str:
    got = "no points" if cell.points is None else f"{cell.points:g} of {cell.max_points:g} points"
    message = f": {cell.message.splitlines()[0]}" if cell.message else ""
    return f"cell {cell.grade_id} gives {what} {got} ({cell.status}){message}"

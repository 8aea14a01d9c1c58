"""The page about a class: marks, exercises, what was misunderstood, who needs a person."""

import math
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_rnn.check import EXERCISES
from grader.marks import ClassMarks, Marks
from grader.pages import environment
from grader.pages.statistics import cronbach_alpha, difficulty, discrimination
from grader.results import GRADED, KILLED, MEMORY, TIMEOUT, Result

MOST_BARS = 12
SLOWEST = 5


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram: what totals it stands for, and how many students have one."""

    label: str
    count: int


@dataclass(frozen=True)
class ExerciseLine:
    """What is known about one exercise; `discrimination` is None if it cannot be computed."""

    number: str
    name: str
    max_points: float
    share: float
    discrimination: float | None
    untouched: int


@dataclass(frozen=True)
class Misunderstanding:
    """A misconception that the class has."""

    id: str
    number: str
    exercise: str
    title: str
    hint: str
    students: tuple[str, ...]
    share: float


class Counts:
    """What is counted over results, one at a time, so that no notebook stays in memory."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.misconceptions: dict[tuple[str, str], set[str]] = {}
        self.limits: dict[str, dict[str, list[str]]] = {TIMEOUT: {}, MEMORY: {}, KILLED: {}}
        self.waiting: list[tuple[str, str]] = []
        self.flags: list[tuple[str, tuple[str, ...]]] = []
        self.levels: Counter[str] = Counter()

    def add(self, student: str, result: Result) -> None:
        """Count one result."""
        self.statuses[result.status] += 1
        self.levels[result.level] += 1
        if result.status != GRADED:
            self.waiting.append((student, result.reason or "a test could not be judged"))
        if result.flags:
            self.flags.append((student, result.flags))
        for cell in result.cells:
            if cell.misconception:
                key = cell.exercise, cell.misconception
                self.misconceptions.setdefault(key, set()).add(student)
            if cell.status in self.limits:
                exercises = self.limits[cell.status].setdefault(student, [])
                if cell.exercise not in exercises:
                    exercises.append(cell.exercise)


def render(marked: ClassMarks, counts: Counts, telemetry: list[dict[str, Any]]) -> str:
    """Write the page.

    Parameters
    ----------
    marked
        The marks of the class.
    counts
        What was counted over all results.
    telemetry
        A line for each grading: `student` and `seconds`.
    """
    points = _points(marked)
    totals = points.sum(axis=1).tolist()
    alpha = cronbach_alpha(points)
    return environment.render(
        "report.html",
        assignment=marked.assignment,
        students=len(marked.students),
        complete=sum(one.total is not None for one in marked.students),
        mean=statistics.fmean(totals) if totals else None,
        median=statistics.median(totals) if totals else None,
        bars=histogram(totals, _most_by_tests(marked)),
        by_tests=_most_by_tests(marked),
        exercises=exercise_lines(marked, points),
        judged=len(points),
        alpha=None if np.isnan(alpha) else alpha,
        misunderstandings=misunderstandings(marked, counts),
        counts=counts,
        unread=[one.student for one in marked.students if _only_text_waits(one, marked)],
        times=_times(telemetry),
    )


def histogram(totals: list[float], most: float) -> list[Bar]:
    """Sort totals into bars of one point each, of several if that would be too many bars."""
    width = max(1, math.ceil((most + 1) / MOST_BARS))
    places = [int(min(max(total, 0.0), most) // width) for total in totals]
    found, lows = Counter(places), range(0, math.floor(most) + 1, width)
    labels = [f"{low}" if width == 1 else f"{low}–{low + width - 1}" for low in lows]
    return [Bar(label, found[place]) for place, label in enumerate(labels)]


def exercise_lines(marked: ClassMarks, points: np.ndarray) -> list[ExerciseLine]:
    """Describe each exercise that tests judge."""
    names = _tested(marked)
    most = np.array([_most(marked, name) for name in names])
    shares = difficulty(points / np.maximum(most, 1e-12))
    lines = zip(names, most, shares, discrimination(points), strict=True)
    return [
        ExerciseLine(
            _number(marked, name),
            name,
            float(top),
            float(share),
            None if np.isnan(correlation) else float(correlation),
            int((points[:, j] == 0).sum()),
        )
        for j, (name, top, share, correlation) in enumerate(lines)
    ]


def misunderstandings(marked: ClassMarks, counts: Counts) -> list[Misunderstanding]:
    """List the misconceptions of the class, the most frequent first."""
    found = []
    for (exercise, key), students in counts.misconceptions.items():
        known = EXERCISES[exercise].misconceptions if exercise in EXERCISES else []
        title, hint = next(((m.title, m.hint) for m in known if m.id == key), (key, ""))
        share = len(students) / max(1, sum(counts.statuses.values()))
        number = _number(marked, exercise)
        who = tuple(sorted(students))
        found.append(Misunderstanding(key, number, exercise, title, hint, who, share))
    return sorted(found, key=lambda m: (-m.share, m.number, m.id))


def _tested(marked: ClassMarks) -> list[str]:
    groups = marked.exercises.items()
    return [name for name, items in groups if not all(item.by_hand for item in items)]


def _points(marked: ClassMarks) -> np.ndarray:
    """Return the points in each exercise, shape (students, exercises), of those that have all."""
    names = _tested(marked)
    rows = [[marked.points_in(one, name) for name in names] for one in marked.students]
    return np.array([row for row in rows if None not in row], float).reshape(-1, len(names))


def _most_by_tests(marked: ClassMarks) -> float:
    return sum(_most(marked, name) for name in _tested(marked))


def _most(marked: ClassMarks, name: str) -> float:
    return sum(item.max_points for item in marked.exercises[name])


def _number(marked: ClassMarks, exercise: str) -> str:
    """Return the number of an exercise as its notebook has it: chapter, then place."""
    names = list(marked.exercises)
    chapter = marked.assignment.partition("_")[0]
    return f"{chapter}.{names.index(exercise) + 1}" if exercise in names else ""


def _only_text_waits(one: Marks, marked: ClassMarks) -> bool:
    by_hand = {item.name for item in marked.items if item.by_hand}
    return bool(one.waiting) and set(one.waiting) <= by_hand


def _times(telemetry: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Summarise how long gradings took: the last one of each student counts."""
    last = {entry["student"]: float(entry["seconds"]) for entry in telemetry}
    if not last:
        return None
    slowest = sorted(last.items(), key=lambda item: -item[1])[:SLOWEST]
    return {"median": statistics.median(last.values()), "slowest": slowest}

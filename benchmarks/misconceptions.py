"""Every recorded mistake handed to `check` as an answer: whether it is refused, and named."""

import warnings
from collections import Counter
from typing import Any

from course_rnn.check import EXERCISES
from course_rnn.check.engine import draw, find_problem
from course_rnn.check.exercise import Exercise, Misconception
from course_rnn.check.outcome import expect, is_right, observe_quietly
from grader.sample_class.roster import ROSTER

SEEDS = range(3)


def run() -> list[dict[str, Any]]:
    """Judge each mistake on three draws; progress is one line an exercise."""
    warnings.simplefilter("ignore", RuntimeWarning)  # overflow is what some are about
    rows = []
    for exercise in EXERCISES.values():
        rows.append(about(exercise))
        named = sum(each["named"] == len(SEEDS) for each in rows[-1]["misconceptions"])
        print(f"{exercise.name:28} {named} of {len(rows[-1]['misconceptions'])} named", flush=True)
    return rows


def about(exercise: Exercise) -> dict[str, Any]:
    """Return what became of an exercise's mistakes."""
    return {
        "exercise": exercise.name,
        "chapter": exercise.chapter,
        "inputs": len(exercise.cases),
        "misconceptions": [judged(exercise, each) for each in exercise.misconceptions],
    }


def judged(exercise: Exercise, misconception: Misconception) -> dict[str, Any]:
    """Say how often a mistake was refused and named, and whether one input shows it."""
    problems = [find_problem(misconception.wrong, exercise, seed) for seed in SEEDS]
    names = Counter(p.misconception.id for p in problems if p and p.misconception)
    return {
        "id": misconception.id,
        "title": misconception.title,
        "source": misconception.source if misconception.source.startswith("http") else None,
        "draws": len(SEEDS),
        "refused": sum(problem is not None for problem in problems),
        "named": names[misconception.id],
        "shown by the first input": first_input_shows(exercise, misconception),
        "in the sample class": misconception.id in in_sample_class(),
    }


def first_input_shows(exercise: Exercise, misconception: Misconception) -> bool:
    """Whether the mistake differs from the reference on an exercise's first, ordinary input."""
    _, args = next(draw(exercise.cases, 0))
    return not is_right(
        observe_quietly(misconception.wrong, exercise, args),
        expect(misconception.wrong, exercise, args),
    )


def in_sample_class() -> set[str]:
    """Return the mistakes that students of the sample class have made."""
    handed_in = [each for students in ROSTER.values() for each in students]
    return {id for each in handed_in for id in (*each.misconceptions, *each.recognised)}

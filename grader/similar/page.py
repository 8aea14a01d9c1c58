"""The pairs side by side, on one page that loads nothing and runs nothing."""

from grader.pages import environment
from grader.similar.answers import Answers
from grader.similar.pairs import Pair


def render(assignment: str, answers: Answers, pairs: dict[str, list[Pair]]) -> str:
    """Lay out the pairs of every exercise.

    Parameters
    ----------
    assignment
        Its name.
    answers
        What was compared.
    pairs
        What was found, by exercise.
    """
    everybody = {(one.kind, one.who) for found in answers.values() for one in found}
    counts = {kind: sum(k == kind for k, _ in everybody) for kind in ("class", "earlier")}
    return environment.render(
        "similar.html",
        assignment=assignment,
        students=counts["class"],
        earlier=counts["earlier"],
        exercises=pairs,
    )

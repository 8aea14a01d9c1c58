"""Pairs of solutions that share more than solving the same exercise explains."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from grader.similar.fingerprints import Fingerprints, fingerprints_of
from grader.similar.tokens import tokens_of

COMMON = 0.02  # a fingerprint that more of the answers have is no sign of copying
FEW = 4  # answers, in a small class
FEWEST = 8  # fingerprints; shorter functions come out alike by themselves


@dataclass(frozen=True)
class Answer:
    """A solution of an exercise. `kind` is "class", "reference" or "earlier"."""

    who: str
    exercise: str
    source: str
    kind: str = "class"


@dataclass(frozen=True)
class Pair:
    """Two answers that are alike.

    `share` is the part of the smaller answer's information that the other has too; `bits` is how
    much information that is. `lines` are those of each that stand in the other.
    """

    one: Answer
    other: Answer
    share: float
    bits: float
    lines: tuple[frozenset[int], frozenset[int]]


def alike(answers: list[Answer], stub: str = "", share: float = 0.6) -> list[Pair]:
    r"""Find the pairs of answers to one exercise that are alike.

    A fingerprint that `df` of `n` answers have carries this information:

        bits = log2(n / df)

    so what two alone write counts most. What more than a few of them write counts for nothing.

    Parameters
    ----------
    answers
        To one exercise; pairs without an answer of this class are not looked for.
    stub
        What was given; it counts for nothing.
    share
        Pairs with less are left out.

    Returns
    -------
    list of Pair
        The most alike first.
    """
    given = set(fingerprints_of(tokens_of(stub)))
    prints = [fingerprints_of(tokens_of(answer.source)) for answer in answers]
    information = _information(prints, given)
    pairs = []
    for i, j in sorted(_candidates(prints, information)):
        if "class" in (answers[i].kind, answers[j].kind):
            pairs.append(_compare(answers[i], answers[j], prints[i], prints[j], information))
    found = [pair for pair in pairs if pair.share >= share]
    return sorted(found, key=lambda pair: (-pair.share, -pair.bits, pair.one.who, pair.other.who))


def _information(prints: list[Fingerprints], given: Iterable[int]) -> dict[int, float]:
    counts = Counter(value for one in prints for value in one)
    few = max(FEW, COMMON * len(prints))
    bits = {v: math.log2(len(prints) / n) if n <= few else 0.0 for v, n in counts.items()}
    return bits | dict.fromkeys(given, 0.0)


def _candidates(
    prints: list[Fingerprints], information: Mapping[int, float]
) -> set[tuple[int, int]]:
    """Return the pairs that share a rare fingerprint: an index of them, not all pairs, is read."""
    owners = defaultdict(list)
    for i, one in enumerate(prints):
        for value in one:
            if information[value] > 0:
                owners[value].append(i)
    pairs = Counter(pair for who in owners.values() for pair in combinations(who, 2))
    return {pair for pair, shared in pairs.items() if shared >= FEWEST}


def _compare(
    one: Answer,
    other: Answer,
    prints: Fingerprints,
    others: Fingerprints,
    information: Mapping[int, float],
) -> Pair:
    common = prints.keys() & others.keys()
    bits = sum(information[value] for value in common)
    least = min(sum(information[value] for value in p) for p in (prints, others))
    telling = [value for value in common if information[value] > 0]
    lines = [frozenset().union(*(p[v] for v in telling)) for p in (prints, others)]
    return Pair(one, other, bits / least if least else 0.0, bits, (lines[0], lines[1]))

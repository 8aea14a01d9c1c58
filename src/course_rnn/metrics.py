"""How good are the decisions? Precision, recall and F1, of single labels and of whole entities.

A ratio whose denominator is zero (nothing predicted, nothing to find) counts as 0.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_rnn.shapes import check_same_shape


class ConfusionCounts(NamedTuple):
    """How often a prediction was right and wrong, told apart by what was predicted."""

    true_positive: int
    """found"""
    false_positive: int
    """found where there is nothing"""
    false_negative: int
    """missed"""
    true_negative: int
    """rightly left out"""

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return _ratio(self.true_positive, self.true_positive + self.false_positive)

    @property
    def recall(self) -> float:
        """The share of what is there that was found."""
        return _ratio(self.true_positive, self.true_positive + self.false_negative)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        errors = self.false_positive + self.false_negative
        return _ratio(2 * self.true_positive, 2 * self.true_positive + errors)


def confusion_counts(
    targets: np.ndarray, predictions: np.ndarray, positive: int = 1
) -> ConfusionCounts:
    r"""Count right and wrong predictions of one class.

    $$TP = \sum [y = \hat{y} = c], \quad FP = \sum [y \ne c, \hat{y} = c], \quad
    FN = \sum [y = c, \hat{y} \ne c], \quad TN = \sum [y \ne c, \hat{y} \ne c]$$

    Parameters
    ----------
    targets, predictions : ndarray of int or bool, any shape (...)
        The right classes y and the predicted ones; leave out padding first: targets[mask].
    positive
        The class c that counts as found.

    Returns
    -------
    ConfusionCounts
        true_positive, false_positive, false_negative, true_negative.

    Raises
    ------
    ValueError
        If the shapes differ or there is nothing to count.

    Examples
    --------
    >>> confusion_counts(np.array([1, 1, 0, 0, 0]), np.array([1, 0, 1, 0, 0]))
    ConfusionCounts(true_positive=1, false_positive=1, false_negative=1, true_negative=2)
    """
    check_same_shape(targets=targets, predictions=predictions)
    there, found = np.asarray(targets) == positive, np.asarray(predictions) == positive
    cells = (there & found, ~there & found, there & ~found, ~there & ~found)
    return ConfusionCounts(*(int(np.count_nonzero(cell)) for cell in cells))


def precision(targets: np.ndarray, predictions: np.ndarray, positive: int = 1) -> float:
    r"""Measure how much of what was found is right.

    $$P = \frac{TP}{TP + FP}$$

    Parameters
    ----------
    targets, predictions : ndarray of int or bool, any shape (...)
        The right classes and the predicted ones.
    positive
        The class that counts as found.

    Returns
    -------
    float
        Between 0 and 1; 0 if nothing was found.

    Raises
    ------
    ValueError
        If the shapes differ or there is nothing to count.

    Examples
    --------
    >>> precision(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0]))
    1.0
    """
    return confusion_counts(targets, predictions, positive).precision


def recall(targets: np.ndarray, predictions: np.ndarray, positive: int = 1) -> float:
    r"""Measure how much of what is there was found.

    $$R = \frac{TP}{TP + FN}$$

    Parameters
    ----------
    targets, predictions : ndarray of int or bool, any shape (...)
        The right classes and the predicted ones.
    positive
        The class that counts as found.

    Returns
    -------
    float
        Between 0 and 1; 0 if there is nothing to find.

    Raises
    ------
    ValueError
        If the shapes differ or there is nothing to count.

    Examples
    --------
    >>> recall(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0]))
    0.5
    """
    return confusion_counts(targets, predictions, positive).recall


def f1_score(targets: np.ndarray, predictions: np.ndarray, positive: int = 1) -> float:
    r"""Measure both at once: the harmonic mean of precision and recall.

    $$F_1 = \frac{2 P R}{P + R} = \frac{2\, TP}{2\, TP + FP + FN}$$

    Parameters
    ----------
    targets, predictions : ndarray of int or bool, any shape (...)
        The right classes and the predicted ones.
    positive
        The class that counts as found.

    Returns
    -------
    float
        Between 0 and 1; true negatives play no part, so rare classes cannot hide behind them.

    Raises
    ------
    ValueError
        If the shapes differ or there is nothing to count.

    Notes
    -----
    van Rijsbergen (1979), Information Retrieval.

    Examples
    --------
    >>> round(f1_score(np.array([1, 1, 0, 0]), np.array([1, 0, 0, 0])), 3)
    0.667
    """
    return confusion_counts(targets, predictions, positive).f1


class Entity(NamedTuple):
    """A stretch of tokens that belong together, such as the two words of a name."""

    kind: str
    """what follows the dash of its tags, such as PER"""
    start: int
    """its first token"""
    end: int
    """the token after its last one"""


def find_entities(tags: Sequence[str]) -> set[Entity]:
    """Read the entities from the BIO tags of a sentence: B begins one, I is inside, O outside.

    Parameters
    ----------
    tags
        One tag a token: "O", or "B" or "I" followed by a kind, such as "B-PER".

    Returns
    -------
    set of Entity
        Kind, first token and the token after the last one.

    Raises
    ------
    ValueError
        If a tag begins with none of B, I and O.

    Notes
    -----
    An I that continues nothing of its kind begins an entity, as in CoNLL's own evaluation (Tjong
    Kim Sang & De Meulder, 2003).

    Examples
    --------
    >>> sorted(find_entities(["B-PER", "I-PER", "O", "B-LOC"]))
    [Entity(kind='LOC', start=3, end=4), Entity(kind='PER', start=0, end=2)]
    """
    found, kind, start = set(), None, 0
    for t, tag in enumerate([*tags, "O"]):  # the added O ends an entity at the end
        prefix, _, own = tag.partition("-")
        if prefix not in ("B", "I", "O"):
            raise ValueError(f"tags has {tag!r} at {t}, expected O, B-kind or I-kind")
        if kind is not None and (prefix != "I" or own != kind):
            found.add(Entity(kind, start, t))
            kind = None
        if kind is None and prefix != "O":
            kind, start = own, t
    return found


def entity_f1(targets: Sequence[Sequence[str]], predictions: Sequence[Sequence[str]]) -> float:
    r"""Measure F1 of whole entities: one counts as found if its kind and both its ends are right.

    $$F_1 = \frac{2\, TP}{2\, TP + FP + FN}, \qquad TP = \sum_s |E_s \cap \hat{E}_s|$$

    Parameters
    ----------
    targets, predictions
        For each sentence s its BIO tags, one a token.

    Returns
    -------
    float
        Between 0 and 1, over all sentences and kinds together.

    Raises
    ------
    ValueError
        If there are no sentences, their numbers or lengths differ, or a tag is not BIO.

    Notes
    -----
    Tjong Kim Sang & De Meulder (2003). A name of which only the first word was found is an error,
    although most of the tags are right.

    Examples
    --------
    >>> entity_f1([["B-PER", "I-PER", "O", "B-LOC"]], [["B-PER", "O", "O", "B-LOC"]])
    0.5
    """
    lengths = [len(tags) for tags in targets], [len(tags) for tags in predictions]
    if lengths[0] != lengths[1] or not lengths[0]:
        raise ValueError(
            f"predictions has sentences of lengths {lengths[1]}, "
            f"expected those of targets, {lengths[0]}, and at least one"
        )
    pairs = [
        (find_entities(there), find_entities(found))
        for there, found in zip(targets, predictions, strict=True)
    ]
    right = sum(len(there & found) for there, found in pairs)
    return _ratio(2 * right, sum(len(there) + len(found) for there, found in pairs))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0

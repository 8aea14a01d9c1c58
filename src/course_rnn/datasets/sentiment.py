"""Reviews with negation: "not good" is bad, and what is said of the popcorn does not count.

A review speaks of the film and of something else, in either order, each time with or without "not".
Its label is what it says of the film. Who counts words cannot tell "the film was not good but the
popcorn was good" from "the film was good but the popcorn was not good".
"""

import numpy as np

from course_rnn.shapes import check_at_least

FILM = ["the film", "the story", "the acting", "this movie"]
ELSE = ["the popcorn", "the seat", "the poster", "our dinner"]
PRAISE = ["good", "great", "wonderful", "funny", "exciting"]
BLAME = ["bad", "awful", "boring", "poor", "terrible"]
DEGREES = ["", "very", "really"]
JOINTS = ["but", "and", "while"]


def sentiment_reviews(
    n_reviews: int, rng: np.random.Generator
) -> tuple[list[list[str]], np.ndarray]:
    """Draw reviews of a film, half of their judgements negated.

    Parameters
    ----------
    n_reviews
        How many reviews.
    rng
        The source of randomness.

    Returns
    -------
    reviews : list of list of str
        The words: small letters, no punctuation.
    labels : ndarray of int, shape (n_reviews,)
        1 if the review praises the film, 0 if not.

    Raises
    ------
    ValueError
        If n_reviews is below 1.

    Examples
    --------
    >>> reviews, labels = sentiment_reviews(1, np.random.default_rng(0))
    >>> " ".join(reviews[0]), int(labels[0])
    ('the popcorn was terrible while the acting was not awful', 1)
    """
    check_at_least(1, n_reviews=n_reviews)
    labels = rng.integers(2, size=n_reviews)
    return [_review(label, rng) for label in labels], labels


def _review(label: int, rng: np.random.Generator) -> list[str]:
    judgements = [_judgement(FILM, label, rng), _judgement(ELSE, rng.integers(2), rng)]
    first = rng.integers(2)
    return f"{judgements[first]} {rng.choice(JOINTS)} {judgements[1 - first]}".split()


def _judgement(subjects: list[str], praise: int, rng: np.random.Generator) -> str:
    """Say something good or bad of one of the subjects, or that the opposite is not so."""
    negated = rng.integers(2)
    words = (BLAME, PRAISE)[praise ^ negated]
    negation = ("", "not")[negated]
    return f"{rng.choice(subjects)} was {negation} {rng.choice(DEGREES)} {rng.choice(words)}"

"""Spoken directions: a task that cannot be solved without the order of the words.

A sentence strings together places, remarks and turns. The label is the direction of the *last*
turn: "turn right at the bridge ... no wait ... turn left ..." means left. The words "left" and
"right" also occur without meaning a direction ("you are right", "i left my map at home").
"""

import numpy as np

PLACES = [
    "at the bridge",
    "after the bakery",
    "past the church",
    "behind the school",
    "by the river",
    "near the old mill",
]
REMARKS = [
    "you are right",
    "right away",
    "all right",
    "i left my map at home",
    "nothing is left of it",
    "it is not far",
    "no wait",
    "let me think",
]
TURNS = ["turn left", "turn right"]
LEAST_PHRASES = 7


def spoken_directions(
    n_sentences: int, n_phrases: int, rng: np.random.Generator
) -> tuple[list[list[str]], np.ndarray]:
    """Draw sentences in which the speaker first sends you one way, then the other.

    Two of the phrases are turns, in opposite directions, with at least two other phrases between
    them, one before the first and two after the last. The others are drawn from the places and
    the remarks.

    Parameters
    ----------
    n_sentences
        How many sentences.
    n_phrases
        How many phrases in each, at least 7; a phrase has two to six words.
    rng
        The source of randomness.

    Returns
    -------
    sentences : list of list of str
        The words.
    labels : ndarray of int, shape (n_sentences,)
        0 if the last turn goes left, 1 if it goes right.

    Raises
    ------
    ValueError
        If n_phrases leaves no room for the turns and what stands between them.

    Examples
    --------
    >>> sentences, labels = spoken_directions(1, 7, np.random.default_rng(1))
    >>> words = sentences[0]
    >>> words[words.index("turn") + 1], int(labels[0])
    ('right', 0)
    """
    if n_phrases < LEAST_PHRASES:
        raise ValueError(f"n_phrases is {n_phrases}: use at least {LEAST_PHRASES}")
    sentences, labels = [], rng.integers(2, size=n_sentences)
    for label in labels:
        phrases = rng.choice(PLACES + REMARKS, size=n_phrases).tolist()
        last = rng.integers(4, n_phrases - 2)
        first = rng.integers(1, last - 2)
        phrases[first], phrases[last] = TURNS[1 - label], TURNS[label]
        sentences.append(" ".join(phrases).split())
    return sentences, labels

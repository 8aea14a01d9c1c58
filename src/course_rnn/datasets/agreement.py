"""Long-range agreement: whether "was" or "were" follows is decided many words before.

"the cat that ate the fish near the old houses was full", "the cats that ... were full". The words
between subject and verb name other things, one or many, at random: only the first noun counts.
"""

import numpy as np

from course_rnn.shapes import check_at_least

SUBJECTS = [("cat", "cats"), ("dog", "dogs"), ("bird", "birds"), ("child", "children")]
OBJECTS = [
    ("fish", "fishes"),
    ("house", "houses"),
    ("tree", "trees"),
    ("boat", "boats"),
    ("man", "men"),
    ("mouse", "mice"),
]
DEEDS = ["ate", "saw", "followed", "found"]  # the past tense does not tell one from many
PLACES = ["near", "behind", "under", "beside"]
VERBS = ("was", "were")


def agreement_sentences(
    n_sentences: int, n_phrases: int, rng: np.random.Generator
) -> tuple[list[list[str]], np.ndarray]:
    """Draw sentences without their verb, which the first noun decides.

    Parameters
    ----------
    n_sentences
        How many sentences.
    n_phrases
        How many phrases, of three words each, stand between the subject and its verb.
    rng
        The source of randomness.

    Returns
    -------
    sentences : list of list of str
        The words before the verb, 6 + 3 (n_phrases - 1) of them.
    labels : ndarray of int, shape (n_sentences,)
        0 if "was" follows, 1 if "were" does: VERBS[label].

    Raises
    ------
    ValueError
        If a number is below 1.

    Notes
    -----
    Linzen, Dupoux & Goldberg (2016) study recurrent networks on such sentences.

    Examples
    --------
    >>> sentences, labels = agreement_sentences(1, 2, np.random.default_rng(0))
    >>> " ".join(sentences[0]), VERBS[labels[0]]
    ('the birds that followed the house behind the fish', 'were')
    """
    check_at_least(1, n_sentences=n_sentences, n_phrases=n_phrases)
    labels = rng.integers(2, size=n_sentences)
    return [_sentence(label, n_phrases, rng) for label in labels], labels


def _sentence(label: int, n_phrases: int, rng: np.random.Generator) -> list[str]:
    words = ["the", SUBJECTS[rng.integers(len(SUBJECTS))][label], "that"]
    links = [rng.choice(DEEDS), *rng.choice(PLACES, size=n_phrases - 1)]
    for link in links:
        words += [str(link), "the", OBJECTS[rng.integers(len(OBJECTS))][rng.integers(2)]]
    return words

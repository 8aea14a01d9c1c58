"""Sentences with the names of people marked, written for this course.

Everything is in small letters, as speech is, and many of the names are words too: may, will, rose,
mark, bill, hope. Whether "may" is a person is told by the words around it.
"""

from typing import NamedTuple

import numpy as np

FIRST_NAMES = (
    "may will rose mark bill hope grace frank art sunny jack june "
    "anna ben clara david emma felix hannah ivan julia karim lena maria noah olga paul sara tom "
    "yuki"
).split()
SURNAMES = "butcher baker cook young rose marsh okafor silva lindt novak tanaka weber".split()

WITH_NAMES = [
    "ask FIRST for help",
    "ask FIRST whether you may come",
    "tell FIRST that i will be late",
    "tell FIRST SURNAME that the bill is paid",
    "where is FIRST today",
    "where is FIRST SURNAME",
    "i met FIRST SURNAME at the bridge",
    "i met FIRST and FIRST in june",
    "my friend FIRST will sing tonight",
    "my friend FIRST SURNAME may come too",
    "did FIRST call you",
    "did FIRST SURNAME pay the bill",
    "a letter from FIRST came today",
    "a letter from FIRST SURNAME for you",
    "this is FIRST speaking",
    "dear FIRST thank you for the rose",
    "dear FIRST i hope you are well",
    "FIRST and FIRST were late again",
    "FIRST SURNAME called this morning",
    "FIRST SURNAME and FIRST sing well",
    "give the book to FIRST please",
    "we saw FIRST with the young cook",
    "the teacher gave FIRST a good mark",
    "you may tell FIRST that it will rain",
    "there is a letter for FIRST SURNAME",
    "the book is for FIRST",
    "i hope that FIRST SURNAME can come",
    "today i saw FIRST at the market",
    "the baker saw FIRST SURNAME there",
]
WITHOUT_NAMES = [
    "you may go now",
    "you may pay the bill later",
    "may i come in",
    "may we see the menu",
    "i will come soon",
    "the bill will be high",
    "will you come tonight",
    "will it rain in may",
    "we pay the bill in june",
    "a rose is a rose",
    "the rose in the garden is red",
    "give the young cook a rose",
    "mark my word",
    "mark the place on the map",
    "he put a mark on the wall",
    "bill me later please",
    "i hope it will rain",
    "there is no hope",
    "hope is a good thing",
    "to be frank i am tired",
    "the art of the cook",
    "it is sunny today",
    "the baker and the butcher are late",
    "the grace of a good dancer",
    "we saw the young butcher in may",
    "she gave her mother a rose",
    "he gave me the bill",
]
HAND_WRITTEN = [
    "please ask {will} whether he will come",
    "i met {rose} and gave her a rose",
    "you may tell {may} that it is sunny",
    "the bill is for {bill}",
    "i hope that {hope} {baker} will call",
    "where is {mark} {young} today",
    "dear {june} we will come in june",
    "my friend {grace} has the grace of a dancer",
    "to be frank i saw {frank} at the bakery",
    "will you tell {art} about the art",
    "did {sunny} {silva} say it is sunny",
    "the cook saw {paul} {cook} in the garden",
    "a letter from {jack} {marsh} came in may",
    "there is hope for {anna}",
    "put a mark on the map please",
    "the young baker may be late",
    "no rose without a thorn",
    "this is {olga} {novak} and this is {tom}",
]


class TaggedSentence(NamedTuple):
    """The words of a sentence, and for each word 1 if it belongs to a name, else 0."""

    tokens: list[str]
    tags: np.ndarray


def name_sentences(n_sentences: int, rng: np.random.Generator) -> list[TaggedSentence]:
    """Draw sentences with and without names from patterns.

    Parameters
    ----------
    n_sentences
        How many sentences.
    rng
        The source of randomness.

    Returns
    -------
    list of TaggedSentence
        Small letters, no punctuation.

    Examples
    --------
    >>> sentence = name_sentences(1, np.random.default_rng(3))[0]
    >>> len(sentence.tokens) == len(sentence.tags)
    True
    """
    return [_fill(rng.choice(WITH_NAMES + WITHOUT_NAMES), rng) for _ in range(n_sentences)]


def name_test_sentences() -> list[TaggedSentence]:
    """Return sentences written by hand, none of them made from the patterns.

    Returns
    -------
    list of TaggedSentence
        Most have a word that is a name at one place and not at another.

    Examples
    --------
    >>> tokens, tags = name_test_sentences()[0]
    >>> " ".join(tokens), tags.tolist()
    ('please ask will whether he will come', [0, 0, 1, 0, 0, 0, 0])
    """
    return [tag_marked(text) for text in HAND_WRITTEN]


def tag_marked(text: str) -> TaggedSentence:
    """Read a sentence in which the words of names stand in braces.

    Parameters
    ----------
    text
        Words separated by blanks, such as "ask {will} for help".

    Returns
    -------
    TaggedSentence
        The words without braces, tagged 1 where there were braces.

    Examples
    --------
    >>> tag_marked("ask {will} for help").tags
    array([0, 1, 0, 0])
    """
    words = text.split()
    tags = np.array([int(word.startswith("{")) for word in words])
    return TaggedSentence([word.strip("{}") for word in words], tags)


def _fill(pattern: str, rng: np.random.Generator) -> TaggedSentence:
    """Draw a name for each FIRST and SURNAME of a pattern."""
    drawn = {"FIRST": FIRST_NAMES, "SURNAME": SURNAMES}
    words = pattern.split()
    tokens = [str(rng.choice(drawn[word])) if word in drawn else word for word in words]
    return TaggedSentence(tokens, np.array([int(word in drawn) for word in words]))

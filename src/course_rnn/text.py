"""From a text to what a network reads: normalise, tokenise, leave out, stem, vectorise, pool."""

import functools
import importlib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from course_rnn.encoding import encode, pad_batch
from course_rnn.shapes import check_at_least, check_shapes

STOP_WORDS = frozenset(
    """a about after again all also am an and any are as at be because been before being between
    both but by can could did do does doing during each for from further had has have having he her
    here hers herself him himself his how i if in into is it its itself just me more most my myself
    of off on once only or other our ours ourselves out over own same shall she should so some such
    than that the their theirs them themselves then there these they this those through to under
    until up was we were what when where which while who whom why will with would you your yours
    yourself yourselves""".split()
)
"""Words that say little about a text's subject. Most lists hold "not", "no" and "nor" too; this one
keeps them in the text, with "never" and the like, because "not good" without "not" is "good"."""

WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*")
WORD_OR_MARK = re.compile(rf"{WORD.pattern}|[^\w\s]|_")
NEGATIONS = {"can't": "can not", "cannot": "can not", "won't": "will not", "shan't": "shall not"}


def normalise(text: str) -> str:
    """Write the same thing in the same way: small letters, one kind of quote, "not" in full.

    Parameters
    ----------
    text
        As people write it; marks of HTML, such as <br />, become blanks.

    Returns
    -------
    str
        Small letters, compatible Unicode characters made one (NFKC), single blanks, "n't" written
        " not", so that "don't" and "do not" are the same two words.

    Examples
    --------
    >>> normalise("I DON’T like it,<br />and I can't say why &amp; how.")
    'i do not like it, and i can not say why & how.'
    """
    import html  # only here: its table of names takes milliseconds to load

    text = html.unescape(re.sub(r"<[^<>]+>", " ", text))
    text = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‘", "'")
    text = re.sub(r"[“”]", '"', text)
    text = re.sub(rf"\b(?:{'|'.join(NEGATIONS)})\b", lambda match: NEGATIONS[match[0]], text)
    return " ".join(re.sub(r"n't\b", " not", text).split())


def tokenize(text: str, punctuation: bool = False) -> list[str]:
    """Cut a text into words.

    Parameters
    ----------
    text
        Any text; `normalise` it first if "Good" and "good" shall be the same.
    punctuation
        Whether marks such as "!" become tokens of their own or are left out.

    Returns
    -------
    list of str
        Words with their apostrophes, numbers with their points, and marks if wanted.

    Examples
    --------
    >>> tokenize("It's 3.5 stars, isn't it?")
    ["It's", '3.5', 'stars', "isn't", 'it']
    >>> tokenize("Well-made!", punctuation=True)
    ['Well', '-', 'made', '!']
    """
    return (WORD_OR_MARK if punctuation else WORD).findall(text)


def remove_stop_words(tokens: Sequence[str], stop_words: Collection[str] = STOP_WORDS) -> list[str]:
    """Leave out words that say little; "not" and its like say much, and stay.

    Parameters
    ----------
    tokens
        The words of a text, in small letters.
    stop_words
        What to leave out.

    Returns
    -------
    list of str
        The others, in their order.

    Raises
    ------
    ValueError
        If tokens is a string.

    Examples
    --------
    >>> remove_stop_words(["this", "is", "not", "a", "good", "film"])
    ['not', 'good', 'film']
    """
    _check_tokens(tokens)
    stop_words = frozenset(stop_words)
    return [token for token in tokens if token not in stop_words]


def stem(tokens: Sequence[str], language: str = "english") -> list[str]:
    """Cut the endings off, so that "loved", "loves" and "loving" become one entry.

    Parameters
    ----------
    tokens
        The words of a text, in small letters.
    language
        One for which Snowball has a stemmer, such as english, german or french.

    Returns
    -------
    list of str
        The stems, which need not be words.

    Raises
    ------
    ValueError
        If tokens is a string, or there is no stemmer for the language.
    ModuleNotFoundError
        If the package snowballstemmer is not installed.

    Notes
    -----
    Porter (1980), in the revised form of his Snowball project.

    Examples
    --------
    >>> stem(["loved", "loves", "loving", "stories"])
    ['love', 'love', 'love', 'stori']
    """
    _check_tokens(tokens)
    return _stemmer(language)(tokens)


def vectorize(
    texts: Sequence[Sequence[str]], vocabulary: Mapping[str, int], max_length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    r"""Turn texts into one padded batch of indices, each text closed with EOS.

    $$\text{indices}_{t,b} = v(\text{token}_{t,b}), \qquad \text{mask}_{t,b} = (t < T_b)$$

    Parameters
    ----------
    texts
        B lists of tokens.
    vocabulary
        token -> index, from `build_vocabulary` on the training part alone.
    max_length
        Keep at most so many steps T, the EOS included; None keeps all.

    Returns
    -------
    indices : ndarray of int, shape (T, B)
        Time first, padded with 0 (PAD) at the ends.
    mask : ndarray of bool, shape (T, B)
        True where there is a token.

    Raises
    ------
    ValueError
        If there is no text, a text is a string, or max_length is below 1.

    Examples
    --------
    >>> vocabulary = {"<PAD>": 0, "<UNK>": 1, "<EOS>": 2, "good": 3, "not": 4}
    >>> indices, mask = vectorize([["not", "good"], ["great"]], vocabulary)
    >>> indices.T
    array([[4, 3, 2],
           [1, 2, 0]])
    """
    cut = None
    if max_length is not None:
        check_at_least(1, max_length=max_length)
        cut = max_length - 1  # the EOS needs a step
    return pad_batch([encode(tokens[:cut], vocabulary) for tokens in texts])


def mean_pool(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    r"""Average each sequence over its own steps, the padding left out.

    $$\bar{x}_b = \frac{1}{T_b} \sum_t \text{mask}_{t,b}\, x_b^{\langle t \rangle}, \qquad
    T_b = \sum_t \text{mask}_{t,b}$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        Vectors, such as word embeddings or the states of a recurrent layer.
    mask : ndarray of bool, shape (T, B)
        True where there is a token.

    Returns
    -------
    ndarray, shape (B, n_x)
        One vector a sequence.

    Raises
    ------
    ValueError
        If shapes do not fit, or a sequence has no token.

    Examples
    --------
    >>> x = np.array([[[1.0]], [[3.0]], [[99.0]]])
    >>> mean_pool(x, np.array([[True], [True], [False]]))
    array([[2.]])
    """
    check_shapes(x=(x, "T B n_x"), mask=(mask, "T B"))
    return np.where(mask[..., None], x, 0).sum(axis=0) / _lengths(mask, x)


def mean_pool_backward(dpooled: np.ndarray, mask: np.ndarray) -> np.ndarray:
    r"""Give every step of a sequence its share of the gradient of the mean.

    $$dx_b^{\langle t \rangle} = \text{mask}_{t,b}\, d\bar{x}_b / T_b$$

    Parameters
    ----------
    dpooled : ndarray, shape (B, n_x)
        The gradient of the loss with respect to the means.
    mask : ndarray of bool, shape (T, B)
        As given to `mean_pool`.

    Returns
    -------
    ndarray, shape (T, B, n_x)
        With respect to x, zero at the padding.

    Raises
    ------
    ValueError
        If shapes do not fit, or a sequence has no token.

    Examples
    --------
    >>> mean_pool_backward(np.array([[1.0]]), np.array([[True], [True], [False]])).ravel()
    array([0.5, 0.5, 0. ])
    """
    check_shapes(mask=(mask, "T B"), dpooled=(dpooled, "B n_x"))
    return np.where(mask[..., None], dpooled / _lengths(mask, dpooled), 0)


def _lengths(mask: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Count the tokens of each sequence, (B, 1)."""
    lengths = mask.sum(axis=0)
    if not lengths.all():
        raise ValueError(
            f"mask of shape {mask.shape} has no True in column {int(lengths.argmin())}, "
            "expected at least one token a sequence"
        )
    return lengths[:, None].astype(like.dtype)


def _check_tokens(tokens: Sequence[str]) -> None:
    if isinstance(tokens, str):
        raise ValueError(f"tokens is the string {tokens!r}: pass a list, such as tokenize(text)")


@functools.cache
def _stemmer(language: str) -> Callable[[Sequence[str]], list[str]]:
    try:
        snowball = importlib.import_module("snowballstemmer")
    except ModuleNotFoundError:
        message = "Stemming needs the package snowballstemmer: run `pip install snowballstemmer`"
        raise ModuleNotFoundError(message) from None
    if language not in snowball.algorithms():
        known = ", ".join(snowball.algorithms())
        raise ValueError(f"language is {language!r}, expected one of {known}")
    return snowball.stemmer(language).stemWords

"""The language model's half: a text without repetitions, models that count, a fair measure."""

from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from course_rnn.capstone.answers import AnswerError, as_step
from course_rnn.datasets.python_library import python_reference_text
from course_rnn.encoding import build_vocabulary, encode
from course_rnn.language_model import Step
from course_rnn.time_series import chronological_split

CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))
"""What a text is made of; everything else is UNK."""

VOCABULARY = MappingProxyType(build_vocabulary([list(CHARACTERS)]))
"""character -> index, PAD, UNK and EOS included: the same on every machine, V in all."""

N_STREAMS = 8


class TextParts(NamedTuple):
    """Three pieces of a text that follow each other, as indices."""

    training: np.ndarray
    """(N,), the first 80 percent"""
    validation: np.ndarray
    """(N,), 10 percent"""
    test: np.ndarray
    """(N,), 10 percent"""


@cache
def text_parts() -> TextParts:
    """Cut Python's language reference in the order of its chapters, each paragraph only once.

    Returns
    -------
    TextParts
        The arrays are read-only.

    Notes
    -----
    The reference prints many sections twice, alone and as part of a larger one. Without removing
    them, much of the test part would stand word for word in the training part.

    Examples
    --------
    >>> training, validation, test = text_parts()
    >>> len(training) > 6 * len(validation)
    True
    """
    paragraphs = dict.fromkeys(python_reference_text().split("\n\n"))
    parts = TextParts(*chronological_split(as_indices("\n\n".join(paragraphs)), (0.8, 0.1, 0.1)))
    for part in parts:
        part.flags.writeable = False
    return parts


def as_indices(text: str) -> np.ndarray:
    """Encode a text by `VOCABULARY`, without EOS: shape (N,)."""
    return encode(list(text), VOCABULARY)[:-1]


def count_step(training: np.ndarray, order: int = 3, strength: float = 5.0) -> Step:
    r"""Make a language model that counts which character followed the last few.

    $$p_n(c \mid h) = \frac{\text{count}(h c) + \alpha\, p_{n-1}(c \mid h')}
    {\text{count}(h) + \alpha}, \qquad p_0 = \frac{1}{V}$$

    where $h$ are the last $n - 1$ characters, and $h'$ is $h$ without the oldest.

    Parameters
    ----------
    training : ndarray of int, shape (N,)
        The text to count in.
    order
        How many characters n it counts together, 1 to 3: a table has V to the power of n entries.
    strength
        How many counts alpha the shorter history is worth.

    Returns
    -------
    Step
        (indices (B,), state or None) -> (logits (B, V), state).

    Raises
    ------
    ValueError
        If order is not 1, 2 or 3.

    Notes
    -----
    The prior is that of MacKay & Peto (1995).

    Examples
    --------
    >>> step = count_step(np.array([7, 8, 7, 8, 7]), order=2)
    >>> logits, _ = step(np.array([7]), None)
    >>> logits.shape, int(logits.argmax())
    ((1, 99), 8)
    """
    if order not in (1, 2, 3):
        raise ValueError(f"order is {order}, expected 1, 2 or 3")
    logits = np.log(_counted(training, order, strength))

    def step(indices: np.ndarray, state: Any) -> tuple[np.ndarray, Any]:  # noqa: ANN401
        if order == 1:
            return np.broadcast_to(logits, (len(indices), len(logits))), None
        before = np.full_like(indices, VOCABULARY["\n"]) if state is None else state
        return logits[(before, indices)[-(order - 1) :]], indices

    return step


def stream_bits(
    step: Step, indices: np.ndarray, n_streams: int = N_STREAMS, n_steps: int | None = None
) -> float:
    r"""Measure how many bits a model needs for a character of a text that it reads as a stream.

    $$\text{bits} = -\frac{1}{n} \sum_{t,b} \log_2 \text{softmax}(z_{t,b})_{\text{next}_{t,b}}$$

    The text is cut into a few streams. The model is told one character of each, has to say what
    comes, and is told the next only then: it cannot read ahead.

    Parameters
    ----------
    step
        (indices (B,), state) -> (logits (B, V), state); the state is None before the first
        character, then what step returned last.
    indices : ndarray of int, shape (N,)
        The text.
    n_streams
        The number B of streams.
    n_steps
        Read only so much of each stream; None reads all of it.

    Returns
    -------
    float
        log2 V for a model that knows nothing.

    Raises
    ------
    AnswerError
        If step returns something else, or excludes a character that came: infinitely many bits.
    ValueError
        If the text is shorter than two characters a stream.

    Notes
    -----
    Shannon (1951).

    Examples
    --------
    >>> def knows_nothing(indices, state):
    ...     return np.zeros((len(indices), len(VOCABULARY))), None
    >>> bits = stream_bits(knows_nothing, text_parts().validation, n_steps=5)
    >>> round(2**bits) == len(VOCABULARY)
    True
    """
    length = len(indices) // n_streams
    if length < 2:
        raise ValueError(f"indices has {len(indices)} characters, too few for {n_streams} streams")
    streams = indices[: length * n_streams].reshape(n_streams, length).T[:n_steps]
    state, nats, every = None, 0.0, np.arange(n_streams)
    for present, following in pairwise(streams):
        logits, state = as_step(step(present.copy(), state), n_streams, len(VOCABULARY))
        logits = logits - logits.max(axis=1, keepdims=True)
        nats += (np.log(np.exp(logits).sum(axis=1)) - logits[every, following]).sum()
    if not np.isfinite(nats):
        raise AnswerError(
            "step gave a character that came the probability 0: infinitely many bits. "
            "Leave every character a little, as one count more than there was."
        )
    return float(nats / np.log(2) / n_streams / (len(streams) - 1))


def _counted(training: np.ndarray, order: int, strength: float) -> np.ndarray:
    """Return the probabilities, one axis a character of the history, the last that of the next."""
    n_tokens = len(VOCABULARY)
    p = np.full(n_tokens, 1 / n_tokens)
    for n in range(1, order + 1):
        grams = np.lib.stride_tricks.sliding_window_view(training, n).T
        places = np.ravel_multi_index(tuple(grams), (n_tokens,) * n)
        counts = np.bincount(places, minlength=n_tokens**n).reshape((n_tokens,) * n)
        p = (counts + strength * p) / (counts.sum(axis=-1, keepdims=True) + strength)
    return p

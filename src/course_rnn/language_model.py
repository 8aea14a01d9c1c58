"""Language models: predict the next token, train on windows of a corpus, sample new text.

A corpus is one long array of indices (N,); a batch is inputs and targets, (T, B) each. To sample,
a model is a function `step(indices (B,), state) -> (logits (B, V), state)`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

from course_rnn.encoding import EOS, decode, embed
from course_rnn.losses import masked_cross_entropy, softmax
from course_rnn.rnn import Cache
from course_rnn.shapes import check_shapes, rows

State = TypeVar("State")
Step = Callable[[np.ndarray, State], tuple[np.ndarray, State]]
"""One step of a network: (indices (B,), state) -> (logits (B, V), the state after it)."""


def next_token_pairs(indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Make each token the input at its step, and the target of the step before.

    $$\text{target}_t = \text{token}_{t+1}$$

    Parameters
    ----------
    indices : ndarray of int, shape (T + 1, ...)
        One text (T + 1,) or a batch (T + 1, B).

    Returns
    -------
    inputs : ndarray, shape (T, ...)
        All tokens but the last, for which nobody knows the next.
    targets : ndarray, shape (T, ...)
        All tokens but the first, which nobody has to predict.

    Raises
    ------
    ValueError
        If there are fewer than two tokens.

    Examples
    --------
    >>> next_token_pairs(np.array([5, 3, 8, 2]))
    (array([5, 3, 8]), array([3, 8, 2]))
    """
    if np.ndim(indices) == 0 or len(indices) < 2:
        raise ValueError(f"indices has shape {np.shape(indices)}, expected at least 2 tokens")
    return indices[:-1], indices[1:]


def random_windows(
    indices: np.ndarray, n_steps: int, batch_size: int, n_batches: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cut windows from anywhere in a corpus: each starts with the state zero (stateless).

    Parameters
    ----------
    indices : ndarray of int, shape (N,)
        The corpus.
    n_steps
        The length T of a window.
    batch_size
        The number B of windows in a batch.
    n_batches
        How many batches to draw.
    rng
        The source of randomness.

    Returns
    -------
    iterator of (inputs, targets), ndarrays of int of shape (T, B) each
        The batches; the windows overlap.

    Raises
    ------
    ValueError
        If the corpus is too short for a window and its last target.

    Examples
    --------
    >>> corpus = np.arange(100)
    >>> inputs, targets = next(random_windows(corpus, 3, 2, 10, np.random.default_rng(0)))
    >>> (targets - inputs).ravel()
    array([1, 1, 1, 1, 1, 1])
    """
    _check_corpus(indices, n_steps + 1, n_steps=n_steps, batch_size=batch_size)
    windows = np.lib.stride_tricks.sliding_window_view(indices, n_steps + 1)  # (N - T, T + 1)
    starts = (rng.integers(len(windows), size=batch_size) for _ in range(n_batches))
    return (next_token_pairs(windows[start].T) for start in starts)


def stateful_batches(
    indices: np.ndarray, n_steps: int, batch_size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut a corpus into B streams, and these into pieces that continue each other (stateful).

    Row b of a batch goes on where row b of the batch before it ended, so the last state of one
    batch is the first state of the next.

    Parameters
    ----------
    indices : ndarray of int, shape (N,)
        The corpus.
    n_steps
        The length T of a piece.
    batch_size
        The number B of streams.

    Returns
    -------
    list of (inputs, targets), ndarrays of int of shape (T, B) each
        The batches in the order of the text. A rest that fills no batch is left out.

    Raises
    ------
    ValueError
        If the corpus is too short for one batch.

    Notes
    -----
    Mikolov et al. (2010) carry the state on in this way, with B = 1.

    Examples
    --------
    >>> for inputs, targets in stateful_batches(np.arange(9), n_steps=2, batch_size=2):
    ...     print(inputs.T.tolist(), targets.T.tolist())
    [[0, 1], [4, 5]] [[1, 2], [5, 6]]
    [[2, 3], [6, 7]] [[3, 4], [7, 8]]
    """
    _check_corpus(indices, n_steps * batch_size + 1, n_steps=n_steps, batch_size=batch_size)
    length = (len(indices) - 1) // batch_size
    inputs, targets = (
        part[: length * batch_size].reshape(batch_size, length).T
        for part in next_token_pairs(indices)
    )
    starts = range(0, length - n_steps + 1, n_steps)
    return [(inputs[t : t + n_steps], targets[t : t + n_steps]) for t in starts]


def embedding_forward(indices: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, Cache]:
    r"""Look up one row of a table for each index.

    $$e_t = E_{i_t}$$

    Parameters
    ----------
    indices : ndarray of int, any shape (...)
        The tokens, 0 … V - 1.
    table : ndarray, shape (V, n_e)
        The embedding matrix E, one row a token.

    Returns
    -------
    embedded : ndarray, shape (..., n_e)
        The rows.
    cache
        For `embedding_backward`.

    Raises
    ------
    ValueError
        If an index is not in 0 … V - 1, or a row that is looked up has NaN in it.

    Notes
    -----
    Bengio et al. (2003).
    """
    check_shapes(indices=(indices, "..."))
    embedded = embed(indices, table)
    check_shapes(embedded=(embedded, "... n_e"))  # the rows that are used, not the whole table
    return embedded, (indices, len(table))


def embedding_backward(dembedded: np.ndarray, cache: Cache) -> np.ndarray:
    r"""Add up the gradients of all places at which a token stood.

    $$dE_v = \sum_{t : i_t = v} de_t$$

    Parameters
    ----------
    dembedded : ndarray, shape (..., n_e)
        The gradient of the loss with respect to the rows that were looked up.
    cache
        From `embedding_forward`.

    Returns
    -------
    ndarray, shape (V, n_e)
        With respect to the table, zero for tokens that did not occur.

    Raises
    ------
    ValueError
        If dembedded does not have one row for each index.

    Notes
    -----
    dE[indices] += dembedded would count a token that occurs twice only once.

    Examples
    --------
    >>> _, cache = embedding_forward(np.array([2, 0, 2]), np.zeros((3, 1)))
    >>> embedding_backward(np.array([[1.0], [10.0], [100.0]]), cache)
    array([[ 10.],
           [  0.],
           [101.]])
    """
    tokens, drows = embedding_row_gradients(dembedded, cache)
    dtable = np.zeros((cache[1], dembedded.shape[-1]), dtype=dembedded.dtype)
    dtable[tokens] = drows
    return dtable


def embedding_row_gradients(dembedded: np.ndarray, cache: Cache) -> tuple[np.ndarray, np.ndarray]:
    r"""Compute the rows of the embedding's gradient that are not zero, and no others.

    $$dE_v = \sum_{t : i_t = v} de_t \quad \text{for the tokens } v \text{ that occurred}$$

    Parameters
    ----------
    dembedded : ndarray, shape (..., n_e)
        The gradient of the loss with respect to the rows that were looked up.
    cache
        From `embedding_forward`.

    Returns
    -------
    tokens : ndarray of int, shape (n,)
        The different tokens of the batch, in rising order.
    drows : ndarray, shape (n, n_e)
        The gradient of each one's row: memory in proportion to the batch, not to V.

    Raises
    ------
    ValueError
        If dembedded does not have one row for each index.

    Notes
    -----
    Sorting brings equal tokens side by side, and each run is added up at once; a token that
    occurs once, as most words of a large vocabulary do, is only copied. np.add.at takes several
    times as long.
    """
    indices, _ = cache
    check_shapes(dembedded=(dembedded, "... n_e"))
    if dembedded.shape[:-1] != np.shape(indices):
        expected = (*np.shape(indices), dembedded.shape[-1])
        raise ValueError(f"dembedded has shape {dembedded.shape}, expected {expected}")
    tokens, place, counts = np.unique(indices, return_inverse=True, return_counts=True)
    drows_all = rows(dembedded)[np.argsort(place, axis=None, kind="stable")]
    drows = drows_all[np.cumsum(counts) - counts]  # the first of each token
    again = counts > 1
    drows_again = drows_all[np.repeat(again, counts)]
    starts = np.cumsum(counts[again]) - counts[again]
    drows[again] = np.add.reduceat(drows_again, starts)
    return tokens, drows


def sample_index(
    logits: np.ndarray,
    rng: np.random.Generator,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> int:
    r"""Draw the next token from what the model thinks of each.

    $$p = \text{softmax}(z / \tau)$$

    Parameters
    ----------
    logits : ndarray, shape (V,)
        The scores z of one step.
    rng
        The source of randomness.
    temperature
        Below one the likely tokens become likelier (tau towards 0: always the likeliest), above
        one all become alike.
    top_k
        Draw among the k likeliest alone; None draws among all.

    Returns
    -------
    int
        A token, 0 … V - 1.

    Raises
    ------
    ValueError
        If the logits are not one row, or temperature or top_k is not positive.

    Notes
    -----
    Temperature: Ackley, Hinton & Sejnowski (1985); top-k: Fan, Lewis & Dauphin (2018).

    Examples
    --------
    >>> logits, rng = np.log(np.array([0.1, 0.2, 0.7])), np.random.default_rng(0)
    >>> [sample_index(logits, rng, top_k=2) for _ in range(8)]
    [2, 2, 2, 2, 1, 1, 2, 2]
    """
    sizes = check_shapes(logits=(logits, "V"))
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}, expected a positive number")
    if top_k is not None and top_k < 1:
        raise ValueError(f"top_k is {top_k}, expected 1 or more")
    likeliest = np.argsort(-logits, kind="stable")[: top_k or sizes["V"]]
    z = np.asarray(logits, dtype=np.float64)[likeliest]
    p = softmax((z - z[0]) / temperature)
    return int(rng.choice(likeliest, p=p))


def generate(
    step: Step,
    first: np.ndarray,
    state: State,
    choose: Callable[[np.ndarray], np.ndarray],
    n_steps: int,
    eos: int | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Let a network go on by itself: each token it chooses is its next input (one to many).

    $$x^{\langle t+1 \rangle} = y^{\langle t \rangle}$$

    Parameters
    ----------
    step
        (indices (B,), state) -> (logits (B, V), state).
    first : ndarray of int, shape (B,)
        The first input of each sequence.
    state
        The state before the first step, whatever step takes.
    choose
        logits (B, V) -> indices (B,), such as the argmax.
    n_steps
        The largest number of steps.
    eos
        The index that ends a sequence; None lets all go on for n_steps.

    Returns
    -------
    indices : ndarray of int, shape (T, B)
        What was chosen, zeros (PAD) after the end; T is at most n_steps.
    mask : ndarray of bool, shape (T, B)
        True up to the end of each sequence, EOS included.

    Raises
    ------
    ValueError
        If first is not a row of indices, or n_steps is below one.

    Notes
    -----
    Graves (2013).

    Examples
    --------
    >>> def count(indices, state):  # thinks that the next number follows
    ...     return np.eye(9)[np.minimum(indices + 1, 8)], state
    >>> indices, mask = generate(count, np.array([4, 6]), None, lambda z: z.argmax(-1), 9, eos=8)
    >>> indices.T
    array([[5, 6, 7, 8],
           [7, 8, 0, 0]])
    """
    check_shapes(first=(first, "B"))
    if n_steps < 1:
        raise ValueError(f"n_steps is {n_steps}, expected 1 or more")
    indices, goes_on = first, np.ones(len(first), dtype=bool)
    chosen, mask = [], []
    while goes_on.any() and len(chosen) < n_steps:
        logits, state = step(indices, state)
        indices = np.where(goes_on, choose(logits), 0)
        chosen.append(indices)
        mask.append(goes_on)
        goes_on = goes_on & (indices != eos)
    return np.array(chosen), np.array(mask)


def sample_text(
    step: Step,
    state: State,
    vocabulary: Mapping[str, int],
    rng: np.random.Generator,
    prompt: Sequence[str] = (EOS,),
    n_tokens: int = 200,
    temperature: float = 1.0,
    top_k: int | None = None,
) -> list[str]:
    """Let a language model write until it ends the sentence.

    Parameters
    ----------
    step
        (indices (1,), state) -> (logits (1, V), state).
    state
        The state before the prompt.
    vocabulary
        token -> index, with EOS among its keys.
    rng
        The source of randomness.
    prompt
        The tokens to go on from. A new sentence begins after the EOS of the one before.
    n_tokens
        The largest number of tokens to write.
    temperature, top_k
        As in `sample_index`.

    Returns
    -------
    list of str
        The tokens that were written, without the prompt and without EOS.

    Raises
    ------
    ValueError
        If the prompt is empty or has a token that is not in the vocabulary.

    Notes
    -----
    Graves (2013).

    Examples
    --------
    >>> vocabulary = {"<PAD>": 0, "<UNK>": 1, "<EOS>": 2, "a": 3, "b": 4}
    >>> def spell(indices, state):  # after EOS an a, after a a b, after b EOS
    ...     return 99 * np.eye(5)[[0, 0, 3, 4, 2]][indices], state
    >>> sample_text(spell, None, vocabulary, np.random.default_rng(0))
    ['a', 'b']
    """
    unknown = [token for token in prompt if token not in vocabulary]
    if unknown or len(prompt) == 0:
        raise ValueError(f"prompt is {list(prompt)}, expected tokens of the vocabulary")
    *before, last = (np.array([vocabulary[token]]) for token in prompt)
    for index in before:
        _, state = step(index, state)

    def choose(logits: np.ndarray) -> np.ndarray:
        return np.array([sample_index(row, rng, temperature, top_k) for row in logits])

    indices, _ = generate(step, last, state, choose, n_tokens, vocabulary[EOS])
    tokens = decode(indices[:, 0], vocabulary)
    return tokens[:-1] if tokens[-1] == EOS else tokens


def perplexity(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None) -> float:
    r"""Tell among how many equally likely tokens the model is undecided, on average.

    $$\text{perplexity} = \exp\left(-\frac{1}{n} \sum_{t,b}
    \log \text{softmax}(z_{t,b})_{\text{target}_{t,b}}\right)$$

    Parameters
    ----------
    logits : ndarray, shape (T, B, V)
        The scores z before the softmax.
    targets : ndarray of int, shape (T, B)
        The tokens that came next.
    mask : ndarray of bool, shape (T, B), optional
        True where there is a target, n in all; everywhere if left out.

    Returns
    -------
    float
        1 for a model that is always right and sure, V for one that knows nothing.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, a target is out of range, or the mask is False
        everywhere.

    Notes
    -----
    Jelinek et al. (1977).

    Examples
    --------
    >>> round(perplexity(np.zeros((6, 3, 7)), np.zeros((6, 3), dtype=int)), 12)
    7.0
    """
    return math.exp(_nats_per_token(logits, targets, mask))


def bits_per_character(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
) -> float:
    r"""Tell how many bits the model would need to write down a character, on average.

    $$\text{bits} = -\frac{1}{n} \sum_{t,b}
    \log_2 \text{softmax}(z_{t,b})_{\text{target}_{t,b}}$$

    Parameters
    ----------
    logits : ndarray, shape (T, B, V)
        The scores z before the softmax; the tokens are characters.
    targets : ndarray of int, shape (T, B)
        The characters that came next.
    mask : ndarray of bool, shape (T, B), optional
        True where there is a target, n in all; everywhere if left out.

    Returns
    -------
    float
        The logarithm to base two of the perplexity.

    Raises
    ------
    ValueError
        As `perplexity`.

    Notes
    -----
    Shannon (1951).

    Examples
    --------
    >>> round(bits_per_character(np.zeros((6, 3, 8)), np.zeros((6, 3), dtype=int)), 12)
    3.0
    """
    return _nats_per_token(logits, targets, mask) / math.log(2)


def _nats_per_token(logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None) -> float:
    mask = np.ones(np.shape(targets), dtype=bool) if mask is None else np.asarray(mask)
    loss, _ = masked_cross_entropy(logits, targets, mask)
    if not mask.any():
        raise ValueError(f"mask of shape {mask.shape} is False everywhere, expected a target")
    return float(loss) * mask.shape[1] / int(mask.sum())


def _check_corpus(indices: np.ndarray, n_needed: int, **sizes: int) -> None:
    check_shapes(indices=(indices, "N"))
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} is {size}, expected 1 or more")
    if len(indices) < n_needed:
        raise ValueError(
            f"indices has shape {np.shape(indices)}, expected {n_needed} tokens or more "
            f"for {', '.join(f'{name} = {size}' for name, size in sizes.items())}"
        )

"""From text to numbers: vocabulary, indices, one-hot vectors, padded batches."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from course_rnn.shapes import check_indices

PAD, UNK, EOS = "<PAD>", "<UNK>", "<EOS>"
SPECIAL_TOKENS = (PAD, UNK, EOS)
"""Padding, unknown word, end of sentence: the first three entries of every vocabulary."""


def build_vocabulary(
    sentences: Iterable[Sequence[str]], max_size: int | None = None
) -> dict[str, int]:
    r"""Give every token of a corpus a number, the most frequent first.

    $$v : \text{token} \mapsto \{0, \dots, V - 1\}$$

    The special tokens come first (PAD 0, UNK 1, EOS 2), then the corpus' own tokens by falling
    frequency; tokens that occur equally often stand in alphabetical order.

    Parameters
    ----------
    sentences
        Each sentence is a list of tokens.
    max_size
        Keep at most so many entries V, the special tokens included; None keeps all.

    Returns
    -------
    dict
        token -> index, in the order of the indices.

    Raises
    ------
    ValueError
        If max_size leaves no room for the special tokens.

    Notes
    -----
    The vocabulary of the ten-odd thousand most frequent words, with the rest as UNK, is Mikolov
    et al. (2010)'s for recurrent language models.

    Examples
    --------
    >>> build_vocabulary([["turn", "right"], ["right", "again"]])
    {'<PAD>': 0, '<UNK>': 1, '<EOS>': 2, 'right': 3, 'again': 4, 'turn': 5}
    """
    if max_size is not None and max_size < len(SPECIAL_TOKENS):
        raise ValueError(
            f"max_size is {max_size}: it must leave room for the {len(SPECIAL_TOKENS)} "
            f"special tokens {', '.join(SPECIAL_TOKENS)}"
        )
    counts = Counter(token for sentence in sentences for token in sentence)
    by_frequency = sorted(counts, key=lambda token: (-counts[token], token))
    entries = list(dict.fromkeys([*SPECIAL_TOKENS, *by_frequency]))[:max_size]
    return {token: index for index, token in enumerate(entries)}


def encode(tokens: Sequence[str], vocabulary: Mapping[str, int]) -> np.ndarray:
    r"""Replace each token by its index and close the sentence with EOS.

    $$i_t = v(\text{token}_t) \text{ if it is in the vocabulary, else } v(\text{UNK})$$

    Parameters
    ----------
    tokens
        One sentence of n tokens.
    vocabulary
        token -> index, with UNK and EOS among its keys.

    Returns
    -------
    ndarray of int, shape (n + 1,)
        The indices, EOS last.

    Raises
    ------
    ValueError
        If tokens is a string, or the vocabulary lacks UNK or EOS.

    Examples
    --------
    >>> vocabulary = build_vocabulary([["turn", "right"]])
    >>> encode(["turn", "sharp", "right"], vocabulary)
    array([4, 1, 3, 2])
    """
    if isinstance(tokens, str):
        raise ValueError(f"tokens is the string {tokens!r}: pass a list, such as tokens.split()")
    missing = [special for special in (UNK, EOS) if special not in vocabulary]
    if missing:
        raise ValueError(f"vocabulary has no {' and no '.join(missing)}: use build_vocabulary")
    unknown = vocabulary[UNK]
    return np.array([vocabulary.get(token, unknown) for token in tokens] + [vocabulary[EOS]])


def decode(indices: Iterable[int], vocabulary: Mapping[str, int]) -> list[str]:
    """Replace each index by its token: the inverse of `encode`, up to unknown words.

    Parameters
    ----------
    indices
        Integers in 0 … V - 1.
    vocabulary
        token -> index.

    Returns
    -------
    list of str
        One token an index, EOS and PAD included.

    Raises
    ------
    ValueError
        If an index is not in the vocabulary.

    Examples
    --------
    >>> decode([4, 3], {"<PAD>": 0, "<UNK>": 1, "<EOS>": 2, "right": 3, "turn": 4})
    ['turn', 'right']
    """
    tokens = {index: token for token, index in vocabulary.items()}
    try:
        return [tokens[int(index)] for index in indices]
    except KeyError as error:
        raise ValueError(f"index {error} is not in the vocabulary (V = {len(tokens)})") from None


def one_hot(indices: np.ndarray, n_classes: int, dtype: type = np.float64) -> np.ndarray:
    r"""Turn each index into a vector of zeros with a single one.

    $$x_k = 1 \text{ if } k = \text{index, else } 0, \qquad k = 0, \dots, V - 1$$

    Parameters
    ----------
    indices : ndarray of int, any shape (...)
        The classes, 0 … n_classes - 1.
    n_classes
        The length V of each vector.
    dtype
        The type of the zeros and ones.

    Returns
    -------
    ndarray, shape (..., n_classes)
        One row an index. For one sentence this is (T, V); the lecture writes it as V x T, one
        column a word.

    Raises
    ------
    ValueError
        If an index is not an integer, or not in 0 … n_classes - 1.

    Examples
    --------
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    indices = np.asarray(indices)
    check_indices(n_classes, indices=indices)
    return (indices[..., None] == np.arange(n_classes)).astype(dtype)


def pad_batch(sequences: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    r"""Stand sequences of different lengths side by side, filled up at their ends.

    $$\text{mask}_{t,b} = (t < T_b), \qquad T = \max_b T_b$$

    Parameters
    ----------
    sequences
        B sequences of indices, of lengths T_b.

    Returns
    -------
    indices : ndarray of int, shape (T, B)
        Time first: column b is sequence b, followed by zeros (PAD).
    mask : ndarray of bool, shape (T, B)
        True where there is a token, False where there is padding.

    Raises
    ------
    ValueError
        If there is no sequence, or all are empty.

    Examples
    --------
    >>> indices, mask = pad_batch([[5, 6, 2], [7, 2]])
    >>> indices
    array([[5, 7],
           [6, 2],
           [2, 0]])
    """
    if len(sequences) == 0:
        raise ValueError("sequences is empty: a batch needs at least one sequence")
    lengths = np.array([len(sequence) for sequence in sequences])
    if not lengths.any():
        raise ValueError(f"sequences has {len(sequences)} empty ones: one needs at least one index")
    mask = np.arange(lengths.max())[:, None] < lengths  # (T, B)
    indices = np.zeros(mask.shape, dtype=int)
    for b, sequence in enumerate(sequences):
        indices[: lengths[b], b] = sequence
    return indices, mask


def embed(indices: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Look up one row of a table for each index: the product with the one-hot vector, without it.

    $$e_t = x_t E = E_{i_t}$$

    Parameters
    ----------
    indices : ndarray of int, any shape (...)
        The classes, 0 … V - 1.
    table : ndarray, shape (V, n_e)
        The embedding matrix E, one row a word.

    Returns
    -------
    ndarray, shape (..., n_e)
        The rows.

    Raises
    ------
    ValueError
        If table is not (V, n_e), or an index is not an integer in 0 … V - 1; -1 too is none.

    Examples
    --------
    >>> embed(np.array([1, 1, 0]), np.array([[0.5, 0.1], [0.2, 0.9]]))
    array([[0.2, 0.9],
           [0.2, 0.9],
           [0.5, 0.1]])
    """
    if np.ndim(table) != 2:  # without a look at its V x n_e numbers
        raise ValueError(f"table has shape {np.shape(table)}, expected the axes (V, n_e)")
    check_indices(len(table), indices=indices)
    return table[indices]

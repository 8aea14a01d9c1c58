"""Two tasks that measure how far a network remembers: repeat what was said, add what was marked."""

import numpy as np

from course_rnn.shapes import check_at_least


def copy_task(
    n_sequences: int, n_symbols: int, lag: int, n_classes: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw sequences of symbols that are to be repeated after a pause.

    $$\text{inputs} = s_1 \dots s_n\; 0^{L-1}\; g\; 0^n, \qquad
    \text{targets} = 0^{n+L}\; s_1 \dots s_n, \qquad g = n_\text{classes} + 1$$

    Parameters
    ----------
    n_sequences
        How many sequences B.
    n_symbols
        How many symbols n to remember.
    lag
        How many steps L lie between the last symbol and the first repetition, at least 1.
    n_classes
        How many different symbols there are: 1 … n_classes.
    rng
        The source of randomness.

    Returns
    -------
    inputs : ndarray of int, shape (T, B)
        T = 2 n_symbols + lag: the symbols, blanks (0), the go signal (n_classes + 1) just before
        the answer is due, blanks. One-hot vectors of it need n_classes + 2 entries.
    targets : ndarray of int, shape (T, B)
        Blanks (0), then the symbols.

    Raises
    ------
    ValueError
        If a number is below 1.

    Notes
    -----
    Hochreiter & Schmidhuber (1997), in the form of Arjovsky, Shah & Bengio (2016).

    Examples
    --------
    >>> inputs, targets = copy_task(1, 2, lag=3, n_classes=8, rng=np.random.default_rng(0))
    >>> inputs[:, 0], targets[:, 0]
    (array([7, 6, 0, 0, 9, 0, 0]), array([0, 0, 0, 0, 0, 7, 6]))
    """
    check_at_least(1, n_sequences=n_sequences, n_symbols=n_symbols, lag=lag, n_classes=n_classes)
    inputs = np.zeros((2 * n_symbols + lag, n_sequences), dtype=int)
    targets = np.zeros_like(inputs)
    inputs[:n_symbols] = rng.integers(1, n_classes + 1, size=(n_symbols, n_sequences))
    inputs[n_symbols + lag - 1] = n_classes + 1
    targets[-n_symbols:] = inputs[:n_symbols]
    return inputs, targets


def adding_task(
    n_sequences: int, n_steps: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw sequences of numbers, two of them marked, whose sum is wanted at the end.

    $$y_b = \sum_t x^{\langle t \rangle}_{b,1} \, x^{\langle t \rangle}_{b,2}$$

    Parameters
    ----------
    n_sequences
        How many sequences B.
    n_steps
        How many numbers T in each, at least 2: one is marked in each half.
    rng
        The source of randomness.

    Returns
    -------
    x : ndarray, shape (T, B, 2)
        Numbers between 0 and 1, and the marks: 1 at two steps, 0 elsewhere.
    targets : ndarray, shape (B, 1)
        The sums. Who always answers 1, their mean, errs by 1/6 in the mean square.

    Raises
    ------
    ValueError
        If n_sequences is below 1 or n_steps below 2.

    Notes
    -----
    Hochreiter & Schmidhuber (1997), in the form of Le, Jaitly & Hinton (2015).

    Examples
    --------
    >>> x, targets = adding_task(3, 50, np.random.default_rng(0))
    >>> x.shape, x[..., 1].sum(axis=0)
    ((50, 3, 2), array([2., 2., 2.]))
    """
    check_at_least(1, n_sequences=n_sequences)
    check_at_least(2, n_steps=n_steps)
    x = np.zeros((n_steps, n_sequences, 2))
    x[..., 0] = rng.random((n_steps, n_sequences))
    half, b = n_steps // 2, np.arange(n_sequences)
    x[rng.integers(half, size=n_sequences), b, 1] = 1
    x[rng.integers(half, n_steps, size=n_sequences), b, 1] = 1
    return x, x.prod(axis=-1).sum(axis=0)[:, None]

"""First weights: each function draws one matrix from the generator it is given."""

from __future__ import annotations

import numpy as np


def glorot(n_out: int, n_in: int, rng: np.random.Generator) -> np.ndarray:
    r"""Draw a matrix that keeps the variance of what passes through it.

    $$W_{ij} \sim U(-r, r), \qquad r = \sqrt{6 / (n_{in} + n_{out})}$$

    Parameters
    ----------
    n_out, n_in
        Rows and columns.
    rng
        The source of randomness.

    Returns
    -------
    ndarray, shape (n_out, n_in)

    Raises
    ------
    ValueError
        If a size is below one.

    Notes
    -----
    Glorot & Bengio (2010).

    Examples
    --------
    >>> bool(np.abs(glorot(5, 7, np.random.default_rng(0))).max() <= np.sqrt(6 / 12))
    True
    """
    _check_sizes(n_out=n_out, n_in=n_in)
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, size=(n_out, n_in))


def orthogonal(n_out: int, n_in: int, rng: np.random.Generator) -> np.ndarray:
    r"""Draw a matrix that turns vectors without stretching or shrinking them.

    $$W^\top W = I \quad \text{or, with fewer rows than columns,} \quad W W^\top = I$$

    All its singular values are one: as Waa it neither makes gradients vanish nor explode, as long
    as the activation function is close to the identity.

    Parameters
    ----------
    n_out, n_in
        Rows and columns.
    rng
        The source of randomness.

    Returns
    -------
    ndarray, shape (n_out, n_in)
        Drawn uniformly among all such matrices.

    Raises
    ------
    ValueError
        If a size is below one.

    Notes
    -----
    Saxe, McClelland & Ganguli (2014); the signs that make the draw uniform: Mezzadri (2007).

    Examples
    --------
    >>> W = orthogonal(4, 4, np.random.default_rng(0))
    >>> bool(np.allclose(W.T @ W, np.eye(4)))
    True
    """
    _check_sizes(n_out=n_out, n_in=n_in)
    long, short = max(n_out, n_in), min(n_out, n_in)
    Q, R = np.linalg.qr(rng.normal(size=(long, short)))
    Q *= np.sign(np.diagonal(R))
    return Q if n_out >= n_in else np.ascontiguousarray(Q.T)


def _check_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} is {size}, expected 1 or more")

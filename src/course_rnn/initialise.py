"""First weights: each function draws one matrix from the generator it is given."""

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

    Notes
    -----
    Glorot & Bengio (2010).
    """
    limit = np.sqrt(6 / (n_in + n_out))
    return rng.uniform(-limit, limit, size=(n_out, n_in))

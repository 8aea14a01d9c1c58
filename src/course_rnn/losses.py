"""From what a network says to a number to make small, and the gradient of that number.

Every loss is summed over time and averaged over the batch; a mask leaves positions out.
"""

import numpy as np

from course_rnn.shapes import check_indices, check_shapes


def softmax(logits: np.ndarray) -> np.ndarray:
    r"""Turn logits into probabilities over the last axis.

    $$\text{softmax}(z)_k = \frac{e^{z_k - m}}{\sum_j e^{z_j - m}}, \qquad m = \max_j z_j$$

    The maximum cancels; it keeps the exponential from overflowing.

    Parameters
    ----------
    logits : ndarray, shape (..., n_y)
        Any real numbers z.

    Returns
    -------
    ndarray, shape (..., n_y)
        Probabilities: positive, each row sums to one.

    Raises
    ------
    ValueError
        If logits is empty or has NaN in it.

    Notes
    -----
    Bridle (1990).

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    check_shapes(logits=(logits, "... n_y"))
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[np.floating, np.ndarray]:
    r"""Measure how surprised the model is by the targets, in nats.

    $$L = -\frac{1}{B} \sum_{t,b} \log \text{softmax}(z_{t,b})_{\text{target}_{t,b}}$$

    Parameters
    ----------
    logits : ndarray, shape (T, B, n_y)
        The scores z before the softmax.
    targets : ndarray of int, shape (T, B)
        The right class of each step, 0 … n_y - 1.

    Returns
    -------
    loss : float
        Summed over time, averaged over the batch, natural logarithm.
    dlogits : ndarray, shape (T, B, n_y)
        Its gradient, (softmax(z) - one_hot(target)) / B.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a target is not in 0 … n_y - 1.

    Notes
    -----
    Bridle (1990).

    Examples
    --------
    >>> loss, dlogits = cross_entropy(np.zeros((1, 1, 4)), np.array([[2]]))
    >>> bool(np.isclose(loss, np.log(4)))
    True
    """
    return masked_cross_entropy(logits, targets, np.ones(np.shape(targets), dtype=bool))


def masked_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> tuple[np.floating, np.ndarray]:
    r"""Measure the cross-entropy at the positions where the mask is True.

    $$L = -\frac{1}{B} \sum_{t,b} \text{mask}_{t,b}
    \log \text{softmax}(z_{t,b})_{\text{target}_{t,b}}$$

    Parameters
    ----------
    logits : ndarray, shape (T, B, n_y)
        The scores z before the softmax.
    targets : ndarray of int, shape (T, B)
        The right class of each step; any class where the mask is False.
    mask : ndarray of bool, shape (T, B)
        True where the loss counts.

    Returns
    -------
    loss : float
        Summed over time, averaged over the batch, natural logarithm.
    dlogits : ndarray, shape (T, B, n_y)
        Its gradient, zero where the mask is False.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a target is not in 0 … n_y - 1 where it counts.

    Examples
    --------
    >>> targets, mask = np.array([[2], [0]]), np.array([[True], [False]])
    >>> loss, dlogits = masked_cross_entropy(np.zeros((2, 1, 4)), targets, mask)
    >>> bool(np.isclose(loss, np.log(4)))
    True
    """
    sizes = check_shapes(logits=(logits, "T B n_y"), targets=(targets, "T B"), mask=(mask, "T B"))
    targets = np.where(mask, targets, 0)
    check_indices(sizes["n_y"], targets=targets)
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    target_log_p = np.take_along_axis(log_p, targets[..., None], axis=-1)

    # dL/dz = (softmax(z) - one_hot(target)) / B
    dlogits = np.exp(log_p)
    t, b = np.indices(targets.shape)
    dlogits[t, b, targets] -= 1
    return _add_up(-target_log_p, dlogits, mask)


def binary_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.floating, np.ndarray]:
    r"""Measure how surprised yes-or-no answers are by the targets, in nats.

    $$L = -\frac{1}{B} \sum_{t,b,k} y \log \sigma(z) + (1 - y) \log (1 - \sigma(z))
    = \frac{1}{B} \sum_{t,b,k} \log(1 + e^z) - y z$$

    The right-hand side is what is computed, without exponentials that overflow.

    Parameters
    ----------
    logits : ndarray, shape (T, B, n_y)
        The scores z before the sigmoid, one for each of n_y questions.
    targets : ndarray, shape (T, B, n_y)
        The right answers y, 0 or 1, or a probability in between; anything where the mask is False.
    mask : ndarray of bool, shape (T, B), optional
        True where the loss counts; everywhere if left out.

    Returns
    -------
    loss : float
        Summed over time and questions, averaged over the batch, natural logarithm.
    dlogits : ndarray, shape (T, B, n_y)
        Its gradient, (sigma(z) - y) / B, zero where the mask is False.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a target that counts is not in 0 … 1.

    Notes
    -----
    Goodfellow, Bengio & Courville (2016), section 6.2.2.2.

    Examples
    --------
    >>> loss, dlogits = binary_cross_entropy(np.zeros((1, 1, 1)), np.ones((1, 1, 1)))
    >>> bool(np.isclose(loss, np.log(2))), dlogits.item()
    (True, -0.5)
    """
    mask, targets = _check_numbers("logits", logits, targets, mask)
    if targets.min() < 0 or targets.max() > 1:
        raise ValueError(
            f"targets run from {targets.min()} to {targets.max()}, expected numbers in 0 … 1"
        )
    # log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)
    softplus = np.maximum(logits, 0) + np.log1p(np.exp(np.minimum(logits, -logits)))
    sigma = 0.5 + 0.5 * np.tanh(logits / 2)
    return _add_up(softplus - targets * logits, sigma - targets, mask)


def squared_error(
    predictions: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.floating, np.ndarray]:
    r"""Measure by the square how far numbers are from the targets.

    $$L = \frac{1}{B} \sum_{t,b,k} (\hat y - y)^2$$

    Parameters
    ----------
    predictions : ndarray, shape (T, B, n_y)
        The numbers the network says.
    targets : ndarray, shape (T, B, n_y)
        The right numbers y; anything where the mask is False.
    mask : ndarray of bool, shape (T, B), optional
        True where the loss counts; everywhere if left out.

    Returns
    -------
    loss : float
        Summed over time and the n_y numbers, averaged over the batch.
    dpredictions : ndarray, shape (T, B, n_y)
        Its gradient, 2 (prediction - y) / B, zero where the mask is False.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Legendre (1805). The mean of the targets makes it least.

    Examples
    --------
    >>> loss, dpredictions = squared_error(np.array([[[3.0]]]), np.array([[[1.0]]]))
    >>> loss.item(), dpredictions.item()
    (4.0, 4.0)
    """
    mask, targets = _check_numbers("predictions", predictions, targets, mask)
    error = predictions - targets
    return _add_up(error * error, 2 * error, mask)


def absolute_error(
    predictions: np.ndarray, targets: np.ndarray, mask: np.ndarray | None = None
) -> tuple[np.floating, np.ndarray]:
    r"""Measure by the distance how far numbers are from the targets.

    $$L = \frac{1}{B} \sum_{t,b,k} |\hat y - y|$$

    Parameters
    ----------
    predictions : ndarray, shape (T, B, n_y)
        The numbers the network says.
    targets : ndarray, shape (T, B, n_y)
        The right numbers y; anything where the mask is False.
    mask : ndarray of bool, shape (T, B), optional
        True where the loss counts; everywhere if left out.

    Returns
    -------
    loss : float
        Summed over time and the n_y numbers, averaged over the batch.
    dpredictions : ndarray, shape (T, B, n_y)
        Its gradient, sign(prediction - y) / B, zero where they are equal or the mask is False.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Laplace (1774). The median of the targets makes it least, so single outliers matter little.

    Examples
    --------
    >>> loss, dpredictions = absolute_error(np.array([[[3.0]]]), np.array([[[5.0]]]))
    >>> loss.item(), dpredictions.item()
    (2.0, -1.0)
    """
    mask, targets = _check_numbers("predictions", predictions, targets, mask)
    error = predictions - targets
    sign = np.sign(error.real)
    return _add_up(sign * error, sign, mask)


def _check_numbers(
    name: str, said: np.ndarray, targets: np.ndarray, mask: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask, and the targets as numbers like `said`, zero where the mask is False."""
    mask = np.ones(np.shape(said)[:2], dtype=bool) if mask is None else np.asarray(mask)
    check_shapes(**{name: (said, "T B n_y")}, mask=(mask, "T B"))
    if np.shape(targets) != said.shape:
        raise ValueError(
            f"targets has shape {np.shape(targets)}, expected (T, B, n_y) = {said.shape}"
        )
    dtype = np.result_type(said.real.dtype, np.float16)  # whole numbers count as float64
    targets = np.where(mask[..., None], targets, 0).astype(dtype)
    check_shapes(targets=(targets, "T B n_y"))
    return mask, targets


def _add_up(
    losses: np.ndarray, gradients: np.ndarray, mask: np.ndarray
) -> tuple[np.floating, np.ndarray]:
    """Sum over time and average over the batch, (T, B, n_y) where the mask (T, B) is True."""
    n_batch, counts = mask.shape[1], mask[..., None]
    return np.where(counts, losses, 0).sum() / n_batch, np.where(counts, gradients, 0) / n_batch

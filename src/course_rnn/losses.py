"""From logits to probabilities and to a number to make small: softmax and cross-entropy."""

import numpy as np


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

    Notes
    -----
    Bridle (1990).

    Examples
    --------
    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def cross_entropy(logits: np.ndarray, targets: np.ndarray) -> tuple[np.float64, np.ndarray]:
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

    Examples
    --------
    >>> loss, dlogits = cross_entropy(np.zeros((1, 1, 4)), np.array([[2]]))
    >>> bool(np.isclose(loss, np.log(4)))
    True
    """
    return masked_cross_entropy(logits, targets, np.ones(targets.shape, dtype=bool))


def masked_cross_entropy(
    logits: np.ndarray, targets: np.ndarray, mask: np.ndarray
) -> tuple[np.float64, np.ndarray]:
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
    """
    n_batch = targets.shape[1]
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    target_log_p = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]  # (T, B)
    loss = -np.where(mask, target_log_p, 0).sum() / n_batch

    # dL/dz = (softmax(z) - one_hot(target)) / B
    dlogits = np.exp(log_p)
    t, b = np.indices(targets.shape)
    dlogits[t, b, targets] -= 1
    return loss, dlogits * mask[..., None] / n_batch

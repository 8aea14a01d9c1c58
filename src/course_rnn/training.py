"""From gradients to better weights: Adam and a training loop."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np

Params = TypeVar("Params", bound=tuple)


def leaves(params: tuple) -> Iterator[np.ndarray]:
    """List the arrays of a NamedTuple of weights, those of its inner NamedTuples too.

    Parameters
    ----------
    params
        RNNParams, RNNModel and the like.

    Yields
    ------
    ndarray
        The arrays themselves, not copies, in the order of the fields.
    """
    for item in params:
        if isinstance(item, tuple):
            yield from leaves(item)
        else:
            yield item


class Adam:
    r"""Change weights in place, each by a step of about the same size.

    $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2) g^2,
    \qquad w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}$$

    with $\hat m = m / (1 - \beta_1^t)$ and $\hat v = v / (1 - \beta_2^t)$ at step $t$.

    Parameters
    ----------
    params
        The weights, a NamedTuple of arrays (NamedTuples of arrays too).
    rate
        The step size eta.
    beta1, beta2, epsilon
        How long the averages of g and g^2 remember, and what keeps the quotient finite.

    Notes
    -----
    Kingma & Ba (2015).
    """

    def __init__(
        self,
        params: tuple,
        rate: float = 1e-2,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
    ) -> None:
        self.rate, self.beta1, self.beta2, self.epsilon = rate, beta1, beta2, epsilon
        self.weights = list(leaves(params))
        self.m = [np.zeros_like(w) for w in self.weights]
        self.v = [np.zeros_like(w) for w in self.weights]
        self.t = 0

    def step(self, grads: tuple) -> None:
        """Take one step against the gradients.

        Parameters
        ----------
        grads
            The gradients, in the same NamedTuple as the weights.
        """
        self.t += 1
        for w, m, v, g in zip(self.weights, self.m, self.v, leaves(grads), strict=True):
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g * g - v)
            m_hat, v_hat = m / (1 - self.beta1**self.t), v / (1 - self.beta2**self.t)
            w -= self.rate * m_hat / (np.sqrt(v_hat) + self.epsilon)


def clip_by_norm(grads: Params, max_norm: float) -> tuple[Params, np.float64]:
    r"""Shrink all gradients by one factor if together they are too long.

    $$g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right)$$

    Parameters
    ----------
    grads
        The gradients, a NamedTuple of arrays (NamedTuples of arrays too).
    max_norm
        The largest length c they may have together.

    Returns
    -------
    clipped
        New gradients in the same NamedTuple: the direction is kept.
    norm : float
        The length before clipping, over all arrays together.

    Notes
    -----
    Pascanu, Mikolov & Bengio (2013).
    """
    norm = np.sqrt(sum((g * g).sum() for g in leaves(grads)))
    factor = max_norm / norm if norm > max_norm else 1.0
    return _scaled(grads, factor), norm


def train(
    loss_and_grads: Callable[[Params, Any], tuple[float, Params]],
    params: Params,
    batches: Iterable[Any],
    rate: float = 1e-2,
    max_norm: float | None = None,
) -> list[float]:
    """Take one Adam step for each batch.

    Parameters
    ----------
    loss_and_grads
        Called with the weights and a batch, returns the loss and the gradients.
    params
        The weights; they are changed in place.
    batches
        What loss_and_grads takes, one item a step.
    rate
        Adam's step size.
    max_norm
        Clip the gradients of each step to this length; None leaves them.

    Returns
    -------
    list of float
        The loss of every step, to be plotted.
    """
    optimizer = Adam(params, rate)
    losses = []
    for batch in batches:
        loss, grads = loss_and_grads(params, batch)
        if max_norm is not None:
            grads, _ = clip_by_norm(grads, max_norm)
        optimizer.step(grads)
        losses.append(float(loss))
    return losses


def random_batches(
    n_examples: int, batch_size: int, n_steps: int, rng: np.random.Generator
) -> Iterator[np.ndarray]:
    """Draw which examples each training step sees.

    Parameters
    ----------
    n_examples
        How many examples there are.
    batch_size
        How many each step sees; an example may be drawn again in a later step.
    n_steps
        How many batches to draw.
    rng
        The source of randomness.

    Yields
    ------
    ndarray of int, shape (batch_size,)
        Indices of examples, without repetition within a batch.
    """
    for _ in range(n_steps):
        yield rng.choice(n_examples, size=min(batch_size, n_examples), replace=False)


def _scaled(grads: Params, factor: float) -> Params:
    scaled = (_scaled(g, factor) if isinstance(g, tuple) else g * factor for g in grads)
    return type(grads)(*scaled)

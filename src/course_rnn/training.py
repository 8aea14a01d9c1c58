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


def train(
    loss_and_grads: Callable[[Params, Any], tuple[float, Params]],
    params: Params,
    batches: Iterable[Any],
    rate: float = 1e-2,
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

    Returns
    -------
    list of float
        The loss of every step, to be plotted.
    """
    optimizer = Adam(params, rate)
    losses = []
    for batch in batches:
        loss, grads = loss_and_grads(params, batch)
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

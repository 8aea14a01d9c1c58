"""From gradients to better weights: SGD, Adam, clipping and a training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from operator import length_hint
from typing import Any, TypeVar

import numpy as np

from course_rnn.progress import ProgressLine
from course_rnn.shapes import check_shapes

Params = TypeVar("Params", bound=tuple)


def named_leaves(params: tuple) -> Iterator[tuple[str, np.ndarray]]:
    """List the arrays of a NamedTuple of weights with their names.

    Parameters
    ----------
    params
        RNNParams, RNNModel and the like; in a plain tuple the places are the names.

    Returns
    -------
    iterator of (str, ndarray)
        The path of fields, such as "rnn.Waa", and the array itself, not a copy, in the order of
        the fields.

    Examples
    --------
    >>> from course_rnn.models import init_rnn_model
    >>> [name for name, _ in named_leaves(init_rnn_model(4, 5, 7, np.random.default_rng(0)))]
    ['rnn.Wax', 'rnn.Waa', 'rnn.ba', 'readout.Wya', 'readout.by']
    """
    fields = getattr(params, "_fields", None) or [str(place) for place in range(len(params))]
    for field, item in zip(fields, params, strict=True):
        if isinstance(item, tuple):
            yield from ((f"{field}.{name}", leaf) for name, leaf in named_leaves(item))
        else:
            yield field, item


def leaves(params: tuple) -> Iterator[np.ndarray]:
    """List the arrays of a NamedTuple of weights, those of its inner NamedTuples too.

    Parameters
    ----------
    params
        RNNParams, RNNModel and the like.

    Returns
    -------
    iterator of ndarray
        The arrays themselves, not copies, in the order of the fields.
    """
    return (leaf for _, leaf in named_leaves(params))


def map_leaves(function: Callable[..., np.ndarray], *trees: Params) -> Params:
    """Compute each array of a NamedTuple from the arrays in the same place of others.

    Parameters
    ----------
    function
        Called with one array of each tree.
    *trees
        NamedTuples of arrays (NamedTuples of arrays too), all of the same kind.

    Returns
    -------
    NamedTuple
        The results, in the places of the arrays.

    Examples
    --------
    >>> map_leaves(np.add, (np.array([1.0]), np.array([2.0])), (np.array([4.0]), np.array([8.0])))
    (array([5.]), array([10.]))
    """
    results = [
        map_leaves(function, *items) if isinstance(items[0], tuple) else function(*items)
        for items in zip(*trees, strict=True)
    ]
    kind = type(trees[0])
    return kind(*results) if hasattr(kind, "_fields") else kind(results)


class SGD:
    r"""Change weights in place, each by a step against its gradient, with momentum if you like.

    $$v \leftarrow \mu v + g, \qquad w \leftarrow w - \eta\, v$$

    Parameters
    ----------
    params
        The weights, a NamedTuple of arrays (NamedTuples of arrays too).
    rate
        The step size eta.
    momentum
        How much mu of the last step is taken again: 0 is plain gradient descent.

    Notes
    -----
    Robbins & Monro (1951); momentum: Polyak (1964), in PyTorch's form.

    Examples
    --------
    >>> w = np.array([1.0])
    >>> optimizer = SGD((w,), rate=0.1, momentum=0.5)
    >>> optimizer.step((np.array([2.0]),))
    >>> optimizer.step((np.array([2.0]),))
    >>> w
    array([0.5])
    """

    def __init__(self, params: tuple, rate: float = 1e-1, momentum: float = 0.0) -> None:
        self.rate, self.momentum = rate, momentum
        self.weights = list(leaves(params))
        self.v = [np.zeros_like(w) for w in self.weights]

    def step(self, grads: tuple) -> None:
        """Take one step against the gradients.

        Parameters
        ----------
        grads
            The gradients, in the same NamedTuple as the weights.
        """
        for w, v, g in zip(self.weights, self.v, leaves(grads), strict=True):
            v *= self.momentum
            v += g
            w -= self.rate * v


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


def clip_by_value(grads: Params, limit: float) -> Params:
    r"""Cut every number of the gradients off at a limit, above and below.

    $$g \leftarrow \min(\max(g, -c), c)$$

    Parameters
    ----------
    grads
        The gradients, a NamedTuple of arrays (NamedTuples of arrays too).
    limit
        The largest size c a number may have.

    Returns
    -------
    clipped
        New gradients in the same NamedTuple: their direction changes where something is cut.

    Raises
    ------
    ValueError
        If limit is not positive, or a gradient has NaN in it.

    Notes
    -----
    Mikolov (2012).

    Examples
    --------
    >>> clip_by_value((np.array([3.0, -0.5, -7.0]),), 1.0)
    (array([ 1. , -0.5, -1. ]),)
    """
    _check_clipping(grads, limit=limit)
    return map_leaves(lambda g: np.clip(g, -limit, limit), grads)


def clip_by_norm(grads: Params, max_norm: float) -> tuple[Params, np.floating]:
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

    Raises
    ------
    ValueError
        If max_norm is not positive, or a gradient has NaN in it.

    Notes
    -----
    Pascanu, Mikolov & Bengio (2013).

    Examples
    --------
    >>> clipped, norm = clip_by_norm((np.array([3.0]), np.array([4.0])), 1.0)
    >>> clipped, norm.item()
    ((array([0.6]), array([0.8])), 5.0)
    """
    _check_clipping(grads, max_norm=max_norm)
    norm = np.sqrt(sum((g * g).sum() for g in leaves(grads)))
    factor = max_norm / norm if norm > max_norm else 1.0
    return map_leaves(lambda g: g * factor, grads), norm


def linear_decay(rate: float, n_steps: int) -> Callable[[int], float]:
    r"""Let the step size fall to zero, by the same amount at every step.

    $$\eta_t = \eta\, (1 - t / n)$$

    Parameters
    ----------
    rate
        The first step size eta.
    n_steps
        The number n of steps.

    Returns
    -------
    function
        From the step t = 0, 1, ... to its step size, for `train`.

    Examples
    --------
    >>> [linear_decay(0.1, 4)(t) for t in (0, 2, 4)]
    [0.1, 0.05, 0.0]
    """
    return lambda t: rate * max(0.0, 1 - t / n_steps)


def train(
    loss_and_grads: Callable[[Params, Any], tuple[float, Params]],
    params: Params,
    batches: Iterable[Any],
    rate: float | Callable[[int], float] = 1e-2,
    max_norm: float | None = None,
    optimizer: Callable[[Params, float], Any] = Adam,
    progress: bool | None = None,
) -> list[float]:
    """Take one step of an optimizer for each batch.

    Parameters
    ----------
    loss_and_grads
        Called with the weights and a batch, returns the loss and the gradients.
    params
        The weights; they are changed in place.
    batches
        What loss_and_grads takes, one item a step.
    rate
        The step size, or a function from the step 0, 1, ... to it, such as `linear_decay`.
    max_norm
        Clip the gradients of each step to this length; None leaves them.
    optimizer
        Adam, SGD, or what else can be called with the weights and a rate and has a method step.
    progress
        Whether to show a line with the step and the loss; None shows it in a terminal and in a
        notebook, and nowhere else.

    Returns
    -------
    list of float
        The loss of every step, to be plotted.

    Raises
    ------
    FloatingPointError
        If the loss is infinite or not a number.
    """
    rate_at = rate if callable(rate) else lambda t: rate
    steps, losses = optimizer(params, rate_at(0)), []
    line = ProgressLine(length_hint(batches), progress)
    for t, batch in enumerate(batches):
        loss, grads = loss_and_grads(params, batch)
        _check_loss(loss, t, rate_at(t))
        if max_norm is not None:
            grads, _ = clip_by_norm(grads, max_norm)
        steps.rate = rate_at(t)
        steps.step(grads)
        losses.append(float(loss))
        line.update(t + 1, f"loss {loss:.4g}")
    if losses:
        line.close(len(losses), f"loss {losses[-1]:.4g}")
    return losses


def random_batches(
    n_examples: int, batch_size: int, n_steps: int, rng: np.random.Generator
) -> list[np.ndarray]:
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

    Returns
    -------
    list of n_steps ndarrays of int, each of shape (batch_size,)
        Indices of examples, without repetition within a batch; all of them where there are fewer.

    Examples
    --------
    >>> [batch.shape for batch in random_batches(10, 4, 2, np.random.default_rng(0))]
    [(4,), (4,)]
    """
    size = min(batch_size, n_examples)
    return [rng.choice(n_examples, size=size, replace=False) for _ in range(n_steps)]


def _check_clipping(grads: tuple, **limits: float) -> None:
    for name, limit in limits.items():
        if not limit > 0:
            raise ValueError(f"{name} is {limit}, expected a positive number")
    for name, g in named_leaves(grads):
        check_shapes(**{name: (g, "...")})


def _check_loss(loss: float, t: int, rate: float) -> None:
    if not np.isfinite(loss):
        raise FloatingPointError(
            f"the loss is {loss} after {t} steps: try a smaller rate than {rate:g}, "
            "or clip the gradients with max_norm"
        )

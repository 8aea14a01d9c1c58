"""Tools that judge gradients: numerical ones to compare with, and their way back in time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from course_rnn.rnn import TANH, Activation, Cache, RNNParams
from course_rnn.shapes import check_shapes
from course_rnn.training import leaves, map_leaves, named_leaves


def numerical_gradient(
    loss: Callable[[np.ndarray], float], w: np.ndarray, h: float = 1e-5
) -> np.ndarray:
    r"""Differentiate by trying: move one number a little up and a little down.

    $$\frac{\partial L}{\partial w_i} \approx \frac{L(w + h e_i) - L(w - h e_i)}{2h}$$

    Parameters
    ----------
    loss
        Called with an array like w, returns a number.
    w : ndarray, any shape
        Where to differentiate; it is not changed.
    h
        The step: the error of the formula grows as h^2, the rounding error as 1/h.

    Returns
    -------
    ndarray of float64, the shape of w
        The gradient, right to about six digits. It takes two losses a number.

    Raises
    ------
    ValueError
        If w is empty or has NaN in it.

    Notes
    -----
    The central difference; in float32 rounding leaves nothing of it, so w becomes float64.

    Examples
    --------
    >>> numerical_gradient(lambda w: (w**3).sum(), np.array([1.0, 2.0])).round(6)
    array([ 3., 12.])
    """
    check_shapes(w=(w, "..."))
    w = np.array(w, dtype=np.float64)
    gradient = np.empty_like(w)
    for i in np.ndindex(w.shape):
        kept = w[i]
        w[i] = kept + h
        above = loss(w)
        w[i] = kept - h
        gradient[i] = (above - loss(w)) / (2 * h)
        w[i] = kept
    return gradient


def complex_step_gradient(loss: Callable[[np.ndarray], complex], w: np.ndarray) -> np.ndarray:
    r"""Differentiate by a tiny imaginary step, exact to the last digits.

    $$\frac{\partial L}{\partial w_i} = \frac{\operatorname{Im} L(w + i h e_i)}{h} + O(h^2),
    \qquad h = 10^{-30}$$

    Nothing is subtracted, so nothing is lost by rounding.

    Parameters
    ----------
    loss
        Called with a complex array like w, returns a complex number. What it computes must make
        sense for complex numbers: tanh, exp, products and sums do, abs and comparisons do not.
    w : ndarray, any shape
        Where to differentiate; it is not changed.

    Returns
    -------
    ndarray of float64, the shape of w
        The gradient. It takes one loss a number.

    Raises
    ------
    ValueError
        If w is empty or has NaN in it, or the loss is not complex.

    Notes
    -----
    Squire & Trapp (1998).

    Examples
    --------
    >>> complex_step_gradient(lambda w: (w**3).sum(), np.array([1.0, 2.0]))
    array([ 3., 12.])
    """
    check_shapes(w=(w, "..."))
    w, h = np.array(w, dtype=np.complex128), 1e-30
    gradient = np.empty(w.shape)
    for i in np.ndindex(w.shape):
        kept = w[i]
        w[i] = kept + 1j * h
        value = loss(w)
        if not np.iscomplexobj(value):
            raise ValueError(
                f"the loss of a complex array is {value}, without an imaginary part: "
                "some step of it is not made for complex numbers, use numerical_gradient"
            )
        gradient[i] = value.imag / h
        w[i] = kept
    return gradient


def check_gradients(
    loss: Callable[..., float],
    arguments: Mapping[str, Any],
    grads: Mapping[str, Any],
    complex_step: bool = False,
    tolerance: float | None = None,
) -> str:
    r"""Compare gradients with numerical ones and name the entry that is furthest off.

    $$\text{error} = \frac{|g - n|}{\max(|g|, |n|)}$$

    where the differences that rounding alone explains count as zero.

    Parameters
    ----------
    loss
        Called with the arguments by name, returns a number.
    arguments
        name -> array of float64, or NamedTuple of such arrays, such as {"x": x, "params": params}.
    grads
        name -> the gradient of the loss with respect to this argument. Arguments without a
        gradient here are left alone.
    complex_step
        Compare with `complex_step_gradient`, far sharper, where the loss can take complex numbers.
    tolerance
        The largest error that passes; None means 1e-5, and 1e-10 with the complex step.

    Returns
    -------
    str
        A sentence that says how many numbers agree and how well.

    Raises
    ------
    AssertionError
        If a gradient is wrong. Its sentence names the worst entry and its parameter, and where
        the array is a sequence (T, B, n) its time step.
    ValueError
        If a gradient has another shape than its argument, a type other than float64, or NaN.

    Notes
    -----
    Squire & Trapp (1998) for the complex step.

    Examples
    --------
    >>> w = np.array([[1.0, 2.0]])
    >>> check_gradients(lambda w: (w**3).sum(), {"w": w}, {"w": 3 * w**2})[:24]
    '2 numbers agree with the'
    >>> check_gradients(lambda w: (w**3).sum(), {"w": w}, {"w": 3 * w})
    Traceback (most recent call last):
        ...
    AssertionError: the gradient of w[0, 1] is wrong: it is 6, and the central difference 12
    """
    method = "complex step" if complex_step else "central difference"
    tolerance = tolerance or (1e-10 if complex_step else 1e-5)
    worst, count = _Entry(), 0
    for name, array, given, loss_of in _each_gradient(loss, arguments, grads, complex_step):
        expected, noise = _expected(loss_of, array, complex_step)
        worst = max(worst, _worst_entry(name, given, expected, noise))
        count += array.size
    if worst.error > tolerance:
        raise AssertionError(
            f"the gradient of {worst.place} is wrong: it is {worst.given:.6g}, "
            f"and the {method} {worst.expected:.6g}"
        )
    return (
        f"{count} numbers agree with the {method}; the largest relative error is "
        f"{worst.error:.1e}, in {worst.place}"
    )


def state_jacobian(a_t: np.ndarray, params: RNNParams, g1: Activation = TANH) -> np.ndarray:
    r"""Tell how each number of the new state changes with each number of the state before.

    $$\frac{\partial a^{\langle t \rangle}}{\partial a^{\langle t-1 \rangle}}
    = \operatorname{diag}(g_1'(z^{\langle t \rangle}))\, W_{aa}, \qquad
    \tanh'(z^{\langle t \rangle}) = 1 - a^{\langle t \rangle 2}$$

    Parameters
    ----------
    a_t : ndarray, shape (..., n_a)
        The new states of one step (B, n_a) or of all (T, B, n_a).
    params
        The weights of a vanilla recurrent layer.
    g1
        The activation function of the cell.

    Returns
    -------
    ndarray, shape (..., n_a, n_a)
        Row i, column j: the derivative of a_t[i] with respect to a_prev[j].

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Bengio, Simard & Frasconi (1994).

    Examples
    --------
    >>> params = RNNParams(np.zeros((2, 1)), np.array([[2.0, 1.0], [0.0, 4.0]]), np.zeros(2))
    >>> state_jacobian(np.array([[0.0, 0.5]]), params)
    array([[[2., 1.],
            [0., 3.]]])
    """
    check_shapes(a_t=(a_t, "... n_a"), Waa=(params.Waa, "n_a n_a"))
    return g1.slope(a_t)[..., None] * params.Waa


def jacobian_products(a: np.ndarray, params: RNNParams, g1: Activation = TANH) -> np.ndarray:
    r"""Tell how the last state changes with the state any number of steps before it.

    $$\frac{\partial a^{\langle T \rangle}}{\partial a^{\langle T - k \rangle}}
    = \prod_{t = T}^{T - k + 1} \operatorname{diag}(g_1'(z^{\langle t \rangle}))\, W_{aa},
    \qquad k = 0, \dots, T$$

    Parameters
    ----------
    a : ndarray, shape (T, B, n_a)
        The states of all steps.
    params
        The weights of a vanilla recurrent layer.
    g1
        The activation function of the cell.

    Returns
    -------
    ndarray, shape (T + 1, B, n_a, n_a)
        One product for each lag k; no lag gives the identity, the largest leads to a0.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Pascanu, Mikolov & Bengio (2013).

    Examples
    --------
    >>> halve = RNNParams(np.zeros((1, 1)), np.array([[0.5]]), np.zeros(1))
    >>> jacobian_products(np.zeros((3, 1, 1)), halve).ravel()
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    check_shapes(a=(a, "T B n_a"))
    jacobians = state_jacobian(a, params, g1)
    products = np.empty((len(a) + 1, *jacobians.shape[1:]), dtype=jacobians.dtype)
    products[0] = np.eye(a.shape[-1])
    for k, jacobian in enumerate(jacobians[::-1]):
        products[k + 1] = products[k] @ jacobian
    return products


def gradient_norms(
    dstate: Sequence[np.ndarray], caches: Sequence[Cache], cell_backward: Callable[..., tuple]
) -> np.ndarray:
    r"""Measure what is left of a gradient that arrives at the last step, lag by lag.

    $$\text{norms}_k = \frac{1}{B} \sum_b
    \left\lVert \frac{\partial L_b}{\partial \text{state}_b^{\langle T - k \rangle}}
    \right\rVert, \qquad k = 0, \dots, T$$

    Parameters
    ----------
    dstate : sequence of ndarray, each of shape (B, n_a)
        The gradient with respect to the last state: one array, and two for an LSTM's (a, c).
    caches
        The cell's cache of every step, the first step first.
    cell_backward
        The backward function of the cell, such as `rnn_cell_backward`.

    Returns
    -------
    ndarray, shape (T + 1,)
        The length of the gradient of the state k steps before the end, averaged over the batch.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or there is no cache.

    Notes
    -----
    Hochreiter (1991); Bengio, Simard & Frasconi (1994).

    Examples
    --------
    >>> from course_rnn.rnn import rnn_cell_backward, rnn_cell_forward
    >>> halve = RNNParams(np.zeros((1, 1)), np.array([[0.5]]), np.zeros(1))
    >>> _, cache = rnn_cell_forward(np.zeros((1, 1)), np.zeros((1, 1)), halve)
    >>> gradient_norms([np.ones((1, 1))], [cache] * 3, rnn_cell_backward)
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    check_shapes(**{f"dstate[{i}]": (part, "B n_a") for i, part in enumerate(dstate)})
    if len(caches) == 0:
        raise ValueError("caches is empty, expected the cell's cache of every step")
    norms = [_mean_norm(dstate)]
    for cache in reversed(caches):
        _, *dstate, _ = cell_backward(*dstate, cache)
        norms.append(_mean_norm(dstate))
    return np.array(norms)


def _mean_norm(dstate: Sequence[np.ndarray]) -> np.floating:
    return np.linalg.norm(np.concatenate(dstate, axis=-1), axis=-1).mean()


class _Entry(NamedTuple):
    """One number of a gradient beside what it should be."""

    error: float = -1.0
    place: str = ""
    given: float = 0.0
    expected: float = 0.0


def _expected(
    loss: Callable[[np.ndarray], float], w: np.ndarray, complex_step: bool
) -> tuple[np.ndarray, float]:
    """Return the numerical gradient, and which differences rounding and the formula explain."""
    gradient = (complex_step_gradient if complex_step else numerical_gradient)(loss, w)
    noise = 1e-13 if complex_step else 1e-8
    return gradient, noise * max(1.0, abs(loss(w)), np.abs(gradient).max())


def _worst_entry(name: str, given: np.ndarray, expected: np.ndarray, noise: float) -> _Entry:
    """Find the number that is furthest off, beyond what rounding explains."""
    size = np.maximum(np.abs(given), np.abs(expected))
    off = np.maximum(np.abs(given - expected) - noise, 0) / np.where(size > 0, size, 1)
    index = np.unravel_index(off.argmax(), off.shape)
    place = f"{name}{[int(i) for i in index]}"
    if off.ndim == 3 and "." not in name:  # a sequence (T, B, n), not a weight
        place += f" (time step {index[0]})"
    return _Entry(float(off[index]), place, float(given[index]), float(expected[index]))


def _each_gradient(
    loss: Callable[..., float],
    arguments: Mapping[str, Any],
    grads: Mapping[str, Any],
    complex_step: bool,
) -> Iterator[tuple[str, np.ndarray, np.ndarray, Callable[[np.ndarray], float]]]:
    """Yield name, array, given gradient, and the loss as a function of this array alone."""
    if not grads or not set(grads) <= set(arguments):
        raise ValueError(f"grads has {list(grads)}, expected some of {list(arguments)}")
    at = (
        {name: _as_complex(tree) for name, tree in arguments.items()} if complex_step else arguments
    )
    for argument, grad in grads.items():
        named = named_leaves((arguments[argument],))
        for (path, array), given in zip(named, leaves((grad,)), strict=True):
            _, *fields = path.split(".")
            name = ".".join([argument, *fields])
            _check_pair(name, array, given)
            yield name, array, given, partial(_loss_at, loss, at, argument, fields)


def _check_pair(name: str, array: np.ndarray, given: np.ndarray) -> None:
    check_shapes(**{name: (array, "..."), f"the gradient of {name}": (given, "...")})
    if array.shape != given.shape:
        raise ValueError(f"the gradient of {name} has shape {given.shape}, expected {array.shape}")
    if array.dtype != np.float64 or given.dtype != np.float64:
        raise ValueError(
            f"{name} is {array.dtype} and its gradient {given.dtype}: "
            "check gradients in float64, float32 rounds too coarsely"
        )


def _loss_at(
    loss: Callable[..., float],
    arguments: Mapping[str, Any],
    argument: str,
    fields: list[str],
    w: np.ndarray,
) -> float:
    return loss(**{**arguments, argument: _with_leaf(arguments[argument], fields, w)})


def _with_leaf(tree: Any, fields: list[str], w: np.ndarray) -> Any:  # noqa: ANN401
    if not fields:
        return w
    if hasattr(tree, "_fields"):
        inner = _with_leaf(getattr(tree, fields[0]), fields[1:], w)
        return tree._replace(**{fields[0]: inner})
    place = int(fields[0])
    return (*tree[:place], _with_leaf(tree[place], fields[1:], w), *tree[place + 1 :])


def _as_complex(tree: Any) -> Any:  # noqa: ANN401
    """Make arrays of real numbers complex, so that nothing drops the imaginary part on the way."""
    if isinstance(tree, tuple):
        return map_leaves(_as_complex, tree)
    is_real = isinstance(tree, np.ndarray) and np.issubdtype(tree.dtype, np.floating)
    return tree.astype(np.complex128) if is_real else tree

"""What gated layers share: the sigmoid, and all gates of a layer in one array.

A gate's weight (n_a, n_a + n_x) acts on [state, x_t], state first. A layer puts its gates one
below the other: W is (G n_a, n_a + n_x) for G gates. Their values and gradients stand side by side,
(T, B, G n_a), so that one matrix product serves all gates. What does not wait for the previous step
is computed here, for all steps at once.
"""

import numpy as np

from course_rnn.shapes import rows


def sigmoid(z: np.ndarray) -> np.ndarray:
    r"""Squash numbers to between 0 and 1: how far a gate is open.

    $$\sigma(z) = \frac{1}{1 + e^{-z}}, \qquad \sigma'(z) = \sigma(z) (1 - \sigma(z))$$

    Parameters
    ----------
    z : ndarray
        Any real numbers.

    Returns
    -------
    ndarray
        Of the same shape; for a large -z the exponential is infinite and the gate exactly 0.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    with quiet_sigmoid():
        return np.reciprocal(1 + np.exp(-z))


def sigmoid_in_place(z: np.ndarray) -> None:
    """Replace numbers by their `sigmoid`, inside a loop that is itself inside `quiet_sigmoid()`.

    Parameters
    ----------
    z : ndarray
        Any real numbers; afterwards how far the gates are open.
    """
    np.exp(-z, out=z)
    z += 1
    np.reciprocal(z, out=z)


def quiet_sigmoid() -> np.errstate:
    """Let e^-z become infinite without a warning: the gate is then 0, as it should be.

    Returns
    -------
    numpy.errstate
        For `with`, and as a decorator.
    """
    return np.errstate(over="ignore")


def project(x: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    r"""Compute the input's share of all gates at all steps, before any state is known.

    $$z_g^{\langle t \rangle} = W_{gx} x^{\langle t \rangle} + b_g$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    W : ndarray, shape (G n_a, n_a + n_x)
        The gates' weights.
    b : ndarray, shape (G n_a,)
        The gates' biases.

    Returns
    -------
    ndarray, shape (T, B, G n_a)
        A layer's loop adds the state's share and puts the gate's value into its place.
    """
    z = rows(x) @ W[:, -x.shape[2] :].T
    z += b
    return z.reshape(*x.shape[:2], -1)


def each_gate(gates: np.ndarray, n_a: int) -> np.ndarray:
    """Look at every gate by itself: a view, so that what is written into it is written to all.

    Parameters
    ----------
    gates : ndarray, shape (T, B, G n_a)
        The gates side by side.
    n_a
        The size of the state.

    Returns
    -------
    ndarray, shape (G, T, B, n_a)
    """
    T, B, _ = gates.shape
    return gates.reshape(T, B, -1, n_a).transpose(2, 0, 1, 3)


def gate_gradients(
    dz: np.ndarray, before: np.ndarray, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Sum the gradients of all gates' weights over all steps in one product for each input.

    $$dW_g = \sum_t dz_g^{\langle t \rangle \top}
    [a^{\langle t-1 \rangle}, x^{\langle t \rangle}], \qquad
    db_g = \sum_t \sum_b dz_g^{\langle t \rangle}$$

    Parameters
    ----------
    dz : ndarray, shape (T, B, G n_a)
        With respect to each gate before its activation function.
    before : ndarray, shape (T, B, n_a)
        The state that entered each step.
    x : ndarray, shape (T, B, n_x)
        The inputs.

    Returns
    -------
    dW : ndarray, shape (G n_a, n_a + n_x)
        Of the weights, one gate below the other.
    db : ndarray, shape (G n_a,)
        Of the biases.
    """
    dz, n_a = rows(dz), before.shape[2]
    dW = np.empty((dz.shape[1], n_a + x.shape[2]), dtype=dz.dtype)
    np.matmul(dz.T, rows(before), out=dW[:, :n_a])
    np.matmul(dz.T, rows(x), out=dW[:, n_a:])
    return dW, dz.sum(axis=0)

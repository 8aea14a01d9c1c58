"""What gated layers share: the sigmoid, and all gates of a layer in one array.

A gate's weight (n_a, n_a + n_x) acts on [state, x_t], state first. A layer puts its gates one
below the other: W is (G n_a, n_a + n_x) for G gates. The gates' values are (G, T, B, n_a), one
contiguous array for each gate, and their gradients (T, B, G, n_a), so that one matrix product
serves all gates. What does not wait for the previous step is computed here, for all steps at once.
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
        return fast_sigmoid(z)


def fast_sigmoid(z: np.ndarray) -> np.ndarray:
    """Compute `sigmoid` inside a loop that is itself inside `quiet_sigmoid()`.

    Parameters
    ----------
    z : ndarray
        Any real numbers.

    Returns
    -------
    ndarray
        Of the same shape.
    """
    return np.reciprocal(1 + np.exp(-z))


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
    ndarray, shape (G, T, B, n_a)
        A layer's loop adds the state's share and puts the gate's value into its place.
    """
    T, B, n_x = x.shape
    n_a = W.shape[1] - n_x
    Wx = W[:, n_a:].reshape(-1, n_a, n_x)
    z = rows(x) @ Wx.transpose(0, 2, 1)  # (G, T B, n_a)
    z += b.reshape(-1, 1, n_a)
    return z.reshape(-1, T, B, n_a)


def state_weights(W: np.ndarray, n_a: int) -> np.ndarray:
    r"""Cut out the weights of the state, transposed and contiguous: made for the loop.

    $$z_g \leftarrow z_g + W_{ga} a^{\langle t-1 \rangle}$$

    is z += a_prev @ state_weights(W, n_a), for all gates at once.

    Parameters
    ----------
    W : ndarray, shape (G n_a, n_a + n_x)
        The gates' weights.
    n_a
        The size of the state.

    Returns
    -------
    ndarray, shape (G, n_a, n_a)
    """
    return np.ascontiguousarray(W[:, :n_a].reshape(-1, n_a, n_a).transpose(0, 2, 1))


def side_by_side(dz_t: np.ndarray) -> np.ndarray:
    r"""Put the gradients of all gates of one step side by side, as one product needs them.

    $$da_{prev} = \sum_g dz_g W_{ga}$$

    is side_by_side(dz_t) @ W[:, :n_a].

    Parameters
    ----------
    dz_t : ndarray, shape (G, B, n_a)
        With respect to each gate before its activation function.

    Returns
    -------
    ndarray, shape (B, G n_a)
    """
    n_gates, B, n_a = dz_t.shape
    return dz_t.transpose(1, 0, 2).reshape(B, n_gates * n_a)


def gate_gradients(dz: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Sum the gradients of all gates' weights over all steps in one product.

    $$dW_g = \sum_t dz_g^{\langle t \rangle \top} h^{\langle t \rangle}, \qquad
    db_g = \sum_t \sum_b dz_g^{\langle t \rangle}$$

    Parameters
    ----------
    dz : ndarray, shape (T, B, G n_a)
        With respect to each gate before its activation function.
    h : ndarray, shape (T, B, n)
        What the weights were multiplied with, such as [a_prev, x_t].

    Returns
    -------
    dW : ndarray, shape (G n_a, n)
        Of the weights, one gate below the other.
    db : ndarray, shape (G n_a,)
        Of the biases.
    """
    dz = rows(dz)
    return dz.T @ rows(h), dz.sum(axis=0)

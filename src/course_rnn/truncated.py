"""Long sequences in pieces: the memory of one piece instead of that of the whole sequence.

Truncated: the state is carried from piece to piece, the gradient is not. Exact: the gradient is
carried too, from the last piece to the first, and each piece is computed a second time.
"""

from collections.abc import Callable, Sequence

import numpy as np

from course_rnn.recurrence import RNN, Layer, add_grads

Head = Callable[[np.ndarray, slice], tuple[float, np.ndarray]]
"""head(a, steps) -> (loss, da): what reads the states (length, B, n_a) of these steps."""


def truncated_bptt(
    x: np.ndarray,
    state0: np.ndarray | tuple | None,
    params: tuple,
    head: Head,
    length: int,
    layer: Layer = RNN,
) -> tuple[float, np.ndarray | tuple, tuple]:
    r"""Compute loss and gradients piece by piece, cutting the gradient between pieces.

    $$\frac{\partial L^{\langle t \rangle}}{\partial W} \approx
    \sum_{k = s}^{t} \frac{\partial L^{\langle t \rangle}}{\partial a^{\langle t \rangle}}
    \frac{\partial a^{\langle t \rangle}}{\partial a^{\langle k \rangle}}
    \frac{\partial a^{\langle k \rangle}}{\partial W},
    \qquad s \text{ the first step of the piece of } t$$

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    state0 : ndarray, shape (B, n_a)
        The state before the first step; a pair (a0, c0) for an LSTM; None stands for zero.
    params
        The weights of the layer.
    head
        Called with the states of a piece, (length, B, n_a), and the slice of its steps; returns
        the loss of these steps and its gradient with respect to the states.
    length
        How many steps a piece has; the last may have fewer.
    layer
        What runs the pieces: RNN, GRU, LSTM or another Layer.

    Returns
    -------
    loss : float
        The sum over the pieces.
    state : ndarray, shape (B, n_a), or a pair
        After the last step: state0 of what follows.
    grads
        With respect to the weights, summed over the pieces.

    Raises
    ------
    ValueError
        If length is below 1, or an array does not fit the others.

    Notes
    -----
    Williams & Peng (1990).

    Examples
    --------
    >>> from course_rnn.rnn import init_rnn
    >>> rng = np.random.default_rng(0)
    >>> x, params = rng.normal(size=(1000, 3, 4)), init_rnn(4, 5, rng)
    >>> squares = lambda a, steps: ((a**2).sum() / 2, a)
    >>> loss, state, grads = truncated_bptt(x, None, params, squares, length=50)
    >>> state.shape
    (3, 5)
    """
    loss, total, state = 0.0, None, layer.states(state0)
    for steps in _pieces(len(x), length):
        piece_loss, (*_, grads), state = _piece(x, state, params, head, steps, layer)
        loss += piece_loss
        total = grads if total is None else add_grads(total, grads)
    return loss, layer.state(state), total


def recomputed_bptt(
    x: np.ndarray,
    state0: np.ndarray | tuple | None,
    params: tuple,
    head: Head,
    length: int,
    layer: Layer = RNN,
) -> tuple[float, np.ndarray, np.ndarray | tuple, tuple]:
    r"""Compute loss and exact gradients piece by piece, computing each piece twice.

    $$\frac{\partial L}{\partial W} = \sum_t \sum_{k = 1}^{t}
    \frac{\partial L^{\langle t \rangle}}{\partial a^{\langle t \rangle}}
    \frac{\partial a^{\langle t \rangle}}{\partial a^{\langle k \rangle}}
    \frac{\partial a^{\langle k \rangle}}{\partial W}$$

    The first pass keeps the state before each piece and nothing else. The second takes the
    pieces from the last to the first: forward again, then backward. Pieces of about the square
    root of T need the least memory.

    Parameters
    ----------
    x : ndarray, shape (T, B, n_x)
        The inputs.
    state0 : ndarray, shape (B, n_a)
        The state before the first step; a pair (a0, c0) for an LSTM; None stands for zero.
    params
        The weights of the layer.
    head
        Called with the states of a piece, (length, B, n_a), and the slice of its steps; returns
        the loss of these steps and its gradient with respect to the states. Called for the last
        piece first.
    length
        How many steps a piece has; the last may have fewer.
    layer
        What runs the pieces: RNN, GRU, LSTM or another Layer.

    Returns
    -------
    loss : float
        The sum over the pieces.
    dx : ndarray, shape (T, B, n_x)
        With respect to the inputs.
    dstate0 : ndarray, shape (B, n_a), or a pair
        With respect to the state before the first step.
    grads
        With respect to the weights, summed over time and batch.

    Raises
    ------
    ValueError
        If length is below 1, or an array does not fit the others.

    Notes
    -----
    Chen, Xu, Zhang & Guestrin (2016); for recurrent networks Gruslys et al. (2016).
    """
    pieces = _pieces(len(x), length)
    starts = [layer.states(state0)]
    for steps in pieces[:-1]:
        starts.append(_last(layer.forward(x[steps], *starts[-1], params)[:-1]))
    loss, dx, total, dstate = 0.0, None, None, None
    for steps, state in zip(reversed(pieces), reversed(starts), strict=True):
        piece_loss, gradients, _ = _piece(x, state, params, head, steps, layer, dstate)
        dx_piece, *dstate, grads = gradients
        dx = np.empty(x.shape, dtype=dx_piece.dtype) if dx is None else dx
        dx[steps] = dx_piece
        loss += piece_loss
        total = grads if total is None else add_grads(total, grads)
    return loss, dx, layer.state(dstate), total


def _piece(
    x: np.ndarray,
    state: tuple,
    params: tuple,
    head: Head,
    steps: slice,
    layer: Layer,
    dlast: list[np.ndarray] | None = None,
) -> tuple[float, tuple, tuple]:
    """Run one piece forward and backward; dlast comes from the piece after it, if it is exact."""
    *states, caches = layer.forward(x[steps], *state, params)
    loss, da = head(states[0], steps)
    if dlast is None:
        return loss, layer.backward(da, caches), _last(states)
    da = np.concatenate([da[:-1], (da[-1] + dlast[0])[None]])
    return loss, layer.backward(da, caches, *dlast[1:]), _last(states)


def _pieces(n_steps: int, length: int) -> list[slice]:
    if length < 1:
        raise ValueError(f"length is {length}, expected 1 or more")
    if n_steps < 1:
        raise ValueError(f"x has {n_steps} steps, expected 1 or more")
    return [slice(start, start + length) for start in range(0, n_steps, length)]


def _last(states: Sequence[np.ndarray]) -> tuple:
    """Copy the states after the last step, so that those of all steps can be forgotten."""
    return tuple(state[-1].copy() for state in states)

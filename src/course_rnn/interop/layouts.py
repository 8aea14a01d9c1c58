"""From one array a gate to all gates in one array, in the order of a convention, and back.

`stack_gates` and `unstack_gates` are each other's inverse. Where an update gate of 1 keeps the
old state instead of taking the candidate, its weights change their sign: 1 - sigma(z) = sigma(-z).
"""

from typing import NamedTuple

import numpy as np

from course_rnn.gru import GRUParams
from course_rnn.interop.conventions import Convention
from course_rnn.lstm import LSTMParams
from course_rnn.reset_after_gru import ResetAfterGRUParams
from course_rnn.rnn import RNNParams
from course_rnn.shapes import check_shapes

Params = RNNParams | GRUParams | ResetAfterGRUParams | LSTMParams
GRU_KINDS = {"before": GRUParams, "after": ResetAfterGRUParams}


class Stacked(NamedTuple):
    """The weights of a layer, its G gates below each other; a gate's bias is bx + ba."""

    Wx: np.ndarray
    """(G n_a, n_x), from the input"""
    Wa: np.ndarray
    """(G n_a, n_a), from the previous state"""
    bx: np.ndarray
    """(G n_a,), added to the input's product"""
    ba: np.ndarray
    """(G n_a,), added to the state's product"""


def stack_gates(params: Params, convention: Convention) -> Stacked:
    """Put the weights of a layer into the order and the meaning of a convention.

    Parameters
    ----------
    params
        The weights of one layer in one direction.
    convention
        Whose order.

    Returns
    -------
    Stacked
        Of G = 1 gate (RNN), 3 (GRU) or 4 (LSTM). All biases are in bx; ba is zero, but for the
        candidate of a GRU that resets after the product.

    Raises
    ------
    ValueError
        If the convention has no such layer, or the weights do not fit each other.
    """
    _check_kind(params, convention)
    _check_weights(params)
    if isinstance(params, RNNParams):
        return Stacked(params.Wax, params.Waa, params.ba, np.zeros_like(params.ba))
    weights, n_a = params._asdict(), len(params.bc)
    signs = _signs(params, convention)
    W = np.concatenate([sign * weights[f"W{gate}"] for gate, sign in signs.items()])
    bx = np.concatenate([sign * weights[f"b{gate}"] for gate, sign in signs.items()])
    ba = [weights["bcc"] if gate == "c" and "bcc" in weights else np.zeros(n_a) for gate in signs]
    return Stacked(W[:, n_a:], W[:, :n_a], bx, np.concatenate(ba).astype(bx.dtype))


def unstack_gates(stacked: Stacked, convention: Convention, reset: str) -> Params:
    """Take the weights of a layer out of the order and the meaning of a convention.

    Parameters
    ----------
    stacked
        As many gates as the layer has, 1 for the RNN, 3 for the GRU, 4 for the LSTM; its arrays
        fit each other.
    convention
        Whose order.
    reset
        Whether a GRU's reset gate acts "before" or "after" the product.

    Returns
    -------
    RNNParams, GRUParams, ResetAfterGRUParams or LSTMParams
        The two biases of a gate become one, their sum; only the candidate of a GRU that resets
        after the product has two.

    Raises
    ------
    ValueError
        If there are as many gates as in none of the layers.
    """
    Wx, Wa, bx, ba = stacked
    n_gates = _count_gates(Wa)
    if n_gates == 1:
        return RNNParams(Wx.copy(), Wa.copy(), bx + ba)
    kind = GRU_KINDS[reset] if n_gates == 3 else LSTMParams
    signs = _signs(kind, convention)
    W = np.split(np.concatenate([Wa, Wx], axis=1), n_gates)
    bx, ba = np.split(bx, n_gates), np.split(ba, n_gates)
    weights = {}
    for k, (gate, sign) in enumerate(signs.items()):
        weights[f"W{gate}"], weights[f"b{gate}"] = sign * W[k], sign * (bx[k] + ba[k])
    if kind is ResetAfterGRUParams:
        k = list(signs).index("c")
        weights |= {"bc": bx[k].copy(), "bcc": ba[k].copy()}
    return kind(**weights)


def _signs(kind: Params | type, convention: Convention) -> dict[str, int]:
    """List the gates in the order of a convention, each with the sign its weights take there."""
    if "Wo" in kind._fields:
        return dict.fromkeys(convention.lstm_gates.values(), 1)
    turned = "u" if convention.gru_update == "old state" else None
    return {gate: -1 if gate == turned else 1 for gate in convention.gru_gates.values()}


def _check_kind(params: Params, convention: Convention) -> None:
    """Make sure that a convention has a layer for these weights."""
    if not isinstance(params, Params):
        raise ValueError(
            f"params is a {type(params).__name__}, which {convention.name} has no layer for: "
            "expected RNNParams, GRUParams, ResetAfterGRUParams or LSTMParams"
        )
    if isinstance(params, GRUParams) and "before" not in convention.gru_reset:
        raise ValueError(
            f"params is a GRUParams, but the GRU of {convention.name} resets after the product "
            "with the state, not before it, and no weights make the two equal: use "
            "ResetAfterGRUParams"
        )


def _check_weights(params: Params) -> None:
    """Make sure that the weights of a layer fit each other."""
    axes = {"Wax": "n_a n_x", "Waa": "n_a n_a", "W": "n_a columns", "b": "n_a"}
    named = params._asdict().items()
    sizes = check_shapes(**{name: (w, axes.get(name, axes[name[0]])) for name, w in named})
    if sizes.get("columns", np.inf) <= sizes["n_a"]:
        name, shape = params._fields[0], params[0].shape
        raise ValueError(f"{name} has shape {shape}, expected (n_a, n_a + n_x) with n_x > 0")


def _count_gates(Wa: np.ndarray) -> int:
    """Make sure that stacked weights belong to a layer we have."""
    rows, n_a = Wa.shape
    if rows not in (n_a, 3 * n_a, 4 * n_a):
        raise ValueError(
            f"the weights of the state have {rows} rows for n_a = {n_a} units, expected "
            f"{n_a} (RNN), {3 * n_a} (GRU) or {4 * n_a} (LSTM)"
        )
    return rows // n_a

"""Weights to and from the names and shapes of torch.nn.RNN, torch.nn.GRU and torch.nn.LSTM.

Arrays in, arrays out: PyTorch itself is not needed.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from course_rnn.bidirectional import BidirectionalParams
from course_rnn.interop.conventions import PYTORCH
from course_rnn.interop.layouts import Params, Stacked, stack_gates, unstack_gates
from course_rnn.shapes import check_shapes

LayerParams = Params | BidirectionalParams
"""One direction, or both."""
NAMES = [name.removesuffix("_l0") for name in PYTORCH.weights]
"""weight_ih, weight_hh, bias_ih, bias_hh: in the order of `Stacked`."""


def to_torch(layers: Sequence[LayerParams]) -> dict[str, np.ndarray]:
    r"""Write the weights of a stack of layers under PyTorch's names.

    $$1 - \sigma(z) = \sigma(-z)$$: PyTorch's update gate keeps the old state where ours takes
    the candidate, so its weights change their sign.

    Parameters
    ----------
    layers
        From the lowest to the highest, as `stacked_forward` takes them: each the weights of one
        direction, or BidirectionalParams.

    Returns
    -------
    dict
        name -> array, such as weight_ih_l0 (G n_a, n_x), weight_hh_l0 (G n_a, n_a), bias_ih_l0
        and bias_hh_l0 (G n_a,), with G = 1 (RNN), 3 (GRU), 4 (LSTM); names of the backward
        direction end in _reverse. bias_hh is zero, but for the candidate of the GRU.

    Raises
    ------
    ValueError
        If a layer is a GRU that resets before the product, which PyTorch does not have, or
        another kind of layer that it has not.

    Notes
    -----
    The documentation of torch.nn.GRU and torch.nn.LSTM. Load the result with
    `layer.load_state_dict({name: torch.from_numpy(w) for name, w in to_torch(...).items()})`.

    Examples
    --------
    >>> from course_rnn.lstm import init_lstm
    >>> state = to_torch([init_lstm(4, 5, np.random.default_rng(0))])
    >>> {name: array.shape for name, array in state.items()}  # doctest: +NORMALIZE_WHITESPACE
    {'weight_ih_l0': (20, 4), 'weight_hh_l0': (20, 5),
     'bias_ih_l0': (20,), 'bias_hh_l0': (20,)}
    """
    state = {}
    for k, layer in enumerate(layers):
        both = isinstance(layer, BidirectionalParams)
        for params, suffix in zip(layer if both else [layer], _suffixes(k, both), strict=True):
            arrays = stack_gates(params, PYTORCH)
            state |= {f"{name}{suffix}": w for name, w in zip(NAMES, arrays, strict=True)}
    return state


def from_torch(state: Mapping[str, np.ndarray]) -> list[LayerParams]:
    r"""Read the weights of a stack of layers from PyTorch's names.

    $$b_g = b_{ig} + b_{hg}$$: PyTorch has two biases a gate, we have their sum; the candidate of
    the GRU, whose second bias is multiplied by the reset gate, keeps both.

    Parameters
    ----------
    state
        `layer.state_dict()` of a torch.nn.RNN, GRU or LSTM, or the same names with arrays.

    Returns
    -------
    list
        For each layer RNNParams, ResetAfterGRUParams or LSTMParams, as the number of gates tells;
        of a bidirectional layer BidirectionalParams of them.

    Raises
    ------
    ValueError
        If a name is missing (such as the biases of bias=False) or unknown (such as weight_hr_l0
        of an LSTM with a projection), or shapes do not fit each other.

    Notes
    -----
    What goes to PyTorch and comes back is equal to the last bit. What comes from PyTorch and goes
    back computes the same, with all of bias_ih + bias_hh in bias_ih.
    """
    n_layers = 1 + max(
        (int(k) for k in re.findall(r"weight_hh_l(\d+)\b", " ".join(state))), default=0
    )
    both = "weight_hh_l0_reverse" in state
    suffixes = [_suffixes(k, both) for k in range(n_layers)]
    _check_names(
        state, {f"{name}{suffix}" for pair in suffixes for suffix in pair for name in NAMES}
    )
    layers = [[_read(state, suffix) for suffix in pair] for pair in suffixes]
    return [BidirectionalParams(*layer) if both else layer[0] for layer in layers]


def _suffixes(k: int, both: bool) -> list[str]:
    """Say how the names of layer k end, for one direction or both."""
    return [f"_l{k}", f"_l{k}_reverse"] if both else [f"_l{k}"]


def _read(state: Mapping[str, np.ndarray], suffix: str) -> Params:
    """Read one layer in one direction."""
    arrays = {f"{name}{suffix}": np.asarray(state[f"{name}{suffix}"]) for name in NAMES}
    axes = PYTORCH.weights.values()
    check_shapes(**dict(zip(arrays, zip(arrays.values(), axes, strict=True), strict=True)))
    return unstack_gates(Stacked(*arrays.values()), PYTORCH, reset="after")


def _check_names(state: Mapping[str, np.ndarray], expected: set[str]) -> None:
    """Make sure that a state has the names of a recurrent layer and no others."""
    for problem, names in {"lacks": expected - set(state), "has": set(state) - expected}.items():
        if names:
            raise ValueError(
                f"state {problem} {', '.join(sorted(names))}: expected the state_dict() of one "
                f"torch.nn.RNN, GRU or LSTM with biases and without projection"
            )

"""How the lecture, the GRU's paper and three libraries write the same cells, as data.

The converters beside this file read the order and the meaning of gates from here.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple


class Convention(NamedTuple):
    """What one author or library calls things, and how it lays them out."""

    name: str
    """who"""
    source: str
    """where they say so"""
    inputs: str
    """the axes of a batch of sequences, in order"""
    state: str = ""
    """what the state of the GRU is called"""
    gru_gates: Mapping[str, str] = MappingProxyType({})
    """their symbol -> the lecture's letter, in the order in which the weights are stacked; empty
    where there is no GRU"""
    gru_update: str = ""
    """what an update gate of 1 takes over: the "candidate" or the "old state" """
    gru_reset: tuple[str, ...] = ()
    """whether the reset gate acts "before" or "after" the matrix product; the default first"""
    gru_biases: int = 0
    """how many vectors of biases a gate of the GRU has by default; 0 if none are written"""
    lstm_gates: Mapping[str, str] = MappingProxyType({})
    """as gru_gates; empty where there is no LSTM"""
    lstm_biases: int = 0
    """as gru_biases"""
    weights: Mapping[str, str] = MappingProxyType({})
    """name -> axes, for G gates (RNN 1, GRU 3, LSTM 4)"""
    note: str = ""
    """what else to know"""
    rnn: str = ""
    """the state of the plain RNN as a line of Python in their symbols; empty if none is written"""
    rnn_symbols: Mapping[str, str] = MappingProxyType({})
    """their symbol for a weight or an input -> what it is here"""
    memory: str = "c"
    """what the memory of the LSTM is called"""
    lstm_output: str = "h"
    """what the LSTM hands to the next layer"""
    candidate: str = "tanh"
    """what squashes the candidates of the GRU and the LSTM"""
    output: str = "tanh"
    """what squashes the LSTM's memory on its way out"""


LECTURE = Convention(
    name="this course",
    source="the lecture",
    inputs="T B n_x",
    state="c",
    gru_gates={"u": "u", "r": "r", "c~": "c"},
    gru_update="candidate",
    gru_reset=("before", "after"),
    gru_biases=1,
    lstm_gates={"f": "f", "u": "u", "o": "o", "c~": "c"},
    lstm_biases=1,
    weights={"Wu, …": "n_a n_a+n_x", "bu, …": "n_a"},
    note="One array a gate, which acts on [state, x_t], the state first.",
    rnn="a = tanh(Waa @ a_prev + Wax @ x + ba)",
    rnn_symbols={"Waa": "Waa", "Wax": "Wax", "ba": "ba"},
    lstm_output="a",
)
CHO = Convention(
    name="Cho et al. (2014)",
    source="arXiv:1406.1078v3, section 2.3",
    inputs="n_x",
    state="h",
    gru_gates={"r": "r", "z": "u", "h~": "c"},
    gru_update="old state",
    gru_reset=("before",),
    weights={"W, Wr, Wz": "n_a n_x", "U, Ur, Uz": "n_a n_a"},
    note="One column at a time; biases are left out of the equations.",
)
PYTORCH = Convention(
    name="PyTorch",
    source="torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM",
    inputs="T B n_x",
    state="h",
    gru_gates={"r": "r", "z": "u", "n": "c"},
    gru_update="old state",
    gru_reset=("after",),
    gru_biases=2,
    lstm_gates={"i": "u", "f": "f", "g": "c", "o": "o"},
    lstm_biases=2,
    weights={
        "weight_ih_l0": "G*n_a n_x",
        "weight_hh_l0": "G*n_a n_a",
        "bias_ih_l0": "G*n_a",
        "bias_hh_l0": "G*n_a",
    },
    note="batch_first=True puts the batch first; the second direction's names end in _reverse.",
    rnn="h = tanh(x @ W_ih.T + b_ih + h_prev @ W_hh.T + b_hh)",
    rnn_symbols={"W_ih": "Wax", "W_hh": "Waa", "b_ih": "ba", "b_hh": "0 * ba"},
)
KERAS = Convention(
    name="Keras",
    source="keras.layers.SimpleRNN, keras.layers.GRU, keras.layers.LSTM",
    inputs="B T n_x",
    state="h",
    gru_gates={"z": "u", "r": "r", "hh": "c"},
    gru_update="old state",
    gru_reset=("after", "before"),
    gru_biases=2,
    lstm_gates={"i": "u", "f": "f", "c~": "c", "o": "o"},
    lstm_biases=1,
    weights={"kernel": "n_x G*n_a", "recurrent_kernel": "n_a G*n_a", "bias": "G*n_a"},
    note="The GRU's bias is (2, 3 n_a) with reset_after=True, the default, and (3 n_a,) without.",
    rnn="h = tanh(x @ kernel + bias + h_prev @ recurrent_kernel)",
    rnn_symbols={"kernel": "Wax.T", "recurrent_kernel": "Waa.T", "bias": "ba"},
)
ONNX = Convention(
    name="ONNX",
    source="operators RNN, GRU, LSTM",
    inputs="T B n_x",
    state="H",
    gru_gates={"z": "u", "r": "r", "h": "c"},
    gru_update="old state",
    gru_reset=("before", "after"),
    gru_biases=2,
    lstm_gates={"i": "u", "o": "o", "f": "f", "c~": "c"},
    lstm_biases=2,
    weights={"W": "D G*n_a n_x", "R": "D G*n_a n_a", "B": "D 2*G*n_a", "P": "D 3*n_a"},
    note="D directions; layout=1 puts the batch first; linear_before_reset=1 resets after the "
    "product; P are the LSTM's peepholes i, o, f.",
    rnn="H = tanh(X @ W.T + H_prev @ R.T + Wb + Rb)",
    rnn_symbols={"X": "x", "W": "Wax", "R": "Waa", "Wb": "ba", "Rb": "0 * ba"},
    memory="C",
    lstm_output="H",
)
CONVENTIONS = (LECTURE, CHO, PYTORCH, KERAS, ONNX)
"""The columns of the table."""


def conventions_table(conventions: Sequence[Convention] = CONVENTIONS) -> str:
    """Write conventions as a table in Markdown: one column each, one row a question.

    Parameters
    ----------
    conventions
        Which, in the order of the columns.

    Returns
    -------
    str
        The first line names the columns; a dash stands where a source says nothing.

    Examples
    --------
    >>> print(conventions_table().splitlines()[0])
    | | this course | Cho et al. (2014) | PyTorch | Keras | ONNX |
    """
    head = ["", *(convention.name for convention in conventions)]
    rows = [
        [question, *(answer(convention) or "-" for convention in conventions)]
        for question, answer in QUESTIONS.items()
    ]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def _shape(axes: str) -> str:
    return _code(f"({', '.join(axes.split())})".replace("*", " "))


def _update(convention: Convention) -> str:
    """Write the equation of the new state in the source's own symbols."""
    theirs = {letter: symbol for symbol, letter in convention.gru_gates.items()}
    gate, candidate = theirs["u"], theirs["c"]
    new, old = f"{gate} * {candidate}", f"(1 - {gate}) * {convention.state}_prev"
    if convention.gru_update == "old state":
        new, old = f"(1 - {gate}) * {candidate}", f"{gate} * {convention.state}_prev"
    return _code(f"{new} + {old}")


QUESTIONS = {
    "Source": lambda c: c.source,
    "Inputs": lambda c: _shape(c.inputs),
    "Weights (G gates)": lambda c: ", ".join(
        f"{_code(name)} {_shape(axes)}" for name, axes in c.weights.items()
    ),
    "GRU: gates in this order": lambda c: _code(" ".join(c.gru_gates)),
    "GRU: new state": _update,
    "GRU: reset gate and product": lambda c: " or ".join(c.gru_reset),
    "GRU: biases a gate": lambda c: str(c.gru_biases or ""),
    "LSTM: gates in this order": lambda c: _code(" ".join(c.lstm_gates)) if c.lstm_gates else "",
    "LSTM: biases a gate": lambda c: str(c.lstm_biases or ""),
    "Note": lambda c: c.note,
}
"""The rows of the table: what is asked, and how a convention answers."""

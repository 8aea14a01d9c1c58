"""The cells computed as others write them: each equation is run as the book prints it.

Weights go through `stack_gates`, so an update gate that keeps where ours writes, or another order
of gates, is converted as it is for PyTorch. What is left then is the equation itself.
"""

from collections.abc import Mapping

import numpy as np

from course_rnn.gates import sigmoid
from course_rnn.gru import GRUParams
from course_rnn.interop.conventions import Convention
from course_rnn.interop.layouts import Params, stack_gates
from course_rnn.lstm import LSTMParams
from course_rnn.reset_after_gru import ResetAfterGRUParams
from course_rnn.rnn import RNNParams

SQUASH = {
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "sigmoid_2": lambda v: 4 * sigmoid(v) - 2,  # from -2 to 2
    "sigmoid_1": lambda v: 2 * sigmoid(v) - 1,  # from -1 to 1
}
"""What squashes a candidate or a memory somewhere."""


def gru_equation(convention: Convention) -> str:
    """Write the new state of the GRU in a convention's symbols; empty if it has no GRU.

    Parameters
    ----------
    convention
        Whose symbols.

    Returns
    -------
    str
        A line of Python.

    Examples
    --------
    >>> from course_rnn.interop.conventions import PYTORCH
    >>> gru_equation(PYTORCH)
    'h = (1 - z) * n + z * h_prev'
    """
    if not convention.gru_gates:
        return ""
    theirs = {letter: symbol for symbol, letter in convention.gru_gates.items()}
    gate, new, state = theirs["u"], theirs["c"], convention.state
    if convention.gru_update == "old state":
        return f"{state} = (1 - {gate}) * {new} + {gate} * {state}_prev"
    return f"{state} = {gate} * {new} + (1 - {gate}) * {state}_prev"


def lstm_equations(convention: Convention) -> tuple[str, ...]:
    """Write the LSTM's memory and output in a convention's symbols; empty if it has no LSTM.

    Parameters
    ----------
    convention
        Whose symbols.

    Returns
    -------
    tuple of str
        Two lines of Python.

    Examples
    --------
    >>> from course_rnn.interop.conventions import PYTORCH
    >>> lstm_equations(PYTORCH)
    ('c = f * c_prev + i * g', 'h = o * tanh(c)')
    """
    if not convention.lstm_gates:
        return ()
    theirs = {letter: symbol for symbol, letter in convention.lstm_gates.items()}
    memory = convention.memory
    kept = f"{theirs['f']} * {memory}_prev" if "f" in theirs else f"{memory}_prev"
    return (
        f"{memory} = {kept} + {theirs['u']} * {theirs['c']}",
        f"{convention.lstm_output} = {theirs['o']} * {convention.output}({memory})",
    )


def run_rnn(convention: Convention, params: RNNParams, x: np.ndarray, a: np.ndarray) -> np.ndarray:
    """Compute one step of the plain RNN as a convention writes it.

    Parameters
    ----------
    convention
        Whose equation.
    params
        Our weights.
    x
        (n_x,), the input.
    a
        (n_a,), the previous state.

    Returns
    -------
    numpy.ndarray
        (n_a,), the new state.
    """
    ours = params._asdict() | {"x": x}
    theirs = {symbol: eval(what, {}, ours) for symbol, what in convention.rnn_symbols.items()}
    state = convention.rnn.split(" = ")[0]
    return _run(convention.rnn, {"x": x, f"{state}_prev": a} | theirs)


def run_gru(
    convention: Convention,
    params: GRUParams | ResetAfterGRUParams,
    x: np.ndarray,
    c: np.ndarray,
) -> np.ndarray:
    """Compute one step of the GRU as a convention writes it.

    Parameters
    ----------
    convention
        Whose equation.
    params
        Our weights; their type says where the reset gate acts.
    x
        (n_x,), the input.
    c
        (n_a,), the previous state.

    Returns
    -------
    numpy.ndarray
        (n_a,), the new state.
    """
    gates = _gates(convention, params, convention.gru_gates, x, c)
    return _run(gru_equation(convention), gates | {f"{convention.state}_prev": c})


def run_lstm(
    convention: Convention, params: LSTMParams, x: np.ndarray, a: np.ndarray, c: np.ndarray
) -> np.ndarray:
    """Compute one step of the LSTM as a convention writes it.

    Parameters
    ----------
    convention
        Whose equations.
    params
        Our weights.
    x
        (n_x,), the input.
    a
        (n_a,), the previous output.
    c
        (n_a,), the previous memory.

    Returns
    -------
    numpy.ndarray
        (n_a,), the new output.
    """
    memory, output = lstm_equations(convention)
    gates = _gates(convention, params, convention.lstm_gates, x, a)
    c = _run(memory, gates | {f"{convention.memory}_prev": c})
    return _run(output, gates | {convention.memory: c})


def _run(equation: str, values: dict[str, np.ndarray]) -> np.ndarray:
    """Compute the right-hand side of an equation."""
    _, right = equation.replace("~", "_tilde").split(" = ")
    named = {symbol.replace("~", "_tilde"): value for symbol, value in values.items()}
    return eval(right, dict(SQUASH), named)


def _gates(
    convention: Convention, params: Params, letters: Mapping[str, str], x: np.ndarray, h: np.ndarray
) -> dict[str, np.ndarray]:
    """Compute what stands in the gates, under their symbols, from weights converted for them."""
    order, stacked = letters.values(), stack_gates(params, convention)
    Wx, Wa, bx, ba = (dict(zip(order, np.split(w, len(order)), strict=True)) for w in stacked)
    gates = {g: sigmoid(Wx[g] @ x + bx[g] + Wa[g] @ h + ba[g]) for g in order if g != "c"}
    r = gates.get("r", 1.0)
    if isinstance(params, ResetAfterGRUParams):
        inner = r * (Wa["c"] @ h + ba["c"])
    else:
        inner = Wa["c"] @ (r * h) + ba["c"]
    gates["c"] = SQUASH[convention.candidate](Wx["c"] @ x + bx["c"] + inner)
    return {symbol: gates[letter] for symbol, letter in letters.items()}

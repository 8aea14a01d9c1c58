"""Chapter 08: the LSTM, forward and back, one step and many, with peepholes; how they go wrong."""

from collections.abc import Callable

import numpy as np

from course_rnn import lstm
from course_rnn.check.exercise import Case, Exercise
from course_rnn.gates import sigmoid
from course_rnn.lstm import LSTMParams, lstm_cell_backward, lstm_cell_forward
from course_rnn.peephole_lstm import PeepholeParams, peephole_lstm_cell_forward
from course_rnn.recurrence import add_grads
from course_rnn.training import map_leaves

CHAPTER = "08_lstm"
Draw = Callable[[np.random.Generator], tuple]


def _params(rng: np.random.Generator, n_x: int, n_a: int) -> LSTMParams:
    return LSTMParams(*rng.normal(size=(4, n_a, n_a + n_x)), *rng.normal(size=(4, n_a)))


def _with_peepholes(rng: np.random.Generator, n_x: int, n_a: int) -> PeepholeParams:
    return PeepholeParams(*_params(rng, n_x, n_a), *rng.normal(size=(3, n_a)))


def _cell(B: int, n_x: int, n_a: int, params: Callable = _params) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x_t, a_prev = rng.normal(size=(B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x_t, a_prev, rng.normal(scale=1.5, size=(B, n_a)), params(rng, n_x, n_a)

    return draw


def _sequence(T: int, B: int, n_x: int, n_a: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        return rng.normal(size=(T, B, n_x)), *_cell(B, n_x, n_a)(rng)[1:]

    return draw


def _float32(draw: Draw) -> Draw:
    return lambda rng: map_leaves(lambda array: array.astype(np.float32), draw(rng))


def _cell_cases(params: Callable) -> tuple[Case, ...]:
    return (
        Case("B = 3, n_x = 4, n_a = 5", _cell(3, 4, 5, params)),
        Case("B = 1", _cell(1, 4, 5, params)),
        Case("other sizes", _cell(4, 7, 2, params)),
        Case("n_a = 1", _cell(3, 4, 1, params)),
        Case("float32", _float32(_cell(3, 4, 5, params))),
    )


def _parts(x_t: np.ndarray, a_prev: np.ndarray, p: LSTMParams) -> tuple:
    """Return the gates f, u, o and the candidate."""
    h = np.concatenate([a_prev, x_t], axis=1)
    f, u, o = (sigmoid(h @ W.T + b) for W, b in ((p.Wf, p.bf), (p.Wu, p.bu), (p.Wo, p.bo)))
    return f, u, o, np.tanh(h @ p.Wc.T + p.bc)


# --------------------------------------------------------------------- lstm_cell_forward

LSTM_CELL_FORWARD = Exercise(
    name="lstm_cell_forward",
    chapter=CHAPTER,
    points=2,
    reference=lstm_cell_forward,
    outputs=("a_t", "c_t", "cache"),
    cases=_cell_cases(_params),
    naming_cases=(Case("all sizes equal", _cell(5, 5, 5)),),
)


@LSTM_CELL_FORWARD.misconception(
    "LF1",
    "tanh missing on c",
    "Your state is not squashed: a can leave (-1, 1). Between the cell state and the output gate "
    "stands one more tanh.",
    source="https://github.com/nicodjimenez/lstm/issues/47",
)
def tanh_missing_on_c(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(x_t, a_prev, params)
    c_t = u * c_tilde + f * c_prev
    return o * c_t, c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF2",
    "state and cell state exchanged",
    "You return the cell state first. The order is a_t, c_t, cache.",
)
def outputs_exchanged(x_t, a_prev, c_prev, params):
    a_t, c_t, _ = lstm_cell_forward(x_t, a_prev, c_prev, params)
    return c_t, a_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF3",
    "cell state of the output gate",
    "You store what the output gate let through as the cell state. Selective READING leaves the "
    "whiteboard as it is: only a is gated by o.",
)
def gated_cell_state(x_t, a_prev, c_prev, params):
    a_t, c_t, _ = lstm_cell_forward(x_t, a_prev, c_prev, params)
    o = _parts(x_t, a_prev, params)[2]
    return a_t, o * c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF4",
    "output from the old cell state",
    "Your state reads the OLD cell state: it lags one step behind what was just written.",
)
def old_cell_state_read(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(x_t, a_prev, params)
    return o * np.tanh(c_prev), u * c_tilde + f * c_prev, ()


@LSTM_CELL_FORWARD.misconception(
    "LF5",
    "sum instead of product",
    "You ADD the update gate to the candidate. A gate is a share: it multiplies what it lets "
    "through.",
    source="https://github.com/MartinuzziFrancesco/torchrecurrent/issues/22",
)
def gate_added(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(x_t, a_prev, params)
    c_t = u + c_tilde + f * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF6",
    "bias copied and pasted",
    "All your gates share the bias of one, bo, as happens when a line is copied. Each gate has "
    "its own.",
    source="https://github.com/ddbourgin/numpy-ml/issues/42",
)
def bias_copied(x_t, a_prev, c_prev, params):
    return lstm_cell_forward(x_t, a_prev, c_prev, params._replace(bf=params.bo, bu=params.bo))


@LSTM_CELL_FORWARD.misconception(
    "LF7",
    "concatenation order",
    "You put x_t in front of the state. The first n_a columns of every W belong to a_prev: look "
    "at the order inside the brackets [a, x].",
    source="https://github.com/ZacBi/CS224n-2019-solutions/issues/1",
)
def input_first(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(a_prev, x_t, params)
    c_t = u * c_tilde + f * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF8",
    "tanh in a gate",
    "Your update gate can be negative: gates are shares between 0 and 1 and take the sigmoid.",
    source="https://github.com/suriyadeepan/rnn-from-scratch/issues/4",
)
def tanh_in_gate(x_t, a_prev, c_prev, params):
    f, _, o, c_tilde = _parts(x_t, a_prev, params)
    h = np.concatenate([a_prev, x_t], axis=1)
    c_t = np.tanh(h @ params.Wu.T + params.bu) * c_tilde + f * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF9",
    "sigmoid in the candidate",
    "Your candidate is never negative, so the cell state can only be pushed up. It is a value, "
    "not a gate.",
)
def sigmoid_candidate(x_t, a_prev, c_prev, params):
    f, u, o, _ = _parts(x_t, a_prev, params)
    h = np.concatenate([a_prev, x_t], axis=1)
    c_t = u * sigmoid(h @ params.Wc.T + params.bc) + f * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF10",
    "coupled gates",
    "You let 1 - u forget, as the GRU does. This cell can keep and write at once: it has a forget "
    "gate of its own.",
    source="https://github.com/glample/tagger/issues/25",
)
def coupled_gates(x_t, a_prev, c_prev, params):
    _, u, o, c_tilde = _parts(x_t, a_prev, params)
    c_t = u * c_tilde + (1 - u) * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF11",
    "forget gate inverted",
    "You keep 1 - f of the cell state. In spite of its name, an OPEN forget gate, f = 1, keeps.",
)
def forget_inverted(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(x_t, a_prev, params)
    c_t = u * c_tilde + (1 - f) * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF12",
    "forget and update gate exchanged",
    "Your gates have changed places: f acts on the old cell state, u on the candidate.",
)
def gates_exchanged(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(x_t, a_prev, params)
    c_t = f * c_tilde + u * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF13",
    "gates look at the cell state",
    "Your gates and candidate look at c_prev. In this cell they look at the STATE a_prev; looking "
    "at the cell state takes a peephole.",
)
def gates_see_c(x_t, a_prev, c_prev, params):
    f, u, o, c_tilde = _parts(x_t, c_prev, params)
    c_t = u * c_tilde + f * c_prev
    return o * np.tanh(c_t), c_t, ()


@LSTM_CELL_FORWARD.misconception(
    "LF14", "biases forgotten", "None of your four sums has its bias: bf, bu, bo, bc."
)
def no_biases(x_t, a_prev, c_prev, params):
    zero = np.zeros_like(params.bf)
    without = params._replace(bf=zero, bu=zero, bo=zero, bc=zero)
    return lstm_cell_forward(x_t, a_prev, c_prev, without)


@LSTM_CELL_FORWARD.misconception(
    "LF15",
    "forget gate missing",
    "Nothing is ever forgotten: this is the cell of 1997. Which gate decides how much of the old "
    "cell state stays?",
)
def no_forget_gate(x_t, a_prev, c_prev, params):
    _, u, o, c_tilde = _parts(x_t, a_prev, params)
    c_t = u * c_tilde + c_prev
    return o * np.tanh(c_t), c_t, ()


# -------------------------------------------------------------------------- lstm_forward

LSTM_FORWARD = Exercise(
    name="lstm_forward",
    chapter=CHAPTER,
    points=2,
    reference=lstm.lstm_forward,
    outputs=("a", "c", "caches"),
    cases=(
        Case("T = 6, B = 3, n_x = 4, n_a = 5", _sequence(6, 3, 4, 5)),
        Case("T = 1", _sequence(1, 3, 4, 5)),
        Case("B = 1", _sequence(6, 1, 4, 5)),
        Case("other sizes", _sequence(5, 4, 7, 2)),
        Case("float32", _float32(_sequence(6, 3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _sequence(4, 4, 4, 4)),),
    builds_on=(lstm_cell_forward,),
)


def _run(x: np.ndarray, a0: np.ndarray, c0: np.ndarray, params: LSTMParams) -> tuple:
    """Run the cell along a sequence; the caches are those of the cell, one a step."""
    states, cells, caches = [], [], []
    a_t, c_t = a0, c0
    for x_t in x:
        a_t, c_t, cache = lstm_cell_forward(x_t, a_t, c_t, params)
        states.append(a_t)
        cells.append(c_t)
        caches.append(cache)
    return np.stack(states), np.stack(cells), caches


@LSTM_FORWARD.misconception(
    "LQ1",
    "c starts at zero",
    "Your cell state starts from zeros: use the c0 that is passed in, as you use a0.",
)
def c0_ignored(x, a0, c0, params):
    return _run(x, a0, np.zeros_like(c0), params)


@LSTM_FORWARD.misconception(
    "LQ2",
    "both states start at zero",
    "Both of your states start from zeros: what was read before this piece of text is lost.",
)
def both_ignored(x, a0, c0, params):
    return _run(x, np.zeros_like(a0), np.zeros_like(c0), params)


@LSTM_FORWARD.misconception(
    "LQ3",
    "c starts at a0",
    "Your cell state starts at a0. There are two states and each has its own beginning.",
)
def c_starts_at_a0(x, a0, c0, params):
    return _run(x, a0, a0, params)


@LSTM_FORWARD.misconception(
    "LQ4",
    "a passed as c",
    "You hand the state a to the next step where it expects the cell state. What was squashed and "
    "gated for reading then replaces the memory.",
)
def a_passed_as_c(x, a0, c0, params):
    states, cells, a_t, c_t = [], [], a0, c0
    for x_t in x:
        a_t, new, _ = lstm_cell_forward(x_t, a_t, c_t, params)
        states.append(a_t)
        cells.append(new)
        c_t = a_t
    return np.stack(states), np.stack(cells), ()


@LSTM_FORWARD.misconception(
    "LQ5",
    "cell state never updated",
    "Every step gets c0 again: the cell state that a step returns must go on to the next.",
)
def c_never_updated(x, a0, c0, params):
    states, cells, a_t = [], [], a0
    for x_t in x:
        a_t, c_t, _ = lstm_cell_forward(x_t, a_t, c0, params)
        states.append(a_t)
        cells.append(c_t)
    return np.stack(states), np.stack(cells), ()


@LSTM_FORWARD.misconception(
    "LQ6",
    "state never updated",
    "Every step gets a0 again: the gates never hear of what was read before.",
)
def a_never_updated(x, a0, c0, params):
    states, cells, c_t = [], [], c0
    for x_t in x:
        a_t, c_t, _ = lstm_cell_forward(x_t, a0, c_t, params)
        states.append(a_t)
        cells.append(c_t)
    return np.stack(states), np.stack(cells), ()


@LSTM_FORWARD.misconception(
    "LQ7",
    "initial states among the results",
    "You return T + 1 states: a0 and c0 were there before the first step and do not belong in.",
)
def initial_states_included(x, a0, c0, params):
    a, c, caches = _run(x, a0, c0, params)
    return np.concatenate([a0[None], a]), np.concatenate([c0[None], c]), caches


@LSTM_FORWARD.misconception(
    "LQ8",
    "last states only",
    "You return the states after the last step alone: collect those of every step.",
)
def last_states_only(x, a0, c0, params):
    a, c, caches = _run(x, a0, c0, params)
    return a[-1], c[-1], caches


@LSTM_FORWARD.misconception(
    "LQ9",
    "batch first",
    "Your results are (B, T, n_a): that is batch first, the other convention.",
)
def batch_first(x, a0, c0, params):
    a, c, caches = _run(x, a0, c0, params)
    return a.swapaxes(0, 1), c.swapaxes(0, 1), caches


@LSTM_FORWARD.misconception(
    "LQ10",
    "read from the end",
    "Your first step reads the last word: step 0 must read x[0].",
)
def read_from_end(x, a0, c0, params):
    return _run(x[::-1], a0, c0, params)


@LSTM_FORWARD.misconception(
    "LQ11",
    "states and cell states exchanged",
    "You return the cell states first. The order is a, c, caches.",
)
def sequences_exchanged(x, a0, c0, params):
    a, c, caches = _run(x, a0, c0, params)
    return c, a, caches


# -------------------------------------------------------------------- lstm_cell_backward


def _cell_and_gradients(B: int, n_x: int, n_a: int) -> Draw:
    return lambda rng: (*_cell(B, n_x, n_a)(rng), *rng.normal(size=(2, B, n_a)))


LSTM_CELL_BACKWARD = Exercise(
    name="lstm_cell_backward",
    chapter=CHAPTER,
    points=2,
    reference=lstm_cell_backward,
    outputs=("dx_t", "da_prev", "dc_prev", "grads"),
    cases=(
        Case("B = 3, n_x = 4, n_a = 5", _cell_and_gradients(3, 4, 5)),
        Case("B = 1", _cell_and_gradients(1, 4, 5)),
        Case("other sizes", _cell_and_gradients(4, 7, 2)),
        Case("float32", _float32(_cell_and_gradients(3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _cell_and_gradients(4, 4, 4)),),
    forward=lstm_cell_forward,
)


class _Step:
    """The way back as it should be, in pieces that a wrong one can replace."""

    def __init__(self, da_t: np.ndarray, dc_t: np.ndarray, cache: tuple) -> None:
        self.h, self.c_prev, self.f, self.u, self.o, self.c_tilde, self.c_t, self.params = cache
        self.da_t, self.dc_t = da_t, dc_t
        self.tanh_c = np.tanh(self.c_t)
        self.read = da_t * self.o * (1 - self.tanh_c**2)  # the way through a into c
        self.send(dc_t + self.read)

    def send(self, dc: np.ndarray) -> None:
        """Send a gradient of c on to the gates; that of the output gate stays as it is."""
        self.dc = dc
        self.dzf = dc * self.c_prev * self.f * (1 - self.f)
        self.dzu = dc * self.c_tilde * self.u * (1 - self.u)
        self.dzc = dc * self.u * (1 - self.c_tilde**2)
        self.dzo = self.da_t * self.tanh_c * self.o * (1 - self.o)

    def result(self, dc_prev: np.ndarray | None = None) -> tuple:
        dz, n_a = (self.dzf, self.dzu, self.dzo, self.dzc), self.f.shape[1]
        dh = sum(g @ W for g, W in zip(dz, self.params[:4], strict=True))
        grads = LSTMParams(*(g.T @ self.h for g in dz), *(g.sum(axis=0) for g in dz))
        return dh[:, n_a:], dh[:, :n_a], self.dc * self.f if dc_prev is None else dc_prev, grads


@LSTM_CELL_BACKWARD.misconception(
    "LB1",
    "gradient of the cell state ignored",
    "You use da_t alone. The next step also sends dc_t, the gradient that comes along the cell "
    "state: both meet at c_t.",
)
def dc_ignored(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.send(step.read)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB2",
    "path through a ignored",
    "Your gradient of c_t has only one of its two ways: the state a was read from c_t, so da_t "
    "arrives there too.",
)
def path_through_a_ignored(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.send(dc_t)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB3",
    "forget gate: activation instead of derivative",
    "Look at the forget gate's line: it multiplies by a sigmoid where the SLOPE of the sigmoid "
    "belongs.",
    source="https://github.com/CaptainE/RNN-LSTM-in-numpy/issues/1",
)
def sigmoid_for_slope(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.dzf = step.dc * step.c_prev * sigmoid(step.f)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB4",
    "activations applied twice in derivatives",
    "Your slopes apply tanh and the sigmoid again to values that have already been through them. "
    "Slopes are written with the values themselves.",
    source="https://github.com/nicklashansen/rnn_lstm_from_scratch/issues/1",
)
def activations_twice(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)

    def slope(gate):
        return sigmoid(gate) * (1 - sigmoid(gate))

    step.dzf = step.dc * step.c_prev * slope(step.f)
    step.dzu = step.dc * step.c_tilde * slope(step.u)
    step.dzo = da_t * step.tanh_c * slope(step.o)
    step.dzc = step.dc * step.u * (1 - np.tanh(step.c_tilde) ** 2)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB5",
    "tanh twice in the candidate",
    "Look at the candidate's slope: the value you have is already a tanh.",
    source="https://github.com/jinzishuai/learn2deeplearn/issues/44",
)
def tanh_twice(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.dzc = step.dc * step.u * (1 - np.tanh(step.c_tilde) ** 2)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB6",
    "parentheses missing",
    "In your gates' lines the slope multiplies only one of the two terms of c's gradient. Put "
    "the sum into a variable first.",
    source="https://github.com/jinzishuai/learn2deeplearn/issues/44",
)
def parentheses_missing(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.dzf = dc_t * step.c_prev + step.read * step.c_prev * step.f * (1 - step.f)
    step.dzu = dc_t * step.c_tilde + step.read * step.c_tilde * step.u * (1 - step.u)
    step.dzc = dc_t * step.u + step.read * step.u * (1 - step.c_tilde**2)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB7",
    "gradient copied from another gate",
    "Your gates' biases all have the forget gate's gradient. Compare the three lines word by word.",
    source="https://github.com/hanbt/learn_dl/issues/53",
)
def bias_gradients_copied(da_t, dc_t, cache):
    dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da_t, dc_t, cache)
    return dx_t, da_prev, dc_prev, grads._replace(bu=grads.bf, bo=grads.bf)


@LSTM_CELL_BACKWARD.misconception(
    "LB8",
    "concatenation not split",
    "Your dx_t and da_prev are both the gradient of the whole [a_prev, x_t]: cut it in two.",
    source="https://community.deeplearning.ai/t/dls-c5-week-1-ex7-lstm-cell-backward/405415",
)
def not_split(da_t, dc_t, cache):
    dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da_t, dc_t, cache)
    dh = np.concatenate([da_prev, dx_t], axis=1)
    return dh, dh, dc_prev, grads


@LSTM_CELL_BACKWARD.misconception(
    "LB9",
    "split in the wrong order",
    "You cut the gradient of [a_prev, x_t] from the wrong end: what stood first going in?",
)
def split_in_wrong_order(da_t, dc_t, cache):
    dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da_t, dc_t, cache)
    dh, n_x = np.concatenate([da_prev, dx_t], axis=1), dx_t.shape[1]
    return dh[:, :n_x], dh[:, n_x:], dc_prev, grads


@LSTM_CELL_BACKWARD.misconception(
    "LB10",
    "tanh of the cell state missing in the output gate",
    "Your output gate's gradient uses c_t itself. What did o multiply in the forward pass?",
)
def output_gate_with_c(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.dzo = da_t * step.c_t * step.o * (1 - step.o)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB11",
    "dc_prev from dc only",
    "Your dc_prev continues the gradient that came along the cell state, but not the part that "
    "entered it through a_t at this step.",
)
def dc_prev_from_dc_only(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    return step.result(dc_t * step.f)


@LSTM_CELL_BACKWARD.misconception(
    "LB12",
    "dc_prev without f",
    "Your dc_prev passes this step unchanged. Going forward, the cell state went through a gate.",
)
def dc_prev_without_f(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    return step.result(step.dc)


@LSTM_CELL_BACKWARD.misconception(
    "LB13",
    "forget gradient from the new cell state",
    "Look at your forget gate's gradient: f multiplied the OLD cell state.",
)
def forget_from_new_c(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.dzf = step.dc * step.c_t * step.f * (1 - step.f)
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB14",
    "1 - a^2 instead of 1 - tanh(c)^2",
    "You take the slope of tanh from the state a. But a has already been through the output gate: "
    "which value came out of that tanh?",
)
def slope_from_a(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.send(dc_t + da_t * step.o * (1 - (step.o * step.tanh_c) ** 2))
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB15",
    "output gate missing on the way through a",
    "On the way from a_t to c_t you forget that a was read through the output gate.",
)
def o_missing(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.send(dc_t + da_t * (1 - step.tanh_c**2))
    return step.result()


@LSTM_CELL_BACKWARD.misconception(
    "LB16",
    "mean over the batch",
    "Your weights' gradients are means over the batch: the loss took the mean already, here the "
    "rows are summed.",
)
def mean_over_batch(da_t, dc_t, cache):
    *rest, grads = lstm_cell_backward(da_t, dc_t, cache)
    return *rest, LSTMParams(*(g / len(da_t) for g in grads))


@LSTM_CELL_BACKWARD.misconception(
    "LB17",
    "gates' slopes missing",
    "Your gates' gradients do not pass through the sigmoid: its slope is missing in all three.",
)
def slopes_missing(da_t, dc_t, cache):
    step = _Step(da_t, dc_t, cache)
    step.dzf, step.dzu = step.dc * step.c_prev, step.dc * step.c_tilde
    step.dzo = da_t * step.tanh_c
    return step.result()


# ------------------------------------------------------------------------- lstm_backward


def lstm_forward(x, a0, c0, params):
    """Stand in for a student's loop: the way back below reads its caches, one a step."""
    return _run(x, a0, c0, params)


def _sequence_and_gradient(T: int, B: int, n_x: int, n_a: int) -> Draw:
    return lambda rng: (*_sequence(T, B, n_x, n_a)(rng), rng.normal(size=(T, B, n_a)))


LSTM_BACKWARD = Exercise(
    name="lstm_backward",
    chapter=CHAPTER,
    points=2,
    reference=lstm.lstm_backward,
    outputs=("dx", "da0", "dc0", "grads"),
    cases=(
        Case("T = 6, B = 3, n_x = 4, n_a = 5", _sequence_and_gradient(6, 3, 4, 5)),
        Case("T = 1", _sequence_and_gradient(1, 3, 4, 5)),
        Case("B = 1", _sequence_and_gradient(6, 1, 4, 5)),
        Case("other sizes", _sequence_and_gradient(5, 4, 7, 2)),
        Case("float32", _float32(_sequence_and_gradient(6, 3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _sequence_and_gradient(4, 4, 4, 4)),),
    builds_on=(lstm_cell_forward, lstm_cell_backward),
    forward=lstm_forward,
)


def _back(
    da: np.ndarray,
    caches: list,
    carry: tuple[bool, bool] = (True, True),
    cell: Callable = lstm_cell_backward,
) -> tuple:
    """Go back through time, carrying the gradients of a and of c, or not."""
    da_prev = dc_prev = np.zeros_like(da[0])
    dx, total = [], None
    for da_t, cache in zip(da[::-1], caches[::-1], strict=True):
        from_a, from_c = da_prev * carry[0], dc_prev * carry[1]
        dx_t, da_prev, dc_prev, grads = cell(da_t + from_a, from_c, cache)
        dx.append(dx_t)
        total = grads if total is None else add_grads(total, grads)
    return np.stack(dx[::-1]), da_prev, dc_prev, total


@LSTM_BACKWARD.misconception(
    "LS1",
    "nothing carried back",
    "Each of your steps is alone: what a step sends back to its states never reaches the step "
    "before it.",
    source="https://github.com/CaptainE/RNN-LSTM-in-numpy/issues/1",
)
def nothing_carried(da, caches):
    return _back(da, caches, carry=(False, False))


@LSTM_BACKWARD.misconception(
    "LS2",
    "da not carried",
    "You carry the gradient of the cell state but not that of the state: a also acts on the next "
    "step, through its gates.",
)
def da_not_carried(da, caches):
    return _back(da, caches, carry=(False, True))


@LSTM_BACKWARD.misconception(
    "LS3",
    "dc not carried",
    "You carry the gradient of the state but not that of the cell state: the long memory gets no "
    "gradient.",
)
def dc_not_carried(da, caches):
    return _back(da, caches, carry=(True, False))


@LSTM_BACKWARD.misconception(
    "LS4",
    "state lists off by one",
    "Your forget gate is given the wrong cell state: at t = 0 the index t - 1 wraps round to the "
    "last step. Which entry of your list is the PREVIOUS cell state of step t?",
    source="https://lzwjava.github.io/notes/2025-09-06-lstm-bugs-fixes-en",
)
def off_by_one(da, caches):
    before = [cache[1] for cache in caches]
    shifted = [(h, before[t - 1], *rest) for t, (h, _, *rest) in enumerate(caches)]
    return _back(da, shifted)


@LSTM_BACKWARD.misconception(
    "LS5",
    "weight gradients overwritten",
    "Your weights' gradients are those of one step: all T steps use the same weights.",
)
def overwritten(da, caches):
    dx, da0, dc0, _ = _back(da, caches)
    da_prev = dc_prev = np.zeros_like(da[0])
    for da_t, cache in zip(da[::-1], caches[::-1], strict=True):
        _, da_prev, dc_prev, grads = lstm_cell_backward(da_t + da_prev, dc_prev, cache)
    return dx, da0, dc0, grads


@LSTM_BACKWARD.misconception(
    "LS6",
    "from the first step to the last",
    "You walk forward in time. The gradient of a step needs what the LATER step sends back, so "
    "begin at the end.",
)
def forward_in_time(da, caches):
    dx, da0, dc0, grads = _back(da[::-1], caches[::-1])
    return dx[::-1], da0, dc0, grads


@LSTM_BACKWARD.misconception(
    "LS7",
    "dx in the order of computing",
    "Your dx stands in the order in which you computed it, the last step first.",
)
def dx_reversed(da, caches):
    dx, *rest = _back(da, caches)
    return dx[::-1], *rest


@LSTM_BACKWARD.misconception(
    "LS8",
    "gradients of the losses ignored",
    "You begin with zeros and never add da[t]: the loss of each step arrives at its state.",
)
def losses_ignored(da, caches):
    return _back(np.zeros_like(da), caches)


@LSTM_BACKWARD.misconception(
    "LS9",
    "the last loss only",
    "Only da[-1] enters your gradient. There is a readout at every step.",
)
def last_loss_only(da, caches):
    alone = np.zeros_like(da)
    alone[-1] = da[-1]
    return _back(alone, caches)


@LSTM_BACKWARD.misconception(
    "LS10",
    "carried gradients exchanged",
    "Your two gradients have changed places on the way: what comes back for c is handed on as if "
    "it were for a.",
)
def exchanged(da, caches):
    def cell(da_t, dc_t, cache):
        dx_t, da_prev, dc_prev, grads = lstm_cell_backward(da_t, dc_t, cache)
        return dx_t, dc_prev, da_prev, grads

    return _back(da, caches, cell=cell)


# ------------------------------------------------------------ peephole_lstm_cell_forward

PEEPHOLE_LSTM_CELL_FORWARD = Exercise(
    name="peephole_lstm_cell_forward",
    chapter=CHAPTER,
    points=2,
    reference=peephole_lstm_cell_forward,
    outputs=("a_t", "c_t", "cache"),
    cases=_cell_cases(_with_peepholes),
    naming_cases=(Case("all sizes equal", _cell(5, 5, 5, _with_peepholes)),),
)


def _peephole(x_t, a_prev, c_prev, p, looks_at=lambda c_prev, c_t: c_t):
    """Compute the cell, its output gate looking at what it is told to."""
    h = np.concatenate([a_prev, x_t], axis=1)
    f = sigmoid(h @ p.Wf.T + p.pf * c_prev + p.bf)
    u = sigmoid(h @ p.Wu.T + p.pu * c_prev + p.bu)
    c_t = u * np.tanh(h @ p.Wc.T + p.bc) + f * c_prev
    o = sigmoid(h @ p.Wo.T + p.po * looks_at(c_prev, c_t) + p.bo)
    return o * np.tanh(c_t), c_t, ()


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH1",
    "output gate looks at the old cell state",
    "Your output gate looks at c_prev. When it is asked, c_t has been written already: what it is "
    "to read is what it looks at.",
)
def output_looks_at_old(x_t, a_prev, c_prev, params):
    return _peephole(x_t, a_prev, c_prev, params, lambda c_prev, c_t: c_prev)


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH2",
    "peepholes closed",
    "Your gates do not look at the cell state: this is the LSTM without peepholes.",
)
def closed(x_t, a_prev, c_prev, params):
    return lstm_cell_forward(x_t, a_prev, c_prev, LSTMParams(*params[:8]))


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH3",
    "biases forgotten",
    "Your gates have peepholes but no biases. Some texts leave them out of the equation; they are "
    "there all the same.",
)
def without_biases(x_t, a_prev, c_prev, params):
    zero = np.zeros_like(params.bf)
    return _peephole(x_t, a_prev, c_prev, params._replace(bf=zero, bu=zero, bo=zero, bc=zero))


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH4",
    "peephole of the output gate closed",
    "Your output gate has no peephole: look at po.",
)
def output_closed(x_t, a_prev, c_prev, params):
    return _peephole(x_t, a_prev, c_prev, params._replace(po=np.zeros_like(params.po)))


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH5",
    "peepholes see tanh of the cell state",
    "Your peepholes look at a squashed cell state. They look at the cell state itself, of any"
    " size.",
)
def squashed(x_t, a_prev, c_prev, p):
    h = np.concatenate([a_prev, x_t], axis=1)
    f = sigmoid(h @ p.Wf.T + p.pf * np.tanh(c_prev) + p.bf)
    u = sigmoid(h @ p.Wu.T + p.pu * np.tanh(c_prev) + p.bu)
    c_t = u * np.tanh(h @ p.Wc.T + p.bc) + f * c_prev
    o = sigmoid(h @ p.Wo.T + p.po * np.tanh(c_t) + p.bo)
    return o * np.tanh(c_t), c_t, ()


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH6",
    "peepholes mixed up over the units",
    "Your peephole sums over the units: c @ p is one number a sentence. A peephole looks at its "
    "own unit's cell state, number by number.",
)
def summed(x_t, a_prev, c_prev, p):
    h = np.concatenate([a_prev, x_t], axis=1)
    f = sigmoid(h @ p.Wf.T + (c_prev @ p.pf)[:, None] + p.bf)
    u = sigmoid(h @ p.Wu.T + (c_prev @ p.pu)[:, None] + p.bu)
    c_t = u * np.tanh(h @ p.Wc.T + p.bc) + f * c_prev
    o = sigmoid(h @ p.Wo.T + (c_t @ p.po)[:, None] + p.bo)
    return o * np.tanh(c_t), c_t, ()


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH7",
    "peephole after the sigmoid",
    "You add the peephole to the gate when it is finished, so gates leave 0 ... 1. It belongs to "
    "the sum inside the sigmoid.",
)
def outside(x_t, a_prev, c_prev, p):
    f, u, o, c_tilde = _parts(x_t, a_prev, p)
    c_t = (u + p.pu * c_prev) * c_tilde + (f + p.pf * c_prev) * c_prev
    return (o + p.po * c_t) * np.tanh(c_t), c_t, ()


@PEEPHOLE_LSTM_CELL_FORWARD.misconception(
    "PH8",
    "gates look at the cell state instead of the state",
    "Your gates look at the cell state INSTEAD of at a_prev. A peephole is one more term: the "
    "products with [a_prev, x_t] stay.",
)
def instead(x_t, a_prev, c_prev, params):
    return _peephole(x_t, np.zeros_like(a_prev), c_prev, params)


EXERCISES = (
    LSTM_CELL_FORWARD,
    LSTM_FORWARD,
    LSTM_CELL_BACKWARD,
    LSTM_BACKWARD,
    PEEPHOLE_LSTM_CELL_FORWARD,
)

"""Chapter 02: softmax, the cell, the loop, the count of weights, and how they go wrong."""

from collections.abc import Callable

import numpy as np

from course_rnn.check.exercise import Case, Exercise
from course_rnn.losses import softmax
from course_rnn.rnn import RNNParams, count_rnn_parameters, rnn_cell_forward, rnn_forward

CHAPTER = "02_rnn_forward"

# ------------------------------------------------------------------------------- softmax


def _rows_of_very_different_size(rng: np.random.Generator) -> tuple[np.ndarray]:
    return (rng.normal(size=(3, 7)) + np.array([[900.0], [0.0], [-900.0]]),)


SOFTMAX = Exercise(
    name="softmax",
    chapter=CHAPTER,
    points=2,
    reference=softmax,
    outputs=("p",),
    cases=(
        Case("a batch (3, 7)", lambda rng: (rng.normal(size=(3, 7)),)),
        Case("one vector (7,)", lambda rng: (rng.normal(size=7),)),
        Case("a batch of sequences (6, 3, 7)", lambda rng: (rng.normal(size=(6, 3, 7)),)),
        Case("logits near 1000", lambda rng: (1000 + rng.normal(size=(3, 7)),)),
        Case("logits near -1000", lambda rng: (-1000 + rng.normal(size=(3, 7)),)),
        Case("rows of very different size", _rows_of_very_different_size),
        Case("B = 1", lambda rng: (rng.normal(size=(1, 7)),)),
        Case("float32", lambda rng: (rng.normal(size=(3, 7)).astype(np.float32),)),
    ),
    naming_cases=(Case("as many rows as classes", lambda rng: (rng.normal(size=(7, 7)),)),),
)


@SOFTMAX.misconception(
    "SM1",
    "no max subtraction",
    "exp overflows for large logits: subtract the max of each row before exp.",
    source="https://github.com/numenta/nupic-legacy/pull/3818",
)
def no_max(logits):
    exp = np.exp(logits)
    return exp / exp.sum(axis=-1, keepdims=True)


@SOFTMAX.misconception(
    "SM3",
    "global max instead of row max",
    "You subtract one max for the whole batch, so a row far below it underflows to 0/0. Each "
    "row needs its own.",
    source="https://github.com/linxiaow/EECS498-Deep-Learning-for-Vision/issues/2",
)
def global_max(logits):
    return no_max(logits - np.max(logits))


@SOFTMAX.misconception(
    "SM4",
    "wrong axis",
    "You normalised down the batch: your columns sum to 1. Each ROW, the last axis, must sum to 1.",
    source="https://github.com/dpilger26/NumCpp/issues/57",
)
def wrong_axis(logits):
    exp = np.exp(logits - logits.max(axis=0))
    return exp / exp.sum(axis=0)


@SOFTMAX.misconception(
    "SM5",
    "keepdims forgotten",
    "Look at the shapes where you divide: (B, V) by (B,) lines the sums up with the COLUMNS. "
    "Keep the summed axis (keepdims).",
    source="https://decodingcoding.substack.com/p/newsletter-21-to-keepdims-or-not",
)
def keepdims_forgotten(logits):
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1)


@SOFTMAX.misconception(
    "SM6",
    "max clipped at zero",
    "Very negative rows underflow: subtract the real max of the row, also when it is below zero.",
    source="https://github.com/FluxML/NNlib.jl/pull/43",
)
def max_clipped(logits):
    return no_max(logits - np.maximum(0, logits.max(axis=-1, keepdims=True)))


@SOFTMAX.misconception(
    "SM7",
    "changes its input",
    "Operators such as -= write into the array you were given, and the caller's logits are "
    "gone. Compute a new array.",
)
def changes_its_input(logits):
    logits -= logits.max(axis=-1, keepdims=True)
    return no_max(logits)


@SOFTMAX.misconception(
    "SM8",
    "exp missing in the denominator",
    "The denominator is the sum of exp(z), not the sum of z.",
)
def exp_missing(logits):
    return np.exp(logits) / logits.sum(axis=-1, keepdims=True)


@SOFTMAX.misconception(
    "SM21",
    "one distribution for the whole batch",
    "You divide by the sum of everything. Each row is a distribution of its own: sum over the"
    " last axis alone.",
)
def whole_batch(logits):
    exp = np.exp(logits - logits.max())
    return exp / exp.sum()


@SOFTMAX.misconception(
    "SM22",
    "logarithm of the softmax",
    "Your values are negative: that is log softmax. Leave the logarithm to the loss.",
)
def log_softmax(logits):
    return np.log(softmax(logits))


@SOFTMAX.misconception(
    "SM23",
    "sigmoid of each logit",
    "Each of your values is between 0 and 1 but they do not sum to 1: that is the sigmoid, "
    "which answers a yes-no question per class.",
)
def sigmoid(logits):
    return 0.5 + 0.5 * np.tanh(logits / 2)


@SOFTMAX.misconception(
    "SM24",
    "sign exchanged",
    "Your largest logit gets the smallest probability: look at the sign inside exp.",
)
def sign_exchanged(logits):
    return softmax(-logits)


@SOFTMAX.misconception(
    "SM25",
    "divided without exp",
    "You divide the logits by their sum. Logits can be negative: exp makes them positive first.",
)
def without_exp(logits):
    return logits / logits.sum(axis=-1, keepdims=True)


# ---------------------------------------------------------------------- rnn_cell_forward


def _params(rng: np.random.Generator, n_x: int, n_a: int) -> RNNParams:
    return RNNParams(*(rng.normal(size=s) for s in ((n_a, n_x), (n_a, n_a), (n_a,))))


def _cell(B: int, n_x: int, n_a: int) -> Callable[[np.random.Generator], tuple]:
    def draw(rng: np.random.Generator) -> tuple:
        x_t, a_prev = rng.normal(size=(B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x_t, a_prev, _params(rng, n_x, n_a)

    return draw


def _float32(draw: Callable[[np.random.Generator], tuple]) -> Callable:
    def drawn(rng: np.random.Generator) -> tuple:
        x, a, params = draw(rng)
        as32 = [array.astype(np.float32) for array in params]
        return x.astype(np.float32), a.astype(np.float32), RNNParams(*as32)

    return drawn


RNN_CELL_FORWARD = Exercise(
    name="rnn_cell_forward",
    chapter=CHAPTER,
    points=3,
    reference=rnn_cell_forward,
    outputs=("a_t", "cache"),
    cases=(
        Case("B = 3, n_x = 4, n_a = 5", _cell(3, 4, 5)),
        Case("B = 1", _cell(1, 4, 5)),
        Case("other sizes", _cell(4, 7, 2)),
        Case("n_a = 1", _cell(3, 4, 1)),
        Case("float32", _float32(_cell(3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _cell(5, 5, 5)),),
)


@RNN_CELL_FORWARD.misconception(
    "RC1",
    "tanh on one term only",
    "Your states leave (-1, 1): tanh must wrap the whole sum, not only the input's term.",
    source="https://github.com/lmjohns3/theanets/issues/109",
)
def tanh_on_one_term(x_t, a_prev, params):
    return np.tanh(x_t @ params.Wax.T) + a_prev @ params.Waa.T + params.ba, ()


@RNN_CELL_FORWARD.misconception(
    "RC4",
    "the old state handed out",
    "What you return is the state that came in. The step must hand out the NEW state a_t: the"
    " readout and the next step look at it.",
)
def old_state(x_t, a_prev, params):
    return a_prev, ()


@RNN_CELL_FORWARD.misconception(
    "RC5",
    "Waa not transposed",
    "Waa is square, so nothing crashed, but it must be transposed like Wax: row i of Waa "
    "makes entry i of the new state.",
)
def waa_not_transposed(x_t, a_prev, params):
    return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa + params.ba), ()


@RNN_CELL_FORWARD.misconception(
    "RC7",
    "column bias broadcast",
    "Your bias is a column: (B, n_a) + (n_a, 1) lines it up with the batch. Keep the bias "
    "(n_a,): it is added to every row.",
)
def column_bias(x_t, a_prev, params):
    z = x_t @ params.Wax.T + a_prev @ params.Waa.T
    return np.tanh(z + params.ba[:, None]), ()


@RNN_CELL_FORWARD.misconception(
    "RC8",
    "softmax over the batch",
    "Your columns sum to 1: that is a softmax over the batch. The state's function g1 is "
    "tanh; softmax belongs to the output, over the classes (last axis).",
)
def softmax_over_batch(x_t, a_prev, params):
    z = x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba
    return softmax(z.T).T, ()


@RNN_CELL_FORWARD.misconception(
    "RC21",
    "softmax as state",
    "Your states sum to 1: softmax is an output function (g2). The state's function g1 is tanh.",
)
def softmax_state(x_t, a_prev, params):
    return softmax(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba), ()


@RNN_CELL_FORWARD.misconception(
    "RC22",
    "tanh forgotten",
    "You return the sum itself. Without tanh the whole network is one linear map, however "
    "long the sequence.",
)
def tanh_forgotten(x_t, a_prev, params):
    return x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba, ()


@RNN_CELL_FORWARD.misconception(
    "RC23",
    "sigmoid instead of tanh",
    "Your states are all between 0 and 1: that is the sigmoid. The vanilla cell takes tanh.",
)
def sigmoid_state(x_t, a_prev, params):
    z = x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba
    return 0.5 + 0.5 * np.tanh(z / 2), ()


@RNN_CELL_FORWARD.misconception(
    "RC24",
    "bias forgotten",
    "The bias ba does not enter your sum.",
)
def bias_forgotten(x_t, a_prev, params):
    return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T), ()


@RNN_CELL_FORWARD.misconception(
    "RC25",
    "bias after tanh",
    "You add the bias after tanh. It belongs to the sum inside: it shifts where tanh is steep.",
)
def bias_outside(x_t, a_prev, params):
    return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T) + params.ba, ()


@RNN_CELL_FORWARD.misconception(
    "RC26",
    "previous state ignored",
    "Your state depends on x_t alone. Without Waa a_prev the network has no memory: it is a "
    "feed-forward net applied to one word.",
)
def no_memory(x_t, a_prev, params):
    return np.tanh(x_t @ params.Wax.T + params.ba), ()


@RNN_CELL_FORWARD.misconception(
    "RC27",
    "input ignored",
    "Your state does not depend on x_t: the term Wax x_t is missing.",
)
def input_ignored(x_t, a_prev, params):
    return np.tanh(a_prev @ params.Waa.T + params.ba), ()


@RNN_CELL_FORWARD.misconception(
    "RC28",
    "tanh term by term",
    "You take tanh of each term and add the results. Add first: tanh wraps the whole sum, once.",
)
def tanh_term_by_term(x_t, a_prev, params):
    return np.tanh(x_t @ params.Wax.T) + np.tanh(a_prev @ params.Waa.T) + np.tanh(params.ba), ()


@RNN_CELL_FORWARD.misconception(
    "RC29",
    "ReLU instead of tanh",
    "Your states are zero or larger than 1: that is ReLU. Its cell exists, but this one takes"
    " tanh.",
)
def relu_state(x_t, a_prev, params):
    return np.maximum(0, x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba), ()


# --------------------------------------------------------------------------- rnn_forward


def _sequence(T: int, B: int, n_x: int, n_a: int) -> Callable[[np.random.Generator], tuple]:
    def draw(rng: np.random.Generator) -> tuple:
        x, a0 = rng.normal(size=(T, B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x, a0, _params(rng, n_x, n_a)

    return draw


RNN_FORWARD = Exercise(
    name="rnn_forward",
    chapter=CHAPTER,
    points=3,
    reference=rnn_forward,
    outputs=("a", "caches"),
    cases=(
        Case("T = 6, B = 3, n_x = 4, n_a = 5", _sequence(6, 3, 4, 5)),
        Case("T = 1", _sequence(1, 3, 4, 5)),
        Case("B = 1", _sequence(6, 1, 4, 5)),
        Case("other sizes", _sequence(5, 4, 7, 2)),
        Case("float32", _float32(_sequence(6, 3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _sequence(4, 4, 4, 4)),),
    builds_on=(rnn_cell_forward,),
)


def _step(x_t: np.ndarray, a_prev: np.ndarray, params: RNNParams) -> np.ndarray:
    return np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba)


def _states(x: np.ndarray, a0: np.ndarray, params: RNNParams) -> np.ndarray:
    states = [a0]
    for x_t in x:
        states.append(_step(x_t, states[-1], params))
    return np.stack(states[1:])


@RNN_FORWARD.misconception(
    "RF1",
    "a0 ignored",
    "You start from zeros: use the a0 that is passed in. (If you wrote a[t-1]: at t = 0 that "
    "is a[-1], the last row, which is still zeros!)",
    source="https://community.deeplearning.ai/t/c5-w1-assignment-1/521805",
)
def a0_ignored(x, a0, params):
    return _states(x, np.zeros_like(a0), params), ()


@RNN_FORWARD.misconception(
    "RF2",
    "state never updated",
    "You pass a0 at every step: pass the state returned by the previous step, or nothing is "
    "remembered.",
    source="https://github.com/karpathy/makemore/pull/3",
)
def state_never_updated(x, a0, params):
    return np.stack([_step(x_t, a0, params) for x_t in x]), ()


@RNN_FORWARD.misconception(
    "RF3",
    "loops over the batch",
    "You loop over the batch axis. Time is axis 0: step t reads x[t], of shape (B, n_x).",
    source="https://github.com/HHTseng/video-classification/issues/42",
)
def loops_over_batch(x, a0, params):
    a, a_prev = [], a0
    for t in range(x.shape[1]):
        a_prev = _step(x[:, t], a_prev, params)
        a.append(a_prev)
    return np.stack(a, axis=1), ()


@RNN_FORWARD.misconception(
    "RF21",
    "a0 among the states",
    "You return T + 1 states: a0 is not one of them. a[t] is the state AFTER reading x[t].",
)
def a0_among_states(x, a0, params):
    return np.concatenate([a0[None], _states(x, a0, params)]), ()


@RNN_FORWARD.misconception(
    "RF22",
    "last state only",
    "You return the last state alone. Keep the states of all steps: tagging and attention "
    "need each.",
)
def last_state_only(x, a0, params):
    return _states(x, a0, params)[-1], ()


@RNN_FORWARD.misconception(
    "RF23",
    "batch first",
    "Your states are (B, T, n_a). That is the other convention (batch first); here time comes"
    " first.",
)
def batch_first(x, a0, params):
    return _states(x, a0, params).swapaxes(0, 1), ()


@RNN_FORWARD.misconception(
    "RF24",
    "read from the end",
    "You read the sequence from its end: step 0 must read x[0].",
)
def read_from_end(x, a0, params):
    return _states(x[::-1], a0, params), ()


@RNN_FORWARD.misconception(
    "RF25",
    "states one step late",
    "Your states lag one step behind: a[0] is a0. Store the state after the cell has read x[t].",
)
def one_step_late(x, a0, params):
    return np.concatenate([a0[None], _states(x, a0, params)[:-1]]), ()


@RNN_FORWARD.misconception(
    "RF26",
    "first word at every step",
    "Every step reads x[0]: the index t is missing.",
)
def first_word_always(x, a0, params):
    return _states(np.broadcast_to(x[:1], x.shape), a0, params), ()


@RNN_FORWARD.misconception(
    "RF27",
    "one array stored T times",
    "All your states equal the last: you stored the same array T times and kept writing into "
    "it. Make a new array at each step, or copy.",
)
def one_array(x, a0, params):
    a = _states(x, a0, params)
    return np.broadcast_to(a[-1], a.shape), ()


@RNN_FORWARD.misconception(
    "RF28",
    "states in reverse order",
    "Your states stand in reverse order: the last is at a[0]. Append them, do not put them in"
    " front.",
)
def reverse_order(x, a0, params):
    return _states(x, a0, params)[::-1], ()


# ------------------------------------------------------------------ count_rnn_parameters

COUNT_RNN_PARAMETERS = Exercise(
    name="count_rnn_parameters",
    chapter=CHAPTER,
    points=2,
    reference=count_rnn_parameters,
    outputs=("count",),
    cases=(
        Case("n_x = 4, n_a = 5, n_y = 7", lambda rng: (4, 5, 7)),
        Case("a vocabulary of 20,000 words", lambda rng: (20_000, 100, 20_000)),
        Case("sizes drawn", lambda rng: tuple(int(n) for n in rng.integers(2, 99, size=3))),
        Case("all sizes 1", lambda rng: (1, 1, 1)),
    ),
)


@COUNT_RNN_PARAMETERS.misconception(
    "CP1",
    "no biases",
    "Your count has no biases: the state and the output have one number each entry.",
)
def no_biases(n_x, n_a, n_y):
    return n_a * n_x + n_a * n_a + n_y * n_a


@COUNT_RNN_PARAMETERS.misconception(
    "CP2",
    "Waa forgotten",
    "Waa is missing: the weights from the previous state to the new one.",
)
def waa_forgotten(n_x, n_a, n_y):
    return n_a * n_x + n_a + n_y * n_a + n_y


@COUNT_RNN_PARAMETERS.misconception(
    "CP3",
    "readout forgotten",
    "You count the recurrent layer alone: the readout Wya, by is missing.",
)
def readout_forgotten(n_x, n_a, n_y):
    return n_a * n_x + n_a * n_a + n_a


@COUNT_RNN_PARAMETERS.misconception(
    "CP4",
    "two biases",
    "You count two biases for the state, as PyTorch keeps them (b_ih and b_hh). That is the "
    "other convention: they are only ever added, so the lecture has one.",
)
def two_biases(n_x, n_a, n_y):
    return count_rnn_parameters(n_x, n_a, n_y) + n_a


@COUNT_RNN_PARAMETERS.misconception(
    "CP5", "output bias forgotten", "The bias of the output, by, is missing."
)
def output_bias_forgotten(n_x, n_a, n_y):
    return count_rnn_parameters(n_x, n_a, n_y) - n_y


@COUNT_RNN_PARAMETERS.misconception(
    "CP6", "state bias forgotten", "The bias of the state, ba, is missing."
)
def state_bias_forgotten(n_x, n_a, n_y):
    return count_rnn_parameters(n_x, n_a, n_y) - n_a


@COUNT_RNN_PARAMETERS.misconception(
    "CP7",
    "readout from the input",
    "Your readout goes from the input to the output. It looks at the state: Wya has n_a columns.",
)
def readout_from_input(n_x, n_a, n_y):
    return n_a * n_x + n_a * n_a + n_a + n_y * n_x + n_y


@COUNT_RNN_PARAMETERS.misconception(
    "CP8",
    "sizes multiplied together",
    "You multiplied the sizes of all layers. Each matrix has its own number of weights; add "
    "them up.",
)
def multiplied(n_x, n_a, n_y):
    return n_x * n_a * n_y


@COUNT_RNN_PARAMETERS.misconception(
    "CP9",
    "sizes of the layers added",
    "You counted the units, not the weights between them: a matrix from n to m has n times m.",
)
def units_counted(n_x, n_a, n_y):
    return n_x + n_a + n_y


EXERCISES = (SOFTMAX, RNN_CELL_FORWARD, RNN_FORWARD, COUNT_RNN_PARAMETERS)

"""Chapter 06: the Jacobian of a step, gradient norms, two ways to clip, and how they go wrong."""

from collections.abc import Callable

import numpy as np

from course_rnn.check.exercise import Case, Exercise
from course_rnn.gradients import gradient_norms, state_jacobian
from course_rnn.lstm import init_lstm, lstm_cell_backward, lstm_cell_forward
from course_rnn.rnn import RNNParams, rnn_cell_backward, rnn_cell_forward
from course_rnn.training import clip_by_norm, clip_by_value

CHAPTER = "06_vanishing_gradients"


def _params(rng: np.random.Generator, n_x: int, n_a: int) -> RNNParams:
    return RNNParams(*(rng.normal(size=s) for s in ((n_a, n_x), (n_a, n_a), (n_a,))))


# ------------------------------------------------------------------------ state_jacobian


def _states(n_a: int, *shape: int) -> Callable[[np.random.Generator], tuple]:
    def draw(rng: np.random.Generator) -> tuple:
        return rng.uniform(-0.9, 0.9, size=(*shape, n_a)), _params(rng, 4, n_a)

    return draw


def _states_float32(rng: np.random.Generator) -> tuple:
    a_t, params = _states(5, 3)(rng)
    return a_t.astype(np.float32), RNNParams(*(w.astype(np.float32) for w in params))


STATE_JACOBIAN = Exercise(
    name="state_jacobian",
    chapter=CHAPTER,
    points=2,
    reference=state_jacobian,
    outputs=("jacobian",),
    cases=(
        Case("B = 3, n_a = 5", _states(5, 3)),
        Case("all steps, T = 6, B = 3", _states(4, 6, 3)),
        Case("B = 1", _states(5, 1)),
        Case("n_a = 1", _states(1, 4)),
        Case("float32", _states_float32),
    ),
    naming_cases=(Case("B = n_a", _states(5, 5)),),
)


def _jacobian(a_t: np.ndarray, params: RNNParams) -> np.ndarray:
    return (1 - a_t**2)[..., None] * params.Waa


@STATE_JACOBIAN.misconception(
    "SJ1",
    "slope on the columns",
    "You scale the columns of Waa. The slope belongs to the NEW state: entry i of a_t multiplies "
    "row i, everything that leads to it.",
)
def slope_on_columns(a_t, params):
    return params.Waa * (1 - a_t**2)[..., None, :]


@STATE_JACOBIAN.misconception(
    "SJ2",
    "transposed",
    "Your Jacobian is transposed. Row i is the new state's entry i, column j the previous state's "
    "entry j, as in Waa.",
)
def transposed(a_t, params):
    return np.swapaxes(_jacobian(a_t, params), -1, -2)


@STATE_JACOBIAN.misconception(
    "SJ3",
    "slope forgotten",
    "You return Waa itself: the slope of tanh is missing, which shrinks every row.",
)
def slope_forgotten(a_t, params):
    return np.broadcast_to(params.Waa, (*a_t.shape, a_t.shape[-1])).copy()


@STATE_JACOBIAN.misconception(
    "SJ4",
    "tanh twice",
    "You compute 1 - tanh(a)^2 from a state that has been through tanh already. a_t IS tanh(z).",
)
def tanh_twice(a_t, params):
    return _jacobian(np.tanh(a_t), params)


@STATE_JACOBIAN.misconception(
    "SJ5",
    "square forgotten",
    "Your slope is 1 - a. Look up the derivative of tanh: the state enters it squared.",
)
def square_forgotten(a_t, params):
    return (1 - a_t)[..., None] * params.Waa


@STATE_JACOBIAN.misconception(
    "SJ6",
    "slope of the sigmoid",
    "a (1 - a) is the slope of the sigmoid. This cell has a tanh.",
)
def sigmoid_slope(a_t, params):
    return (a_t * (1 - a_t))[..., None] * params.Waa


@STATE_JACOBIAN.misconception(
    "SJ7",
    "input weights",
    "You differentiate by the input: Wax leads from x to the state. Which matrix leads from state "
    "to state?",
)
def input_weights(a_t, params):
    return (1 - a_t**2)[..., None] * params.Wax


@STATE_JACOBIAN.misconception(
    "SJ8",
    "a product instead of a matrix",
    "You multiplied the slopes WITH Waa and got a vector per example, which is a gradient already "
    "summed up. The Jacobian keeps every pair (i, j).",
)
def product(a_t, params):
    return (1 - a_t**2) @ params.Waa


@STATE_JACOBIAN.misconception(
    "SJ9",
    "one matrix for the whole batch",
    "You average over the examples. Each has a state of its own, so each has its own Jacobian.",
)
def one_matrix(a_t, params):
    return _jacobian(a_t, params).mean(axis=tuple(range(a_t.ndim - 1)))


@STATE_JACOBIAN.misconception(
    "SJ10",
    "slope on the diagonal only",
    "Your matrix is diagonal: it has the slopes, but Waa is missing.",
)
def diagonal_only(a_t, params):
    return (1 - a_t**2)[..., None] * np.eye(a_t.shape[-1], dtype=a_t.dtype)


@STATE_JACOBIAN.misconception(
    "SJ11",
    "Waa transposed",
    "Your slopes are where they belong, but Waa is transposed: its row i leads to entry i of the "
    "new state, and nothing has to be turned.",
)
def waa_transposed(a_t, params):
    return (1 - a_t**2)[..., None] * params.Waa.T


@STATE_JACOBIAN.misconception(
    "SJ12",
    "np.diag of a batch",
    "np.diag builds a matrix from ONE vector; of a batch (B, n_a) it takes the diagonal OUT. "
    "Do you need the matrix, if all it does is multiply rows?",
)
def diag_of_a_batch(a_t, params):
    return np.diag(1 - a_t**2) @ params.Waa


@STATE_JACOBIAN.misconception(
    "SJ13",
    "slopes without an axis for the columns",
    "You multiply (B, n_a) by (n_a, n_a) as they are, and the result needs three axes. Which one do"
    " the slopes lack, so that each meets a whole row of Waa?",
)
def no_axis_for_the_columns(a_t, params):
    return (1 - a_t**2) * params.Waa


@STATE_JACOBIAN.misconception(
    "SJ14",
    "right for one step only",
    "This is right for one step, (B, n_a), and puts the slopes on the columns for all steps, "
    "(T, B, n_a): count the axes from the last one.",
)
def right_for_one_step(a_t, params):
    return (1 - a_t**2)[:, :, None] * params.Waa


@STATE_JACOBIAN.misconception(
    "SJ15",
    "einsum for two axes",
    "This is right for one step, but the states of all steps have one axis more than your "
    "subscripts. In einsum an ellipsis stands for all leading axes.",
)
def einsum_for_two_axes(a_t, params):
    return np.einsum("bi,ij->bij", 1 - a_t**2, params.Waa)


@STATE_JACOBIAN.misconception(
    "SJ16",
    "a loop over the first axis only",
    "Your loop over the examples is right for one step. With all steps the first axis is time, and "
    "what you meet inside is still a batch, not one state.",
)
def loop_over_first_axis(a_t, params):
    return np.stack([np.diag(1 - a**2) @ params.Waa for a in a_t])


@STATE_JACOBIAN.misconception(
    "SJ17",
    "two sizes expected",
    "You take the shape apart as (B, n_a). The states of all steps are (T, B, n_a): only the last "
    "axis is sure to be there.",
)
def two_sizes_expected(a_t, params):
    B, n_a = a_t.shape
    return _jacobian(a_t, params).reshape(B, n_a, n_a)


@STATE_JACOBIAN.misconception(
    "SJ18",
    "entry by entry with the diagonal",
    "Of Waa only the diagonal is left, because you multiply entry by entry. In the equation "
    "diag(...) Waa is a product of matrices.",
)
def entry_by_entry(a_t, params):
    return _jacobian(a_t, params) * np.eye(a_t.shape[-1], dtype=a_t.dtype)


# ------------------------------------------------------------------------ gradient_norms


def _caches(T: int, B: int, n_x: int, n_a: int) -> Callable[[np.random.Generator], tuple]:
    def draw(rng: np.random.Generator) -> tuple:
        a_t, params, caches = rng.uniform(-1, 1, size=(B, n_a)), _params(rng, n_x, n_a), []
        for x_t in rng.normal(size=(T, B, n_x)):
            a_t, cache = rnn_cell_forward(x_t, a_t, params)
            caches.append(cache)
        return [rng.normal(size=(B, n_a))], caches, rnn_cell_backward

    return draw


def _two_states(rng: np.random.Generator) -> tuple:
    B, n_a, caches = 3, 5, []
    states, params = rng.normal(size=(2, B, n_a)), init_lstm(4, n_a, rng)
    for x_t in rng.normal(size=(6, B, 4)):
        *states, cache = lstm_cell_forward(x_t, *states, params)
        caches.append(cache)
    return list(rng.normal(size=(2, B, n_a))), caches, lstm_cell_backward


GRADIENT_NORMS = Exercise(
    name="gradient_norms",
    chapter=CHAPTER,
    points=3,
    reference=gradient_norms,
    outputs=("norms",),
    cases=(
        Case("T = 6, B = 3, n_a = 5", _caches(6, 3, 4, 5)),
        Case("T = 1", _caches(1, 3, 4, 5)),
        Case("B = 1", _caches(6, 1, 4, 5)),
        Case("T = 30", _caches(30, 2, 3, 4)),
        Case("a cell with two states", _two_states),
    ),
    naming_cases=(Case("B = n_a", _caches(4, 4, 4, 4)),),
)


def _norm(parts: list[np.ndarray]) -> float:
    return np.linalg.norm(np.concatenate(parts, axis=-1), axis=-1).mean()


def _all_the_way(dstate: list, caches: list, cell_backward: Callable) -> list[list[np.ndarray]]:
    """List the gradients of the state before each lag, the last state's first."""
    gradients = [list(dstate)]
    for cache in caches[::-1]:
        _, *dstate, _ = cell_backward(*dstate, cache)
        gradients.append(list(dstate))
    return gradients


def _in_one_row(dstate: list, caches: list, cell_backward: Callable) -> list[np.ndarray]:
    """List them with the states of an example side by side, (B, n)."""
    gradients = _all_the_way(dstate, caches, cell_backward)
    return [np.concatenate(parts, axis=-1) for parts in gradients]


@GRADIENT_NORMS.misconception(
    "GN1",
    "caches in reading order",
    "You go through the caches from the first step to the last. The gradient arrives at the LAST "
    "step and travels back.",
)
def reading_order(dstate, caches, cell_backward):
    return gradient_norms(dstate, caches[::-1], cell_backward)


@GRADIENT_NORMS.misconception(
    "GN2",
    "gradient never handed on",
    "Each step starts from the gradient of the last state again. What a step sends back is what "
    "the step before it receives.",
)
def not_handed_on(dstate, caches, cell_backward):
    norms = [_norm(dstate)]
    for cache in caches[::-1]:
        _, *before, _ = cell_backward(*dstate, cache)
        norms.append(_norm(before))
    return np.array(norms)


@GRADIENT_NORMS.misconception(
    "GN3",
    "lag 0 missing",
    "Your first norm is that of lag 1. No step back is a lag too: begin with the gradient that "
    "arrives, before any cell is passed.",
)
def lag_zero_missing(dstate, caches, cell_backward):
    return gradient_norms(dstate, caches, cell_backward)[1:]


@GRADIENT_NORMS.misconception(
    "GN4",
    "one step short",
    "Your last norm is missing: the gradient of the state before the first step. There are T + 1 "
    "states.",
)
def one_step_short(dstate, caches, cell_backward):
    return gradient_norms(dstate, caches, cell_backward)[:-1]


@GRADIENT_NORMS.misconception(
    "GN5",
    "first step first",
    "Your norms stand in the order of time. Lag 0, the last state, comes first.",
)
def first_step_first(dstate, caches, cell_backward):
    return gradient_norms(dstate, caches, cell_backward)[::-1]


@GRADIENT_NORMS.misconception(
    "GN6",
    "one norm over the batch",
    "You take the length of the whole batch at once, which grows with B. Each example has a length "
    "of its own; the result is their mean.",
)
def over_the_batch(dstate, caches, cell_backward):
    gradients = _all_the_way(dstate, caches, cell_backward)
    return np.array([np.sqrt(sum((part**2).sum() for part in parts)) for parts in gradients])


@GRADIENT_NORMS.misconception(
    "GN7",
    "averaged before measuring",
    "You average the gradients of the examples and measure the average: opposite directions cancel."
    " Measure each, then average the lengths.",
)
def averaged_first(dstate, caches, cell_backward):
    gradients = _all_the_way(dstate, caches, cell_backward)
    means = [np.concatenate([part.mean(axis=0) for part in parts]) for parts in gradients]
    return np.array([np.linalg.norm(mean) for mean in means])


@GRADIENT_NORMS.misconception(
    "GN8",
    "square root forgotten",
    "You return squared lengths: the norm has a square root.",
)
def squared(dstate, caches, cell_backward):
    gradients = _all_the_way(dstate, caches, cell_backward)
    return np.array([sum((part**2).sum(axis=-1) for part in parts).mean() for parts in gradients])


@GRADIENT_NORMS.misconception(
    "GN9",
    "gradient of the input followed",
    "You measure the gradient that leaves to the INPUT of each step, the first thing the cell's "
    "backward returns. The way back in time is the state's.",
)
def of_the_input(dstate, caches, cell_backward):
    norms = [_norm(dstate)]
    for cache in caches[::-1]:
        dx, *dstate, _ = cell_backward(*dstate, cache)
        norms.append(_norm([dx]))
    return np.array(norms)


@GRADIENT_NORMS.misconception(
    "GN10",
    "only the first state",
    "A cell with two states sends back two gradients. Measure both together, and hand both on.",
)
def first_state_only(dstate, caches, cell_backward):
    return np.array([_norm(parts[:1]) for parts in _all_the_way(dstate, caches, cell_backward)])


@GRADIENT_NORMS.misconception(
    "GN11",
    "mean of the absolute values",
    "You average absolute values. The length of a vector is the square root of its sum of squares.",
)
def mean_absolute(dstate, caches, cell_backward):
    gradients = _all_the_way(dstate, caches, cell_backward)
    return np.array([np.abs(np.concatenate(parts, axis=-1)).mean() for parts in gradients])


@GRADIENT_NORMS.misconception(
    "GN12",
    "the list lost on the way",
    "After the first step your dstate is an array, no longer a list of arrays, and the star hands "
    "on its rows one by one. What keeps it a list when you take the result apart?",
)
def list_lost(dstate, caches, cell_backward):
    norms = [_norm(dstate)]
    for cache in reversed(caches):
        _, dstate, _ = cell_backward(*dstate, cache)
        norms.append(_norm(dstate))
    return np.array(norms)


@GRADIENT_NORMS.misconception(
    "GN13",
    "three results expected",
    "You take exactly three things from the cell. One with two states returns four: whatever stands"
    " between the first and the last belongs to the states.",
)
def three_expected(dstate, caches, cell_backward):
    norms = [_norm(dstate)]
    for cache in reversed(caches):
        _, da_prev, _ = cell_backward(*dstate, cache)
        dstate = [da_prev]
        norms.append(_norm(dstate))
    return np.array(norms)


@GRADIENT_NORMS.misconception(
    "GN14",
    "one state handed to the cell",
    "You hand the cell the gradient of one state. It is right for the vanilla cell; one with two "
    "states wants both, and the list has as many as it needs.",
)
def one_state_handed(dstate, caches, cell_backward):
    da = dstate[0]
    norms = [_norm([da])]
    for cache in reversed(caches):
        _, da, _ = cell_backward(da, cache)
        norms.append(_norm([da]))
    return np.array(norms)


@GRADIENT_NORMS.misconception(
    "GN15",
    "lengths of the states added",
    "You add up the lengths of the two states. Both are parts of ONE vector an example, and lengths"
    " at right angles do not add.",
)
def lengths_of_states_added(dstate, caches, cell_backward):
    gradients = _all_the_way(dstate, caches, cell_backward)
    return np.array([sum(_norm([part]) for part in parts) for parts in gradients])


@GRADIENT_NORMS.misconception(
    "GN16",
    "states below each other",
    "You average the lengths of the two states, or lay their rows BELOW each other. An example's "
    "states make one long row: which axis must grow?",
)
def states_below_each_other(dstate, caches, cell_backward):
    gradients = _all_the_way(dstate, caches, cell_backward)
    return np.array([np.mean([_norm([part]) for part in parts]) for parts in gradients])


@GRADIENT_NORMS.misconception(
    "GN17",
    "sum over the batch",
    "You add the lengths of the examples up, so the result grows with B. Their mean is asked for.",
)
def sum_over_batch(dstate, caches, cell_backward):
    return gradient_norms(dstate, caches, cell_backward) * len(dstate[0])


@GRADIENT_NORMS.misconception(
    "GN18",
    "mean under the root",
    "Under your root is the MEAN of an example's squares. The length takes their sum: only over the"
    " examples is there a mean.",
)
def mean_under_root(dstate, caches, cell_backward):
    wide = _in_one_row(dstate, caches, cell_backward)
    return np.array([np.sqrt((rows**2).mean(axis=-1)).mean() for rows in wide])


@GRADIENT_NORMS.misconception(
    "GN19",
    "one mean of all squares",
    "You take one mean of all squares and one root. Each example has a length of its own, the root "
    "of its SUM of squares; the mean comes last.",
)
def mean_of_all_squares(dstate, caches, cell_backward):
    wide = _in_one_row(dstate, caches, cell_backward)
    return np.array([np.sqrt((rows**2).mean()) for rows in wide])


@GRADIENT_NORMS.misconception(
    "GN20",
    "lag 0 left at zero",
    "Your first norm is still the zero you began with. At lag 0 there is a gradient too: the one "
    "that arrives.",
)
def lag_zero_is_zero(dstate, caches, cell_backward):
    norms = gradient_norms(dstate, caches, cell_backward)
    norms[0] = 0
    return norms


@GRADIENT_NORMS.misconception(
    "GN21",
    "no mean over the batch",
    "You have a length for each lag AND each example. One number a lag is asked for: their mean.",
)
def no_mean(dstate, caches, cell_backward):
    wide = _in_one_row(dstate, caches, cell_backward)
    return np.array([np.linalg.norm(rows, axis=-1) for rows in wide])


@GRADIENT_NORMS.misconception(
    "GN22",
    "length along the batch",
    "You measure down the batch: one length for each unit. An example is a ROW, so its length runs "
    "along the last axis.",
)
def along_the_batch(dstate, caches, cell_backward):
    wide = _in_one_row(dstate, caches, cell_backward)
    return np.array([np.linalg.norm(rows, axis=0).mean() for rows in wide])


# ------------------------------------------------------------------------- clip_by_value


def _gradients(scale: float) -> Callable[[np.random.Generator], tuple]:
    return lambda rng: (RNNParams(*(scale * w for w in _params(rng, 4, 5))),)


def _zeros(rng: np.random.Generator) -> tuple:  # none of them -0.
    return (_each(np.zeros_like, _params(rng, 4, 5)),)


def _each(change: Callable[[np.ndarray], np.ndarray], grads: RNNParams) -> RNNParams:
    return RNNParams(*(change(g) for g in grads))


def _length(grads: RNNParams) -> float:
    return np.sqrt(sum((g**2).sum() for g in grads))


def _shrunk(grads: RNNParams, factor: float) -> RNNParams:
    return _each(lambda g: g * factor, grads)


def _shrunk_to(max_norm: float, grads: RNNParams, norm: float) -> tuple[RNNParams, float]:
    """Clip by a norm, be it the right one or not."""
    return _shrunk(grads, max_norm / norm if norm > max_norm else 1.0), norm


def _with(limit: float, draw: Callable) -> Callable[[np.random.Generator], tuple]:
    return lambda rng: (*draw(rng), limit)


def _float32(draw: Callable) -> Callable[[np.random.Generator], tuple]:
    def drawn(rng: np.random.Generator) -> tuple:
        grads, limit = draw(rng)
        return _each(lambda g: g.astype(np.float32), grads), limit

    return drawn


CLIP_BY_VALUE = Exercise(
    name="clip_by_value",
    chapter=CHAPTER,
    points=2,
    reference=clip_by_value,
    outputs=("clipped",),
    cases=(
        Case("some numbers too large", _with(0.5, _gradients(1.0))),
        Case("nothing to clip", _with(2.0, _gradients(0.1))),
        Case("everything too large", _with(1e-3, _gradients(10.0))),
        Case("limit = 3", _with(3.0, _gradients(4.0))),
        Case("float32", _float32(_with(0.5, _gradients(1.0)))),
    ),
)


@CLIP_BY_VALUE.misconception(
    "CV1",
    "result thrown away",
    "Your gradients come back unchanged. np.clip returns a NEW array: what becomes of it?",
    source="https://github.com/NVIDIA/OpenSeq2Seq/pull/192",
)
def thrown_away(grads, limit):
    for g in grads:
        np.clip(g, -limit, limit)
    return grads


@CLIP_BY_VALUE.misconception(
    "CV2",
    "only the upper bound",
    "Large NEGATIVE numbers pass. The limit holds on both sides of zero.",
)
def upper_bound_only(grads, limit):
    return _each(lambda g: np.minimum(g, limit), grads)


@CLIP_BY_VALUE.misconception(
    "CV3",
    "bounds swapped",
    "All your numbers are the same: the lower bound must come first, and you gave the upper one.",
    source="https://github.com/keras-team/keras/pull/729",
)
def bounds_swapped(grads, limit):
    return _each(lambda g: np.clip(g, limit, -limit), grads)


@CLIP_BY_VALUE.misconception(
    "CV4",
    "sign lost",
    "Your negative gradients have become positive: you clipped the size and forgot the sign. Those "
    "weights would move the wrong way.",
)
def sign_lost(grads, limit):
    return _each(lambda g: np.minimum(np.abs(g), limit), grads)


@CLIP_BY_VALUE.misconception(
    "CV5",
    "biases left out",
    "The gradients of the biases are not clipped. Go through ALL fields of the NamedTuple.",
)
def biases_left_out(grads, limit):
    return _each(lambda g: np.clip(g, -limit, limit) if g.ndim > 1 else g, grads)


@CLIP_BY_VALUE.misconception(
    "CV6",
    "scaled by the norm",
    "All your numbers shrink by one factor: that is clipping by norm, the next exercise. Here each "
    "number is cut off for itself.",
)
def scaled_by_norm(grads, limit):
    norm = _length(grads)
    return _shrunk(grads, limit / norm if norm > limit else 1.0)


@CLIP_BY_VALUE.misconception(
    "CV21",
    "changes its input",
    "You write into the arrays you were given (out=, or g[...] =), so the caller's gradients are "
    "gone. Make new ones.",
)
def changes_its_input(grads, limit):
    for g in grads:
        np.clip(g, -limit, limit, out=g)
    return grads


@CLIP_BY_VALUE.misconception(
    "CV22",
    "large numbers set to zero",
    "You drop the numbers that are too large: they become zero. Clipping keeps them, at the limit.",
)
def set_to_zero(grads, limit):
    return _each(lambda g: np.where(np.abs(g) > limit, 0, g).astype(g.dtype), grads)


@CLIP_BY_VALUE.misconception(
    "CV23",
    "each array by its largest number",
    "You divide each array by its largest number, so the small numbers shrink as well. Only what "
    "is beyond the limit may change.",
)
def by_largest(grads, limit):
    return _each(lambda g: g * min(1.0, limit / np.abs(g).max()), grads)


@CLIP_BY_VALUE.misconception(
    "CV24",
    "everything at the limit",
    "All your numbers have the size of the limit: you kept the signs alone. Small numbers stay as "
    "they are.",
)
def signs_only(grads, limit):
    return _each(lambda g: (limit * np.sign(g)).astype(g.dtype), grads)


@CLIP_BY_VALUE.misconception(
    "CV25",
    "zero as the lower bound",
    "Your negative numbers have become zero. The limit holds on both sides of zero, so the lower "
    "bound lies below it.",
)
def zero_as_lower_bound(grads, limit):
    return _each(lambda g: np.clip(g, 0, limit), grads)


@CLIP_BY_VALUE.misconception(
    "CV26",
    "only Waa",
    "Only Waa is clipped, the gradients of Wax and ba come back as they were. Go through ALL "
    "fields.",
)
def only_waa(grads, limit):
    return grads._replace(Waa=np.clip(grads.Waa, -limit, limit))


@CLIP_BY_VALUE.misconception(
    "CV27",
    "only the first array",
    "Only the first array is clipped, the others come back as they were. Does your loop reach "
    "them?",
)
def only_the_first(grads, limit):
    return grads._replace(Wax=np.clip(grads.Wax, -limit, limit))


@CLIP_BY_VALUE.misconception(
    "CV28",
    "a limit of 1",
    "You clip at 1 whatever the limit is: look at where `limit` enters.",
)
def limit_of_one(grads, limit):
    return _each(lambda g: np.clip(g, -1, 1), grads)


@CLIP_BY_VALUE.misconception(
    "CV29",
    "only the lower bound",
    "Large POSITIVE numbers pass. The limit holds on both sides of zero.",
)
def lower_bound_only(grads, limit):
    return _each(lambda g: np.maximum(g, -limit), grads)


@CLIP_BY_VALUE.misconception(
    "CV30",
    "a list as the only field",
    "RNNParams has three fields, and you hand it ONE thing, which holds all three arrays. A star "
    "in front of it takes it apart.",
)
def list_as_a_field(grads, limit):
    return RNNParams([np.clip(g, -limit, limit) for g in grads])


@CLIP_BY_VALUE.misconception(
    "CV31",
    "np.clip on the NamedTuple",
    "np.clip takes one array, and grads are three of different shapes. Clip them one by one.",
)
def clip_the_tuple(grads, limit):
    return np.clip(grads, -limit, limit)


# -------------------------------------------------------------------------- clip_by_norm

CLIP_BY_NORM = Exercise(
    name="clip_by_norm",
    chapter=CHAPTER,
    points=3,
    reference=clip_by_norm,
    outputs=("clipped", "norm"),
    cases=(
        Case("too long", _with(1.5, _gradients(1.0))),
        Case("short enough", _with(9.0, _gradients(0.1))),
        Case("just too long", _with(6.0, _gradients(1.0))),
        Case("very long", _with(0.01, _gradients(1e3))),
        Case("float32", _float32(_with(1.5, _gradients(1.0)))),
        Case("all zero", _with(1.0, _zeros)),
    ),
)


def _each_by_its_own(grads: RNNParams, max_norm: float) -> tuple[RNNParams, list[np.floating]]:
    norms = [np.linalg.norm(g) for g in grads]
    factors = [max_norm / norm if norm > max_norm else 1.0 for norm in norms]
    return RNNParams(*(g * f for g, f in zip(grads, factors, strict=True))), norms


@CLIP_BY_NORM.misconception(
    "CN1",
    "each array by its own norm",
    "You clip each array by its own length, so they shrink by different factors and the direction "
    "changes. There is ONE length, of all numbers together, and one factor.",
)
def each_for_itself(grads, max_norm):
    clipped, _ = _each_by_its_own(grads, max_norm)
    return clipped, _length(grads)


@CLIP_BY_NORM.misconception(
    "CN2",
    "always rescaled",
    "Short gradients are stretched to the full length. They must stay as they are: look at when "
    "the factor applies.",
    source="https://github.com/DingfanChen/GS-WGAN/issues/5",
)
def always_rescaled(grads, max_norm):
    norm = _length(grads)
    return _shrunk(grads, max_norm / norm), norm


@CLIP_BY_NORM.misconception(
    "CN3",
    "square root forgotten",
    "Your norm is a sum of squares: the square root is missing.",
)
def root_forgotten(grads, max_norm):
    norm = _length(grads) ** 2
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN21",
    "norm after clipping",
    "You return the length after clipping. The one BEFORE it is worth plotting: it shows when a "
    "gradient explodes.",
)
def norm_after(grads, max_norm):
    clipped, norm = _shrunk_to(max_norm, grads, _length(grads))
    return clipped, min(norm, max_norm)


@CLIP_BY_NORM.misconception(
    "CN22",
    "lengths added",
    "You add up the lengths of the arrays. Lengths at right angles do not add: square, sum, then "
    "take the root.",
)
def lengths_added(grads, max_norm):
    norm = sum(np.linalg.norm(g) for g in grads)
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN23",
    "largest number instead of length",
    "You measure the gradients by their largest number. The norm is the length of all numbers "
    "together.",
)
def largest_number(grads, max_norm):
    norm = max(np.abs(g).max() for g in grads)
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN24",
    "numbers cut off",
    "You cut off each number for itself, as in the exercise before. Here all of them shrink by one "
    "factor, which keeps the direction.",
)
def numbers_cut_off(grads, max_norm):
    return _each(lambda g: np.clip(g, -max_norm, max_norm), grads), _length(grads)


@CLIP_BY_NORM.misconception(
    "CN25",
    "biases left out",
    "The biases do not count in your norm. Go through ALL fields of the NamedTuple.",
)
def biases_left_out_of_norm(grads, max_norm):
    norm = np.sqrt(sum((g**2).sum() for g in grads if g.ndim > 1))
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN26",
    "unit length",
    "Your gradients get the length 1. They may be as long as max_norm.",
)
def unit_length(grads, max_norm):
    norm = _length(grads)
    return _shrunk(grads, 1 / norm if norm > max_norm else 1.0), norm


@CLIP_BY_NORM.misconception(
    "CN27",
    "changes its input",
    "You write into the arrays you were given (*=), so the caller's gradients are gone. Make new "
    "ones.",
)
def changes_its_gradients(grads, max_norm):
    norm = _length(grads)
    for g in grads:
        g *= max_norm / norm if norm > max_norm else 1.0
    return grads, norm


@CLIP_BY_NORM.misconception(
    "CN28",
    "condition the wrong way round",
    "You shrink the short gradients and leave the long ones: look at your comparison, or at min and"
    " max.",
)
def wrong_way_round(grads, max_norm):
    norm = _length(grads)
    return _shrunk(grads, max_norm / norm if 0 < norm < max_norm else 1.0), norm


@CLIP_BY_NORM.misconception(
    "CN29",
    "outputs exchanged",
    "You return the norm first. The new gradients come first, then the norm.",
)
def outputs_exchanged(grads, max_norm):
    return clip_by_norm(grads, max_norm)[::-1]


@CLIP_BY_NORM.misconception(
    "CN30",
    "norm not returned",
    "You return the gradients alone: their three fields were taken for the two things expected. "
    "Return the norm beside them.",
)
def norm_not_returned(grads, max_norm):
    return clip_by_norm(grads, max_norm)[0]


@CLIP_BY_NORM.misconception(
    "CN31",
    "zero divided by zero",
    "Gradients that are all zero become NaN: somewhere you divide zero by a norm of zero. They are "
    "short enough and stay as they are.",
)
def zero_by_zero(grads, max_norm):
    norm = _length(grads)
    return _each(lambda g: g / norm * min(norm, max_norm), grads), norm


@CLIP_BY_NORM.misconception(
    "CN32",
    "division by a norm of zero",
    "Your norm is a Python float, and with gradients that are all zero you divide by it. Ask first "
    "whether there is anything to shrink.",
)
def division_by_zero(grads, max_norm):
    norm = float(_length(grads))
    return _shrunk(grads, min(1.0, max_norm / norm)), norm


@CLIP_BY_NORM.misconception(
    "CN33",
    "each array by its own norm, the last one returned",
    "You measure and clip each array by itself and return the length of the last. There is ONE "
    "length, of all numbers together, and it is known only after all arrays have been seen.",
)
def last_of_many(grads, max_norm):
    clipped, norms = _each_by_its_own(grads, max_norm)
    return clipped, norms[-1]


@CLIP_BY_NORM.misconception(
    "CN34",
    "each array by its own norm, all returned",
    "You measure and clip each array by itself and return a length for each. All arrays together "
    "have ONE length, and shrink by one factor.",
)
def all_of_many(grads, max_norm):
    return _each_by_its_own(grads, max_norm)


@CLIP_BY_NORM.misconception(
    "CN35",
    "sum before the square",
    "You add the numbers up before you square them, so positive and negative ones cancel. Square "
    "each number, then add.",
)
def sum_before_square(grads, max_norm):
    norm = abs(sum(g.sum() for g in grads))
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN36",
    "biases not shrunk",
    "Your norm is right, but the biases keep their size, so the direction changes. One factor for "
    "ALL arrays.",
)
def biases_not_shrunk(grads, max_norm):
    clipped, norm = clip_by_norm(grads, max_norm)
    return clipped._replace(ba=grads.ba.copy()), norm


@CLIP_BY_NORM.misconception(
    "CN37",
    "factor from the squared norm",
    "Your norm is right, but you scale by its square: the root comes too late for the factor.",
)
def factor_from_square(grads, max_norm):
    clipped, square = _shrunk_to(max_norm, grads, _length(grads) ** 2)
    return clipped, np.sqrt(square)


@CLIP_BY_NORM.misconception(
    "CN38",
    "mean under the root",
    "Under your root is the MEAN of the squares. The length takes their sum.",
)
def mean_of_squares(grads, max_norm):
    norm = np.sqrt(np.mean(np.concatenate([g.ravel() for g in grads]) ** 2))
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN39",
    "a list as the only field",
    "RNNParams is given ONE list and has three fields. A star in front of the list takes it apart.",
)
def list_as_only_field(grads, max_norm):
    norm = _length(grads)
    factor = max_norm / norm if norm > max_norm else 1.0
    return RNNParams([g * factor for g in grads]), norm


@CLIP_BY_NORM.misconception(
    "CN40",
    "np.linalg.norm of the NamedTuple",
    "np.linalg.norm takes one array, and grads are three of different shapes. What can you take "
    "from each of them and add up?",
)
def norm_of_the_tuple(grads, max_norm):
    norm = np.linalg.norm(grads)
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN41",
    "absolute values added",
    "You add up absolute values. The length is the root of the sum of squares.",
)
def absolute_values_added(grads, max_norm):
    norm = sum(np.abs(g).sum() for g in grads)
    return _shrunk_to(max_norm, grads, norm)


@CLIP_BY_NORM.misconception(
    "CN42",
    "nothing shrunk",
    "Your norm is right, and the gradients come back as they were. g * factor is a NEW array: what "
    "becomes of it?",
)
def nothing_shrunk(grads, max_norm):
    return grads, _length(grads)


EXERCISES = (STATE_JACOBIAN, GRADIENT_NORMS, CLIP_BY_VALUE, CLIP_BY_NORM)

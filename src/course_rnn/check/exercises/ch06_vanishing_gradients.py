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


# ------------------------------------------------------------------------- clip_by_value


def _gradients(scale: float) -> Callable[[np.random.Generator], tuple]:
    return lambda rng: (RNNParams(*(scale * w for w in _params(rng, 4, 5))),)


def _each(change: Callable[[np.ndarray], np.ndarray], grads: RNNParams) -> RNNParams:
    return RNNParams(*(change(g) for g in grads))


def _length(grads: RNNParams) -> float:
    return np.sqrt(sum((g**2).sum() for g in grads))


def _shrunk(grads: RNNParams, factor: float) -> RNNParams:
    return _each(lambda g: g * factor, grads)


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
        Case("all zero", _with(1.0, _gradients(0.0))),
    ),
)


@CLIP_BY_NORM.misconception(
    "CN1",
    "each array by its own norm",
    "You clip each array by its own length, so they shrink by different factors and the direction "
    "changes. There is ONE length, of all numbers together, and one factor.",
)
def each_for_itself(grads, max_norm):
    def clip(g):
        norm = np.linalg.norm(g)
        return g * (max_norm / norm if norm > max_norm else 1.0)

    return _each(clip, grads), _length(grads)


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
    return _shrunk(grads, max_norm / norm if norm > max_norm else 1.0), norm


@CLIP_BY_NORM.misconception(
    "CN21",
    "norm after clipping",
    "You return the length after clipping. The one BEFORE it is worth plotting: it shows when a "
    "gradient explodes.",
)
def norm_after(grads, max_norm):
    norm = _length(grads)
    return _shrunk(grads, max_norm / norm if norm > max_norm else 1.0), min(norm, max_norm)


@CLIP_BY_NORM.misconception(
    "CN22",
    "lengths added",
    "You add up the lengths of the arrays. Lengths at right angles do not add: square, sum, then "
    "take the root.",
)
def lengths_added(grads, max_norm):
    norm = sum(np.linalg.norm(g) for g in grads)
    return _shrunk(grads, max_norm / norm if norm > max_norm else 1.0), norm


@CLIP_BY_NORM.misconception(
    "CN23",
    "largest number instead of length",
    "You measure the gradients by their largest number. The norm is the length of all numbers "
    "together.",
)
def largest_number(grads, max_norm):
    norm = max(np.abs(g).max() for g in grads)
    return _shrunk(grads, max_norm / norm if norm > max_norm else 1.0), norm


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
    return _shrunk(grads, max_norm / norm if norm > max_norm else 1.0), norm


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


EXERCISES = (STATE_JACOBIAN, GRADIENT_NORMS, CLIP_BY_VALUE, CLIP_BY_NORM)

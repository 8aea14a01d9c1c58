"""Chapter 07: the simple unit, the GRU, the loop, the way back, and how they go wrong."""

from collections.abc import Callable
from typing import Any

import numpy as np

from course_rnn.check.exercise import Case, Exercise
from course_rnn.gates import sigmoid
from course_rnn.gru import (
    GRUParams,
    SimpleGRUParams,
    gru_cell_backward,
    gru_cell_forward,
    gru_forward,
    simple_gru_cell_forward,
)
from course_rnn.training import map_leaves

CHAPTER = "07_gru"
Draw = Callable[[np.random.Generator], tuple]


def _simple_params(rng: np.random.Generator, n_x: int, n_a: int) -> SimpleGRUParams:
    return SimpleGRUParams(*rng.normal(size=(2, n_a, n_a + n_x)), *rng.normal(size=(2, n_a)))


def _params(rng: np.random.Generator, n_x: int, n_a: int) -> GRUParams:
    return GRUParams(*rng.normal(size=(3, n_a, n_a + n_x)), *rng.normal(size=(3, n_a)))


def _cell(B: int, n_x: int, n_a: int, params: Callable = _params) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x_t, c_prev = rng.normal(size=(B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x_t, c_prev, params(rng, n_x, n_a)

    return draw


def _float32(draw: Draw) -> Draw:
    return lambda rng: map_leaves(lambda array: array.astype(np.float32), draw(rng))


def _kept_and_written(rng: np.random.Generator) -> tuple:
    """Half of the units keep their memory, half take the candidate: gates at their ends."""
    x_t, c_prev, params = _cell(3, 4, 6)(rng)
    return x_t, c_prev, params._replace(bu=np.array([30.0, -30.0] * 3))


def _forward_cases(params: Callable) -> tuple[Case, ...]:
    return (
        Case("B = 3, n_x = 4, n_a = 5", _cell(3, 4, 5, params)),
        Case("B = 1", _cell(1, 4, 5, params)),
        Case("other sizes", _cell(4, 7, 2, params)),
        Case("n_a = 1", _cell(3, 4, 1, params)),
        Case("float32", _float32(_cell(3, 4, 5, params))),
    )


def _split(x_t: np.ndarray, c_prev: np.ndarray, params: Any) -> tuple:
    """Return [c_prev, x_t], the update gate and the candidate of the simple unit."""
    h = np.concatenate([c_prev, x_t], axis=1)
    return h, sigmoid(h @ params.Wu.T + params.bu), np.tanh(h @ params.Wc.T + params.bc)


# --------------------------------------------------------------- simple_gru_cell_forward

SIMPLE_GRU_CELL_FORWARD = Exercise(
    name="simple_gru_cell_forward",
    chapter=CHAPTER,
    points=2,
    reference=simple_gru_cell_forward,
    outputs=("c_t", "cache"),
    cases=_forward_cases(_simple_params),
    naming_cases=(Case("all sizes equal", _cell(5, 5, 5, _simple_params)),),
)


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG1",
    "the other convention",
    "Your u and 1 - u have changed places: here u = 1 WRITES the candidate. PyTorch, Keras and "
    "Cho et al. let their z = 1 KEEP the memory: the other convention.",
)
def simple_other_convention(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params)
    return (1 - u) * c_tilde + u * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG2",
    "memory not faded",
    "You write the candidate but keep all of the old memory too, so it can only pile up. What "
    "share of the old memory is left when the gate is open?",
)
def simple_memory_not_faded(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params)
    return u * c_tilde + c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG3",
    "no memory",
    "Nothing of the old memory gets past a closed gate: where u = 0 your new memory is 0. There "
    "it must be the old one.",
)
def simple_no_memory(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params)
    return u * c_tilde, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG4",
    "concatenation order",
    "You put the input before the memory. The columns of Wu and Wc are made for [c_prev, x_t]: "
    "the first n_a belong to the memory.",
)
def simple_input_first(x_t, c_prev, params):
    h = np.concatenate([x_t, c_prev], axis=1)
    u, c_tilde = sigmoid(h @ params.Wu.T + params.bu), np.tanh(h @ params.Wc.T + params.bc)
    return u * c_tilde + (1 - u) * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG5",
    "candidate handed out",
    "What you return is the candidate: the gate is never asked. The new memory lies between the "
    "candidate and the old memory.",
)
def simple_candidate_only(x_t, c_prev, params):
    return _split(x_t, c_prev, params)[2], ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG6",
    "tanh in the gate",
    "Your gate can be negative: a gate goes from 0 to 1, so its function is the sigmoid. tanh is "
    "the candidate's.",
)
def simple_tanh_gate(x_t, c_prev, params):
    h, _, c_tilde = _split(x_t, c_prev, params)
    u = np.tanh(h @ params.Wu.T + params.bu)
    return u * c_tilde + (1 - u) * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG7",
    "sigmoid in the candidate",
    "Your candidate is never negative: that is the sigmoid. The memory holds numbers of both "
    "signs, so the candidate takes tanh.",
)
def simple_sigmoid_candidate(x_t, c_prev, params):
    h, u, _ = _split(x_t, c_prev, params)
    return u * sigmoid(h @ params.Wc.T + params.bc) + (1 - u) * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG8",
    "weights exchanged",
    "Gate and candidate have each other's weights: look at which W and which b stand inside the "
    "sigmoid and which inside tanh.",
)
def simple_weights_exchanged(x_t, c_prev, params):
    h = np.concatenate([c_prev, x_t], axis=1)
    u, c_tilde = sigmoid(h @ params.Wc.T + params.bc), np.tanh(h @ params.Wu.T + params.bu)
    return u * c_tilde + (1 - u) * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG9", "bias of the gate forgotten", "The bias bu does not enter your gate."
)
def simple_bu_forgotten(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params._replace(bu=np.zeros_like(params.bu)))
    return u * c_tilde + (1 - u) * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG10", "bias of the candidate forgotten", "The bias bc does not enter your candidate."
)
def simple_bc_forgotten(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params._replace(bc=np.zeros_like(params.bc)))
    return u * c_tilde + (1 - u) * c_prev, ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG11",
    "tanh of the new memory",
    "You squash the new memory once more with tanh. Then even a closed gate changes the memory at "
    "every step: the conveyor belt must pass it on as it is.",
)
def simple_tanh_of_memory(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params)
    return np.tanh(u * c_tilde + (1 - u) * c_prev), ()


@SIMPLE_GRU_CELL_FORWARD.misconception(
    "SG12",
    "gate decides by yes or no",
    "You round the gate to 0 or 1. It lies between, and the new memory mixes accordingly: a step "
    "function would have no gradient to learn from.",
)
def simple_hard_gate(x_t, c_prev, params):
    _, u, c_tilde = _split(x_t, c_prev, params)
    return np.where(u > 0.5, c_tilde, c_prev), ()


# ---------------------------------------------------------------------- gru_cell_forward

GRU_CELL_FORWARD = Exercise(
    name="gru_cell_forward",
    chapter=CHAPTER,
    points=3,
    reference=gru_cell_forward,
    outputs=("c_t", "cache"),
    cases=(
        *_forward_cases(_params),
        Case("gates at their ends", _kept_and_written),
    ),
    naming_cases=(Case("all sizes equal", _cell(5, 5, 5)),),
)


def _full(x_t: np.ndarray, c_prev: np.ndarray, params: GRUParams) -> tuple:
    """Return [c_prev, x_t], both gates, [r c_prev, x_t] and the candidate."""
    h = np.concatenate([c_prev, x_t], axis=1)
    u, r = sigmoid(h @ params.Wu.T + params.bu), sigmoid(h @ params.Wr.T + params.br)
    h_r = np.concatenate([r * c_prev, x_t], axis=1)
    return h, u, r, h_r, np.tanh(h_r @ params.Wc.T + params.bc)


@GRU_CELL_FORWARD.misconception(
    "GF1",
    "the other convention",
    "Your u and 1 - u have changed places: in the lecture u = 1 writes the candidate. In PyTorch, "
    "Keras and Cho et al. (2014) an open gate keeps the memory: the other convention.",
)
def other_convention(x_t, c_prev, params):
    _, u, _, _, c_tilde = _full(x_t, c_prev, params)
    return (1 - u) * c_tilde + u * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF2",
    "relevance gate not used",
    "Your relevance gate has no effect: this is the simple unit. The candidate must see only "
    "what r lets through of the memory.",
)
def no_relevance(x_t, c_prev, params):
    h, u, _, _, _ = _full(x_t, c_prev, params)
    return u * np.tanh(h @ params.Wc.T + params.bc) + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF3",
    "reset after the product",
    "Your r acts AFTER the memory has been multiplied by Wc. That is PyTorch's and cuDNN's "
    "convention; in the lecture r meets c_prev before the product.",
    source="https://github.com/ryankiros/skip-thoughts/issues/44",
)
def reset_after(x_t, c_prev, params):
    _, u, r, _, _ = _full(x_t, c_prev, params)
    n_a = c_prev.shape[1]
    product = r * (c_prev @ params.Wc[:, :n_a].T)
    c_tilde = np.tanh(product + x_t @ params.Wc[:, n_a:].T + params.bc)
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF4",
    "r acts on the input as well",
    "Your r multiplies more than the memory. It judges what of the past is relevant; the input "
    "x_t enters the candidate as it is.",
)
def r_on_everything(x_t, c_prev, params):
    _, u, r, _, _ = _full(x_t, c_prev, params)
    n_a = c_prev.shape[1]
    both = c_prev @ params.Wc[:, :n_a].T + x_t @ params.Wc[:, n_a:].T
    return u * np.tanh(r * both + params.bc) + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF5",
    "gates exchanged",
    "Your gates have changed places: r chooses what the candidate sees, u chooses what is "
    "written. Look at which W makes which gate, or at where each is used.",
)
def gates_exchanged(x_t, c_prev, params):
    swapped = params._replace(Wu=params.Wr, Wr=params.Wu, bu=params.br, br=params.bu)
    _, u, _, _, c_tilde = _full(x_t, c_prev, swapped)
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF6",
    "memory not faded",
    "All of the old memory stays while the candidate is added, so the memory leaves (-1, 1). The "
    "two shares of the mixture must sum to one.",
)
def memory_not_faded(x_t, c_prev, params):
    _, u, _, _, c_tilde = _full(x_t, c_prev, params)
    return u * c_tilde + c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF7",
    "concatenation order",
    "You put x_t in front of the memory. The first n_a columns of every W belong to the memory: "
    "look at the order inside the brackets [c, x].",
    source="https://github.com/ZacBi/CS224n-2019-solutions/issues/1",
)
def input_first(x_t, c_prev, params):
    h = np.concatenate([x_t, c_prev], axis=1)
    u, r = sigmoid(h @ params.Wu.T + params.bu), sigmoid(h @ params.Wr.T + params.br)
    c_tilde = np.tanh(np.concatenate([x_t, r * c_prev], axis=1) @ params.Wc.T + params.bc)
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF8",
    "memory kept is reset too",
    "Your relevance gate reaches the memory that is KEPT. It belongs inside the candidate alone: "
    "on the conveyor belt travels c_prev, not r c_prev.",
)
def kept_memory_reset(x_t, c_prev, params):
    _, u, r, _, c_tilde = _full(x_t, c_prev, params)
    return u * c_tilde + (1 - u) * r * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF9",
    "1 - r inside the candidate",
    "You let 1 - r through. An open relevance gate, r = 1, shows the candidate the whole memory.",
)
def relevance_inverted(x_t, c_prev, params):
    _, u, r, _, _ = _full(x_t, c_prev, params)
    h_r = np.concatenate([(1 - r) * c_prev, x_t], axis=1)
    return u * np.tanh(h_r @ params.Wc.T + params.bc) + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF10",
    "tanh in the gates",
    "Your gates can be negative. Gates are shares from 0 to 1: they take the sigmoid, and only "
    "the candidate takes tanh.",
)
def tanh_gates(x_t, c_prev, params):
    h = np.concatenate([c_prev, x_t], axis=1)
    u, r = np.tanh(h @ params.Wu.T + params.bu), np.tanh(h @ params.Wr.T + params.br)
    c_tilde = np.tanh(np.concatenate([r * c_prev, x_t], axis=1) @ params.Wc.T + params.bc)
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF11",
    "sigmoid in the candidate",
    "Your candidate is never negative, so the memory can never be pulled below zero. It is a "
    "value, not a gate: tanh.",
)
def sigmoid_candidate(x_t, c_prev, params):
    _, u, _, h_r, _ = _full(x_t, c_prev, params)
    return u * sigmoid(h_r @ params.Wc.T + params.bc) + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF12",
    "biases forgotten",
    "None of your three sums has its bias. The frameworks and many texts carry them silently, "
    "but they are there: bu, br, bc.",
)
def no_biases(x_t, c_prev, params):
    zero = np.zeros_like(params.bu)
    _, u, _, _, c_tilde = _full(x_t, c_prev, params._replace(bu=zero, br=zero, bc=zero))
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF13",
    "one bias for both gates",
    "Both of your gates use the bias bu, as happens when a line is copied. The relevance gate "
    "has a bias of its own.",
)
def bias_copied(x_t, c_prev, params):
    _, u, _, _, c_tilde = _full(x_t, c_prev, params._replace(br=params.bu))
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF14",
    "gates look at the reset memory",
    "Your update gate looks at r c_prev. Both gates look at the memory itself; only the "
    "candidate sees it through r.",
)
def update_sees_reset_memory(x_t, c_prev, params):
    _, _, _, h_r, c_tilde = _full(x_t, c_prev, params)
    u = sigmoid(h_r @ params.Wu.T + params.bu)
    return u * c_tilde + (1 - u) * c_prev, ()


@GRU_CELL_FORWARD.misconception(
    "GF15",
    "candidate handed out",
    "You return the candidate itself. It is only a proposal: the update gate decides how much of "
    "it enters the memory.",
)
def candidate_only(x_t, c_prev, params):
    return _full(x_t, c_prev, params)[4], ()


# --------------------------------------------------------------------------- gru_forward


def _sequence(T: int, B: int, n_x: int, n_a: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x, c0 = rng.normal(size=(T, B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x, c0, _params(rng, n_x, n_a)

    return draw


GRU_FORWARD = Exercise(
    name="gru_forward",
    chapter=CHAPTER,
    points=2,
    reference=gru_forward,
    outputs=("c", "caches"),
    cases=(
        Case("T = 6, B = 3, n_x = 4, n_a = 5", _sequence(6, 3, 4, 5)),
        Case("T = 1", _sequence(1, 3, 4, 5)),
        Case("B = 1", _sequence(6, 1, 4, 5)),
        Case("other sizes", _sequence(5, 4, 7, 2)),
        Case("float32", _float32(_sequence(6, 3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _sequence(4, 4, 4, 4)),),
    builds_on=(gru_cell_forward,),
)


def _memories(x: np.ndarray, c0: np.ndarray, params: GRUParams) -> np.ndarray:
    memories = [c0]
    for x_t in x:
        memories.append(gru_cell_forward(x_t, memories[-1], params)[0])
    return np.stack(memories[1:])


@GRU_FORWARD.misconception(
    "GS1",
    "c0 ignored",
    "You start from an empty memory although c0 is passed in: a text that is continued would "
    "forget how it began.",
)
def c0_ignored(x, c0, params):
    return _memories(x, np.zeros_like(c0), params), ()


@GRU_FORWARD.misconception(
    "GS2",
    "memory never updated",
    "Every step starts from c0 again: pass on the memory that the step before returned, or the "
    "gates have nothing to keep.",
)
def memory_never_updated(x, c0, params):
    return np.stack([gru_cell_forward(x_t, c0, params)[0] for x_t in x]), ()


@GRU_FORWARD.misconception(
    "GS3",
    "loops over the batch",
    "Your loop runs along the batch. Time is axis 0: step t reads x[t], one row a sentence.",
)
def loops_over_batch(x, c0, params):
    c, c_t = [], c0
    for b in range(x.shape[1]):
        c_t = gru_cell_forward(x[:, b], c_t, params)[0]
        c.append(c_t)
    return np.stack(c, axis=1), ()


@GRU_FORWARD.misconception(
    "GS4",
    "c0 among the memories",
    "You return T + 1 memories: c0 was there before the first step and is not one of them.",
)
def c0_among_memories(x, c0, params):
    return np.concatenate([c0[None], _memories(x, c0, params)]), ()


@GRU_FORWARD.misconception(
    "GS5",
    "last memory only",
    "You return the memory after the last step alone: hand out that of every step.",
)
def last_memory_only(x, c0, params):
    return _memories(x, c0, params)[-1], ()


@GRU_FORWARD.misconception(
    "GS6",
    "memories one step late",
    "Your memories lag one step behind: c[0] is c0. Store the memory after the cell has read x[t].",
)
def one_step_late(x, c0, params):
    return np.concatenate([c0[None], _memories(x, c0, params)[:-1]]), ()


@GRU_FORWARD.misconception(
    "GS7",
    "batch first",
    "Your result is (B, T, n_a): batch first is the other convention, here time comes first.",
)
def batch_first(x, c0, params):
    return _memories(x, c0, params).swapaxes(0, 1), ()


@GRU_FORWARD.misconception(
    "GS8",
    "read from the end",
    "You read the last word first: step 0 must read x[0].",
)
def read_from_end(x, c0, params):
    return _memories(x[::-1], c0, params), ()


@GRU_FORWARD.misconception(
    "GS9",
    "simple unit in the loop",
    "Your loop runs the unit without a relevance gate: call gru_cell_forward at each step.",
)
def simple_in_loop(x, c0, params):
    c, c_t = [], c0
    for x_t in x:
        c_t = simple_gru_cell_forward(x_t, c_t, params)[0]
        c.append(c_t)
    return np.stack(c), ()


# --------------------------------------------------------------------- gru_cell_backward


def _cell_and_gradient(B: int, n_x: int, n_a: int) -> Draw:
    return lambda rng: (*_cell(B, n_x, n_a)(rng), rng.normal(size=(B, n_a)))


GRU_CELL_BACKWARD = Exercise(
    name="gru_cell_backward",
    chapter=CHAPTER,
    points=3,
    reference=gru_cell_backward,
    outputs=("dx_t", "dc_prev", "grads"),
    cases=(
        Case("B = 3, n_x = 4, n_a = 5", _cell_and_gradient(3, 4, 5)),
        Case("B = 1", _cell_and_gradient(1, 4, 5)),
        Case("other sizes", _cell_and_gradient(4, 7, 2)),
        Case("float32", _float32(_cell_and_gradient(3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _cell_and_gradient(4, 4, 4)),),
    forward=gru_cell_forward,
)


class _Step:
    """The way back as it should be, in pieces that a wrong one can replace."""

    def __init__(self, dc_t: np.ndarray, cache: tuple) -> None:
        self.h, self.h_r, self.c_prev, self.u, self.r, self.c_tilde, self.params = cache
        self.n_a = self.c_prev.shape[1]
        self.dc_t = dc_t
        self.dzu = dc_t * (self.c_tilde - self.c_prev) * self.u * (1 - self.u)
        self.through_candidate(dc_t * self.u * (1 - self.c_tilde**2))

    def through_candidate(self, dzc: np.ndarray) -> None:
        self.dzc, self.dh_r = dzc, dzc @ self.params.Wc
        self.drc = self.dh_r[:, : self.n_a]
        self.dzr = self.drc * self.c_prev * self.r * (1 - self.r)

    @property
    def ways(self) -> list[np.ndarray]:
        """The ways to c_prev: belt, candidate, update gate, relevance gate."""
        gates = [self.dzu @ self.params.Wu, self.dzr @ self.params.Wr]
        belt, candidate = self.dc_t * (1 - self.u), self.drc * self.r
        return [belt, candidate, *(dh[:, : self.n_a] for dh in gates)]

    def result(self, dc_prev: np.ndarray | None = None, dx_t: np.ndarray | None = None) -> tuple:
        p, dzs = self.params, (self.dzu, self.dzr, self.dzc)
        if dx_t is None:
            dx_t = sum(dz @ W[:, self.n_a :] for dz, W in zip(dzs, (p.Wu, p.Wr, p.Wc), strict=True))
        dW = self.dzu.T @ self.h, self.dzr.T @ self.h, self.dzc.T @ self.h_r
        grads = GRUParams(*dW, *(dz.sum(axis=0) for dz in dzs))
        return dx_t, sum(self.ways) if dc_prev is None else dc_prev, grads


@GRU_CELL_BACKWARD.misconception(
    "GB1",
    "direct path missing",
    "One way is missing from dc_prev: the conveyor belt, on which c_prev goes straight into c_t. "
    "What share of it arrives there?",
)
def belt_missing(dc_t, cache):
    step = _Step(dc_t, cache)
    return step.result(sum(step.ways[1:]))


@GRU_CELL_BACKWARD.misconception(
    "GB2",
    "candidate path not gated",
    "The way through the candidate is too strong in dc_prev: it saw r c_prev, not c_prev. Where "
    "does r enter the chain rule?",
)
def candidate_not_gated(dc_t, cache):
    step = _Step(dc_t, cache)
    belt, _, update, relevance = step.ways
    return step.result(belt + step.drc + update + relevance)


@GRU_CELL_BACKWARD.misconception(
    "GB3",
    "gate paths missing",
    "Your dc_prev has no way through the gates. u and r looked at c_prev too, each with its own W.",
)
def gate_ways_missing(dc_t, cache):
    step = _Step(dc_t, cache)
    return step.result(sum(step.ways[:2]))


@GRU_CELL_BACKWARD.misconception(
    "GB4",
    "du without -c_prev",
    "Your gradient of u sees the candidate alone, but u occurs twice in c_t: once with the "
    "candidate, once with the memory that is kept.",
)
def du_without_c_prev(dc_t, cache):
    step = _Step(dc_t, cache)
    step.dzu = dc_t * step.c_tilde * step.u * (1 - step.u)
    return step.result()


@GRU_CELL_BACKWARD.misconception(
    "GB5",
    "gradient of the other convention",
    "Your gradient of u has the wrong sign: that is the derivative of the other convention, in "
    "which an open gate keeps.",
)
def du_other_sign(dc_t, cache):
    step = _Step(dc_t, cache)
    step.dzu = -step.dzu
    return step.result()


@GRU_CELL_BACKWARD.misconception(
    "GB6",
    "derivative of tanh missing",
    "The gradient passes your candidate's tanh as if it were not there: its slope is missing.",
)
def tanh_slope_missing(dc_t, cache):
    step = _Step(dc_t, cache)
    step.through_candidate(dc_t * step.u)
    return step.result()


@GRU_CELL_BACKWARD.misconception(
    "GB7",
    "sigmoid derivative missing",
    "Your gates' gradients are too large: they do not pass through the sigmoid. Its slope can be "
    "written with the gate's own value.",
    source="https://github.com/CaptainE/RNN-LSTM-in-numpy/issues/1",
)
def sigmoid_slopes_missing(dc_t, cache):
    step = _Step(dc_t, cache)
    step.dzu, step.dzr = dc_t * (step.c_tilde - step.c_prev), step.drc * step.c_prev
    return step.result()


@GRU_CELL_BACKWARD.misconception(
    "GB8",
    "dr uses the wrong factor",
    "Look at the gradient of r: in the forward pass r multiplies something, and that something is "
    "missing as a factor.",
)
def dr_without_c_prev(dc_t, cache):
    step = _Step(dc_t, cache)
    step.dzr = step.drc * step.r * (1 - step.r)
    return step.result()


@GRU_CELL_BACKWARD.misconception(
    "GB9",
    "dWc from the unreset memory",
    "Your dWc is taken with [c_prev, x_t]. Wc was multiplied with something else: the memory as "
    "the relevance gate let it through.",
)
def dWc_with_h(dc_t, cache):
    step = _Step(dc_t, cache)
    step.h_r = step.h
    return step.result()


@GRU_CELL_BACKWARD.misconception(
    "GB10",
    "split in the wrong order",
    "You cut the gradient of [c_prev, x_t] at the wrong place: the memory came first, so its "
    "gradient is in the first n_a columns.",
)
def split_in_wrong_order(dc_t, cache):
    step = _Step(dc_t, cache)
    n_x = step.h.shape[1] - step.n_a
    dh = step.dzu @ step.params.Wu + step.dzr @ step.params.Wr
    dx_t = dh[:, :n_x] + step.dh_r[:, :n_x]
    belt = dc_t * (1 - step.u)
    return step.result(belt + step.dh_r[:, n_x:] * step.r + dh[:, n_x:], dx_t)


@GRU_CELL_BACKWARD.misconception(
    "GB11",
    "dx through the candidate only",
    "Your dx_t comes through the candidate alone. The input went into both gates as well.",
)
def dx_from_candidate(dc_t, cache):
    step = _Step(dc_t, cache)
    return step.result(dx_t=step.dh_r[:, step.n_a :])


@GRU_CELL_BACKWARD.misconception(
    "GB12",
    "mean over the batch",
    "Your gradients of the weights are means over the batch. The loss has already been averaged: "
    "here the rows are summed.",
)
def mean_over_batch(dc_t, cache):
    dx_t, dc_prev, grads = gru_cell_backward(dc_t, cache)
    return dx_t, dc_prev, GRUParams(*(g / len(dc_t) for g in grads))


@GRU_CELL_BACKWARD.misconception(
    "GB13",
    "biases not summed",
    "The gradients of your biases still have one row a sentence. One bias serves the whole "
    "batch: what does that mean for its gradient?",
)
def biases_not_summed(dc_t, cache):
    step = _Step(dc_t, cache)
    dx_t, dc_prev, grads = step.result()
    return dx_t, dc_prev, grads._replace(bu=step.dzu, br=step.dzr, bc=step.dzc)


@GRU_CELL_BACKWARD.misconception(
    "GB14",
    "weight gradients transposed",
    "The gradients of your matrices are transposed: each has the shape of its matrix.",
)
def weights_transposed(dc_t, cache):
    dx_t, dc_prev, (dWu, dWr, dWc, *biases) = gru_cell_backward(dc_t, cache)
    return dx_t, dc_prev, GRUParams(dWu.T, dWr.T, dWc.T, *biases)


@GRU_CELL_BACKWARD.misconception(
    "GB15",
    "weights not transposed on the way back",
    "On the way back you multiply by the transposed W. Forward it was h @ W.T; which product "
    "takes a gradient of size n_a to one of size n_a + n_x?",
)
def weights_wrong_way(dc_t, cache):
    step = _Step(dc_t, cache)
    dh = step.dzu @ step.params.Wu.T
    return step.result(dx_t=dh[:, step.n_a :])


EXERCISES = (SIMPLE_GRU_CELL_FORWARD, GRU_CELL_FORWARD, GRU_FORWARD, GRU_CELL_BACKWARD)

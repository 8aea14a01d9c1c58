"""Chapter 09: two directions, padding left where it is, layers on layers; how they go wrong."""

from collections.abc import Callable

import numpy as np

from course_rnn import bidirectional, stacked
from course_rnn.bidirectional import BidirectionalParams, bidirectional_last, reverse_padded
from course_rnn.check.exercise import Case, Exercise
from course_rnn.rnn import RNNParams
from course_rnn.training import map_leaves

CHAPTER = "09_bidirectional_deep"
Draw = Callable[[np.random.Generator], tuple]

# ---------------------------------- the layer of chapters 02 and 03, as the assignment imports it


def rnn_forward(x, a0, params):
    from course_rnn.rnn import TANH  # the caches are those of the library

    a = [a0]
    for x_t in x:
        a.append(np.tanh(x_t @ params.Wax.T + a[-1] @ params.Waa.T + params.ba))
    a = np.stack(a)
    return a[1:], (x, a, params, TANH)


def rnn_backward(da, caches):
    x, a, params, *_ = caches
    dz, da_t = np.zeros_like(a[1:]), np.zeros_like(a[0])
    for t in range(len(x) - 1, -1, -1):
        dz[t] = (da[t] + da_t) * (1 - a[t + 1] ** 2)
        da_t = dz[t] @ params.Waa
    dWax, dWaa = np.einsum("tba,tbx->ax", dz, x), np.einsum("tba,tbi->ai", dz, a[:-1])
    return dz @ params.Wax, da_t, RNNParams(dWax, dWaa, dz.sum(axis=(0, 1)))


def _params(n_x: int, n_a: int, rng: np.random.Generator) -> RNNParams:
    return RNNParams(*(rng.normal(size=size) for size in ((n_a, n_x), (n_a, n_a), (n_a,))))


def _mask(T: int, lengths: list[int], rng: np.random.Generator) -> np.ndarray:
    """Draw which sequence has which length."""
    return np.arange(T)[:, None] < rng.permutation(lengths)


def _float32(draw: Draw) -> Draw:
    def single(array: np.ndarray) -> np.ndarray:
        return array if array.dtype == bool else array.astype(np.float32)

    return lambda rng: map_leaves(single, draw(rng))


# ------------------------------------------------------------------------ reverse_padded


def _padded(T: int, lengths: list[int], n: int) -> Draw:
    """Draw sequences whose padding is not zero: it has to stay, whatever it is."""
    return lambda rng: (rng.normal(size=(T, len(lengths), n)), _mask(T, lengths, rng))


REVERSE_PADDED = Exercise(
    name="reverse_padded",
    chapter=CHAPTER,
    points=2,
    reference=reverse_padded,
    outputs=("y",),
    cases=(
        Case("lengths 6, 2 and 4", _padded(6, [6, 2, 4], 5)),
        Case("no sequence fills the batch", _padded(7, [3, 1, 4, 5], 2)),
        Case("no padding at all", _padded(5, [5, 5, 5, 5], 3)),
        Case("T = 1", _padded(1, [1, 1, 1], 5)),
        Case("B = 1", _padded(6, [4], 5)),
        Case("float32", _float32(_padded(6, [6, 2, 4], 5))),
    ),
    naming_cases=(Case("all sizes equal", _padded(4, [1, 2, 3, 4], 4)),),
)


def _turned(x, mask):
    """Reverse each sequence at its own end."""
    t = np.arange(len(x))[:, None]
    source = np.where(mask, mask.sum(axis=0) - 1 - t, t)
    return x[source, np.arange(x.shape[1])]


@REVERSE_PADDED.misconception(
    "RP1",
    "padding reversed too",
    "You turn whole columns around, so that short sequences now BEGIN with their padding. Each "
    "sequence has an end of its own, which the mask knows.",
)
def padding_first(x, mask):
    return x[::-1].copy()


@REVERSE_PADDED.misconception(
    "RP2",
    "batch reversed",
    "You reverse the order of the sequences in the batch. Time is the first axis.",
)
def batch_reversed(x, mask):
    return x[:, ::-1].copy()


@REVERSE_PADDED.misconception(
    "RP3",
    "numbers within a step reversed",
    "You turn each input vector around. What changes places are whole steps, along the first axis.",
)
def numbers_reversed(x, mask):
    return x[:, :, ::-1].copy()


@REVERSE_PADDED.misconception(
    "RP4",
    "one end for all",
    "You reverse all sequences at the end of the first one. Where does the next one end?",
)
def at_the_first_end(x, mask):
    y, n = x.copy(), mask[:, 0].sum()
    y[:n] = x[:n][::-1]
    return y


@REVERSE_PADDED.misconception(
    "RP5",
    "one step too far",
    "Your first step comes from index `length`, which is the first pad, or beyond the array. Python"
    " counts from 0: which index has the last token of a sequence of three?",
)
def one_too_far(x, mask):
    t = np.arange(len(x))[:, None]
    source = np.where(mask, mask.sum(axis=0) - t, t)
    return x[source, np.arange(x.shape[1])]


@REVERSE_PADDED.misconception(
    "RP6",
    "padding set to zero",
    "Your tokens are right, but the padding has become zero. It stays as it was, whatever stands"
    " there.",
)
def padding_blanked(x, mask):
    return _turned(x, mask) * mask[:, :, None]


@REVERSE_PADDED.misconception(
    "RP7",
    "negative indices wrap round",
    "At the padding your index is negative, and NumPy then counts from the end of the array. Which"
    " index do you want where the mask is False?",
)
def wrapped_round(x, mask):
    t = np.arange(len(x))[:, None]
    return x[mask.sum(axis=0) - 1 - t, np.arange(x.shape[1])]


@REVERSE_PADDED.misconception(
    "RP8",
    "nothing reversed",
    "You return x as it came.",
)
def as_it_came(x, mask):
    return x.copy()


@REVERSE_PADDED.misconception(
    "RP9",
    "all tokens in one row",
    "x[mask] lays the tokens of all sequences in one row. Reversed as a whole, tokens move into"
    " other people's sentences: treat each column on its own.",
)
def one_row(x, mask):
    y = x.copy()
    y[mask] = x[mask][::-1]
    return y


@REVERSE_PADDED.misconception(
    "RP10",
    "slice that stops before the first token",
    "A slice leaves out the index where it stops: [n-1:0:-1] never reaches index 0, so that one "
    "token is missing. Cut first, then reverse.",
)
def first_token_lost(x, mask):
    y = x.copy()
    for b in range(x.shape[1]):
        n = mask[:, b].sum()
        y[:n, b] = x[n - 1 : 0 : -1, b]
    return y


@REVERSE_PADDED.misconception(
    "RP11",
    "only one sequence reversed",
    "Only the first sequence is turned around, the others are as they came.",
)
def first_sequence_only(x, mask):
    y, n = x.copy(), mask[:, 0].sum()
    y[:n, 0] = x[:n, 0][::-1]
    return y


@REVERSE_PADDED.misconception(
    "RP12",
    "moved to the end instead of reversed",
    "You move the padding to the front and leave the tokens in their order. The padding should "
    "stay, and the tokens should turn.",
)
def moved_to_the_end(x, mask):
    t = np.arange(len(x))[:, None]
    return x[(t + mask.sum(axis=0)) % len(x), np.arange(x.shape[1])]


# ----------------------------------------------------------------- bidirectional_forward


def _both_ways(T: int, lengths: list[int], n_x: int, n_a: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x, mask = _padded(T, lengths, n_x)(rng)
        ahead0, back0 = rng.uniform(-1, 1, size=(2, len(lengths), n_a))
        params = BidirectionalParams(_params(n_x, n_a, rng), _params(n_x, n_a, rng))
        return x, mask, ahead0, back0, params

    return draw


def bidirectional_forward(x, mask, a0_forward, a0_backward, params):
    return bidirectional.bidirectional_forward(x, mask, a0_forward, a0_backward, params)


BIDIRECTIONAL_FORWARD = Exercise(
    name="bidirectional_forward",
    chapter=CHAPTER,
    points=2,
    reference=bidirectional_forward,
    outputs=("a", "caches"),
    cases=(
        Case("no padding at all", _both_ways(5, [5, 5], 3, 4)),
        Case("lengths 6, 2 and 4", _both_ways(6, [6, 2, 4], 4, 5)),
        Case("no sequence fills the batch", _both_ways(7, [3, 1, 4, 5], 6, 2)),
        Case("T = 1", _both_ways(1, [1, 1, 1], 4, 5)),
        Case("B = 1", _both_ways(6, [4], 4, 5)),
        Case("float32", _float32(_both_ways(6, [6, 2, 4], 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _both_ways(4, [1, 2, 3, 4], 4, 4)),),
    builds_on=(reverse_padded,),
)


def _beside(ahead, back, mask):
    return np.concatenate([ahead, back], axis=-1) * mask[:, :, None], ()


def _halves(x, mask, a0_forward, a0_backward, params):
    """Return the right states of each direction, the padding not blanked."""
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(_turned(x, mask), a0_backward, params.backward)
    return ahead, _turned(back, mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI1",
    "both read from the left",
    "Both of your readers read from left to right, so neither knows what comes later. Give the "
    "second one the REVERSED sequence.",
    source="https://github.com/stanfordmlgroup/nlc/issues/8",
)
def both_from_the_left(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(x, a0_backward, params.backward)
    return _beside(ahead, back, mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI2",
    "states of the backward reader not turned back",
    "The backward reader's states stand in its order of reading: the last word's state is glued to "
    "the first word. Turn them around before you put both side by side.",
    source="https://github.com/d2l-ai/d2l-en/issues/2306",
)
def not_turned_back(x, mask, a0_forward, a0_backward, params):
    ahead, back = _halves(x, mask, a0_forward, a0_backward, params)
    return _beside(ahead, _turned(back, mask), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI3",
    "forward states twice",
    "Both halves hold the forward reader's states. Which variable belongs in the second half?",
    source="https://github.com/ematvey/tensorflow-seq2seq-tutorials/issues/1",
)
def forward_twice(x, mask, a0_forward, a0_backward, params):
    ahead, _ = _halves(x, mask, a0_forward, a0_backward, params)
    return _beside(ahead, ahead, mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI4",
    "batch reversed",
    "Your backward reader gets the sequences of the batch in reversed order, each still from its "
    "first word on. Time is axis 0.",
    source="https://github.com/EderSantana/seya/issues/32",
)
def wrong_axis_reversed(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(x[:, ::-1], a0_backward, params.backward)
    return _beside(ahead, back[:, ::-1], mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI5",
    "input not reversed, states reversed",
    "You turn the states of the second reader around, but not its input: it still read from left "
    "to right.",
)
def only_states_reversed(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(x, a0_backward, params.backward)
    return _beside(ahead, _turned(back, mask), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI6",
    "padding read first",
    "Your backward reader begins with the padding of the short sequences, and arrives at their "
    "words with a state that has read pads. Reverse each sequence at its own end.",
)
def padding_read_first(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(x[::-1], a0_backward, params.backward)
    return _beside(ahead, back[::-1], mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI7",
    "padding read first, as zeros",
    "You set the padding to zero and reverse the whole batch. A step with a zero input is still a "
    "step: the bias and Waa change the state before the first word comes.",
)
def zeros_read_first(x, mask, a0_forward, a0_backward, params):
    shown = x * mask[:, :, None]
    ahead, _ = rnn_forward(shown, a0_forward, params.forward)
    back, _ = rnn_forward(shown[::-1], a0_backward, params.backward)
    return _beside(ahead, back[::-1], mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI8",
    "halves exchanged",
    "The backward states stand first. The order is [forward, backward], and the weights of the "
    "layer above rely on it.",
)
def halves_exchanged(x, mask, a0_forward, a0_backward, params):
    ahead, back = _halves(x, mask, a0_forward, a0_backward, params)
    return _beside(back, ahead, mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI9",
    "states at padding not blanked",
    "Your states of the tokens are right, but at the padding there are states too. Where the mask "
    "is False, both halves are zero.",
)
def padding_not_blanked(x, mask, a0_forward, a0_backward, params):
    halves = _halves(x, mask, a0_forward, a0_backward, params)
    return np.concatenate(halves, axis=-1), ()


@BIDIRECTIONAL_FORWARD.misconception(
    "BI10",
    "same weights for both",
    "Both of your readers use params.forward. They are two layers with weights of their own.",
)
def shared_weights(x, mask, a0_forward, a0_backward, params):
    params = BidirectionalParams(params.forward, params.forward)
    return _beside(*_halves(x, mask, a0_forward, a0_backward, params), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI11",
    "weights exchanged",
    "Your readers have each other's weights: params.forward belongs to the one that starts at the "
    "first word.",
)
def weights_exchanged(x, mask, a0_forward, a0_backward, params):
    params = BidirectionalParams(params.backward, params.forward)
    return _beside(*_halves(x, mask, a0_forward, a0_backward, params), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI12",
    "first states ignored",
    "Your readers start from zeros: use a0_forward and a0_backward.",
)
def first_states_ignored(x, mask, a0_forward, a0_backward, params):
    zero = np.zeros_like(a0_forward)
    return _beside(*_halves(x, mask, zero, zero, params), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI13",
    "one first state for both",
    "Both of your readers start from a0_forward. The backward reader has a beginning of its own, "
    "after the last word.",
)
def one_first_state(x, mask, a0_forward, a0_backward, params):
    return _beside(*_halves(x, mask, a0_forward, a0_forward, params), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI14",
    "backward reader starts where the forward one ended",
    "Your backward reader starts from the forward reader's last state. The two know nothing of each"
    " other until their states are put side by side.",
)
def starts_from_the_end(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    last = ahead[mask.sum(axis=0) - 1, np.arange(x.shape[1])]
    return _beside(*_halves(x, mask, a0_forward, last, params), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI15",
    "states added",
    "You add the states of both directions. That is the other convention (merge mode 'sum' in "
    "Keras): here they stand side by side, 2 n_a numbers a step.",
)
def added(x, mask, a0_forward, a0_backward, params):
    ahead, back = _halves(x, mask, a0_forward, a0_backward, params)
    return (ahead + back) * mask[:, :, None], ()


@BIDIRECTIONAL_FORWARD.misconception(
    "BI16",
    "laid end to end in time",
    "You lay the two directions end to end along the time axis. At each step they belong side by "
    "side: join them on the last axis.",
)
def joined_in_time(x, mask, a0_forward, a0_backward, params):
    halves = _halves(x, mask, a0_forward, a0_backward, params)
    return np.concatenate([half * mask[:, :, None] for half in halves]), ()


@BIDIRECTIONAL_FORWARD.misconception(
    "BI17",
    "backward reader reads the forward states",
    "Your backward reader reads the forward reader's states. That is a second layer, not a second "
    "direction: both read x.",
)
def reads_the_states(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(_turned(ahead, mask), a0_backward, params.backward)
    return _beside(ahead, _turned(back, mask), mask)


@BIDIRECTIONAL_FORWARD.misconception(
    "BI18",
    "padding read first, and not blanked",
    "Without padding you are right. With padding, your backward reader meets the pads before it "
    "meets the words: who has to be reversed where? And where the mask is False, a is zero.",
)
def padding_read_first_and_kept(x, mask, a0_forward, a0_backward, params):
    ahead, _ = rnn_forward(x, a0_forward, params.forward)
    back, _ = rnn_forward(x[::-1], a0_backward, params.backward)
    return np.concatenate([ahead, back[::-1]], axis=-1), ()


# -------------------------------------------------------------------- bidirectional_last


def _both_states(T: int, lengths: list[int], n_a: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        mask = _mask(T, lengths, rng)
        a = rng.uniform(-1, 1, size=(T, len(lengths), 2 * n_a))
        return a * mask[:, :, None], mask

    return draw


BIDIRECTIONAL_LAST = Exercise(
    name="bidirectional_last",
    chapter=CHAPTER,
    points=2,
    reference=bidirectional_last,
    outputs=("last",),
    cases=(
        Case("lengths 6, 2 and 4", _both_states(6, [6, 2, 4], 5)),
        Case("no sequence fills the batch", _both_states(7, [3, 1, 4, 5], 2)),
        Case("no padding at all", _both_states(5, [5, 5, 5, 5], 3)),
        Case("T = 1", _both_states(1, [1, 1, 1], 5)),
        Case("B = 1", _both_states(6, [4], 5)),
        Case("float32", _float32(_both_states(6, [6, 2, 4], 5))),
    ),
    naming_cases=(Case("all sizes equal", _both_states(4, [1, 2, 3, 4], 2)),),
)


def _at_the_ends(a, mask):
    return a[mask.sum(axis=0) - 1, np.arange(a.shape[1])]


@BIDIRECTIONAL_LAST.misconception(
    "BL1",
    "both halves at the last token",
    "You take both halves at the last token. The backward reader has only just begun there: it has "
    "read one token. At which step has it read them all?",
)
def both_at_the_end(a, mask):
    return _at_the_ends(a, mask)


@BIDIRECTIONAL_LAST.misconception(
    "BL2",
    "both halves at the first token",
    "You take both halves at the first token. The forward reader has read one token there: its "
    "half comes from the LAST one.",
    source="https://github.com/tejaslodaya/timeseries-clustering-vae/issues/3",
)
def both_at_the_start(a, mask):
    return a[0].copy()


@BIDIRECTIONAL_LAST.misconception(
    "BL3",
    "last row of the batch",
    "You take a[-1]. For the short sequences that is padding, and for the long ones the backward "
    "reader has read one token there.",
)
def last_row(a, mask):
    return a[-1].copy()


@BIDIRECTIONAL_LAST.misconception(
    "BL4",
    "forward half from the last row of the batch",
    "Your backward half is right. The forward half comes from a[-1], which is padding for the short"
    " sequences: each has an end of its own.",
)
def forward_from_last_row(a, mask):
    n_a = a.shape[2] // 2
    return np.concatenate([a[-1, :, :n_a], a[0, :, n_a:]], axis=1)


@BIDIRECTIONAL_LAST.misconception(
    "BL5",
    "ends exchanged",
    "You take each half where its reader began. Take it where the reader has arrived.",
)
def ends_exchanged(a, mask):
    n_a, ends = a.shape[2] // 2, _at_the_ends(a, mask)
    return np.concatenate([a[0, :, :n_a], ends[:, n_a:]], axis=1)


@BIDIRECTIONAL_LAST.misconception(
    "BL6",
    "halves exchanged",
    "Your two halves are right and stand in the wrong order: the forward half comes first.",
)
def halves_in_wrong_order(a, mask):
    n_a = a.shape[2] // 2
    return np.concatenate([a[0, :, n_a:], _at_the_ends(a, mask)[:, :n_a]], axis=1)


@BIDIRECTIONAL_LAST.misconception(
    "BL7",
    "one step too far",
    "Your index is the length itself: the first pad, or beyond the array. Python counts from 0.",
)
def past_the_end(a, mask):
    n_a, b = a.shape[2] // 2, np.arange(a.shape[1])
    return np.concatenate([a[mask.sum(axis=0), b, :n_a], a[0, :, n_a:]], axis=1)


@BIDIRECTIONAL_LAST.misconception(
    "BL8",
    "forward half only",
    "You return n_a numbers a sequence, those of the forward reader. What the backward reader has "
    "read belongs beside them.",
)
def forward_half_only(a, mask):
    return _at_the_ends(a, mask)[:, : a.shape[2] // 2]


@BIDIRECTIONAL_LAST.misconception(
    "BL9",
    "halves added",
    "You add the two halves. They stand side by side: shape (B, 2 n_a).",
)
def halves_added(a, mask):
    n_a = a.shape[2] // 2
    return _at_the_ends(a, mask)[:, :n_a] + a[0, :, n_a:]


@BIDIRECTIONAL_LAST.misconception(
    "BL10",
    "mean over the sequence",
    "You average the states of each sequence. That is a way of pooling (chapter 11); here one state"
    " of each reader is picked.",
)
def mean_of_states(a, mask):
    return a.sum(axis=0) / mask.sum(axis=0)[:, None].astype(a.dtype)


@BIDIRECTIONAL_LAST.misconception(
    "BL11",
    "one end for all",
    "Your forward half comes from the same step for all sequences, the end of the first one.",
)
def one_end_for_all(a, mask):
    n_a = a.shape[2] // 2
    return np.concatenate([a[mask[:, 0].sum() - 1, :, :n_a], a[0, :, n_a:]], axis=1)


@BIDIRECTIONAL_LAST.misconception(
    "BL12",
    "odd and even numbers instead of halves",
    "You deal the numbers of a state out in turn. The two directions stand side by side: the "
    "forward reader's are the FIRST n_a.",
)
def dealt_out(a, mask):
    return np.concatenate([_at_the_ends(a, mask)[:, ::2], a[0, :, 1::2]], axis=1)


# ----------------------------------------------------------------------- stacked_forward


def _stack(T: int, B: int, n_x: int, sizes: list[int]) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        states0 = tuple(rng.uniform(-1, 1, size=(B, n_a)) for n_a in sizes)
        pairs = zip([n_x, *sizes], sizes, strict=False)
        params = tuple(_params(n_below, n_a, rng) for n_below, n_a in pairs)
        return rng.normal(size=(T, B, n_x)), states0, params

    return draw


def stacked_forward(x, states0, params):
    a, all_caches = stacked.stacked_forward(x, states0, params)
    return a, [caches for _, caches in all_caches]  # as a student's, who has one kind of layer


def _climb(x, states0, params):
    """Run the layers from the lowest to the highest; the caches are theirs."""
    a, kept = x, []
    for state0, weights in zip(states0, params, strict=True):
        a, caches = rnn_forward(a, state0, weights)
        kept.append(caches)
    return a, kept


STACKED_FORWARD = Exercise(
    name="stacked_forward",
    chapter=CHAPTER,
    points=2,
    reference=stacked_forward,
    outputs=("a", "caches"),
    cases=(
        Case("two layers, n_a = 5 and 2", _stack(6, 3, 4, [5, 2])),
        Case("three layers of 5", _stack(6, 3, 4, [5, 5, 5])),
        Case("one layer", _stack(6, 3, 4, [5])),
        Case("T = 1", _stack(1, 3, 4, [5, 2])),
        Case("B = 1, four layers", _stack(6, 1, 4, [5, 2, 3, 7])),
        Case("float32", _float32(_stack(6, 3, 4, [5, 2]))),
    ),
    naming_cases=(
        Case("all sizes equal", _stack(4, 4, 4, [4, 4, 4, 4])),
        Case("two layers, all sizes equal", _stack(5, 5, 5, [5, 5])),
    ),
)


@STACKED_FORWARD.misconception(
    "ST1",
    "one first state for all layers",
    "All of your layers start from the first state of the lowest. Each layer has a state of its "
    "own: states0 has one for each.",
    source="https://github.com/pclucas14/GansFallingShort/pull/2",
)
def one_state_for_all(x, states0, params):
    return _climb(x, [states0[0]] * len(params), params)


@STACKED_FORWARD.misconception(
    "ST2",
    "every layer reads x",
    "Every one of your layers reads x. The input of a layer is what the layer BELOW it returned.",
)
def all_read_x(x, states0, params):
    for state0, weights in zip(states0, params, strict=True):
        a, _ = rnn_forward(x, state0, weights)
    return a, ()


@STACKED_FORWARD.misconception(
    "ST3",
    "from the top down",
    "You begin with the last layer of the list. The lowest stands first, and it is the one that "
    "reads x.",
)
def from_the_top(x, states0, params):
    return _climb(x, states0[::-1], params[::-1])


@STACKED_FORWARD.misconception(
    "ST4",
    "state handed up",
    "Within a step, your layers hand their state on as the PREVIOUS state of the layer above. "
    "Each layer carries its own state through time; what goes up is an input.",
    source="https://github.com/pytorch/tutorials/issues/127",
)
def state_handed_up(x, states0, params):
    states, rows = list(states0), []
    for x_t in x:
        a_t, carried = x_t, states[0]
        for level, (Wax, Waa, ba) in enumerate(params):
            a_t = carried = np.tanh(a_t @ Wax.T + carried @ Waa.T + ba)
            states[level] = a_t
        rows.append(a_t)
    return np.stack(rows), ()


@STACKED_FORWARD.misconception(
    "ST5",
    "first states ignored",
    "Your layers start from zeros: use states0, one for each layer.",
)
def states_ignored(x, states0, params):
    return _climb(x, [np.zeros_like(state0) for state0 in states0], params)


@STACKED_FORWARD.misconception(
    "ST6",
    "states of all layers returned",
    "You return the states of all layers. Only those of the highest go on to the readout; the "
    "others are for the cache.",
)
def all_layers_returned(x, states0, params):
    levels, a = [], x
    for state0, weights in zip(states0, params, strict=True):
        a, _ = rnn_forward(a, state0, weights)
        levels.append(a)
    return levels, ()


@STACKED_FORWARD.misconception(
    "ST7",
    "lowest layer returned",
    "You return the states of the lowest layer. The others have run for nothing, or not at all.",
)
def lowest_returned(x, states0, params):
    return rnn_forward(x, states0[0], params[0])


@STACKED_FORWARD.misconception(
    "ST8",
    "same weights in all layers",
    "All of your layers use the weights of the lowest. Weights are shared along TIME; each layer "
    "has its own.",
)
def same_weights(x, states0, params):
    return _climb(x, states0, [params[0]] * len(params))


@STACKED_FORWARD.misconception(
    "ST9",
    "layer starts where the one below ended",
    "Your upper layers start from the last state of the layer below. That is how a decoder follows "
    "an encoder; here each layer starts from its own item of states0.",
)
def starts_where_the_lower_ended(x, states0, params):
    a, _ = rnn_forward(x, states0[0], params[0])
    for weights in params[1:]:
        a, _ = rnn_forward(a, a[-1], weights)
    return a, ()


@STACKED_FORWARD.misconception(
    "ST10",
    "one layer too few",
    "Your highest layer never runs. How many items has params?",
)
def one_too_few(x, states0, params):
    return _climb(x, states0[:-1], params[:-1])


@STACKED_FORWARD.misconception(
    "ST11",
    "last state only goes up",
    "You hand up the last state of a layer, at every step. The layer above reads a whole sequence, "
    "at each step the state of THAT step.",
)
def last_state_goes_up(x, states0, params):
    a, _ = rnn_forward(x, states0[0], params[0])
    for state0, weights in zip(states0[1:], params[1:], strict=True):
        a, _ = rnn_forward(np.repeat(a[-1:], len(a), axis=0), state0, weights)
    return a, ()


@STACKED_FORWARD.misconception(
    "ST12",
    "only the last step returned",
    "You return one state a sequence. The states of ALL steps of the highest layer are wanted.",
)
def last_step_returned(x, states0, params):
    a, caches = _climb(x, states0, params)
    return a[-1], caches


@STACKED_FORWARD.misconception(
    "ST13",
    "input added to each layer",
    "You add a layer's input to its output. Such shortcuts exist (residual connections), but they "
    "are not in this equation.",
)
def shortcuts(x, states0, params):
    a, _ = rnn_forward(x, states0[0], params[0])
    for state0, weights in zip(states0[1:], params[1:], strict=True):
        a = a + rnn_forward(a, state0, weights)[0]
    return a, ()


# ---------------------------------------------------------------------- stacked_backward


def _stack_and_gradient(T: int, B: int, n_x: int, sizes: list[int]) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        return *_stack(T, B, n_x, sizes)(rng), rng.normal(size=(T, B, sizes[-1]))

    return draw


def stacked_backward(da, caches):
    dstates0, all_grads = [], []
    for layer_caches in reversed(caches):
        da, dstate0, grads = rnn_backward(da, layer_caches)
        dstates0.insert(0, dstate0)
        all_grads.insert(0, grads)
    return da, tuple(dstates0), tuple(all_grads)


STACKED_BACKWARD = Exercise(
    name="stacked_backward",
    chapter=CHAPTER,
    points=2,
    reference=stacked_backward,
    outputs=("dx", "dstates0", "grads"),
    cases=(
        Case("two layers, n_a = 5 and 2", _stack_and_gradient(6, 3, 4, [5, 2])),
        Case("three layers of 5", _stack_and_gradient(6, 3, 4, [5, 5, 5])),
        Case("one layer", _stack_and_gradient(6, 3, 4, [5])),
        Case("T = 1", _stack_and_gradient(1, 3, 4, [5, 2])),
        Case("B = 1, four layers", _stack_and_gradient(4, 1, 4, [5, 2, 3, 7])),
        Case("float32", _float32(_stack_and_gradient(6, 3, 4, [5, 2]))),
    ),
    naming_cases=(
        Case("all sizes equal", _stack_and_gradient(4, 4, 4, [4, 4, 4, 4])),
        Case("two layers, all sizes equal", _stack_and_gradient(5, 5, 5, [5, 5])),
    ),
    forward=stacked_forward,
)


@STACKED_BACKWARD.misconception(
    "SD1",
    "gradient not passed down",
    "Your lower layers get da, the gradient of the HIGHEST layer's states, again. What reaches a "
    "layer is what the layer above sends to its input.",
    source="https://github.com/apache/mxnet/pull/18203",
)
def not_passed_down(da, caches):
    results = [rnn_backward(da, layer_caches) for layer_caches in caches]
    dx, dstates0, grads = zip(*results, strict=True)
    return dx[0], dstates0, grads


@STACKED_BACKWARD.misconception(
    "SD2",
    "lists from the top down",
    "Your lists begin with the highest layer, in the order of computing. Return them in the order "
    "of params, the lowest first.",
)
def lists_from_the_top(da, caches):
    dx, dstates0, grads = stacked_backward(da, caches)
    return dx, dstates0[::-1], grads[::-1]


@STACKED_BACKWARD.misconception(
    "SD3",
    "from the bottom up",
    "You begin with the lowest layer. The loss sits on top: which layer gets da first?",
)
def from_the_bottom(da, caches):
    dstates0, all_grads = [], []
    for layer_caches in caches:
        da, dstate0, grads = rnn_backward(da, layer_caches)
        dstates0.append(dstate0)
        all_grads.append(grads)
    return da, dstates0, all_grads


@STACKED_BACKWARD.misconception(
    "SD4",
    "dx of the highest layer",
    "Your dx is the one of the highest layer. The network's input is the input of the lowest.",
)
def dx_of_the_highest(da, caches):
    dx, _, _ = rnn_backward(da, caches[-1])
    return dx, *stacked_backward(da, caches)[1:]


@STACKED_BACKWARD.misconception(
    "SD5",
    "lower layers without a gradient",
    "Only your highest layer has gradients, the others have zeros: they would never learn, although"
    " all that the highest reads comes from them.",
)
def lower_ones_zero(da, caches):
    dx, dstates0, grads = stacked_backward(da, caches)
    if len(caches) == 1:
        return dx, dstates0, grads
    states_below = [np.zeros_like(dstate0) for dstate0 in dstates0[:-1]]
    grads_below = [RNNParams(*(np.zeros_like(g) for g in of_layer)) for of_layer in grads[:-1]]
    return np.zeros_like(dx), [*states_below, dstates0[-1]], [*grads_below, grads[-1]]


@STACKED_BACKWARD.misconception(
    "SD6",
    "da added at every layer",
    "You add da to what comes down, as if each layer had a readout of its own. Only the highest "
    "has one.",
)
def added_at_every_layer(da, caches):
    dstates0, all_grads, dx = [], [], 0
    for layer_caches in reversed(caches):
        dx, dstate0, grads = rnn_backward(da + dx, layer_caches)
        dstates0.insert(0, dstate0)
        all_grads.insert(0, grads)
    return dx, dstates0, all_grads


@STACKED_BACKWARD.misconception(
    "SD7",
    "highest layer only",
    "Your lists have one item. Each layer has weights and a first state, and wants their "
    "gradients.",
)
def highest_only(da, caches):
    dx, dstate0, grads = rnn_backward(da, caches[-1])
    return dx, (dstate0,), (grads,)


@STACKED_BACKWARD.misconception(
    "SD8",
    "only the last step goes down",
    "You send down the gradient of the last step alone. The layers are joined at EVERY step.",
)
def last_step_goes_down(da, caches):
    dstates0, all_grads = [], []
    for layer_caches in reversed(caches):
        dx, dstate0, grads = rnn_backward(da, layer_caches)
        da = np.zeros_like(dx)
        da[-1] = dx[-1]
        dstates0.insert(0, dstate0)
        all_grads.insert(0, grads)
    return dx, dstates0, all_grads


@STACKED_BACKWARD.misconception(
    "SD9",
    "passed down in reversed time",
    "What you hand down stands in reversed time. rnn_backward walks from the last step to the "
    "first by itself, and returns its dx in the order of the steps.",
)
def reversed_in_time(da, caches):
    dstates0, all_grads = [], []
    for layer_caches in reversed(caches):
        dx, dstate0, grads = rnn_backward(da, layer_caches)
        da = dx[::-1]
        dstates0.insert(0, dstate0)
        all_grads.insert(0, grads)
    return dx, dstates0, all_grads


@STACKED_BACKWARD.misconception(
    "SD10",
    "gradients of the layers added up",
    "You add up the gradients of all layers. Steps share their weights, and their gradients are "
    "summed; layers do not.",
)
def layers_summed(da, caches):
    dx, dstates0, grads = stacked_backward(da, caches)
    total = grads[0]
    for of_layer in grads[1:]:
        total = RNNParams(*(g + h for g, h in zip(total, of_layer, strict=True)))
    return dx, dstates0, (total,) * len(grads)


@STACKED_BACKWARD.misconception(
    "SD11",
    "gradients of the lists exchanged",
    "You return the gradients of the weights before those of the first states. The order is dx, "
    "dstates0, grads.",
)
def lists_exchanged(da, caches):
    dx, dstates0, grads = stacked_backward(da, caches)
    return dx, grads, dstates0


@STACKED_BACKWARD.misconception(
    "SD12",
    "gradient not passed down, lists from the top down",
    "The same da goes into each layer of your loop, although the layers below the highest have no "
    "readout: what did rnn_backward compute for the input? And the lists begin with the lowest.",
)
def not_passed_down_from_the_top(da, caches):
    results = [rnn_backward(da, layer_caches) for layer_caches in caches[::-1]]
    dx, dstates0, grads = zip(*results, strict=True)
    return dx[-1], dstates0, grads


EXERCISES = (
    REVERSE_PADDED,
    BIDIRECTIONAL_FORWARD,
    BIDIRECTIONAL_LAST,
    STACKED_FORWARD,
    STACKED_BACKWARD,
)

"""Chapter 12: attention, its way back, one step of a decoder, greedy writing; how they go wrong."""

import math
from collections.abc import Callable

import numpy as np

from course_rnn.attention import (
    AttentionParams,
    additive_attention,
    additive_attention_backward,
    dot_product_attention,
)
from course_rnn.check.exercise import Case, Exercise
from course_rnn.encoder_decoder import AttentionDecoderParams, decoder_step, greedy_decode
from course_rnn.gru import gru_cell_backward, gru_cell_forward, init_gru
from course_rnn.lstm import init_lstm, lstm_cell_backward, lstm_cell_forward
from course_rnn.readout import ReadoutParams
from course_rnn.recurrence import Layer
from course_rnn.rnn import init_rnn, rnn_cell_backward, rnn_cell_forward
from course_rnn.training import map_leaves

CHAPTER = "12_attention"
Draw = Callable[[np.random.Generator], tuple]


def _mask(T: int, lengths: list[int], rng: np.random.Generator) -> np.ndarray:
    """Draw which sequence has which length."""
    return np.arange(T)[:, None] < rng.permutation(lengths)


def _float32(draw: Draw) -> Draw:
    def single(value):
        is_float = isinstance(value, np.ndarray) and value.dtype != bool
        return value.astype(np.float32) if is_float else value

    return lambda rng: map_leaves(single, draw(rng))


# -------------------------------------------------------------------- additive_attention


def _look(
    T: int, lengths: list[int], n_q: int, n_k: int, n_v: int, n_e: int, scale: float = 1.0
) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        B = len(lengths)
        sizes = (B, n_q), (T, B, n_k), (T, B, n_v)
        query, keys, values = (rng.normal(size=size) for size in sizes)
        Wq, Wk, we = (rng.normal(size=size) for size in ((n_e, n_q), (n_e, n_k), (n_e,)))
        return query, keys, values, _mask(T, lengths, rng), AttentionParams(Wq, Wk, scale * we)

    return draw


def _with_holes(draw: Draw) -> Draw:
    """Hide places in the middle too; the first place of each sequence stays."""

    def with_holes(rng: np.random.Generator) -> tuple:
        query, keys, values, mask, *params = draw(rng)
        mask = rng.random(mask.shape) < 0.5
        mask[0] = True
        return query, keys, values, mask, *params

    return with_holes


ADDITIVE_ATTENTION = Exercise(
    name="additive_attention",
    chapter=CHAPTER,
    points=2,
    reference=additive_attention,
    outputs=("context", "weights", "cache"),
    cases=(
        Case("lengths 6, 2 and 4", _look(6, [6, 2, 4], 4, 5, 7, 8)),
        Case("no padding at all", _look(5, [5, 5], 3, 6, 4, 2)),
        Case("a mask with holes", _with_holes(_look(7, [7, 7, 7, 7], 2, 3, 5, 6))),
        Case("T = 1", _look(1, [1, 1, 1], 4, 5, 7, 2)),
        Case("B = 1", _look(6, [4], 4, 5, 7, 2)),
        Case("scores of some 1000s", _look(6, [6, 1, 2, 1, 2], 4, 5, 7, 8, scale=3000)),
        Case("float32", _float32(_look(6, [6, 2, 4], 4, 5, 7, 8))),
    ),
    naming_cases=(
        Case("all sizes equal", _look(4, [1, 2, 3, 4], 4, 4, 4, 4)),
        Case("keys as long as values", _look(6, [6, 2, 4], 4, 5, 5, 8)),
        Case("scores of some 1000s, no padding", _look(6, [6] * 5, 4, 5, 7, 8, scale=3000)),
    ),
)


def _scores(query, keys, params):
    return np.tanh(query @ params.Wq.T + keys @ params.Wk.T) @ params.we


def _share(scores, mask, axis=0):
    """Return the softmax over the places that the mask shows."""
    shown = np.where(mask, scores, -math.inf)
    exp = np.exp(shown - shown.max(axis=axis, keepdims=True))
    return exp / exp.sum(axis=axis, keepdims=True)


def _average(weights, values):
    return (weights[..., None] * values).sum(axis=0), weights, ()


@ADDITIVE_ATTENTION.misconception(
    "AA1",
    "softmax over the batch",
    "Your weights add up to one over the BATCH. For one query they are shared out among the "
    "source steps of its own sequence: which axis is time?",
    source="https://github.com/PetrochukM/PyTorch-NLP/issues/2",
)
def aa_over_the_batch(query, keys, values, mask, params):
    exp = np.where(mask, np.exp(_scores(query, keys, params)), 0)
    total = exp.sum(axis=1, keepdims=True)
    return _average(exp / np.where(total == 0, 1, total), values)


@ADDITIVE_ATTENTION.misconception(
    "AA2",
    "softmax over an axis of length 1",
    "All of your weights are 1, so that the context is a plain sum: you took the softmax over an "
    "axis that has one entry. Over which axis should they add up to one?",
    source="https://github.com/hexiangnan/attentional_factorization_machine/issues/19",
)
def aa_over_one(query, keys, values, mask, params):
    return _average(np.where(mask, 1.0, 0.0).astype(values.dtype), values)


@ADDITIVE_ATTENTION.misconception(
    "AA3",
    "mask ignored",
    "You look at the padding, too. A place where the mask is False gets no weight at all.",
)
def aa_mask_ignored(query, keys, values, mask, params):
    return _average(_share(_scores(query, keys, params), True), values)


@ADDITIVE_ATTENTION.misconception(
    "AA4",
    "mask the wrong way round",
    "You look at the padding alone. True marks the places that may be looked at.",
)
def aa_mask_inverted(query, keys, values, mask, params):
    with np.errstate(invalid="ignore"):
        return _average(_share(_scores(query, keys, params), ~mask), values)


@ADDITIVE_ATTENTION.misconception(
    "AA5",
    "mask after the softmax",
    "Your weights are 0 at the padding, but the others no longer add up to one: the padding had "
    "its share before you took it away. Hide it before the softmax.",
)
def aa_mask_too_late(query, keys, values, mask, params):
    return _average(_share(_scores(query, keys, params), True) * mask, values)


@ADDITIVE_ATTENTION.misconception(
    "AA6",
    "hidden scores set to zero",
    "You set the scores of the padding to 0. A score of 0 is a score like any other: e to the 0 "
    "is 1. Which score has the exponential 0?",
)
def aa_hidden_zero(query, keys, values, mask, params):
    return _average(_share(_scores(query, keys, params) * mask, True), values)


@ADDITIVE_ATTENTION.misconception(
    "AA7",
    "tanh forgotten",
    "There is no tanh between the sum and we. Without it the query adds the same number to all "
    "scores of a sequence, and the softmax takes that out again: the query would not matter.",
)
def aa_no_tanh(query, keys, values, mask, params):
    scores = (query @ params.Wq.T + keys @ params.Wk.T) @ params.we
    return _average(_share(scores, mask), values)


@ADDITIVE_ATTENTION.misconception(
    "AA8",
    "the query makes no difference",
    "Your query adds the same number to all scores of a sequence, or none, and the softmax takes "
    "that out again: every step of a decoder would look at the same places. Add Wq q and Wk k "
    "first, then take ONE tanh of the sum.",
)
def aa_tanh_each(query, keys, values, mask, params):
    scores = (np.tanh(query @ params.Wq.T) + np.tanh(keys @ params.Wk.T)) @ params.we
    return _average(_share(scores, mask), values)


@ADDITIVE_ATTENTION.misconception(
    "AA9",
    "context from the keys",
    "Your context is an average of the KEYS. Keys say where to look, the VALUES are what you get.",
)
def aa_from_the_keys(query, keys, values, mask, params):
    return _average(_share(_scores(query, keys, params), mask), keys)


@ADDITIVE_ATTENTION.misconception(
    "AA11",
    "weights batch first",
    "Your weights are (B, T). That is the other convention (batch first); here time comes first.",
)
def aa_batch_first(query, keys, values, mask, params):
    context, weights, cache = _average(_share(_scores(query, keys, params), mask), values)
    return context, weights.T, cache


@ADDITIVE_ATTENTION.misconception(
    "AA12",
    "scores returned",
    "You return the scores e. The weights are what the softmax makes of them.",
)
def aa_scores_returned(query, keys, values, mask, params):
    scores = _scores(query, keys, params)
    return _average(_share(scores, mask), values)[0], scores, ()


@ADDITIVE_ATTENTION.misconception(
    "AA13",
    "the best place only",
    "You take the value with the best score and leave the others out. That is hard attention, "
    "which has no gradient; here all values come in, each with its weight.",
)
def aa_hard(query, keys, values, mask, params):
    best = np.where(mask, _scores(query, keys, params), -math.inf).argmax(axis=0)
    weights = (np.arange(len(keys))[:, None] == best).astype(values.dtype)
    return _average(weights, values)


@ADDITIVE_ATTENTION.misconception(
    "AA14",
    "plain mean",
    "Each place of yours has the same weight. Which ones fit the query better? The scores say so.",
)
def aa_mean(query, keys, values, mask, params):
    return _average((mask / mask.sum(axis=0)).astype(values.dtype), values)


@ADDITIVE_ATTENTION.misconception(
    "AA15",
    "scores divided by a root",
    "You divide the scores by a root. That belongs to dot-product attention; here tanh keeps each "
    "term within 1.",
)
def aa_scaled(query, keys, values, mask, params):
    scores = _scores(query, keys, params) / math.sqrt(len(params.we))
    return _average(_share(scores, mask), values)


@ADDITIVE_ATTENTION.misconception(
    "AA16",
    "exponentials overflow",
    "With large scores your exponentials are all infinite or all 0, and neither inf / inf nor 0 / "
    "0 is a number. Subtract the largest score of each SEQUENCE first: it changes nothing else.",
)
def aa_overflow(query, keys, values, mask, params):
    exp = np.exp(_scores(query, keys, params)) * mask
    return _average(exp / exp.sum(axis=0), values)


@ADDITIVE_ATTENTION.misconception(
    "AA17",
    "the largest score of hidden places",
    "The largest score of ALL places is subtracted (softmax does so, too) before you hide the "
    "padding. If the padding has it, the others underflow to 0. Hide first, then subtract.",
)
def aa_hidden_maximum(query, keys, values, mask, params):
    scores = _scores(query, keys, params)
    exp = np.exp(scores - scores.max(axis=0)) * mask
    return _average(exp / exp.sum(axis=0), values)


@ADDITIVE_ATTENTION.misconception(
    "AA18",
    "sigmoid for each place",
    "Each of your weights comes from its own score alone (a sigmoid), so they do not add up to "
    "one. More for one place has to mean less for the others.",
)
def aa_sigmoid(query, keys, values, mask, params):
    scores = _scores(query, keys, params)
    return _average((0.5 + 0.5 * np.tanh(scores / 2)) * mask, values)


@ADDITIVE_ATTENTION.misconception(
    "AA19",
    "one maximum for the whole batch",
    "You subtract the largest score of the whole BATCH. Where all scores of a sequence are far "
    "below it, all exponentials are 0. Each sequence has a largest score of its own.",
)
def aa_one_maximum(query, keys, values, mask, params):
    shown = np.where(mask, _scores(query, keys, params), -math.inf)
    exp = np.exp(shown - shown.max())
    return _average(exp / exp.sum(axis=0), values)


@ADDITIVE_ATTENTION.misconception(
    "AA20",
    "context summed over the batch",
    "Your context is added up over the batch. Each sequence keeps a context of its own: of the "
    "axes (T, B, n_v) it is time that goes.",
)
def aa_summed_over_batch(query, keys, values, mask, params):
    weights = _share(_scores(query, keys, params), mask)
    return (weights[..., None] * values).sum(axis=1), weights, ()


@ADDITIVE_ATTENTION.misconception(
    "AA21",
    "weighted values averaged once more",
    "Your context is divided by the number of places. The weights add up to one already, so that "
    "the SUM of the weighted values is their average.",
)
def aa_mean_of_weighted(query, keys, values, mask, params):
    weights = _share(_scores(query, keys, params), mask)
    return (weights[..., None] * values).mean(axis=0), weights, ()


@ADDITIVE_ATTENTION.misconception(
    "AA22",
    "context and weights exchanged",
    "Context and weights have changed places: the context, (B, n_v), comes first.",
)
def aa_exchanged(query, keys, values, mask, params):
    context, weights, _ = _average(_share(_scores(query, keys, params), mask), values)
    return weights, context, ()


# ----------------------------------------------------------- additive_attention_backward


def _look_and_gradient(T: int, lengths: list[int], n_q: int, n_k: int, n_v: int, n_e: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        return *_look(T, lengths, n_q, n_k, n_v, n_e)(rng), rng.normal(size=(len(lengths), n_v))

    return draw


ADDITIVE_ATTENTION_BACKWARD = Exercise(
    name="additive_attention_backward",
    chapter=CHAPTER,
    points=2,
    reference=additive_attention_backward,
    outputs=("dquery", "dkeys", "dvalues", "grads"),
    cases=(
        Case("lengths 6, 2 and 4", _look_and_gradient(6, [6, 2, 4], 4, 5, 7, 8)),
        Case("no padding at all", _look_and_gradient(5, [5, 5], 3, 6, 4, 2)),
        Case("T = 1", _look_and_gradient(1, [1, 1, 1], 4, 5, 7, 2)),
        Case("B = 1", _look_and_gradient(6, [4], 4, 5, 7, 2)),
        Case("float32", _float32(_look_and_gradient(6, [6, 2, 4], 4, 5, 7, 8))),
    ),
    naming_cases=(
        Case("all sizes equal", _look_and_gradient(4, [4, 4, 4, 4], 4, 4, 4, 4)),
        Case("keys as long as values", _look_and_gradient(6, [6, 2, 4], 4, 5, 5, 8)),
    ),
    forward=additive_attention,
)


def _back(dscores, dvalues, cache, slope=None, we=None):
    """Go back from the scores, right but for what is given."""
    query, keys, _, h, _, params = cache
    slope = 1 - h * h if slope is None else slope
    dz = dscores[..., None] * (params.we if we is None else we) * slope
    dWq = np.einsum("tbe,bq->eq", dz, query)
    dWk = np.einsum("tbe,tbk->ek", dz, keys)
    grads = AttentionParams(dWq, dWk, np.einsum("tb,tbe->e", dscores, h))
    return dz.sum(axis=0) @ params.Wq, dz @ params.Wk, dvalues, grads


def _dweights(dcontext, cache):
    return (cache[2] * dcontext).sum(axis=-1)


def _right_dscores(dcontext, cache):
    weights, dweights = cache[4], _dweights(dcontext, cache)
    return weights * (dweights - (weights * dweights).sum(axis=0))


def _dvalues(dcontext, cache):
    return cache[4][..., None] * dcontext


def _dz(dcontext, cache):
    return _right_dscores(dcontext, cache)[..., None] * cache[5].we * (1 - cache[3] ** 2)


def _right_back(dcontext, cache):
    return _back(_right_dscores(dcontext, cache), _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB1",
    "softmax passed over",
    "You take the gradient of the weights for that of the scores. Between them is the softmax: "
    "more for one place means less for all the others.",
)
def ab_no_softmax(dcontext, cache):
    return _back(_dweights(dcontext, cache), _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB2",
    "each weight by its own score only",
    "You differentiate each weight by its OWN score, alpha (1 - alpha). A score changes the "
    "weights of all other places, too: what is subtracted is an average over them.",
)
def ab_diagonal(dcontext, cache):
    weights = cache[4]
    dscores = weights * (1 - weights) * _dweights(dcontext, cache)
    return _back(dscores, _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB3",
    "subtracted sum forgotten",
    "You have alpha times the gradient of the weight, and nothing is subtracted. The gradients of "
    "the scores of one sequence must add up to zero: the same added to all scores changes nothing.",
)
def ab_nothing_subtracted(dcontext, cache):
    dscores = cache[4] * _dweights(dcontext, cache)
    return _back(dscores, _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB4",
    "plain mean subtracted",
    "You subtract the plain mean of the weights' gradients. It is the average with the weights "
    "alpha.",
)
def ab_plain_mean(dcontext, cache):
    dweights = _dweights(dcontext, cache)
    dscores = cache[4] * (dweights - dweights.mean(axis=0))
    return _back(dscores, _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB5",
    "sum over the batch",
    "The sum in your softmax's gradient runs over the batch. The weights that share one are those "
    "of the source steps of ONE sequence.",
)
def ab_sum_over_batch(dcontext, cache):
    weights, dweights = cache[4], _dweights(dcontext, cache)
    dscores = weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))
    return _back(dscores, _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB6",
    "tanh passed over",
    "The slope of the tanh, 1 - h^2, is missing on the way from the scores to the query and keys.",
)
def ab_no_slope(dcontext, cache):
    dscores = _right_dscores(dcontext, cache)
    return _back(dscores, _dvalues(dcontext, cache), cache, slope=np.ones_like(cache[3]))


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB7",
    "slope of the tanh",
    "Your slope of the tanh is 1 - h. With h = tanh(z) it is 1 - h^2.",
)
def ab_wrong_slope(dcontext, cache):
    dscores = _right_dscores(dcontext, cache)
    return _back(dscores, _dvalues(dcontext, cache), cache, slope=1 - cache[3])


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB8",
    "tanh of the tanh",
    "You take the tanh once more: 1 - tanh(h)^2. h in the cache IS the tanh already.",
)
def ab_slope_twice(dcontext, cache):
    dscores = _right_dscores(dcontext, cache)
    slope = 1 - np.tanh(cache[3]) ** 2
    return _back(dscores, _dvalues(dcontext, cache), cache, slope=slope)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB9",
    "we passed over",
    "On the way from a score to the hidden units, each unit gets its share of the gradient: what "
    "was it multiplied by on the way there?",
)
def ab_no_we(dcontext, cache):
    dscores = _right_dscores(dcontext, cache)
    return _back(dscores, _dvalues(dcontext, cache), cache, we=np.ones_like(cache[5].we))


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB10",
    "values without their weights",
    "Each value of yours gets the whole gradient of the context. It came in with its weight alpha,"
    " and so it goes back.",
)
def ab_whole_gradient(dcontext, cache):
    dvalues = np.broadcast_to(dcontext, cache[2].shape).copy()
    return _back(_right_dscores(dcontext, cache), dvalues, cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB11",
    "way through the weights forgotten",
    "Only the values have a gradient. The weights alpha depend on query and keys: through them the"
    " decoder learns WHERE to look.",
)
def ab_values_only(dcontext, cache):
    nothing = np.zeros_like(cache[4])
    return _back(nothing, _dvalues(dcontext, cache), cache)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB12",
    "query of the last step only",
    "Your dquery is what comes back from one source step. The query took part in EVERY score: its "
    "gradients are added up over time.",
)
def ab_last_step(dcontext, cache):
    _, *rest = _right_back(dcontext, cache)
    return _dz(dcontext, cache)[-1] @ cache[5].Wq, *rest


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB13",
    "query averaged over the steps",
    "You take the mean over the source steps. The query was used in each of them: a sum.",
)
def ab_mean_over_steps(dcontext, cache):
    dquery, dkeys, dvalues, grads = _right_back(dcontext, cache)
    T = np.asarray(len(cache[1]), dtype=dquery.dtype)
    return dquery / T, dkeys, dvalues, grads._replace(Wq=grads.Wq / T)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB14",
    "weights averaged over the batch",
    "You divide the gradients of the weights by the size of the batch. The average over the batch "
    "is in the loss already: sum them.",
)
def ab_batch_mean(dcontext, cache):
    dquery, dkeys, dvalues, grads = _right_back(dcontext, cache)
    B = np.asarray(len(dcontext), dtype=dquery.dtype)
    return dquery, dkeys, dvalues, AttentionParams(*(g / B for g in grads))


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB15",
    "keys and values added up",
    "You add the gradient of the values to that of the keys. In a decoder both are the encoder's "
    "states, and decoder_step will add them; here they are two inputs of their own.",
)
def ab_keys_plus_values(dcontext, cache):
    dquery, dkeys, dvalues, grads = _right_back(dcontext, cache)
    return dquery, dkeys + dvalues, dvalues, grads


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB16",
    "gradients of Wq and Wk exchanged",
    "Your gradients of Wq and Wk have changed places: Wq was multiplied by the query.",
)
def ab_exchanged(dcontext, cache):
    *rest, grads = _right_back(dcontext, cache)
    return *rest, AttentionParams(grads.Wk, grads.Wq, grads.we)


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB17",
    "query's gradient not added up",
    "Your dquery still has a time axis. There is one query for all source steps: what comes back "
    "from them is added up.",
)
def ab_not_added_up(dcontext, cache):
    _, *rest = _right_back(dcontext, cache)
    return _dz(dcontext, cache) @ cache[5].Wq, *rest


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB18",
    "only dquery averaged over the steps",
    "Your dquery is a mean over the source steps. The query was used in each of them: a sum.",
)
def ab_mean_dquery(dcontext, cache):
    dquery, *rest = _right_back(dcontext, cache)
    return dquery / np.asarray(len(cache[1]), dtype=dquery.dtype), *rest


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB19",
    "we from the gradient before the tanh",
    "Your gradient of we is a sum of dz, which is behind we already. we was multiplied by h, and "
    "the score's gradient is de.",
)
def ab_we_from_dz(dcontext, cache):
    *rest, grads = _right_back(dcontext, cache)
    return *rest, grads._replace(we=_dz(dcontext, cache).sum(axis=(0, 1)))


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB20",
    "dquery and dkeys exchanged",
    "Your dquery and dkeys have changed places: the query comes first, as in the forward pass.",
)
def ab_wrong_order(dcontext, cache):
    dquery, dkeys, *rest = _right_back(dcontext, cache)
    return dkeys, dquery, *rest


@ADDITIVE_ATTENTION_BACKWARD.misconception(
    "AB21",
    "square of the wrong thing",
    "Your slope of the tanh is (1 - h)^2. It is 1 - h^2: only h is squared.",
)
def ab_square_outside(dcontext, cache):
    dscores, dvalues = _right_dscores(dcontext, cache), _dvalues(dcontext, cache)
    return _back(dscores, dvalues, cache, slope=(1 - cache[3]) ** 2)


# ----------------------------------------------------------------- dot_product_attention


def _point(T: int, lengths: list[int], n_k: int, n_v: int, scale: float = 1.0) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        B = len(lengths)
        sizes = (B, n_k), (T, B, n_k), (T, B, n_v)
        query, keys, values = (rng.normal(size=size) for size in sizes)
        return scale * query, keys, values, _mask(T, lengths, rng)

    return draw


DOT_PRODUCT_ATTENTION = Exercise(
    name="dot_product_attention",
    chapter=CHAPTER,
    points=2,
    reference=dot_product_attention,
    outputs=("context", "weights", "cache"),
    cases=(
        Case("lengths 6, 2 and 4", _point(6, [6, 2, 4], 5, 7)),
        Case("no padding at all", _point(5, [5, 5], 6, 4)),
        Case("a mask with holes", _with_holes(_point(7, [7, 7, 7, 7], 3, 5))),
        Case("T = 1", _point(1, [1, 1, 1], 5, 7)),
        Case("B = 1", _point(6, [4], 5, 7)),
        Case("scores near 1000", _point(6, [6, 2, 4], 5, 7, scale=1000)),
        Case("float32", _float32(_point(6, [6, 2, 4], 5, 7))),
    ),
    naming_cases=(
        Case("all sizes equal", _point(4, [1, 2, 3, 4], 4, 4)),
        Case("keys as long as values", _point(6, [6, 2, 4], 5, 5)),
    ),
)


def _products(query, keys):
    return (keys * query).sum(axis=-1)


def _root(size, like):
    return np.sqrt(np.asarray(size, dtype=like.dtype))


def _scaled(query, keys):
    return _products(query, keys) / _root(keys.shape[-1], keys)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT1",
    "softmax over the wrong axis",
    "For each query the weights over the KEYS must add up to one. Yours do so over the batch: the "
    "keys of a sequence stand along the time axis.",
    source="https://github.com/PetrochukM/PyTorch-NLP/issues/2",
)
def at_over_the_batch(query, keys, values, mask):
    exp = np.where(mask, np.exp(_scaled(query, keys)), 0)
    total = exp.sum(axis=1, keepdims=True)
    return _average(exp / np.where(total == 0, 1, total), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT2",
    "softmax over an axis of length 1",
    "All of your weights are 1: you normalised over an axis of length 1.",
    source="https://github.com/phanideepgampa/stacked-capsule-networks/pull/5",
)
def at_over_one(query, keys, values, mask):
    return _average(np.where(mask, 1.0, 0.0).astype(values.dtype), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT4",
    "divided by n_k, not by its root",
    "Your weights are too flat. A sum of n_k products of random numbers is about as large as the "
    "ROOT of n_k: divide by that, not by n_k.",
    source="https://github.com/delzac/cntkx/issues/10",
)
def at_divided_by_size(query, keys, values, mask):
    scores = _products(query, keys) / np.asarray(keys.shape[-1], dtype=keys.dtype)
    return _average(_share(scores, mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT5",
    "multiplied by the root",
    "Your weights are nearly one-hot: you multiply by the root of n_k. Look at the sign of your "
    "exponent, or at the operator.",
    source="https://github.com/rasbt/LLMs-from-scratch/issues/856",
)
def at_multiplied(query, keys, values, mask):
    scores = _products(query, keys) * _root(keys.shape[-1], keys)
    return _average(_share(scores, mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT6",
    "scaled after the softmax",
    "Your weights do not add up to one: you divide them after the softmax. Scale the SCORES.",
    source="https://github.com/FrancescoSaverioZuppichini/ViT/issues/2",
)
def at_scaled_too_late(query, keys, values, mask):
    weights = _share(_products(query, keys), mask) / _root(keys.shape[-1], keys)
    return _average(weights, values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT8",
    "mask hides whole queries",
    "Sequences with padding look everywhere alike: your mask hides their QUERY. It has to hide "
    "keys, the single places in time.",
    source="https://github.com/lsdefine/attention-is-all-you-need-keras/issues/16",
)
def at_queries_hidden(query, keys, values, mask):
    scores = np.where(mask.all(axis=0), _scaled(query, keys), 0)
    return _average(_share(scores, True), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT9",
    "scaled by another dimension",
    "You divide by the root of the length of a VALUE. The products that are added up are those of "
    "query and key: scale by the length of a KEY.",
    source="https://github.com/juho-lee/set_transformer/issues/18",
)
def at_size_of_values(query, keys, values, mask):
    scores = _products(query, keys) / _root(values.shape[-1], keys)
    return _average(_share(scores, mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT11",
    "context from the keys",
    "The context is a weighted sum of the VALUES; yours is one of the keys.",
)
def at_from_the_keys(query, keys, values, mask):
    return _average(_share(_scaled(query, keys), mask), keys)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT12",
    "mask inverted",
    "Your mask is inverted: it shows the padding and hides the words. True = may be looked at.",
)
def at_mask_inverted(query, keys, values, mask):
    with np.errstate(invalid="ignore"):
        return _average(_share(_scaled(query, keys), ~mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT13",
    "mask ignored",
    "You never use the mask, and the padding gets part of the weight.",
)
def at_mask_ignored(query, keys, values, mask):
    return _average(_share(_scaled(query, keys), True), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT21",
    "not scaled",
    "You do not divide by the root of n_k. That is the other convention (Luong et al., 2015): with "
    "long keys its softmax is nearly one-hot from the start.",
)
def at_not_scaled(query, keys, values, mask):
    return _average(_share(_products(query, keys), mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT22",
    "mask after the softmax",
    "You take the padding's weights away after the softmax, and what is left does not add up to "
    "one. Hide the scores before it.",
)
def at_mask_too_late(query, keys, values, mask):
    return _average(_share(_scaled(query, keys), True) * mask, values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT23",
    "hidden scores set to zero",
    "Your hidden scores are 0, which many a word has, too. To get the weight 0 a score must be far "
    "below all others.",
)
def at_hidden_zero(query, keys, values, mask):
    return _average(_share(_scaled(query, keys) * mask, True), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT24",
    "weights batch first",
    "Your weights are (B, T): batch first, the other convention. Time comes first in this course.",
)
def at_batch_first(query, keys, values, mask):
    context, weights, cache = _average(_share(_scaled(query, keys), mask), values)
    return context, weights.T, cache


@DOT_PRODUCT_ATTENTION.misconception(
    "AT25",
    "exponentials overflow",
    "Your exponentials overflow when scores are large. Chapter 02's softmax subtracts the largest "
    "one first.",
)
def at_overflow(query, keys, values, mask):
    exp = np.exp(_scaled(query, keys)) * mask
    return _average(exp / exp.sum(axis=0), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT26",
    "cosine instead of product",
    "You divide by the lengths of query and key, which gives their cosine. A longer key may well "
    "say more loudly that it fits: divide by the root of n_k alone.",
)
def at_cosine(query, keys, values, mask):
    lengths = np.linalg.norm(query, axis=-1) * np.linalg.norm(keys, axis=-1)
    return _average(_share(_products(query, keys) / lengths, mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT27",
    "scaled by the number of places",
    "You divide by the root of T, the number of places. What is added up in a product are the n_k "
    "numbers of a key: len(keys) is T, where is n_k?",
)
def at_root_of_places(query, keys, values, mask):
    scores = _products(query, keys) / _root(len(keys), keys)
    return _average(_share(scores, mask), values)


@DOT_PRODUCT_ATTENTION.misconception(
    "AT28",
    "each key with every query",
    "Your product has the shape (T, B, B): it multiplies each key with the queries of ALL "
    "sequences. A key meets the query of its own sequence alone.",
)
def at_every_query(query, keys, values, mask):
    scores = keys @ query.T / _root(keys.shape[-1], keys)
    exp = np.exp(np.where(mask, scores, -np.inf))
    return _average(exp / exp.sum(axis=0), values)


# -------------------------------------------------------------------------- decoder_step

CELLS = {
    "rnn": (init_rnn, Layer(rnn_cell_forward, rnn_cell_backward)),
    "gru": (init_gru, Layer(gru_cell_forward, gru_cell_backward)),
    "lstm": (init_lstm, Layer(lstm_cell_forward, lstm_cell_backward, n_states=2)),
}


def _step(
    kind: str, T: int, lengths: list[int], n_in: int, n_h: int, n_a: int, n_y: int, n_e: int
) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        B, (init, cell) = len(lengths), CELLS[kind]

        def of_order_one(weights: np.ndarray) -> np.ndarray:
            return rng.normal(size=weights.shape)

        params = AttentionDecoderParams(
            map_leaves(of_order_one, init(n_in + n_h, n_a, rng)),
            AttentionParams(*(rng.normal(size=size) for size in ((n_e, n_a), (n_e, n_h), (n_e,)))),
            ReadoutParams(rng.normal(size=(n_y, n_a)), rng.normal(size=n_y)),
        )
        state = tuple(rng.uniform(-1, 1, size=(B, n_a)) for _ in range(cell.n_states))
        y_t, annotations = rng.normal(size=(B, n_in)), rng.normal(size=(T, B, n_h))
        return y_t, state, annotations, _mask(T, lengths, rng), params, cell

    return draw


DECODER_STEP = Exercise(
    name="decoder_step",
    chapter=CHAPTER,
    points=2,
    reference=decoder_step,
    outputs=("logits", "state", "weights", "cache"),
    cases=(
        Case("a vanilla cell", _step("rnn", 6, [6, 2, 4], 4, 8, 5, 7, 2)),
        Case("a GRU", _step("gru", 5, [3, 5], 2, 3, 6, 4, 7)),
        Case("an LSTM, which has two states", _step("lstm", 6, [6, 2, 4], 4, 8, 5, 7, 2)),
        Case("T_x = 1", _step("rnn", 1, [1, 1, 1], 4, 8, 5, 7, 2)),
        Case("B = 1", _step("lstm", 6, [4], 4, 8, 5, 7, 2)),
        Case("float32", _float32(_step("gru", 6, [6, 2, 4], 4, 8, 5, 7, 2))),
    ),
    naming_cases=(
        Case("all sizes equal", _step("rnn", 4, [1, 2, 3, 4], 4, 4, 4, 4, 4)),
        Case("all sizes equal, an LSTM", _step("lstm", 4, [1, 2, 3, 4], 4, 4, 4, 4, 4)),
    ),
    builds_on=(additive_attention,),
)


def _attend(state, annotations, mask, params):
    context, weights, _ = additive_attention(
        state[0], annotations, annotations, mask, params.attention
    )
    return context, weights


def _run_cell(parts, state, params, cell):
    *state, _ = cell.forward(np.concatenate(parts, axis=-1), *state, params.cell)
    return tuple(state)


def _logits(a, readout):
    return a @ readout.Wya.T + readout.by


@DECODER_STEP.misconception(
    "DS1",
    "context before the token",
    "You give the cell [context, y_t]. The token comes first, [y_t, context]: the weights of the "
    "cell rely on it, and the shapes do not tell.",
)
def ds_context_first(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((context, y_t), state, params, cell)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS2",
    "plain mean as context",
    "Your context is the same mean at every step: ask additive_attention, with the state as the "
    "query.",
)
def ds_mean(y_t, state, annotations, mask, params, cell):
    weights = (mask / mask.sum(axis=0)).astype(y_t.dtype)
    context = (weights[..., None] * annotations).sum(axis=0)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS3",
    "mask not handed on",
    "Your decoder looks at padding. Hand the mask on to the attention.",
)
def ds_no_mask(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, np.ones_like(mask), params)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS4",
    "last annotation as context",
    "The cell gets the encoder's last state, whatever the weights say. That is the fixed vector "
    "which attention replaces: use the context.",
)
def ds_last_annotation(y_t, state, annotations, mask, params, cell):
    _, weights = _attend(state, annotations, mask, params)
    last = annotations[mask.sum(axis=0) - 1, np.arange(len(y_t))]
    state = _run_cell((y_t, last), state, params, cell)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS5",
    "scores of the old state",
    "Your logits come from the state BEFORE the step, which knows neither the token nor the "
    "context. Score the new one.",
)
def ds_old_scores(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    new = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), new, weights, ()


@DECODER_STEP.misconception(
    "DS6",
    "old state returned",
    "You return the state that came in. The next step would start where this one did: hand on "
    "what the cell returned.",
)
def ds_old_state(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    new = _run_cell((y_t, context), state, params, cell)
    return _logits(new[0], params.readout), tuple(state), weights, ()


@DECODER_STEP.misconception(
    "DS7",
    "softmax applied",
    "Your logits are probabilities already. The loss, and whoever chooses a token, take the "
    "softmax themselves.",
)
def ds_softmax(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    z = _logits(state[0], params.readout)
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True), state, weights, ()


@DECODER_STEP.misconception(
    "DS8",
    "state is no tuple",
    "Your state is one array. It is a tuple of as many as the cell has: (a,), or (a, c) for an "
    "LSTM, so that the next step can unpack it.",
)
def ds_no_tuple(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), state[0], weights, ()


@DECODER_STEP.misconception(
    "DS9",
    "query from the last of the states",
    "With an LSTM your query is the cell state c. What the decoder shows to the outside is a, the "
    "FIRST of its states.",
)
def ds_query_c(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state[::-1], annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS10",
    "scores of the last of the states",
    "With an LSTM you score the cell state c. The readout looks at a, the FIRST of the states.",
)
def ds_scores_c(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[-1], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS11",
    "cell state dropped",
    "An LSTM has two states, and you return one. Collect all that the cell returns but its cache: "
    "*state, cache = cell.forward(...).",
)
def ds_c_dropped(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), state[:1], weights, ()


@DECODER_STEP.misconception(
    "DS12",
    "bias of the readout forgotten",
    "The bias by of the readout is missing in your logits.",
)
def ds_no_bias(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    return state[0] @ params.readout.Wya.T, state, weights, ()


@DECODER_STEP.misconception(
    "DS13",
    "context in the place of the weights",
    "Your third result is the context. Wanted are the weights, (T_x, B): the row of the alignment "
    "picture.",
)
def ds_context_returned(y_t, state, annotations, mask, params, cell):
    context, _ = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    return _logits(state[0], params.readout), state, context, ()


@DECODER_STEP.misconception(
    "DS14",
    "query is the new state",
    "You look with the NEW state and return weights of a look that came too late for this step. "
    "That is the other order (Luong et al., 2015); here the state before the step is the query.",
)
def ds_new_query(y_t, state, annotations, mask, params, cell):
    context, _ = _attend(state, annotations, mask, params)
    state = _run_cell((y_t, context), state, params, cell)
    _, weights = _attend(state, annotations, mask, params)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS15",
    "token left out",
    "Your cell does not see the token: there are zeros in its place. It has to know what was "
    "written last.",
)
def ds_no_token(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    state = _run_cell((np.zeros_like(y_t), context), state, params, cell)
    return _logits(state[0], params.readout), state, weights, ()


@DECODER_STEP.misconception(
    "DS16",
    "all states as the query",
    "You ask with the whole tuple of states. The query is one array, (B, n_a): the first of them.",
)
def ds_query_is_tuple(y_t, state, annotations, mask, params, cell):
    return additive_attention(state, annotations, annotations, mask, params.attention)


@DECODER_STEP.misconception(
    "DS17",
    "states not handed over one by one",
    "cell.forward gets the tuple of states as ONE argument. It wants them one by one: which sign "
    "before a tuple hands over its items?",
)
def ds_no_star(y_t, state, annotations, mask, params, cell):
    context, _ = _attend(state, annotations, mask, params)
    return cell.forward(np.concatenate([y_t, context], axis=-1), state, params.cell)


@DECODER_STEP.misconception(
    "DS18",
    "one state expected",
    "You take two results of cell.forward, a state and a cache. An LSTM returns three: collect "
    "whatever comes before the cache.",
)
def ds_one_state(y_t, state, annotations, mask, params, cell):
    context, weights = _attend(state, annotations, mask, params)
    a, _ = cell.forward(np.concatenate([y_t, context], axis=-1), *state, params.cell)
    return _logits(a, params.readout), (a,), weights, ()


# ------------------------------------------------------------------------- greedy_decode


def _writer(ends: list[int], n_steps: int, eos: int = 2, V: int = 7, start: bool = False) -> Draw:
    """Draw a network whose sequences end after so many steps; its scores depend on its past."""

    def draw(rng: np.random.Generator) -> tuple:
        n_a, B = 5, len(ends)
        U, E, W = (rng.normal(size=size) for size in ((n_a, n_a), (V, n_a), (n_a, V)))

        def step(indices: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            left, a = state[:, :1] - 1, np.tanh(state[:, 1:] @ U + E[indices])
            logits = 3 * a @ W
            logits[:, 0] = -50  # PAD
            logits[:, eos] = np.where(left[:, 0] == 0, 90 + a[:, 0], -99)
            return logits, np.concatenate([left, a], axis=1)

        left = np.array(ends, dtype=float)[:, None]
        state = np.concatenate([left, rng.uniform(-1, 1, size=(B, n_a))], axis=1)
        others = [token for token in range(1, V) if token != eos]
        first = np.full(B, eos) if start else rng.choice(others, size=B)
        return step, first, state, eos, n_steps

    return draw


GREEDY_DECODE = Exercise(
    name="greedy_decode",
    chapter=CHAPTER,
    points=2,
    reference=greedy_decode,
    outputs=("indices", "mask"),
    cases=(
        Case("sequences that end after 4, 2 and 6 steps", _writer([4, 2, 6], 9)),
        Case("the first input is EOS itself", _writer([5, 3, 4, 2], 9, start=True)),
        Case("one does not end in time", _writer([3, 8, 2, 5], 5, eos=4)),
        Case("B = 1", _writer([3], 8)),
        Case("n_steps = 1", _writer([1, 3, 2], 1)),
    ),
    naming_cases=(
        Case("as many sequences as tokens", _writer([3, 4, 2, 5, 6], 9, V=5)),
        Case("as many steps as sequences", _writer([9, 9, 9, 9], 4)),
    ),
)


def _likeliest(logits):
    return logits.argmax(axis=-1)


def _write(step, first, state, eos, n_steps, choose=_likeliest, feed=True, carry=True):
    indices, goes_on = first, np.ones(len(first), dtype=bool)
    chosen, mask = [], []
    while goes_on.any() and len(chosen) < n_steps:
        logits, new_state = step(indices if feed else first, state)
        state = new_state if carry else state
        indices = np.where(goes_on, choose(logits), 0)
        chosen.append(indices)
        mask.append(goes_on)
        goes_on = goes_on & (indices != eos)
    return np.array(chosen), np.array(mask)


@GREEDY_DECODE.misconception(
    "GD1",
    "likeliest of the whole batch",
    "You take one argmax of the whole array. Each sequence has scores of its own: along which "
    "axis do the tokens stand?",
)
def gd_flat(step, first, state, eos, n_steps):
    return _write(step, first, state, eos, n_steps, np.argmax)


@GREEDY_DECODE.misconception(
    "GD2",
    "least likely token",
    "You choose the token with the LOWEST score.",
)
def gd_argmin(step, first, state, eos, n_steps):
    return _write(step, first, state, eos, n_steps, lambda logits: logits.argmin(axis=-1))


@GREEDY_DECODE.misconception(
    "GD3",
    "state not carried",
    "Every step of yours starts from the first state: the network forgets what it has written. "
    "step returns a new one.",
)
def gd_state_not_carried(step, first, state, eos, n_steps):
    return _write(step, first, state, eos, n_steps, carry=False)


@GREEDY_DECODE.misconception(
    "GD4",
    "first token at every step",
    "Every step of yours reads `first`. While writing there is no teacher: what was chosen is the "
    "next input.",
)
def gd_not_fed_back(step, first, state, eos, n_steps):
    return _write(step, first, state, eos, n_steps, feed=False)


@GREEDY_DECODE.misconception(
    "GD5",
    "writing on after the end",
    "Your sequences go on after their EOS. What follows is padding: 0, and False in the mask.",
)
def gd_writing_on(step, first, state, eos, n_steps):
    _, mask = _write(step, first, state, eos, n_steps)
    indices, every = first, []
    for _ in range(len(mask)):
        logits, state = step(indices, state)
        indices = _likeliest(logits)
        every.append(indices)
    return np.array(every), np.ones(mask.shape, dtype=bool)


@GREEDY_DECODE.misconception(
    "GD6",
    "EOS outside the mask",
    "Your mask is False at the EOS already. It was written like any other token, and BLEU or a "
    "loss will want to know that the sequence ended there.",
)
def gd_eos_outside(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    return indices, mask & (indices != eos)


@GREEDY_DECODE.misconception(
    "GD7",
    "EOS not written",
    "There is a 0 where the EOS should stand. It is the last token of its sequence; padding "
    "begins AFTER it.",
)
def gd_eos_not_written(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    return np.where(indices == eos, 0, indices), mask


@GREEDY_DECODE.misconception(
    "GD8",
    "first token among the results",
    "Your first row is `first`. That is what the network was given, not what it wrote.",
)
def gd_first_included(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    return np.concatenate([first[None], indices]), np.concatenate([mask[:1], mask])


@GREEDY_DECODE.misconception(
    "GD9",
    "batch first",
    "Your arrays are (B, T): batch first, the other convention. Stack the steps along the first "
    "axis.",
)
def gd_batch_first(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    return indices.T, mask.T


@GREEDY_DECODE.misconception(
    "GD10",
    "all stop when one ends",
    "You stop when the first sequence ends and cut the others off. Go on until ALL have ended.",
)
def gd_stops_with_the_first(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    ended = (indices == eos).any(axis=1)
    T = 1 + ended.argmax() if ended.any() else len(mask)
    return indices[:T], mask[:T]


@GREEDY_DECODE.misconception(
    "GD11",
    "never stops early",
    "You always take n_steps steps. That is the most that is allowed: stop when every sequence "
    "has ended.",
)
def gd_never_stops(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    rest = ((0, n_steps - len(mask)), (0, 0))
    return np.pad(indices, rest), np.pad(mask, rest)


@GREEDY_DECODE.misconception(
    "GD12",
    "one step too few",
    "You take one step less than n_steps allows. A sequence that does not end has n_steps tokens.",
)
def gd_one_too_few(step, first, state, eos, n_steps):
    return _write(step, first, state, eos, n_steps - 1)


@GREEDY_DECODE.misconception(
    "GD13",
    "mask all True",
    "Your mask does not tell what was written from what is padding: it is True everywhere.",
)
def gd_mask_all_true(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    return indices, np.ones_like(mask)


@GREEDY_DECODE.misconception(
    "GD14",
    "ended before it began",
    "Where the first INPUT is EOS, your sequence has ended before it wrote anything. As an input "
    "it only says: begin. Look for EOS in what was written.",
)
def gd_ended_at_once(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    begun = first != eos
    return np.where(begun, indices, 0), mask & begun


@GREEDY_DECODE.misconception(
    "GD15",
    "an end that comes back to life",
    "A sequence of yours begins again after its end, because you ask only about the LAST token. "
    "Once ended, always ended: remember who has.",
)
def gd_end_forgotten(step, first, state, eos, n_steps):
    _, right_mask = _write(step, first, state, eos, n_steps)
    indices, goes_on, chosen, mask = first, np.ones(len(first), dtype=bool), [], []
    for _ in range(len(right_mask)):
        logits, state = step(indices, state)
        indices = np.where(goes_on, _likeliest(logits), 0)
        chosen.append(indices)
        mask.append(goes_on)
        goes_on = indices != eos
    return np.array(chosen), np.array(mask)


@GREEDY_DECODE.misconception(
    "GD16",
    "largest score instead of its place",
    "You return the largest SCORE. What is wanted is its place among the scores, which is the "
    "number of the token.",
)
def gd_max(step, first, state, eos, n_steps):
    return _write(step, first, state, eos, n_steps, lambda logits: logits.max(axis=-1))


@GREEDY_DECODE.misconception(
    "GD17",
    "stopped after one step",
    "You stop after one step if the first inputs are EOS: your sequences count as ended from the "
    "start. All are being written until they have WRITTEN an EOS.",
)
def gd_ended_after_one(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    T = len(mask) if (first != eos).any() else 1
    begun = first != eos
    return np.where(begun, indices, 0)[:T], (mask & begun)[:T]


@GREEDY_DECODE.misconception(
    "GD18",
    "no step at all",
    "You write nothing if the first inputs are EOS. As an input it only says: begin. Who is "
    "writing does not depend on `first`.",
)
def gd_no_step(step, first, state, eos, n_steps):
    if (first == eos).all():
        return np.array([]), np.array([])
    return _write(step, first, state, eos, n_steps)


@GREEDY_DECODE.misconception(
    "GD19",
    "no padding after the end",
    "Your mask knows where a sequence has ended, your indices do not: after the end they are 0.",
)
def gd_no_padding(step, first, state, eos, n_steps):
    indices, _ = gd_writing_on(step, first, state, eos, n_steps)
    return indices, _write(step, first, state, eos, n_steps)[1]


@GREEDY_DECODE.misconception(
    "GD20",
    "one array in every row of the mask",
    "All rows of your mask are ONE array, which you change in place: each shows how it ended. "
    "Make a new array in each step.",
)
def gd_one_array(step, first, state, eos, n_steps):
    indices, mask = _write(step, first, state, eos, n_steps)
    return indices, np.broadcast_to(mask[-1] & (indices[-1] != eos), mask.shape).copy()


EXERCISES = (
    ADDITIVE_ATTENTION,
    ADDITIVE_ATTENTION_BACKWARD,
    DOT_PRODUCT_ATTENTION,
    DECODER_STEP,
    GREEDY_DECODE,
)

"""Chapter 04: the last state, the masked loss, writing, reading and writing; how they go wrong."""

from collections.abc import Callable

import numpy as np

from course_rnn import encoder_decoder
from course_rnn.check.exercise import Case, Exercise
from course_rnn.encoder_decoder import EncoderDecoderParams
from course_rnn.language_model import generate
from course_rnn.losses import masked_cross_entropy
from course_rnn.models import last_state
from course_rnn.readout import ReadoutParams
from course_rnn.recurrence import RNN
from course_rnn.rnn import RNNParams

CHAPTER = "04_topologies"
Draw = Callable[[np.random.Generator], tuple]


def _mask(T: int, lengths: list[int], rng: np.random.Generator) -> np.ndarray:
    """Draw which sequence has which length."""
    return np.arange(T)[:, None] < rng.permutation(lengths)


# ---------------------------------------------------------------------------- last_state


def _states_and_mask(T: int, lengths: list[int], n_a: int, dtype: type = float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        a = rng.uniform(-1, 1, size=(T, len(lengths), n_a)).astype(dtype)
        return a, _mask(T, lengths, rng)

    return draw


LAST_STATE = Exercise(
    name="last_state",
    chapter=CHAPTER,
    points=2,
    reference=last_state,
    outputs=("state",),
    cases=(
        Case("lengths 6, 2 and 4", _states_and_mask(6, [6, 2, 4], 5)),
        Case("no sequence fills the batch", _states_and_mask(7, [3, 1, 4, 5], 2)),
        Case("all of the same length", _states_and_mask(5, [5, 5, 5, 5], 3)),
        Case("T = 1", _states_and_mask(1, [1, 1, 1], 5)),
        Case("B = 1", _states_and_mask(6, [4], 5)),
        Case("float32", _states_and_mask(6, [6, 2, 4], 5, np.float32)),
    ),
    naming_cases=(Case("all sizes equal", _states_and_mask(4, [1, 2, 3, 4], 4)),),
)


@LAST_STATE.misconception(
    "LT1",
    "last row of the batch",
    "You take a[-1]. The short sequences have gone on reading padding there: each one has an end "
    "of its own, which the mask knows.",
)
def last_row(a, mask):
    return a[-1]


@LAST_STATE.misconception(
    "LT2",
    "one step too far",
    "Your index is the length itself. Python counts from 0: after three tokens the state is a[2],"
    " and a[3] has read the first pad.",
)
def one_too_far(a, mask):
    return a[mask.sum(axis=0), np.arange(a.shape[1])]


@LAST_STATE.misconception(
    "LT3",
    "one step too early",
    "Your states are those before the last token. What did the cell make of that one?",
)
def one_too_early(a, mask):
    return a[mask.sum(axis=0) - 2, np.arange(a.shape[1])]


@LAST_STATE.misconception(
    "LT4",
    "ends of all sequences for each sequence",
    "Indexing with the ends alone takes whole rows of the batch, one for each end. Each end "
    "belongs to one sequence: name it too, with a second index.",
)
def rows_of_the_batch(a, mask):
    return a[mask.sum(axis=0) - 1]


@LAST_STATE.misconception(
    "LT5",
    "mean over the sequence",
    "You average the states of each sequence. That is a way of pooling (chapter 11), but the last"
    " state is one state: that after the last token.",
)
def mean_of_states(a, mask):
    return (a * mask[..., None]).sum(axis=0) / mask.sum(axis=0)[:, None].astype(a.dtype)


@LAST_STATE.misconception(
    "LT6",
    "padding set to zero, then the last row",
    "Your short sequences get zeros: you blank the padding and take the last row all the same. "
    "Look further up, at the last row that is not padding.",
)
def blanked_last_row(a, mask):
    return (a * mask[..., None])[-1]


@LAST_STATE.misconception(
    "LT7",
    "first state",
    "You take the first state. It has read one token; the last has read all of them.",
)
def first_state(a, mask):
    return a[0]


@LAST_STATE.misconception(
    "LT8",
    "tokens counted along the batch",
    "You add the mask up along the batch: that counts how many sequences still go on at each "
    "step. The length of a sequence is the sum of its column, along time.",
)
def counted_along_batch(a, mask):
    return a[mask.sum(axis=1) - 1, np.arange(a.shape[1])]


@LAST_STATE.misconception(
    "LT9",
    "one end for all",
    "You take the same step for all sequences, the end of one of them. Each has an end of its own.",
)
def end_of_the_first(a, mask):
    return a[mask[:, 0].sum() - 1]


@LAST_STATE.misconception(
    "LT10",
    "sum of the states",
    "You add up the states of each sequence. Pick one: that after the last token.",
)
def sum_of_states(a, mask):
    return (a * mask[..., None]).sum(axis=0)


@LAST_STATE.misconception(
    "LT11",
    "axis of time kept",
    "Your result still has an axis of time. There is one last state a sequence: shape (B, n_a).",
)
def time_kept(a, mask):
    return last_state(a, mask)[None]


# ------------------------------------------------------------------ masked_cross_entropy


def _scores(T: int, lengths: list[int], n_y: int, scale: float = 1.0) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        shape = T, len(lengths)
        logits = rng.normal(0, scale, size=(*shape, n_y))
        return logits, rng.integers(n_y, size=shape), _mask(T, lengths, rng)

    return draw


def _holes(rng: np.random.Generator) -> tuple:
    logits, targets, _ = _scores(6, [6, 6, 6], 7)(rng)
    mask = rng.random((6, 3)) < 0.6
    mask[0], mask[1] = True, False
    return logits, targets, mask


def _no_class_on_padding(rng: np.random.Generator) -> tuple:
    logits, targets, mask = _scores(6, [5, 2, 3], 7)(rng)
    return logits, np.where(mask, targets, 99), mask


def _near_1000(rng: np.random.Generator) -> tuple:
    logits, targets, mask = _scores(6, [6, 2, 4], 7)(rng)
    return logits + 1000, targets, mask


def _sure_and_wrong(rng: np.random.Generator) -> tuple:
    logits, targets, mask = _scores(6, [6, 2, 4], 7)(rng)
    logits[0, 1, (targets[0, 1] + 1) % 7] += 2000
    return logits, targets, mask


def _scores_float32(rng: np.random.Generator) -> tuple:
    logits, targets, mask = _scores(6, [6, 2, 4], 7)(rng)
    return logits.astype(np.float32), targets, mask


MASKED_CROSS_ENTROPY = Exercise(
    name="masked_cross_entropy",
    chapter=CHAPTER,
    points=3,
    reference=masked_cross_entropy,
    outputs=("loss", "dlogits"),
    cases=(
        Case("lengths 6, 2 and 4", _scores(6, [6, 2, 4], 7)),
        Case("no padding at all", _scores(5, [5, 5], 3)),
        Case("a mask with holes", _holes),
        Case("a sequence that is all padding", _scores(4, [0, 3, 2, 4, 1], 6, scale=2)),
        Case("padding with a target that is no class", _no_class_on_padding),
        Case("logits near 1000", _near_1000),
        Case("sure, and wrong", _sure_and_wrong),
        Case("T = 1, B = 1", _scores(1, [1], 7)),
        Case("float32", _scores_float32),
    ),
    naming_cases=(Case("all sizes equal", _scores(4, [1, 4, 2, 3], 4)),),
)


def _every_step(logits, targets):
    """Return the loss of each position and its gradient, without mask and without / B."""
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    y = targets[..., None] == np.arange(logits.shape[-1])
    return -(y * log_p).sum(axis=-1), np.exp(log_p) - y


@MASKED_CROSS_ENTROPY.misconception(
    "MC1",
    "mean over padding too",
    "You divide by T B, the padding included: the more padding, the smaller your loss. Add up "
    "what the mask leaves, and divide by the number of sequences.",
    source="https://github.com/d2l-ai/d2l-en/issues/2076",
)
def mean_over_padding(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return (losses * mask).mean(), dlogits * mask[..., None] / mask.size


@MASKED_CROSS_ENTROPY.misconception(
    "MC3",
    "loss masked, gradient not",
    "Your loss leaves the padding out and your gradient does not: the weights would learn to tag "
    "padding. The derivative of what is left out is zero.",
)
def gradient_not_masked(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return (losses * mask).sum() / mask.shape[1], dlogits / mask.shape[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC21",
    "mask ignored",
    "Your result does not depend on the mask: padding counts like everything else.",
)
def mask_ignored(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return losses.sum() / mask.shape[1], dlogits / mask.shape[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC22",
    "mean over the tokens",
    "You divide by the number of tokens. That is the other convention; here the losses of a "
    "sequence are added up, and averaged over the B sequences.",
)
def mean_over_tokens(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return (losses * mask).sum() / mask.sum(), dlogits * mask[..., None] / mask.sum()


@MASKED_CROSS_ENTROPY.misconception(
    "MC23",
    "gradient masked, loss not",
    "Your gradient leaves the padding out and your loss does not. Both are about the same "
    "positions.",
)
def loss_not_masked(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return losses.sum() / mask.shape[1], dlogits * mask[..., None] / mask.shape[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC24",
    "logits masked instead of losses",
    "You set the logits of the padding to zero before the softmax: then every class is equally "
    "likely there, and that costs log(n_y) a pad. Mask the losses, after they are computed.",
)
def logits_masked(logits, targets, mask):
    losses, dlogits = _every_step(logits * mask[..., None], targets)
    return losses.sum() / mask.shape[1], dlogits * mask[..., None] / mask.shape[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC25",
    "mask the wrong way round",
    "You count the padding and leave out the tokens: the mask is True where the loss counts.",
)
def mask_inverted(logits, targets, mask):
    return masked_cross_entropy(logits, np.where(mask, 0, targets), ~mask)


@MASKED_CROSS_ENTROPY.misconception(
    "MC26",
    "gradient not averaged over the batch",
    "Your loss is right, but your gradient is B times too large: the loss is a mean over the "
    "batch.",
)
def gradient_not_averaged(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return (losses * mask).sum() / mask.shape[1], dlogits * mask[..., None]


@MASKED_CROSS_ENTROPY.misconception(
    "MC27",
    "not averaged over the batch",
    "Your loss is a sum over the batch. Divide by the number of sequences.",
)
def not_averaged(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return (losses * mask).sum(), dlogits * mask[..., None]


@MASKED_CROSS_ENTROPY.misconception(
    "MC28",
    "targets of the padding looked up",
    "On padding the target may be anything, also a number that is no class: looking it up fails. "
    "Which index can you put there, if the result is masked anyway?",
)
def padding_looked_up(logits, targets, mask):
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    losses = -np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    y = np.eye(logits.shape[-1])[targets]
    dlogits = (np.exp(log_p) - y) * mask[..., None]
    return (losses * mask).sum() / mask.shape[1], dlogits / mask.shape[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC29",
    "exp overflows",
    "exp of a logit near 1000 is too large for a float, and inf / inf is nan. Subtract the "
    "largest logit of each row first.",
)
def exp_overflows(logits, targets, mask):
    exp = np.exp(logits)
    log_p = np.log(exp / exp.sum(axis=-1, keepdims=True))
    y = targets[..., None] == np.arange(logits.shape[-1])
    losses = -np.where(y, log_p, 0).sum(axis=-1)
    return (losses * mask).sum() / mask.shape[1], masked_cross_entropy(logits, targets, mask)[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC30",
    "logarithm of a probability that is zero in the computer",
    "The right class has a probability too small for a float, and log(0) is -inf. Write the "
    "logarithm of the softmax out before you compute: most of it cancels.",
)
def log_of_zero(logits, targets, mask):
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    log_p = np.log(exp / exp.sum(axis=-1, keepdims=True))
    y = targets[..., None] == np.arange(logits.shape[-1])
    losses = -np.where(y, log_p, 0).sum(axis=-1)
    loss = np.where(mask, losses, 0).sum() / mask.shape[1]
    return loss, masked_cross_entropy(logits, targets, mask)[1]


@MASKED_CROSS_ENTROPY.misconception(
    "MC31",
    "gradient of the tokens only",
    "Your gradient has rows for the tokens alone. It has the shape of the logits, with zeros "
    "where the mask is False.",
)
def gradient_of_tokens(logits, targets, mask):
    loss, dlogits = masked_cross_entropy(logits, targets, mask)
    return loss, dlogits[mask]


@MASKED_CROSS_ENTROPY.misconception(
    "MC32",
    "divided by the length of the batch",
    "You divide by T, the number of steps. A batch is averaged over its sequences: T is the other"
    " axis.",
)
def divided_by_steps(logits, targets, mask):
    losses, dlogits = _every_step(logits, targets)
    return (losses * mask).sum() / len(mask), dlogits * mask[..., None] / len(mask)


@MASKED_CROSS_ENTROPY.misconception(
    "MC33",
    "softmax left on the padding",
    "On padding your gradient is still softmax(z): the target is not subtracted there, but "
    "nothing is set to zero either. What does not count in the loss has the gradient zero.",
)
def softmax_on_padding(logits, targets, mask):
    loss, dlogits = masked_cross_entropy(logits, targets, mask)
    exp = np.exp(logits - logits.max(axis=-1, keepdims=True))
    p = exp / exp.sum(axis=-1, keepdims=True)
    return loss, np.where(mask[..., None], dlogits, p / mask.shape[1])


# ------------------------------------------------------------------------------ generate


def _writer(ends: list[int], n_steps: int, eos: int | None = 2, V: int = 7, n_a: int = 5) -> Draw:
    """Draw a network whose sequences end after so many steps; what is chosen is not the argmax."""

    def draw(rng: np.random.Generator) -> tuple:
        U, E, W = (rng.normal(size=size) for size in ((n_a, n_a), (V, n_a), (n_a, V)))
        last = V - 1 if eos is None else eos
        bias = 3 * rng.normal(size=V)
        bias[0] = -50  # PAD

        def step(indices: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            left, a = state[:, :1] - 1, np.tanh(state[:, 1:] @ U + E[indices])
            logits = 3 * a @ W
            logits[:, last] = np.where(left[:, 0] == 0, 99, -99)
            return logits, np.concatenate([left, a], axis=1)

        def choose(logits: np.ndarray) -> np.ndarray:
            return (logits + bias).argmax(axis=-1)

        left = np.array(ends, dtype=float)[:, None]
        state = np.concatenate([left, rng.uniform(-1, 1, size=(len(ends), n_a))], axis=1)
        return step, rng.integers(3, V, size=len(ends)), state, choose, n_steps, eos

    return draw


GENERATE = Exercise(
    name="generate",
    chapter=CHAPTER,
    points=3,
    reference=generate,
    outputs=("indices", "mask"),
    cases=(
        Case("sequences that end after 4, 2 and 6 steps", _writer([4, 2, 6], 9)),
        Case("one does not end in time", _writer([3, 8, 2, 5], 5, eos=4)),
        Case("eos is None: all go on", _writer([3, 2, 4], 6, eos=None)),
        Case("B = 1", _writer([3], 8)),
        Case("n_steps = 1", _writer([1, 3, 2], 1)),
    ),
    naming_cases=(Case("as many steps as sequences", _writer([9, 9, 9, 9], 4)),),
)


def _write(step, first, state, choose, n_steps, eos, feed=True, carry=True):
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


@GENERATE.misconception(
    "GE1",
    "first token at every step",
    "Every step of yours reads `first`. What was chosen is the next input: otherwise the network "
    "never learns what it has written.",
)
def token_not_fed_back(step, first, state, choose, n_steps, eos=None):
    return _write(step, first, state, choose, n_steps, eos, feed=False)


@GENERATE.misconception(
    "GE2",
    "state not carried",
    "Every step of yours starts from the first state. step returns a new state: hand it to the "
    "next step.",
)
def state_not_carried(step, first, state, choose, n_steps, eos=None):
    return _write(step, first, state, choose, n_steps, eos, carry=False)


@GENERATE.misconception(
    "GE3",
    "writing on after the end",
    "Sequences that have ended go on writing in your result. After its EOS a sequence is padding:"
    " 0, and False in the mask.",
)
def writing_on(step, first, state, choose, n_steps, eos=None):
    _, mask = _write(step, first, state, choose, n_steps, eos)
    indices, every = first, []
    for _ in range(len(mask)):
        logits, state = step(indices, state)
        indices = choose(logits)
        every.append(indices)
    return np.array(every), np.ones(mask.shape, dtype=bool)


@GENERATE.misconception(
    "GE4",
    "EOS outside the mask",
    "Your mask is one step short: False at the EOS already. The EOS was written like any other "
    "token; note who was still writing when a step was taken, not who goes on after it.",
)
def eos_outside_mask(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    return indices, mask & (indices != eos)


@GENERATE.misconception(
    "GE5",
    "EOS not written",
    "Your sequences have 0 where the EOS should stand: a sequence is padding only AFTER its EOS.",
)
def eos_not_written(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    return np.where(indices == eos, 0, indices), mask


@GENERATE.misconception(
    "GE6",
    "first token among the results",
    "`first` is the input of the first step, not something that was written: leave it out of the "
    "result.",
)
def first_among_results(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    return np.concatenate([first[None], indices]), np.concatenate([mask[:1], mask])


@GENERATE.misconception(
    "GE7",
    "batch first",
    "Your arrays are (B, T). That is the other convention (batch first); here time comes first.",
)
def batch_first(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    return indices.T, mask.T


@GENERATE.misconception(
    "GE8",
    "all stop when one ends",
    "You stop as soon as one sequence has ended. The others have not: go on until all have.",
)
def stops_with_the_first(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    ended = (indices == eos).any(axis=1)
    T = 1 + ended.argmax() if ended.any() else len(mask)
    return indices[:T], mask[:T]


@GENERATE.misconception(
    "GE9",
    "never stops early",
    "Your loop always takes n_steps steps. That is the largest number: stop when all sequences "
    "have ended.",
)
def never_stops_early(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    rest = ((0, n_steps - len(mask)), (0, 0))
    return np.pad(indices, rest), np.pad(mask, rest)


@GENERATE.misconception(
    "GE10",
    "choose not used",
    "You take the likeliest token yourself. How to choose is the caller's business: call `choose`"
    " (chapter 05 will draw at random there).",
)
def own_argmax(step, first, state, choose, n_steps, eos=None):
    return _write(step, first, state, lambda logits: logits.argmax(axis=-1), n_steps, eos)


@GENERATE.misconception(
    "GE11",
    "EOS repeated",
    "Behind the end of a sequence you repeat EOS. It is written once; what follows is padding: 0.",
)
def eos_repeated(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    return np.where(mask, indices, 0 if eos is None else eos), mask


@GENERATE.misconception(
    "GE12",
    "one step too few",
    "You take one step less than allowed: a sequence may have n_steps tokens.",
)
def one_step_too_few(step, first, state, choose, n_steps, eos=None):
    return _write(step, first, state, choose, n_steps - 1, eos)


@GENERATE.misconception(
    "GE13",
    "mask all True",
    "Your tokens are right, but the mask is True everywhere: it tells padding from what was "
    "written.",
)
def mask_all_true(step, first, state, choose, n_steps, eos=None):
    indices, mask = _write(step, first, state, choose, n_steps, eos)
    return indices, np.ones_like(mask)


@GENERATE.misconception(
    "GE14",
    "an end that comes back to life",
    "A sequence that has ended begins again: you ask only whether the LAST token was EOS. Once "
    "ended, it stays ended: remember it from step to step.",
)
def end_forgotten(step, first, state, choose, n_steps, eos=None):
    _, right_mask = _write(step, first, state, choose, n_steps, eos)
    indices, goes_on, chosen, mask = first, np.ones(len(first), dtype=bool), [], []
    for _ in range(len(right_mask)):
        logits, state = step(indices, state)
        indices = np.where(goes_on, choose(logits), 0)
        chosen.append(indices)
        mask.append(goes_on)
        goes_on = indices != eos
    return np.array(chosen), np.array(mask)


@GENERATE.misconception(
    "GE15",
    "one array stored for all steps",
    "All rows of your mask are the same: you stored one array again and again and then changed it"
    " in place (&=, or an index on the left). Make a new array at each step, or store copies.",
)
def one_mask_for_all_steps(step, first, state, choose, n_steps, eos=None):
    indices, _ = _write(step, first, state, choose, n_steps, eos)
    goes_on = ~(indices == eos).any(axis=0)
    return indices, np.broadcast_to(goes_on, indices.shape)


@GENERATE.misconception(
    "GE16",
    "one question for the whole batch",
    "Python cannot say whether an array is true: some of your sequences have ended, others have "
    "not. Decide whether you mean any or all of them.",
)
def asks_an_array(step, first, state, choose, n_steps, eos=None):
    indices, chosen = first, []
    while indices != eos and len(chosen) < n_steps:
        logits, state = step(indices, state)
        indices = choose(logits)
        chosen.append(indices)
    return np.array(chosen), np.ones((len(chosen), len(first)), dtype=bool)


# -------------------------------------------------------------------- encode_then_decode


def _rnn_params(n_x: int, n_a: int, rng: np.random.Generator) -> RNNParams:
    return RNNParams(*(rng.normal(size=size) for size in ((n_a, n_x), (n_a, n_a), (n_a,))))


def _translation(
    T_x: int, lengths: list[int], T_y: int, n_x: int, n_in: int, n_a: int, n_y: int
) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        B = len(lengths)
        params = EncoderDecoderParams(
            _rnn_params(n_x, n_a, rng),
            _rnn_params(n_in, n_a, rng),
            ReadoutParams(rng.normal(size=(n_y, n_a)), rng.normal(size=n_y)),
        )
        x, y = rng.normal(size=(T_x, B, n_x)), rng.normal(size=(T_y, B, n_in))
        return x, _mask(T_x, lengths, rng), y, params

    return draw


def encode_then_decode(x, mask, y, params):
    return encoder_decoder.encode_then_decode(x, mask, y, params, RNN, RNN)


ENCODE_THEN_DECODE = Exercise(
    name="encode_then_decode",
    chapter=CHAPTER,
    points=2,
    reference=encode_then_decode,
    outputs=("logits", "cache"),
    cases=(
        Case("T_x = 6, T_y = 4", _translation(6, [6, 2, 4], 4, 3, 8, 5, 7)),
        Case("writes more than it reads", _translation(2, [1, 2], 7, 4, 3, 6, 5)),
        Case("one step each", _translation(1, [1, 1, 1], 1, 4, 2, 5, 7)),
        Case("B = 1", _translation(5, [3], 4, 3, 8, 5, 7)),
    ),
    naming_cases=(
        Case("inputs of the same size", _translation(6, [6, 2, 4], 4, 5, 5, 5, 7)),
        Case("all sizes equal", _translation(4, [4, 1, 3, 2], 4, 4, 4, 4, 4)),
    ),
    builds_on=(last_state,),
)


def _run(x, a0, params):
    a, a_t = [], a0
    for x_t in x:
        a_t = np.tanh(x_t @ params.Wax.T + a_t @ params.Waa.T + params.ba)
        a.append(a_t)
    return np.stack(a)


def _ends(x, mask, params):
    a = _run(x, np.zeros((x.shape[1], len(params.ba))), params)
    return a[mask.sum(axis=0) - 1, np.arange(x.shape[1])]


def _scores_of(a, readout):
    return a @ readout.Wya.T + readout.by


@ENCODE_THEN_DECODE.misconception(
    "ED1",
    "decoder starts from zero",
    "Your decoder starts from zeros: it writes without having read anything. Which state holds "
    "what was read?",
)
def starts_from_zero(x, mask, y, params):
    zero = np.zeros((x.shape[1], len(params.decoder.ba)))
    return _scores_of(_run(y, zero, params.decoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED2",
    "encoder's last row",
    "Your decoder starts from the last row of the encoder's states. Short sources have gone on "
    "reading padding there: pick each at its own end.",
)
def encoders_last_row(x, mask, y, params):
    zero = np.zeros((x.shape[1], len(params.encoder.ba)))
    first = _run(x, zero, params.encoder)[-1]
    return _scores_of(_run(y, first, params.decoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED3",
    "encoder's weights in the decoder",
    "You read and write with the encoder's weights. The decoder is a second network: "
    "params.decoder.",
)
def encoder_twice(x, mask, y, params):
    first = _ends(x, mask, params.encoder)
    return _scores_of(_run(y, first, params.encoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED4",
    "decoder's weights in the encoder",
    "You read with the decoder's weights. The source has a network of its own: params.encoder.",
)
def decoder_twice(x, mask, y, params):
    first = _ends(x, mask, params.decoder)
    return _scores_of(_run(y, first, params.decoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED5",
    "scores of the encoder's states",
    "Your scores come from the encoder's states, one for each source token. What is written are "
    "the decoder's: T_y of them.",
)
def scores_of_encoder(x, mask, y, params):
    zero = np.zeros((x.shape[1], len(params.encoder.ba)))
    return _scores_of(_run(x, zero, params.encoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED6",
    "last step only",
    "You return the scores of the last step alone. The decoder writes a token at each of its T_y "
    "steps.",
)
def last_scores_only(x, mask, y, params):
    first = _ends(x, mask, params.encoder)
    return _scores_of(_run(y, first, params.decoder)[-1], params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED7",
    "softmax applied",
    "Your rows sum to one: they are probabilities. Return the logits; the loss takes its softmax "
    "itself.",
)
def softmax_applied(x, mask, y, params):
    z = _scores_of(_run(y, _ends(x, mask, params.encoder), params.decoder), params.readout)
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True), ()


@ENCODE_THEN_DECODE.misconception(
    "ED8",
    "decoder's states returned",
    "You return the decoder's states. The readout makes scores of them.",
)
def states_returned(x, mask, y, params):
    return _run(y, _ends(x, mask, params.encoder), params.decoder), ()


@ENCODE_THEN_DECODE.misconception(
    "ED9",
    "source read again by the decoder",
    "Your decoder reads the source a second time. Its inputs are y, the tokens written so far; "
    "the source has reached it through its first state.",
)
def source_read_again(x, mask, y, params):
    return _scores_of(_run(x, _ends(x, mask, params.encoder), params.decoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED10",
    "encoder's first state",
    "Your decoder starts from the encoder's first state, which has read one token. The last one "
    "has read them all.",
)
def encoders_first_state(x, mask, y, params):
    zero = np.zeros((x.shape[1], len(params.encoder.ba)))
    first = _run(x, zero, params.encoder)[0]
    return _scores_of(_run(y, first, params.decoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED11",
    "mean of the encoder's states",
    "Your decoder starts from the mean of the encoder's states. This shape hands over one of "
    "them: the last.",
)
def mean_handed_over(x, mask, y, params):
    a = _run(x, np.zeros((x.shape[1], len(params.encoder.ba))), params.encoder)
    first = (a * mask[..., None]).sum(axis=0) / mask.sum(axis=0)[:, None]
    return _scores_of(_run(y, first, params.decoder), params.readout), ()


@ENCODE_THEN_DECODE.misconception(
    "ED12",
    "bias of the readout forgotten",
    "The bias by of the readout does not enter your scores.",
)
def readout_bias_forgotten(x, mask, y, params):
    return _run(y, _ends(x, mask, params.encoder), params.decoder) @ params.readout.Wya.T, ()


EXERCISES = (LAST_STATE, MASKED_CROSS_ENTROPY, GENERATE, ENCODE_THEN_DECODE)

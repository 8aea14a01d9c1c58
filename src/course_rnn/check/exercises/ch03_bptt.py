"""Chapter 03: the loss, numerical gradients, the way back through one cell and through time."""

from collections.abc import Callable

import numpy as np

from course_rnn import rnn
from course_rnn.check.exercise import Case, Exercise
from course_rnn.gradients import numerical_gradient
from course_rnn.losses import cross_entropy
from course_rnn.rnn import RNNParams
from course_rnn.truncated import truncated_bptt as pieces_of_any_layer

CHAPTER = "03_bptt"

# ---------------------------------------------- the forward pass, as the assignment gives it


def rnn_cell_forward(x_t, a_prev, params):
    a_t = np.tanh(x_t @ params.Wax.T + a_prev @ params.Waa.T + params.ba)
    return a_t, (x_t, a_prev, a_t, params)


def rnn_forward(x, a0, params):
    a, caches, a_t = [], [], a0
    for x_t in x:
        a_t, cache = rnn_cell_forward(x_t, a_t, params)
        a.append(a_t)
        caches.append(cache)
    return np.stack(a), caches


# ------------------------------------------------------------------------- cross_entropy

Draw = Callable[[np.random.Generator], tuple]


def _scores(T: int, B: int, n_y: int, scale: float = 1.0) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        return rng.normal(0, scale, size=(T, B, n_y)), rng.integers(n_y, size=(T, B))

    return draw


def _scores_float32(rng: np.random.Generator) -> tuple:
    logits, targets = _scores(6, 3, 7)(rng)
    return logits.astype(np.float32), targets


def _near_1000(rng: np.random.Generator) -> tuple:
    logits, targets = _scores(6, 3, 7)(rng)
    return logits + 1000, targets


def _sure_and_wrong(rng: np.random.Generator) -> tuple:
    logits, targets = _scores(6, 3, 7)(rng)
    logits[2, 1, (targets[2, 1] + 1) % 7] += 2000
    return logits, targets


CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    chapter=CHAPTER,
    points=2,
    reference=cross_entropy,
    outputs=("loss", "dlogits"),
    cases=(
        Case("T = 6, B = 3, n_y = 7", _scores(6, 3, 7)),
        Case("T = 1", _scores(1, 3, 7)),
        Case("B = 1", _scores(6, 1, 7)),
        Case("other sizes", _scores(2, 5, 4, scale=2)),
        Case("logits near 1000", _near_1000),
        Case("sure, and wrong", _sure_and_wrong),
        Case("float32", _scores_float32),
    ),
    naming_cases=(Case("all sizes equal", _scores(4, 4, 4)),),
)


def _softmax(z):
    exp = np.exp(z - z.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


def _log_softmax(z):
    z = z - z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


@CROSS_ENTROPY.misconception(
    "CE2",
    "softmax twice",
    "Softmax is applied twice: what comes in are logits, and one softmax turns them into "
    "probabilities. After a second one all classes look almost equally likely.",
    source="https://github.com/jaehong31/CGES/issues/1",
)
def softmax_twice(logits, targets):
    return cross_entropy(_softmax(logits), targets)


@CROSS_ENTROPY.misconception(
    "CE6",
    "binary cross-entropy terms",
    "Your loss also counts log(1 - p) of the other classes. That belongs to sigmoid outputs, one "
    "yes-or-no question each; with softmax only the right class counts.",
    source="https://github.com/oysteijo/simd_neuralnet/issues/1",
)
def binary_terms(logits, targets):
    p, y = _softmax(logits), np.eye(logits.shape[-1])[targets]
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / targets.shape[1]
    return loss, (p - y) / targets.shape[1]


@CROSS_ENTROPY.misconception(
    "CE7",
    "every label at every position",
    "p[:, y] takes the labels of all positions at every position. Each position has one label of "
    "its own: name the position too, in the index or with take_along_axis.",
)
def every_pair(logits, targets):
    p, y = _softmax(logits).reshape(-1, logits.shape[-1]), targets.ravel()
    loss = -np.log(p[:, y]).sum() / targets.shape[1]
    p[:, y] -= 1
    return loss, p.reshape(logits.shape) / targets.shape[1]


@CROSS_ENTROPY.misconception(
    "CE8",
    "most likely class instead of the right one",
    "Your loss is that of the model's own favourite: it would not change if all labels did. Look "
    "up the class that targets names.",
)
def own_favourite(logits, targets):
    return cross_entropy(logits, logits.argmax(axis=-1))


@CROSS_ENTROPY.misconception(
    "CE9",
    "loss and gradient divided by different counts",
    "Your loss is right, but your gradient is divided by T B. Divide both by the same number: the "
    "loss is summed over time and averaged over the B sequences.",
)
def different_counts(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss, dlogits / len(targets)


@CROSS_ENTROPY.misconception(
    "CE21",
    "mean over time too",
    "You average over all T B positions. That is the other convention, PyTorch's default; here the "
    "losses of the steps are added up, and averaged over the batch alone.",
)
def mean_over_time(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss / len(targets), dlogits / len(targets)


@CROSS_ENTROPY.misconception(
    "CE22",
    "not averaged over the batch",
    "Your loss is a sum over the batch. Average over the B sequences, so that a larger batch does "
    "not mean larger steps.",
)
def summed_over_batch(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss * targets.shape[1], dlogits * targets.shape[1]


@CROSS_ENTROPY.misconception(
    "CE23",
    "gradient not averaged over the batch",
    "Your loss is right, but your gradient is B times too large: p - y is the gradient of a sum, "
    "and your loss is a mean over the batch.",
)
def gradient_not_averaged(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss, dlogits * targets.shape[1]


@CROSS_ENTROPY.misconception(
    "CE24",
    "minus sign forgotten",
    "Your loss is negative: logarithms of probabilities are. A surprise is minus the logarithm.",
)
def minus_forgotten(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return -loss, dlogits


@CROSS_ENTROPY.misconception(
    "CE25",
    "logarithm to base two",
    "Your loss is in bits. The lecture's is in nats: the natural logarithm, whose derivative is "
    "1/p.",
)
def in_bits(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss / np.log(2), dlogits


@CROSS_ENTROPY.misconception(
    "CE26",
    "logarithm of a probability that is zero in the computer",
    "A model that is sure and wrong gives the right class a probability too small for a float, "
    "and log(0) is -inf. Write the logarithm of the softmax out before you compute: most of it "
    "cancels.",
)
def log_of_zero(logits, targets):
    p = _softmax(logits)
    t, b = np.indices(targets.shape)
    loss = -np.log(p[t, b, targets]).sum() / targets.shape[1]
    return loss, cross_entropy(logits, targets)[1]


@CROSS_ENTROPY.misconception(
    "CE27",
    "a small number added inside the logarithm",
    "Adding 1e-12 to p, or clipping p there, hides log(0): no mistake can cost more than 28 nats "
    "then. Write the logarithm of the softmax out before you compute: most of it cancels.",
)
def epsilon_in_the_log(logits, targets):
    t, b = np.indices(targets.shape)
    p = np.maximum(_softmax(logits)[t, b, targets], 1e-12)
    return -np.log(p).sum() / targets.shape[1], cross_entropy(logits, targets)[1]


@CROSS_ENTROPY.misconception(
    "CE28",
    "exp overflows",
    "exp of a logit of 1000 is too large for a float, and inf / inf is nan. As in softmax: "
    "subtract the largest logit of each row first.",
)
def exp_overflows(logits, targets):
    exp = np.exp(logits)
    log_p = np.log(exp / exp.sum(axis=-1, keepdims=True))
    t, b = np.indices(targets.shape)
    return -log_p[t, b, targets].sum() / targets.shape[1], cross_entropy(logits, targets)[1]


@CROSS_ENTROPY.misconception(
    "CE29",
    "right class not subtracted",
    "Your gradient is softmax(z) / B: it pushes all scores down, the right one too. Subtract the "
    "one-hot vector of the target.",
)
def target_not_subtracted(logits, targets):
    return cross_entropy(logits, targets)[0], _softmax(logits) / targets.shape[1]


@CROSS_ENTROPY.misconception(
    "CE30",
    "gradient with the wrong sign",
    "Your gradient has the wrong sign: y - p. A gradient points where the loss grows, and the loss "
    "falls when the right class gets a higher score.",
)
def wrong_sign(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss, -dlogits


@CROSS_ENTROPY.misconception(
    "CE31",
    "gradient with respect to the probabilities",
    "You differentiated with respect to p: -1/p at the right class. The gradient is wanted with "
    "respect to the logits, one softmax further back, and comes out far simpler.",
)
def with_respect_to_p(logits, targets):
    loss, _ = cross_entropy(logits, targets)
    y = np.eye(logits.shape[-1])[targets]
    return loss, -y / np.maximum(_softmax(logits), 1e-300) / targets.shape[1]


@CROSS_ENTROPY.misconception(
    "CE32",
    "last step only",
    "Only the last step counts in your loss. Every step has a target: add the losses of all of "
    "them.",
)
def last_step_only(logits, targets):
    loss, dlast = cross_entropy(logits[-1:], targets[-1:])
    dlogits = np.zeros_like(logits)
    dlogits[-1:] = dlast
    return loss, dlogits


@CROSS_ENTROPY.misconception(
    "CE33",
    "divided by the number of steps",
    "You divide by T, the number of steps. The losses of the steps are added up; what is averaged"
    " is the batch, and B is the other axis.",
)
def divided_by_steps(logits, targets):
    loss, dlogits = cross_entropy(logits, targets)
    return loss * targets.shape[1] / len(targets), dlogits * targets.shape[1] / len(targets)


@CROSS_ENTROPY.misconception(
    "CE34",
    "one loss a step",
    "You return a loss for each step. Training makes one number small: add them up.",
)
def one_loss_a_step(logits, targets):
    log_p = np.take_along_axis(_log_softmax(logits), targets[..., None], axis=-1)[..., 0]
    return -log_p.mean(axis=1), cross_entropy(logits, targets)[1]


@CROSS_ENTROPY.misconception(
    "CE35",
    "keepdims forgotten",
    "A maximum or a sum over the last axis loses that axis, and (T, B, n_y) minus (T, B) does not"
    " fit, or fits by accident. Keep the axis, with length 1 (keepdims).",
)
def keepdims_forgotten(logits, targets):
    z = logits - logits.max(axis=-1)
    log_p = z - np.log(np.exp(z).sum(axis=-1))
    t, b = np.indices(targets.shape)
    loss = -log_p[t, b, targets].sum() / targets.shape[1]
    return loss, (np.exp(log_p) - np.eye(logits.shape[-1])[targets]) / targets.shape[1]


# -------------------------------------------------------------------- numerical_gradient


def _bumpy_loss(shape: tuple[int, ...], *h: float, dtype: type = float) -> Draw:
    """Draw a loss in which every number of w acts on what the others do."""

    def draw(rng: np.random.Generator) -> tuple:
        c, w = rng.normal(size=shape), rng.normal(size=shape)
        w = rng.integers(-3, 4, size=shape) if dtype is int else w.astype(dtype)

        def loss(w: np.ndarray) -> float:
            return (c * w**3).sum() + (c * w).sum() ** 2 + np.exp(w / 2).sum()

        return loss, w, *h

    return draw


NUMERICAL_GRADIENT = Exercise(
    name="numerical_gradient",
    chapter=CHAPTER,
    points=2,
    reference=numerical_gradient,
    outputs=("gradient",),
    cases=(
        Case("a vector", _bumpy_loss((5,))),
        Case("a matrix", _bumpy_loss((4, 3))),
        Case("three axes, and a large step", _bumpy_loss((2, 3, 4), 0.1)),
        Case("a single number in an array", _bumpy_loss((1,), 0.01)),
        Case("integers", _bumpy_loss((3,), 0.1, dtype=int)),
        Case("float32", _bumpy_loss((3, 2), dtype=np.float32)),
    ),
)


def _central(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (loss(up) - loss(down)) / (2 * h)
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG1",
    "one-sided difference",
    "You compare with the loss at w itself. Its error grows as h, that of a step to both sides "
    "only as h squared: compare a step up with a step down.",
)
def one_sided(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        up = w.copy()
        up[i] += h
        gradient[i] = (loss(up) - loss(w)) / h
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG2",
    "divided by h",
    "Your gradient is twice too large: from one step down to one step up it is 2h.",
)
def divided_by_h(loss, w, h=1e-5):
    return 2 * _central(loss, w, h)


@NUMERICAL_GRADIENT.misconception(
    "NG3",
    "all numbers moved at once",
    "You move all of w at once, so every entry holds the sum of all derivatives. Move one number "
    "at a time and leave the others where they are.",
)
def all_at_once(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    return np.full(w.shape, (loss(w + h) - loss(w - h)) / (2 * h))


@NUMERICAL_GRADIENT.misconception(
    "NG4",
    "number not put back",
    "You move a number and never put it back: the next one is tried at another place. It shows as"
    " soon as the step is large.",
)
def not_put_back(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        w[i] += h
        above = loss(w)
        w[i] -= 2 * h
        gradient[i] = (above - loss(w)) / (2 * h)
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG5",
    "two names for one array",
    "All your differences are zero: `up = w` makes a second name, not a second array, so both "
    "losses see the same numbers. Copy.",
)
def two_names(loss, w, h=1e-5):
    up = down = np.array(w, dtype=float)
    gradient = np.zeros(up.shape)
    for i in np.ndindex(up.shape):
        up[i] += h
        down[i] -= h
        gradient[i] = (loss(up) - loss(down)) / (2 * h)
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG6",
    "integers cannot move by h",
    "Your array still holds integers where w does, and an integer plus 0.1 is cut off to the "
    "integer. Make a copy with dtype float64 first.",
)
def integers_kept(loss, w, h=1e-5):
    w = np.array(w, dtype=int if np.asarray(w).dtype.kind == "i" else float)
    gradient = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (loss(up) - loss(down)) / (2 * h)
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG7",
    "single precision kept",
    "You work in float32, which keeps seven digits: the difference of two losses has hardly any "
    "left. Make a copy with dtype float64 first.",
)
def single_precision(loss, w, h=1e-5):
    w = np.array(w, dtype=np.result_type(w, np.float32))
    gradient = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        kept = w[i]
        w[i] = kept + h
        above = loss(w)
        w[i] = kept - h
        gradient[i] = (above - loss(w)) / (2 * h)
        w[i] = kept
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG8",
    "whole rows moved",
    "You loop over the first axis alone, so a step moves a whole row of a matrix. Every number "
    "needs its own two losses, however many axes w has: np.ndindex goes through all of them.",
)
def rows_moved(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (loss(up) - loss(down)) / (2 * h)
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG9",
    "h ignored",
    "Your step is always the same: use the h that is passed in.",
)
def h_ignored(loss, w, h=1e-5):
    return _central(loss, w)


@NUMERICAL_GRADIENT.misconception(
    "NG10",
    "down minus up",
    "Your gradient has the wrong sign: you subtract the loss above from the loss below.",
)
def down_minus_up(loss, w, h=1e-5):
    return -_central(loss, w, h)


@NUMERICAL_GRADIENT.misconception(
    "NG11",
    "caller's array changed",
    "You take your steps in the array you were given, and do not put it back as it was. Work on a"
    " copy.",
)
def caller_changed(loss, w, h=1e-5):
    gradient = _central(loss, w, h)
    w[...] = w - 1
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG12",
    "shape lost",
    "Your numbers are right but stand in a row: the gradient has the shape of w, so that it can be "
    "subtracted from it.",
)
def shape_lost(loss, w, h=1e-5):
    return _central(loss, w, h).ravel()


@NUMERICAL_GRADIENT.misconception(
    "NG13",
    "step relative to the number",
    "Your step is a share of the number: w times (1 + h). Divide by what you really moved, or add"
    " h.",
)
def relative_step(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[i] *= 1 + h
        down[i] *= 1 - h
        gradient[i] = (loss(up) - loss(down)) / (2 * h)
    return gradient


@NUMERICAL_GRADIENT.misconception(
    "NG14",
    "one number as index into several axes",
    "You count through w.size, but a matrix has no entry 4 in its first axis: a number alone "
    "picks a whole row. np.ndindex(w.shape) gives one index for each axis.",
)
def flat_index(loss, w, h=1e-5):
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for i in range(w.size):
        up, down = w.copy(), w.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (loss(up) - loss(down)) / (2 * h)
    return gradient


# --------------------------------------------------------------------- rnn_cell_backward


def _params(rng: np.random.Generator, n_x: int, n_a: int) -> RNNParams:
    return RNNParams(*(rng.normal(size=s) for s in ((n_a, n_x), (n_a, n_a), (n_a,))))


def _step(B: int, n_x: int, n_a: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x_t, a_prev = rng.normal(size=(B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x_t, a_prev, _params(rng, n_x, n_a), rng.normal(size=(B, n_a))

    return draw


def _float32(draw: Draw) -> Draw:
    def drawn(rng: np.random.Generator) -> tuple:
        x, a, params, da = draw(rng)
        as32 = RNNParams(*(array.astype(np.float32) for array in params))
        return x.astype(np.float32), a.astype(np.float32), as32, da.astype(np.float32)

    return drawn


def rnn_cell_backward(da_t, cache):
    x_t, a_prev, _, params = cache
    _, own_cache = rnn.rnn_cell_forward(x_t, a_prev, params)
    return rnn.rnn_cell_backward(da_t, own_cache)


RNN_CELL_BACKWARD = Exercise(
    name="rnn_cell_backward",
    chapter=CHAPTER,
    points=2,
    reference=rnn_cell_backward,
    outputs=("dx_t", "da_prev", "grads"),
    cases=(
        Case("B = 3, n_x = 4, n_a = 5", _step(3, 4, 5)),
        Case("B = 1", _step(1, 4, 5)),
        Case("other sizes", _step(4, 7, 2)),
        Case("n_a = 1", _step(3, 4, 1)),
        Case("float32", _float32(_step(3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _step(5, 5, 5)),),
    forward=rnn_cell_forward,
)


def _from_dz(dz, cache):
    x_t, a_prev, _, params = cache
    grads = RNNParams(dz.T @ x_t, dz.T @ a_prev, dz.sum(axis=0))
    return dz @ params.Wax, dz @ params.Waa, grads


@RNN_CELL_BACKWARD.misconception(
    "RB1",
    "tanh applied twice",
    "You take tanh of a_t once more. a_t IS tanh(z): the derivative is one minus its square.",
    source="https://github.com/davidrmiller/neural2d/issues/40",
)
def tanh_twice(da_t, cache):
    return _from_dz(da_t * (1 - np.tanh(cache[2]) ** 2), cache)


@RNN_CELL_BACKWARD.misconception(
    "RB2",
    "upstream gradient missing",
    "Your result does not depend on da_t. What the loss says about this state has to pass "
    "through: the chain rule multiplies by it.",
)
def upstream_missing(da_t, cache):
    return _from_dz(1 - cache[2] ** 2, cache)


@RNN_CELL_BACKWARD.misconception(
    "RB3",
    "derivative inverted",
    "You divide by the derivative of tanh. The chain rule multiplies: where tanh is flat, little "
    "gets through, not much.",
    source="https://github.com/oreilly-japan/deep-learning-from-scratch-2/issues/26",
)
def derivative_inverted(da_t, cache):
    return _from_dz(da_t / (1 - cache[2] ** 2), cache)


@RNN_CELL_BACKWARD.misconception(
    "RB4",
    "tan instead of tanh",
    "Your factor is larger than one: 1 + tan^2 is the derivative of tan. That of tanh is never "
    "above one.",
    source="https://github.com/nicodjimenez/lstm/issues/41",
)
def tan_slope(da_t, cache):
    return _from_dz(da_t * (1 + cache[2] ** 2), cache)


@RNN_CELL_BACKWARD.misconception(
    "RB6",
    "Waa transposed on the way back",
    "da_prev went through Waa the wrong way. It is square, so nothing crashed: forward multiplied"
    " by its transpose, so backward must not.",
    source="https://github.com/vzhou842/rnn-from-scratch",
)
def waa_transposed(da_t, cache):
    dx_t, _, grads = rnn_cell_backward(da_t, cache)
    dz = da_t * (1 - cache[2] ** 2)
    return dx_t, dz @ cache[3].Waa.T, grads


@RNN_CELL_BACKWARD.misconception(
    "RB7",
    "bias gradient averaged",
    "Your gradient of ba is a mean over the batch. The bias acts on every row: add up what all "
    "rows say. (Only the loss averages.)",
    source="https://github.com/kvfrans/notes/issues/5",
)
def bias_averaged(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, grads._replace(ba=grads.ba / len(da_t))


@RNN_CELL_BACKWARD.misconception(
    "RB8",
    "gradient of Waa from the new state",
    "Your gradient of Waa uses a_t. In the forward pass Waa multiplied the state that ENTERED the"
    " step.",
    source="https://github.com/VikParuchuri/zero_to_gpt/issues/9",
)
def from_new_state(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    dz = da_t * (1 - cache[2] ** 2)
    return dx_t, da_prev, grads._replace(Waa=dz.T @ cache[2])


@RNN_CELL_BACKWARD.misconception(
    "RB11",
    "weight gradients averaged",
    "Your weight gradients are divided by B. The loss has averaged over the batch already, and "
    "da_t knows it: here you only add up.",
)
def weights_averaged(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, RNNParams(*(g / len(da_t) for g in grads))


@RNN_CELL_BACKWARD.misconception(
    "RB21",
    "derivative of tanh forgotten",
    "da_t goes on as if there were no tanh. First take it from a_t to z_t, the sum inside tanh; "
    "all other gradients start from there.",
)
def no_slope(da_t, cache):
    return _from_dz(da_t, cache)


@RNN_CELL_BACKWARD.misconception(
    "RB22",
    "derivative of the sigmoid",
    "a (1 - a) is the derivative of the sigmoid. The vanilla cell has tanh.",
)
def sigmoid_slope(da_t, cache):
    return _from_dz(da_t * cache[2] * (1 - cache[2]), cache)


@RNN_CELL_BACKWARD.misconception(
    "RB23",
    "derivative taken at the old state",
    "Your factor is 1 - a_prev^2. tanh made the NEW state: its slope is read off there.",
)
def slope_of_old_state(da_t, cache):
    return _from_dz(da_t * (1 - cache[1] ** 2), cache)


@RNN_CELL_BACKWARD.misconception(
    "RB24",
    "gradient of Waa transposed",
    "Your gradient of Waa is transposed, and being square it hides it. Entry [i, j] belongs to the "
    "weight from old unit j to new unit i: rows go with dz, columns with a_prev.",
)
def dwaa_transposed(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, grads._replace(Waa=grads.Waa.T)


@RNN_CELL_BACKWARD.misconception(
    "RB25",
    "gradient of Wax transposed",
    "Your gradient of Wax is transposed. A gradient has the shape of what it belongs to.",
)
def dwax_transposed(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, grads._replace(Wax=grads.Wax.T)


@RNN_CELL_BACKWARD.misconception(
    "RB26",
    "bias gradient one row a sentence",
    "Your gradient of ba still has a row for each sentence. The one bias was added to all rows: "
    "what they say is added up.",
)
def bias_not_summed(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, grads._replace(ba=da_t * (1 - cache[2] ** 2))


@RNN_CELL_BACKWARD.misconception(
    "RB27",
    "gradients exchanged",
    "The gradients of Wax and Waa stand in each other's place: RNNParams takes Wax first. Name "
    "them.",
)
def exchanged(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, RNNParams(grads.Waa, grads.Wax, grads.ba)


@RNN_CELL_BACKWARD.misconception(
    "RB28",
    "old state gets the gradient of the new one",
    "Your da_prev is not multiplied by Waa. The old state reaches the new one through Waa, and its "
    "gradient comes back through it.",
)
def not_through_waa(da_t, cache):
    dx_t, _, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_t * (1 - cache[2] ** 2), grads


@RNN_CELL_BACKWARD.misconception(
    "RB29",
    "weight gradients from the batch's mean",
    "You multiply means over the batch. Each sentence's dz goes with the same sentence's input: "
    "multiply first, row by row, then add.",
)
def product_of_sums(da_t, cache):
    x_t, a_prev, a_t, _ = cache
    dx_t, da_prev, _ = rnn_cell_backward(da_t, cache)
    dz = (da_t * (1 - a_t**2)).sum(axis=0)
    grads = RNNParams(np.outer(dz, x_t.mean(axis=0)), np.outer(dz, a_prev.mean(axis=0)), dz)
    return dx_t, da_prev, grads


@RNN_CELL_BACKWARD.misconception(
    "RB30",
    "input and state exchanged",
    "You return da_prev where dx_t should stand. The order is: input, old state, weights.",
)
def results_exchanged(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return da_prev, dx_t, grads


@RNN_CELL_BACKWARD.misconception(
    "RB31",
    "bias summed along the units",
    "Your gradient of ba is summed along the units, one number a sentence. The bias has one "
    "number a unit: sum along the batch.",
)
def bias_summed_along_units(da_t, cache):
    dx_t, da_prev, grads = rnn_cell_backward(da_t, cache)
    return dx_t, da_prev, grads._replace(ba=(da_t * (1 - cache[2] ** 2)).sum(axis=1))


@RNN_CELL_BACKWARD.misconception(
    "RB32",
    "matrix product where entries are multiplied",
    "tanh acts on every entry alone, so its slope multiplies entry by entry: * and not @.",
)
def matrix_product_with_slope(da_t, cache):
    return _from_dz((1 - cache[2] ** 2) @ da_t, cache)


# -------------------------------------------------------------------------- rnn_backward


def _sequence(T: int, B: int, n_x: int, n_a: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x, a0 = rng.normal(size=(T, B, n_x)), rng.uniform(-1, 1, size=(B, n_a))
        return x, a0, _params(rng, n_x, n_a), rng.normal(size=(T, B, n_a))

    return draw


def rnn_backward(da, caches):
    x, (_, a0, _, params) = np.stack([cache[0] for cache in caches]), caches[0]
    _, own_caches = rnn.rnn_forward(x, a0, params)
    return rnn.rnn_backward(da, own_caches)


RNN_BACKWARD = Exercise(
    name="rnn_backward",
    chapter=CHAPTER,
    points=2,
    reference=rnn_backward,
    outputs=("dx", "da0", "grads"),
    cases=(
        Case("T = 6, B = 3, n_x = 4, n_a = 5", _sequence(6, 3, 4, 5)),
        Case("T = 1", _sequence(1, 3, 4, 5)),
        Case("B = 1", _sequence(6, 1, 4, 5)),
        Case("other sizes", _sequence(5, 4, 7, 2)),
        Case("float32", _float32(_sequence(6, 3, 4, 5))),
    ),
    naming_cases=(Case("all sizes equal", _sequence(4, 4, 4, 4)),),
    builds_on=(rnn_cell_forward, rnn_cell_backward),
    forward=rnn_forward,
)


def _add(one, other):
    return RNNParams(*(g + h for g, h in zip(one, other, strict=True)))


def _back(da, caches, cell=rnn_cell_backward):
    dx, total, da_prev = [], None, np.zeros_like(da[0])
    for da_t, cache in zip(da[::-1], caches[::-1], strict=True):
        dx_t, da_prev, grads = cell(da_t + da_prev, cache)
        dx.append(dx_t)
        total = grads if total is None else _add(total, grads)
    return np.stack(dx[::-1]), da_prev, total


@RNN_BACKWARD.misconception(
    "BB1",
    "gradients of the losses ignored",
    "All your gradients are zero: you pass on what comes from the later steps, which begins as "
    "zeros, and never da[t]. Both arrive at a state.",
    source="https://community.deeplearning.ai/t/question-on-backpropagation-week-1-prog-assignment-1/555129",
)
def losses_ignored(da, caches):
    return _back(np.zeros_like(da), caches)


@RNN_BACKWARD.misconception(
    "BB2",
    "later steps ignored",
    "Each step sees its own da[t] alone: right at the last step, wrong before it. A state also "
    "acts on all later states: what did the step after it send back?",
    source="https://github.com/sagarnildass/andrew_ng_deep_learning/issues/1",
)
def later_steps_ignored(da, caches):
    steps = [rnn_cell_backward(da_t, cache) for da_t, cache in zip(da, caches, strict=True)]
    total = steps[0][2]
    for _, _, grads in steps[1:]:
        total = _add(total, grads)
    return np.stack([dx_t for dx_t, _, _ in steps]), steps[0][1], total


@RNN_BACKWARD.misconception(
    "BB3",
    "weight gradients overwritten",
    "Your weight gradients are those of one step: each round of the loop overwrites the last. The"
    " weights are shared, so what all steps say is added up.",
)
def overwritten(da, caches):
    dx, da_prev = [], np.zeros_like(da[0])
    for t in reversed(range(len(da))):
        dx_t, da_prev, grads = rnn_cell_backward(da[t] + da_prev, caches[t])
        dx.append(dx_t)
    return np.stack(dx[::-1]), da_prev, grads


@RNN_BACKWARD.misconception(
    "BB5",
    "da0 is what enters step 0",
    "Your da0 is the gradient at the first state computed, a[0]. a0 lies one step before it: da0 "
    "is what that step sends back.",
)
def da0_one_step_late(da, caches):
    dx, da_prev, total = [], np.zeros_like(da[0]), None
    for t in reversed(range(len(da))):
        da0 = da[t] + da_prev
        dx_t, da_prev, grads = rnn_cell_backward(da0, caches[t])
        dx.append(dx_t)
        total = grads if total is None else _add(total, grads)
    return np.stack(dx[::-1]), da0, total


@RNN_BACKWARD.misconception(
    "BB6",
    "caller's da changed",
    "da[t] += ... writes into the array you were given: the next one who reads it gets other "
    "gradients. Make a new array for the sum.",
    source="https://github.com/Burton2000/CS231n-2017/issues/7",
)
def da_changed(da, caches):
    dx, da_prev, total = [], np.zeros_like(da[0]), None
    for t in reversed(range(len(da))):
        da[t] += da_prev
        dx_t, da_prev, grads = rnn_cell_backward(da[t], caches[t])
        dx.append(dx_t)
        total = grads if total is None else _add(total, grads)
    return np.stack(dx[::-1]), da_prev, total


@RNN_BACKWARD.misconception(
    "BB8",
    "only the last loss goes back",
    "Only da[-1] enters your gradients. Every step has a loss of its own: its da[t] joins when "
    "you pass by.",
    source="https://github.com/rsokl/MyGrad/pull/4",
)
def last_loss_only(da, caches):
    only_last = np.zeros_like(da)
    only_last[-1] = da[-1]
    return _back(only_last, caches)


@RNN_BACKWARD.misconception(
    "BB9",
    "Waa transposed on the way back",
    "Your last step is right and all before it are wrong: the gradient went through Waa the wrong"
    " way. Let rnn_cell_backward send it.",
    source="https://github.com/vzhou842/rnn-from-scratch",
)
def through_waa_transposed(da, caches):
    return _back(da, caches, waa_transposed)


@RNN_BACKWARD.misconception(
    "BB10",
    "caches one step off",
    "You use the cache of step t - 1 for step t, and at t = 0 the index -1 is the LAST step's. "
    "The cache of a step has the same number as its da.",
    source="https://lzwjava.github.io/notes/2025-09-06-lstm-bugs-fixes-en",
)
def caches_off(da, caches):
    return _back(da, [caches[t - 1] for t in range(len(caches))])


@RNN_BACKWARD.misconception(
    "BB21",
    "forward in time",
    "You go from the first step to the last. The gradient of a state is complete only when all "
    "later steps have sent theirs: begin at the end.",
)
def forward_in_time(da, caches):
    dx, da_prev, total = [], np.zeros_like(da[0]), None
    for da_t, cache in zip(da, caches, strict=True):
        dx_t, da_prev, grads = rnn_cell_backward(da_t + da_prev, cache)
        dx.append(dx_t)
        total = grads if total is None else _add(total, grads)
    return np.stack(dx), da_prev, total


@RNN_BACKWARD.misconception(
    "BB22",
    "dx in the order of the loop",
    "Your dx stands in reverse: you collected it from the last step to the first. dx[t] belongs "
    "to x[t].",
)
def dx_reversed(da, caches):
    dx, da0, grads = _back(da, caches)
    return dx[::-1], da0, grads


@RNN_BACKWARD.misconception(
    "BB23",
    "weight gradients averaged over time",
    "Your weight gradients are divided by T. The loss is a sum over time, so the gradient is one "
    "too.",
)
def averaged_over_time(da, caches):
    dx, da0, grads = _back(da, caches)
    return dx, da0, RNNParams(*(g / len(da) for g in grads))


@RNN_BACKWARD.misconception(
    "BB24",
    "what comes back is added up again and again",
    "You add each da_prev to a running sum. The step just passed has taken all of it in already: "
    "replace it, or the same path counts several times.",
)
def carry_accumulated(da, caches):
    dx, carried, total = [], np.zeros_like(da[0]), None
    for t in reversed(range(len(da))):
        dx_t, da_prev, grads = rnn_cell_backward(da[t] + carried, caches[t])
        carried = carried + da_prev
        dx.append(dx_t)
        total = grads if total is None else _add(total, grads)
    return np.stack(dx[::-1]), carried, total


@RNN_BACKWARD.misconception(
    "BB25",
    "gradients of later losses skip the cell",
    "You pass da on unchanged from step to step, as a sum of later da. On its way back it goes "
    "through each cell: through tanh and Waa.",
)
def sums_of_da(da, caches):
    later = np.cumsum(da[::-1], axis=0)[::-1]
    return later_steps_ignored(later, caches)


@RNN_BACKWARD.misconception(
    "BB26",
    "first step left out",
    "Your loop stops before step 0: range(T - 1, 0, -1) ends at 1. The first word has gradients "
    "too.",
)
def first_step_left_out(da, caches):
    dx, _, total = _back(da, caches)
    _, _, first = rnn_cell_backward(da[0] + _enters_first(da, caches), caches[0])
    dx = np.concatenate([np.zeros_like(dx[:1]), dx[1:]])
    return (
        dx,
        _enters_first(da, caches),
        RNNParams(*(g - h for g, h in zip(total, first, strict=True))),
    )


def _enters_first(da, caches):
    da_prev = np.zeros_like(da[0])
    for t in range(len(da) - 1, 0, -1):
        _, da_prev, _ = rnn_cell_backward(da[t] + da_prev, caches[t])
    return da_prev


@RNN_BACKWARD.misconception(
    "BB27",
    "tuples put one behind the other",
    "Adding two RNNParams puts one behind the other, as Python does with all tuples. Add the "
    "gradients field by field.",
)
def tuples_added(da, caches):
    dx, da_prev, grads = [], np.zeros_like(da[0]), ()
    for t in reversed(range(len(da))):
        dx_t, da_prev, step = rnn_cell_backward(da[t] + da_prev, caches[t])
        dx.append(dx_t)
        grads = grads + step
    return np.stack(dx[::-1]), da_prev, (0, 0, 0, *grads)


# ------------------------------------------------------------------------ truncated_bptt


def _long(T: int, B: int, n_x: int, n_a: int, length: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        x, a0, params, targets = _sequence(T, B, n_x, n_a)(rng)

        def head(a: np.ndarray, steps: slice) -> tuple[float, np.ndarray]:
            error = a - targets[steps]
            return (error**2).sum() / 2, error

        return x, a0, params, head, length

    return draw


def truncated_bptt(x, a0, params, head, length):
    return pieces_of_any_layer(x, a0, params, head, length)


TRUNCATED_BPTT = Exercise(
    name="truncated_bptt",
    chapter=CHAPTER,
    points=2,
    reference=truncated_bptt,
    outputs=("loss", "state", "grads"),
    cases=(
        Case("T = 6 in pieces of 2", _long(6, 3, 4, 5, 2)),
        Case("T = 7 in pieces of 3, the last is shorter", _long(7, 3, 4, 5, 3)),
        Case("pieces of 1", _long(4, 2, 3, 5, 1)),
        Case("one piece longer than the sequence", _long(5, 3, 4, 2, 9)),
        Case("T = 1, B = 1", _long(1, 1, 4, 5, 2)),
    ),
    builds_on=(rnn_cell_forward, rnn_forward, rnn_cell_backward, rnn_backward),
)


def _in_pieces(x, a0, params, head, length):
    loss, total = 0.0, RNNParams(*map(np.zeros_like, params))
    for start in range(0, len(x), length):
        steps = slice(start, start + length)
        a, caches = rnn_forward(x[steps], a0, params)
        piece, da = head(a, steps)
        _, _, grads = rnn_backward(da, caches)
        loss, total, a0 = loss + piece, _add(total, grads), a[-1]
    return loss, a0, total


@TRUNCATED_BPTT.misconception(
    "TB1",
    "every piece starts from a0",
    "Each of your pieces starts from a0, so nothing is remembered from piece to piece. Only the "
    "GRADIENT is cut: the state goes on.",
)
def state_not_carried(x, a0, params, head, length):
    loss, total = 0.0, None
    for start in range(0, len(x), length):
        steps = slice(start, start + length)
        a, caches = rnn_forward(x[steps], a0, params)
        piece, da = head(a, steps)
        _, _, grads = rnn_backward(da, caches)
        loss += piece
        total = grads if total is None else _add(total, grads)
    return loss, a[-1], total


@TRUNCATED_BPTT.misconception(
    "TB2",
    "a0 ignored",
    "Your first piece starts from zeros: use the a0 that is passed in.",
)
def starts_from_zeros(x, a0, params, head, length):
    return _in_pieces(x, np.zeros_like(a0), params, head, length)


@TRUNCATED_BPTT.misconception(
    "TB3",
    "shorter last piece dropped",
    "The steps after the last full piece are missing: T need not be a multiple of the length. A "
    "slice that reaches beyond the end simply ends there.",
)
def remainder_dropped(x, a0, params, head, length):
    loss, total = 0.0, RNNParams(*map(np.zeros_like, params))
    for start in range(0, len(x) - length + 1, length):
        steps = slice(start, start + length)
        a, caches = rnn_forward(x[steps], a0, params)
        piece, da = head(a, steps)
        _, _, grads = rnn_backward(da, caches)
        loss, total, a0 = loss + piece, _add(total, grads), a[-1]
    return loss, a0, total


@TRUNCATED_BPTT.misconception(
    "TB4",
    "gradients of the last piece only",
    "Your gradients are those of the last piece. The pieces share their weights as the steps do: "
    "add up.",
)
def last_piece_only(x, a0, params, head, length):
    loss = 0.0
    for start in range(0, len(x), length):
        steps = slice(start, start + length)
        a, caches = rnn_forward(x[steps], a0, params)
        piece, da = head(a, steps)
        _, _, grads = rnn_backward(da, caches)
        loss, a0 = loss + piece, a[-1]
    return loss, a0, grads


@TRUNCATED_BPTT.misconception(
    "TB5",
    "gradient not cut",
    "Your gradients are the exact ones: you went back through the whole sequence. Each piece goes"
    " back to its own first step and no further; that is what saves the memory.",
)
def not_cut(x, a0, params, head, length):
    return _in_pieces(x, a0, params, head, len(x))


@TRUNCATED_BPTT.misconception(
    "TB6",
    "loss of the last piece only",
    "Your loss is that of the last piece. The loss of a sequence is the sum over all of them.",
)
def last_loss(x, a0, params, head, length):
    _, state, grads = _in_pieces(x, a0, params, head, length)
    first = (len(x) - 1) // length * length
    _, before, _ = _in_pieces(x[:first], a0, params, head, length) if first else (0, a0, 0)
    a, _ = rnn_forward(x[first:], before, params)
    return head(a, slice(first, first + length))[0], state, grads


@TRUNCATED_BPTT.misconception(
    "TB7",
    "averaged over the pieces",
    "You divide by the number of pieces. Loss and gradients are sums over time, however it is cut.",
)
def averaged_over_pieces(x, a0, params, head, length):
    loss, state, grads = _in_pieces(x, a0, params, head, length)
    n_pieces = -(-len(x) // length)
    return loss / n_pieces, state, RNNParams(*(g / n_pieces for g in grads))


@TRUNCATED_BPTT.misconception(
    "TB8",
    "the head is not told where the piece is",
    "You tell the head that every piece begins at step 0, so it compares all pieces with the "
    "targets of the first. It takes the slice of steps in the whole sequence.",
)
def piece_at_step_zero(x, a0, params, head, length):
    loss, total = 0.0, None
    for start in range(0, len(x), length):
        a, caches = rnn_forward(x[start : start + length], a0, params)
        piece, da = head(a, slice(0, len(a)))
        _, _, grads = rnn_backward(da, caches)
        loss, a0 = loss + piece, a[-1]
        total = grads if total is None else _add(total, grads)
    return loss, a0, total


@TRUNCATED_BPTT.misconception(
    "TB9",
    "state before the last piece",
    "The state you return is the one the last piece began with. What follows begins after its "
    "last step.",
)
def state_before_last_piece(x, a0, params, head, length):
    loss, _, grads = _in_pieces(x, a0, params, head, length)
    first = (len(x) - 1) // length * length
    state = rnn_forward(x[:first], a0, params)[0][-1] if first else a0
    return loss, state, grads


@TRUNCATED_BPTT.misconception(
    "TB10",
    "states of all steps returned",
    "You return the states of a whole piece. One state is enough to go on from: that of the last "
    "step.",
)
def all_states(x, a0, params, head, length):
    loss, _, grads = _in_pieces(x, a0, params, head, length)
    first = (len(x) - 1) // length * length
    before = rnn_forward(x[:first], a0, params)[0][-1] if first else a0
    return loss, rnn_forward(x[first:], before, params)[0], grads


@TRUNCATED_BPTT.misconception(
    "TB11",
    "every step goes back the same number of steps",
    "Your loss of step t goes back exactly `length` steps, wherever t is. That is the other "
    "convention: it needs a way back for every step. Here the sequence is cut into pieces, and a "
    "step goes back to the first of its piece.",
)
def sliding(x, a0, params, head, length):
    a, caches = rnn_forward(x, a0, params)
    loss, da = head(a, slice(0, len(x)))
    total = RNNParams(*map(np.zeros_like, params))
    for t in range(len(x)):
        first = max(0, t - length + 1)
        own = np.zeros_like(da[first : t + 1])
        own[-1] = da[t]
        _, _, grads = rnn_backward(own, caches[first : t + 1])
        total = _add(total, grads)
    return loss, a[-1], total


@TRUNCATED_BPTT.misconception(
    "TB12",
    "later pieces ignored",
    "You stop after the first piece. The sequence goes on: the next piece starts from the state "
    "this one ended with.",
)
def first_piece_only(x, a0, params, head, length):
    return _in_pieces(x[:length], a0, params, head, length)


@TRUNCATED_BPTT.misconception(
    "TB13",
    "gradient handed on as the state",
    "Your next piece starts from what rnn_backward sends back: that is a gradient, not a state. "
    "The state after the last step came out of the forward pass.",
)
def gradient_as_state(x, a0, params, head, length):
    loss, total = 0.0, RNNParams(*map(np.zeros_like, params))
    for start in range(0, len(x), length):
        steps = slice(start, start + length)
        a, caches = rnn_forward(x[steps], a0, params)
        piece, da = head(a, steps)
        _, a0, grads = rnn_backward(da, caches)
        loss, total = loss + piece, _add(total, grads)
    return loss, a0, total


EXERCISES = (
    CROSS_ENTROPY,
    NUMERICAL_GRADIENT,
    RNN_CELL_BACKWARD,
    RNN_BACKWARD,
    TRUNCATED_BPTT,
)

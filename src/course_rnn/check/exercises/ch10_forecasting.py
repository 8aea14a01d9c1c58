"""Chapter 10: splits, windows, forecasts and how good they are; how they go wrong."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from course_rnn.check.exercise import Case, Exercise
from course_rnn.convolution import ConvolutionParams, conv1d_causal
from course_rnn.time_series import (
    chronological_split,
    flag_rare_events,
    forecast_many_steps,
    make_windows,
    mase,
)
from course_rnn.training import map_leaves

CHAPTER = "10_forecasting"
Draw = Callable[[np.random.Generator], tuple]


def _float32(draw: Draw) -> Draw:
    def single(value: object) -> object:
        return value.astype(np.float32) if isinstance(value, np.ndarray) else value

    return lambda rng: map_leaves(single, draw(rng))


# ------------------------------------------------------------------- chronological_split


def _series(*shape: int, fractions: tuple[float, ...] = ()) -> Draw:
    """Draw a series, and fractions if they are not to be the usual ones."""

    def draw(rng: np.random.Generator) -> tuple:
        return rng.normal(size=shape), *([fractions] if fractions else [])

    return draw


CHRONOLOGICAL_SPLIT = Exercise(
    name="chronological_split",
    chapter=CHAPTER,
    points=1,
    reference=chronological_split,
    outputs=("parts",),
    cases=(
        Case("37 steps of 3 variables", _series(37, 3)),
        Case("18 steps, whose parts end at 12.6 and 16.2", _series(18, 4)),
        Case("10 steps", _series(10, 2)),
        Case("four parts", _series(41, 3, fractions=(0.4, 0.3, 0.2, 0.1))),
        Case("two parts of one variable", _series(23, 1, fractions=(0.8, 0.2))),
        Case("float32", _float32(_series(37, 3))),
    ),
)


def _ends(series, fractions):
    """Return the row before which each part ends."""
    return [round(len(series) * sum(fractions[: i + 1])) for i in range(len(fractions))]


@CHRONOLOGICAL_SPLIT.misconception(
    "CS1",
    "shuffled before the split",
    "You shuffle the rows before you cut. Then almost every test row has a neighbour of yesterday "
    "among the training rows, and the test measures remembering. Keep the order of time.",
)
def shuffled(series, fractions=(0.7, 0.2, 0.1)):
    return chronological_split(np.random.default_rng(0).permutation(series), fractions)


@CHRONOLOGICAL_SPLIT.misconception(
    "CS2",
    "cut down instead of rounded",
    "Your ends are cut down to whole numbers. int(10 * (0.7 + 0.2)) is 8, because the computer's "
    "0.7 + 0.2 is a little less than 0.9: round to the nearest whole number.",
)
def cut_down(series, fractions=(0.7, 0.2, 0.1)):
    ends = [int(len(series) * sum(fractions[: i + 1])) for i in range(len(fractions))]
    return tuple(np.split(series, ends[:-1]))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS3",
    "each length rounded on its own",
    "You round the length of each part. Their errors add up: round the ENDS, T times the sum of "
    "the fractions so far.",
)
def lengths_rounded(series, fractions=(0.7, 0.2, 0.1)):
    lengths = [round(len(series) * fraction) for fraction in fractions]
    return tuple(np.split(series, np.cumsum(lengths)[:-1]))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS4",
    "the oldest rows as the test",
    "Your test part is the oldest of all: you cut from the wrong end. A model learns from the past "
    "and is tested on what came later.",
)
def oldest_as_test(series, fractions=(0.7, 0.2, 0.1)):
    parts = chronological_split(series, tuple(fractions)[::-1])
    return parts[::-1]


@CHRONOLOGICAL_SPLIT.misconception(
    "CS5",
    "fractions used as ends",
    "You cut at 0.7 T and at 0.2 T. The second number is a length, not an end: add the fractions "
    "up before you cut.",
)
def fractions_as_ends(series, fractions=(0.7, 0.2, 0.1)):
    ends = [round(len(series) * fraction) for fraction in fractions]
    return tuple(np.split(series, ends[:-1]))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS6",
    "every part begins at the first row",
    "Each of your parts begins at the first row. Validation and test have to begin where the part "
    "before them ends, or they are seen in training.",
)
def all_from_the_start(series, fractions=(0.7, 0.2, 0.1)):
    return tuple(series[:end] for end in _ends(series, fractions))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS7",
    "parts that overlap by a row",
    "Your parts share a row: the first of a part is the last of the one before. In Python a slice "
    "leaves its end out, so the next part begins AT that end.",
)
def overlapping(series, fractions=(0.7, 0.2, 0.1)):
    ends = [0, *_ends(series, fractions)]
    return tuple(series[max(start - 1, 0) : end] for start, end in pairwise(ends))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS8",
    "a row lost at each cut",
    "Your parts leave rows out where they meet. A slice leaves its end out by itself; you do not "
    "have to subtract 1.",
)
def rows_lost(series, fractions=(0.7, 0.2, 0.1)):
    ends = [0, *_ends(series, fractions)]
    return tuple(series[start : end - 1] for start, end in pairwise(ends))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS9",
    "row by row in turn",
    "You deal rows out in turn. Every test row then has neighbours in the training part, which is "
    "nearly as good as having seen it. Cut the series into stretches.",
)
def dealt_out(series, fractions=(0.7, 0.2, 0.1)):
    place = (np.arange(len(series)) % 10 + 0.5) / 10
    ends = np.cumsum([0, *fractions])
    return tuple(series[(start <= place) & (place < end)] for start, end in pairwise(ends))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS10",
    "the usual fractions, always",
    "You do not use the argument fractions: 70, 20 and 10 percent are only its default.",
)
def always_the_usual(series, fractions=(0.7, 0.2, 0.1)):
    return chronological_split(series)


@CHRONOLOGICAL_SPLIT.misconception(
    "CS11",
    "variables split",
    "You cut the variables apart: axis 1. Time is the first axis, and each part keeps all of them.",
)
def columns_split(series, fractions=(0.7, 0.2, 0.1)):
    ends = _ends(series.T, fractions)
    return tuple(np.split(series, ends[:-1], axis=1))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS12",
    "scaled with all rows",
    "You scale the series before you cut it, with a mean and a standard deviation that know the "
    "test part. Here nothing is scaled at all; if you do, learn the scale from the training part.",
)
def scaled_before(series, fractions=(0.7, 0.2, 0.1)):
    return chronological_split((series - series.mean(axis=0)) / series.std(axis=0), fractions)


@CHRONOLOGICAL_SPLIT.misconception(
    "CS13",
    "rounded up",
    "Your ends are rounded up. round() goes to the NEAREST whole number.",
)
def rounded_up(series, fractions=(0.7, 0.2, 0.1)):
    ends = [int(np.ceil(len(series) * sum(fractions[: i + 1]))) for i in range(len(fractions))]
    return tuple(np.split(series, ends[:-1]))


@CHRONOLOGICAL_SPLIT.misconception(
    "CS14",
    "an empty part at the end",
    "You have a part too many, and nothing is in it: np.split wants the places BETWEEN the parts. "
    "The last end is no cut.",
)
def empty_part_at_the_end(series, fractions=(0.7, 0.2, 0.1)):
    return tuple(np.split(series, _ends(series, fractions)))


# -------------------------------------------------------------------------- make_windows


def _stretch(T: int, n_x: int, *numbers: int) -> Draw:
    return lambda rng: (rng.normal(size=(T, n_x)), *numbers)


MAKE_WINDOWS = Exercise(
    name="make_windows",
    chapter=CHAPTER,
    points=2,
    reference=make_windows,
    outputs=("inputs", "targets"),
    cases=(
        Case("one step ahead", _stretch(11, 3, 4)),
        Case("one label, far ahead", _stretch(17, 2, 4, 6)),
        Case("all steps on the way", _stretch(19, 2, 4, 5, 5)),
        Case("the last three of six steps", _stretch(17, 2, 4, 6, 3)),
        Case("a label at every input step", _stretch(14, 3, 5, 1, 5)),
        Case("stride 3", _stretch(20, 2, 5, 2, 2, 3)),
        Case("a single window", _stretch(7, 3, 4, 3, 2)),
        Case("width 1, one variable", _stretch(9, 1, 1, 2, 1)),
        Case("float32", _float32(_stretch(17, 2, 4, 6, 3))),
    ),
    naming_cases=(Case("sizes that coincide", _stretch(7, 4, 4, 1, 4)),),
)


def _pick(series, starts, first, n_steps):
    """Cut n_steps rows out after each start, the first of them `first` rows on."""
    return np.stack([series[s + first : s + first + n_steps] for s in starts], axis=1)


def _windows(series, width, offset, labels, stride, first, starts=None):
    """Let the labels begin `first` steps after the start of their window."""
    if starts is None:
        starts = range(0, len(series) - width - offset + 1, stride)
    return _pick(series, starts, 0, width), _pick(series, starts, first, labels)


@MAKE_WINDOWS.misconception(
    "MW1",
    "batch first",
    "Your windows stand batch first. In this course time is the first axis: (width, B, n_x).",
)
def batch_first(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, labels, stride)
    return inputs.swapaxes(0, 1), targets.swapaxes(0, 1)


@MAKE_WINDOWS.misconception(
    "MW2",
    "last window forgotten",
    "Your last window is missing. With 11 steps, width 4 and offset 1 the windows start at 0 … 6, "
    "which are SEVEN: range leaves its end out.",
)
def last_forgotten(series, width, offset=1, labels=1, stride=1):
    starts = range(0, len(series) - width - offset, stride)
    first = width + offset - labels
    if not len(starts):  # a single window, and it is the last one
        return np.empty((width, 0, series.shape[1])), np.empty((labels, 0, series.shape[1]))
    return _windows(series, width, offset, labels, stride, first, starts)


@MAKE_WINDOWS.misconception(
    "MW3",
    "labels begin at the offset",
    "Your labels BEGIN at the offset. It says where the LAST of them stands: offset steps after "
    "the last input.",
)
def begins_at_the_offset(series, width, offset=1, labels=1, stride=1):
    starts = range(0, len(series) - width - offset - labels + 2, stride)
    return _windows(series, width, offset, labels, stride, width + offset - 1, starts)


@MAKE_WINDOWS.misconception(
    "MW4",
    "offset ignored",
    "Your labels follow directly on the inputs. Between the last input and the last label there "
    "are `offset` steps.",
)
def offset_ignored(series, width, offset=1, labels=1, stride=1):
    return _windows(series, width, offset, labels, stride, width)


@MAKE_WINDOWS.misconception(
    "MW5",
    "offset counted from 0",
    "Your labels stand a step too late. An offset of 1 is the NEXT step, right after the inputs.",
)
def a_step_too_late(series, width, offset=1, labels=1, stride=1):
    return _windows(series, width, offset + 1, labels, stride, width + offset + 1 - labels)


@MAKE_WINDOWS.misconception(
    "MW6",
    "the label among the inputs",
    "Your inputs reach up to the last label: the model is shown what it shall say. They end after "
    "`width` steps.",
)
def label_among_the_inputs(series, width, offset=1, labels=1, stride=1):
    starts = range(0, len(series) - width - offset + 1, stride)
    both = _pick(series, starts, 0, width + offset)
    return both, both[-labels:]


@MAKE_WINDOWS.misconception(
    "MW7",
    "last input as the label",
    "Your label is the last input itself. A model that copies it would be perfect, and useless.",
)
def last_input_as_label(series, width, offset=1, labels=1, stride=1):
    return _windows(series, width, offset, labels, stride, width + offset - 1 - labels)


@MAKE_WINDOWS.misconception(
    "MW8",
    "stride ignored",
    "Your window moves by one step each time. It shall move by `stride`.",
)
def stride_ignored(series, width, offset=1, labels=1, stride=1):
    return make_windows(series, width, offset, labels)


@MAKE_WINDOWS.misconception(
    "MW9",
    "windows that never overlap",
    "Your windows lie side by side: each begins where the one before ended. That is what "
    "stride = width gives; here they move by `stride`.",
)
def side_by_side(series, width, offset=1, labels=1, stride=1):
    return make_windows(series, width, offset, labels, width)


@MAKE_WINDOWS.misconception(
    "MW10",
    "one label only",
    "You return one label a window. `labels` says how many steps are wanted, the last of which "
    "stands at the offset.",
)
def one_label_only(series, width, offset=1, labels=1, stride=1):
    return make_windows(series, width, offset, 1, stride)


@MAKE_WINDOWS.misconception(
    "MW11",
    "cut by a reshape in the wrong order",
    "You reshape to (width, B, n_x) directly. A reshape fills its LAST axes first, so that one "
    "window holds every B-th step. Reshape to (B, width, n_x), then exchange the axes.",
)
def reshaped(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, labels, stride)
    rows = np.ascontiguousarray(inputs.swapaxes(0, 1))
    return rows.reshape(inputs.shape), targets


@MAKE_WINDOWS.misconception(
    "MW12",
    "around the end",
    "Your last windows go on at the beginning of the series: np.roll turns it into a ring. After "
    "the last step nothing is known, so there is no window.",
)
def around_the_end(series, width, offset=1, labels=1, stride=1):
    ring = np.concatenate([series, series[: width + offset - 1]])
    return make_windows(ring, width, offset, labels, stride)


@MAKE_WINDOWS.misconception(
    "MW13",
    "first variable as the label",
    "Your labels hold the first variable alone. All n_x of them are wanted.",
)
def first_variable(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, labels, stride)
    return inputs, targets[:, :, :1]


@MAKE_WINDOWS.misconception(
    "MW14",
    "targets batch first",
    "Your targets stand batch first, your inputs time first. Both are time first: "
    "(labels, B, n_x).",
)
def targets_batch_first(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, labels, stride)
    return inputs, targets.swapaxes(0, 1)


@MAKE_WINDOWS.misconception(
    "MW15",
    "a window too few with a stride",
    "With a stride your number of windows is too small: you divide before you count the first one. "
    "Of 20 steps with width 5, offset 2 and stride 3, windows start at 0, 3, 6, 9 and 12.",
)
def divided_too_early(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, labels, stride)
    count = max((len(series) - width - offset + 1) // stride, 1)
    return inputs[:, :count], targets[:, :count]


@MAKE_WINDOWS.misconception(
    "MW16",
    "labels begin at the offset, and run out",
    "Your labels BEGIN at the offset, and those of the last windows reach beyond the series. The "
    "offset says where the LAST label stands.",
)
def begins_at_the_offset_and_runs_out(series, width, offset=1, labels=1, stride=1):
    return _windows(series, width, offset, labels, stride, width + offset - 1)


@MAKE_WINDOWS.misconception(
    "MW17",
    "targets without an axis of labels",
    "Your targets hold a single row for each window and have no axis for it. Their shape is "
    "(labels, B, n_x), even for one label.",
)
def no_axis_of_labels(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, 1, stride)
    return inputs, targets[0]


@MAKE_WINDOWS.misconception(
    "MW18",
    "steps of a window last",
    "The steps of your windows stand on the LAST axis, where NumPy's sliding_window_view and "
    "PyTorch's unfold put them. Time is the first: (width, B, n_x).",
)
def steps_last(series, width, offset=1, labels=1, stride=1):
    inputs, targets = make_windows(series, width, offset, labels, stride)
    return np.moveaxis(inputs, 0, -1), np.moveaxis(targets, 0, -1)


# ------------------------------------------------------------------- forecast_many_steps


def _model(T: int, B: int, n_x: int, n_steps: int, dtype: type = float) -> Draw:
    """Draw a model to which every row of its window and its place matter, and windows."""

    def draw(rng: np.random.Generator) -> tuple:
        M, b = rng.normal(size=(n_x, n_x)).astype(dtype), rng.normal(size=n_x).astype(dtype)

        def predict(window: np.ndarray) -> np.ndarray:
            places = np.cos(1 + np.arange(len(window))).astype(dtype)
            return np.tanh(np.einsum("t,tbx->bx", places, window) @ M + b)

        return predict, rng.normal(size=(T, B, n_x)).astype(dtype), n_steps

    return draw


FORECAST_MANY_STEPS = Exercise(
    name="forecast_many_steps",
    chapter=CHAPTER,
    points=2,
    reference=forecast_many_steps,
    outputs=("forecasts",),
    cases=(
        Case("fewer steps than the window has", _model(6, 3, 2, 4)),
        Case("more steps than the window has", _model(3, 4, 2, 8)),
        Case("one step", _model(6, 3, 2, 1)),
        Case("a window of one row", _model(1, 3, 2, 5)),
        Case("B = 1, one variable", _model(5, 1, 1, 7)),
        Case("float32", _model(6, 3, 2, 4, dtype=np.float32)),
    ),
    naming_cases=(Case("all sizes equal", _model(4, 4, 4, 4)),),
)


def _step_by_step(predict, inputs, n_steps, move):
    """Forecast step by step; `move` makes the next window of the last one and a forecast."""
    window, forecasts = inputs, []
    for _ in range(n_steps):
        forecasts.append(predict(window))
        window = move(window, forecasts[-1][None])
    return np.stack(forecasts)


@FORECAST_MANY_STEPS.misconception(
    "FM1",
    "window not moved",
    "Your model sees the same window at every step, and says the same each time. Put its forecast "
    "into the window before you ask again.",
)
def window_not_moved(predict, inputs, n_steps):
    return np.stack([predict(inputs) for _ in range(n_steps)])


@FORECAST_MANY_STEPS.misconception(
    "FM2",
    "window grows",
    "Your window grows by a row each step. The model learned from windows of one width: drop the "
    "oldest row when the forecast comes in.",
)
def window_grows(predict, inputs, n_steps):
    return _step_by_step(predict, inputs, n_steps, lambda w, f: np.concatenate([w, f]))


@FORECAST_MANY_STEPS.misconception(
    "FM3",
    "newest row dropped",
    "You drop the last row of the window, the newest. The oldest has to go: the first.",
)
def newest_dropped(predict, inputs, n_steps):
    return _step_by_step(predict, inputs, n_steps, lambda w, f: np.concatenate([w[:-1], f]))


@FORECAST_MANY_STEPS.misconception(
    "FM4",
    "forecast in front of the past",
    "You put the forecast in front of the window, where the oldest row stands. It is the newest "
    "one, and belongs at the end.",
)
def in_front(predict, inputs, n_steps):
    return _step_by_step(predict, inputs, n_steps, lambda w, f: np.concatenate([f, w[:-1]]))


@FORECAST_MANY_STEPS.misconception(
    "FM5",
    "a window of nothing but the last forecast",
    "You fill the whole window with the last forecast. Only its last row is new; the others move "
    "up by one.",
)
def filled_with_the_last(predict, inputs, n_steps):
    return _step_by_step(predict, inputs, n_steps, lambda w, f: np.repeat(f, len(w), axis=0))


@FORECAST_MANY_STEPS.misconception(
    "FM6",
    "last forecast only",
    "You return the last forecast alone. All of them are wanted: (n_steps, B, n_x).",
)
def last_only(predict, inputs, n_steps):
    return forecast_many_steps(predict, inputs, n_steps)[-1]


@FORECAST_MANY_STEPS.misconception(
    "FM7",
    "batch first",
    "Your forecasts stand batch first: (B, n_steps, n_x). Time is the first axis.",
)
def forecasts_batch_first(predict, inputs, n_steps):
    return forecast_many_steps(predict, inputs, n_steps).swapaxes(0, 1)


@FORECAST_MANY_STEPS.misconception(
    "FM8",
    "the past returned too",
    "You return the inputs together with the forecasts. Only what is new is wanted.",
)
def past_returned(predict, inputs, n_steps):
    return np.concatenate([inputs, forecast_many_steps(predict, inputs, n_steps)])


@FORECAST_MANY_STEPS.misconception(
    "FM9",
    "a forecast too few, the last known row first",
    "Your first row is the last KNOWN one. The forecasts begin a step later.",
)
def last_known_first(predict, inputs, n_steps):
    forecasts = forecast_many_steps(predict, inputs, n_steps)
    return np.concatenate([inputs[-1:], forecasts[:-1]])


@FORECAST_MANY_STEPS.misconception(
    "FM10",
    "window changed in place",
    "Your forecasts are right, but you write them into `inputs` itself. Whoever called you finds "
    "the past overwritten: work on a copy.",
)
def changed_in_place(predict, inputs, n_steps):
    forecasts = []
    for _ in range(n_steps):
        forecasts.append(predict(inputs))
        inputs[:-1] = inputs[1:].copy()
        inputs[-1] = forecasts[-1]
    return np.stack(forecasts)


@FORECAST_MANY_STEPS.misconception(
    "FM11",
    "forecast taken for a change",
    "You add what the model says to the last row, as if it forecast the CHANGE. It says the next "
    "row itself.",
)
def taken_for_a_change(predict, inputs, n_steps):
    def move(window, forecast):
        return np.concatenate([window[1:], forecast])

    return _step_by_step(lambda w: w[-1] + predict(w), inputs, n_steps, move)


@FORECAST_MANY_STEPS.misconception(
    "FM12",
    "furthest forecast first",
    "Your forecasts stand in reversed order. The first row is the next step.",
)
def furthest_first(predict, inputs, n_steps):
    return forecast_many_steps(predict, inputs, n_steps)[::-1]


@FORECAST_MANY_STEPS.misconception(
    "FM13",
    "an old row comes back",
    "Your window turns round: the oldest row comes back as the newest (np.roll), and the forecast "
    "never gets in. Overwrite the last row by the forecast.",
)
def old_row_comes_back(predict, inputs, n_steps):
    return _step_by_step(predict, inputs, n_steps, lambda w, f: np.roll(w, -1, axis=0))


@FORECAST_MANY_STEPS.misconception(
    "FM14",
    "forecasts end to end",
    "Your forecasts lie end to end on the axis of the batch. Each step gets a place on a NEW axis, "
    "the first: np.stack, not np.concatenate.",
)
def end_to_end(predict, inputs, n_steps):
    return np.concatenate(forecast_many_steps(predict, inputs, n_steps))


# ---------------------------------------------------------------------------------- mase


def _forecasts(shape: tuple[int, ...], T: int, *period: int, scale: float = 1.0) -> Draw:
    """Draw what came, what was forecast, and a training part, in units that differ."""

    def draw(rng: np.random.Generator) -> tuple:
        units = scale * 10.0 ** np.arange(shape[-1])
        arrays = [rng.normal(2, 1, size=size) * units for size in (shape, shape)]
        train = rng.normal(2, 1, size=(T, shape[-1])) * units
        return *arrays, np.cumsum(train, axis=0) if period else train, *period

    return draw


MASE = Exercise(
    name="mase",
    chapter=CHAPTER,
    points=2,
    reference=mase,
    outputs=("mase",),
    cases=(
        Case("5 steps, 4 windows, 3 variables", _forecasts((5, 4, 3), 23)),
        Case("period 7", _forecasts((5, 4, 3), 29, 7)),
        Case("one variable, period 12", _forecasts((6, 2, 1), 40, 12)),
        Case("a series, without windows", _forecasts((9, 2), 15)),
        Case("a single number", _forecasts((1, 1), 8, 2)),
        Case("large numbers", _forecasts((5, 4, 3), 23, 3, scale=1e6)),
        Case("float32", _float32(_forecasts((5, 4, 3), 23, 7))),
    ),
)


def _each(values):
    """Average over all axes but the last."""
    return values.reshape(-1, values.shape[-1]).mean(axis=0)


def _naive_error(train, period):
    return np.abs(train[period:] - train[:-period]).mean(axis=0)


@MASE.misconception(
    "MA1",
    "scaled by the naive error on the test",
    "You divide by the naive forecast's error on the targets. Take it from TRAIN: the unit must "
    "not depend on the stretch that happens to be tested, which may be a single step.",
)
def scaled_by_the_test(targets, forecasts, train, period=1):
    return (_each(np.abs(targets - forecasts)) / _naive_error(targets, 1)).mean()


@MASE.misconception(
    "MA2",
    "period ignored",
    "Your naive forecast is always that of one step. With a period, it repeats what was that many "
    "steps ago.",
)
def period_ignored(targets, forecasts, train, period=1):
    return mase(targets, forecasts, train)


@MASE.misconception(
    "MA3",
    "squares instead of distances",
    "You square the errors. MASE is about their absolute values: single large errors then do not "
    "outweigh all others.",
)
def squares(targets, forecasts, train, period=1):
    naive = ((train[period:] - train[:-period]) ** 2).mean(axis=0)
    return (_each((targets - forecasts) ** 2) / naive).mean()


@MASE.misconception(
    "MA4",
    "variables averaged before dividing",
    "You average over the variables before you divide. Then the one with the largest unit decides "
    "alone: divide for each variable, and average the quotients.",
)
def averaged_too_early(targets, forecasts, train, period=1):
    return np.abs(targets - forecasts).mean() / _naive_error(train, period).mean()


@MASE.misconception(
    "MA5",
    "errors with their signs",
    "Your errors keep their signs, so that too high and too low cancel. Take absolute values "
    "before the mean.",
)
def with_signs(targets, forecasts, train, period=1):
    return (_each(targets - forecasts) / _naive_error(train, period)).mean()


@MASE.misconception(
    "MA6",
    "absolute value after the mean",
    "You take the absolute value of the mean error. Too high and too low have cancelled by then: "
    "absolute value first, then the mean.",
)
def absolute_too_late(targets, forecasts, train, period=1):
    naive = np.abs((train[period:] - train[:-period]).mean(axis=0))
    return (np.abs(_each(targets - forecasts)) / naive).mean()


@MASE.misconception(
    "MA7",
    "scaled by the standard deviation",
    "You divide by the standard deviation of train. The unit is the error of the naive forecast.",
)
def scaled_by_std(targets, forecasts, train, period=1):
    return (_each(np.abs(targets - forecasts)) / train.std(axis=0)).mean()


@MASE.misconception(
    "MA8",
    "a percentage",
    "You divide each error by its target. That is MAPE, which breaks down where a target is near "
    "zero. Divide by the naive forecast's mean error in train.",
)
def percentage(targets, forecasts, train, period=1):
    return np.abs((targets - forecasts) / targets).mean()


@MASE.misconception(
    "MA9",
    "one number for each variable",
    "You return a number for each variable. Average them at the end.",
)
def one_for_each(targets, forecasts, train, period=1):
    return _each(np.abs(targets - forecasts)) / _naive_error(train, period)


@MASE.misconception(
    "MA10",
    "upside down",
    "Your quotient is upside down: a better forecast must give a SMALLER number.",
)
def upside_down(targets, forecasts, train, period=1):
    return (_naive_error(train, period) / _each(np.abs(targets - forecasts))).mean()


@MASE.misconception(
    "MA11",
    "not scaled",
    "You return the mean absolute error, in the units of the series. Divide it by that of the "
    "naive forecast in train.",
)
def not_scaled(targets, forecasts, train, period=1):
    return np.abs(targets - forecasts).mean()


@MASE.misconception(
    "MA12",
    "around the end",
    "Your naive forecast goes around the end: np.roll compares the first steps with the last. They "
    "have no step before them: leave the first `period` out.",
)
def naive_around_the_end(targets, forecasts, train, period=1):
    naive = np.abs(train - np.roll(train, period, axis=0)).mean(axis=0)
    return (_each(np.abs(targets - forecasts)) / naive).mean()


@MASE.misconception(
    "MA13",
    "differences of differences",
    "np.diff(train, n=period) takes differences of differences, `period` times over. You want one "
    "difference between steps that lie `period` apart: two slices.",
)
def differences_of_differences(targets, forecasts, train, period=1):
    naive = np.abs(np.diff(train, n=period, axis=0)).mean(axis=0)
    return (_each(np.abs(targets - forecasts)) / naive).mean()


@MASE.misconception(
    "MA14",
    "divided by T",
    "You divide the sum of the naive errors by T. There are only T - period of them.",
)
def divided_by_all(targets, forecasts, train, period=1):
    naive = np.abs(train[period:] - train[:-period]).sum(axis=0) / len(train)
    return (_each(np.abs(targets - forecasts)) / naive).mean()


@MASE.misconception(
    "MA15",
    "first naive error left out",
    "You leave out the first naive error. The equation counts steps from 1, so its first t > p is "
    "row p of the array.",
)
def first_naive_error_left_out(targets, forecasts, train, period=1):
    return (_each(np.abs(targets - forecasts)) / _naive_error(train[1:], period)).mean()


@MASE.misconception(
    "MA16",
    "period + 1 steps apart",
    "Your naive forecast says what was period + 1 steps ago. The first row that has one `period` "
    "steps before it is train[period].",
)
def one_step_further_apart(targets, forecasts, train, period=1):
    return (_each(np.abs(targets - forecasts)) / _naive_error(train, period + 1)).mean()


# ------------------------------------------------------------------------- conv1d_causal


def _convolution(T: int, B: int, n_x: int, n_y: int, k: int, *dilation: int) -> Draw:
    def draw(rng: np.random.Generator) -> tuple:
        params = ConvolutionParams(rng.normal(size=(k, n_y, n_x)), rng.normal(size=n_y))
        return rng.normal(size=(T, B, n_x)), params, *dilation

    return draw


CONV1D_CAUSAL = Exercise(
    name="conv1d_causal",
    chapter=CHAPTER,
    points=2,
    reference=conv1d_causal,
    outputs=("y", "cache"),
    cases=(
        Case("a window of 3 steps", _convolution(7, 2, 4, 5, 3)),
        Case("dilation 2", _convolution(9, 2, 4, 5, 3, 2)),
        Case("one variable in, one out", _convolution(8, 3, 1, 1, 4)),
        Case("a window of one step", _convolution(6, 2, 4, 5, 1)),
        Case("a window longer than the sequence", _convolution(4, 2, 3, 5, 6)),
        Case("a dilation longer than the sequence", _convolution(4, 2, 3, 5, 2, 5)),
        Case("T = 1, B = 1", _convolution(1, 1, 4, 5, 3, 2)),
        Case("float32", _float32(_convolution(7, 2, 4, 5, 3))),
    ),
    naming_cases=(
        Case("all sizes equal", _convolution(4, 4, 4, 4, 4)),
        Case("all sizes equal, dilation 2", _convolution(5, 5, 5, 5, 5, 2)),
    ),
)


def _taps(x, params, lags):
    """Add up W_j x<t - lag_j>, zero where there is no such step; a lag may be negative."""
    T = len(x)
    y = np.zeros((T, x.shape[1], len(params.by)), dtype=x.dtype) + params.by
    for W_j, lag in zip(params.Wyx, lags, strict=True):
        for t in range(max(lag, 0), min(T + lag, T)):
            y[t] += x[t - lag] @ W_j.T
    return y


def _lags(params, dilation):
    return [j * dilation for j in range(len(params.Wyx))]


@CONV1D_CAUSAL.misconception(
    "CC1",
    "looks ahead",
    "Your outputs see the FUTURE: you add where lags have to be subtracted. x<t - j d>, not "
    "x<t + j d>.",
)
def looks_ahead(x, params, dilation=1):
    return _taps(x, params, [-lag for lag in _lags(params, dilation)]), ()


@CONV1D_CAUSAL.misconception(
    "CC2",
    "window turned round",
    "You have the window turned round: the first matrix meets the OLDEST step. That is the other "
    "convention, PyTorch's and Keras'; here Wyx[0] meets the present.",
)
def turned_round(x, params, dilation=1):
    return _taps(x, params, _lags(params, dilation)[::-1]), ()


@CONV1D_CAUSAL.misconception(
    "CC3",
    "window around the present",
    "Your window stands around its step and sees as far ahead as back: padding='same'. A causal "
    "one ends at the present: all the zeros go in front.",
)
def around_the_present(x, params, dilation=1):
    middle = (len(params.Wyx) - 1) * dilation // 2
    return _taps(x, params, [lag - middle for lag in _lags(params, dilation)]), ()


@CONV1D_CAUSAL.misconception(
    "CC4",
    "no output at the first steps",
    "You have fewer outputs than inputs: only full windows answer (mode 'valid'). Before the first "
    "step there are zeros, so that each step has an output.",
)
def full_windows_only(x, params, dilation=1):
    return conv1d_causal(x, params, dilation)[0][(len(params.Wyx) - 1) * dilation :], ()


@CONV1D_CAUSAL.misconception(
    "CC5",
    "first step repeated instead of zeros",
    "Before the first step you repeat it. The equation has zeros there.",
)
def edge_repeated(x, params, dilation=1):
    front = np.repeat(x[:1], (len(params.Wyx) - 1) * dilation, axis=0)
    return conv1d_causal(np.concatenate([front, x]), params, dilation)[0][len(front) :], ()


@CONV1D_CAUSAL.misconception(
    "CC6",
    "dilation ignored",
    "Your window sees neighbouring steps whatever the dilation. Its steps lie d apart: t, t - d, "
    "t - 2d, …",
)
def dilation_ignored(x, params, dilation=1):
    return conv1d_causal(x, params)


@CONV1D_CAUSAL.misconception(
    "CC7",
    "dilation as a stride",
    "You skip outputs. A dilation leaves gaps WITHIN the window; it still stops at every step.",
)
def dilation_as_stride(x, params, dilation=1):
    return conv1d_causal(x, params)[0][::dilation], ()


@CONV1D_CAUSAL.misconception(
    "CC8",
    "bias left out",
    "You left out by. It is added once to each output.",
)
def no_bias(x, params, dilation=1):
    return conv1d_causal(x, params._replace(by=np.zeros_like(params.by)), dilation)


@CONV1D_CAUSAL.misconception(
    "CC9",
    "bias at every tap",
    "You add by once for each of the k steps of the window. Once for each output is enough.",
)
def bias_at_every_tap(x, params, dilation=1):
    by = params.by * np.asarray(len(params.Wyx), dtype=x.dtype)
    return conv1d_causal(x, params._replace(by=by), dilation)


@CONV1D_CAUSAL.misconception(
    "CC10",
    "matrices transposed",
    "Your matrices are transposed. Each is (n_y, n_x) and multiplies from the left; for a batch of "
    "rows that is x_t @ W.T.",
)
def transposed(x, params, dilation=1):
    y = np.zeros((*x.shape[:2], len(params.by)), dtype=x.dtype) + params.by
    for j, W_j in enumerate(params.Wyx):
        for t in range(j * dilation, len(x)):
            y[t] += x[t - j * dilation] @ W_j
    return y, ()


@CONV1D_CAUSAL.misconception(
    "CC11",
    "around the end",
    "Your first outputs see the END of the sequence: a negative index in Python counts from "
    "behind, and so does np.roll. Before the first step there are zeros.",
)
def sees_the_end(x, params, dilation=1):
    y = np.zeros((*x.shape[:2], len(params.by)), dtype=x.dtype) + params.by
    for lag, W_j in zip(_lags(params, dilation), params.Wyx, strict=True):
        y += np.roll(x, lag, axis=0) @ W_j.T
    return y, ()


@CONV1D_CAUSAL.misconception(
    "CC12",
    "activation function applied",
    "You put your outputs through tanh. The activation function comes after this layer and is not "
    "its business.",
)
def activated(x, params, dilation=1):
    y, cache = conv1d_causal(x, params, dilation)
    return np.tanh(y), cache


@CONV1D_CAUSAL.misconception(
    "CC13",
    "the present left out",
    "Your window begins at t - 1. The first matrix meets the present step, t.",
)
def present_left_out(x, params, dilation=1):
    return _taps(x, params, [lag + 1 for lag in _lags(params, dilation)]), ()


@CONV1D_CAUSAL.misconception(
    "CC14",
    "along the batch",
    "Your window moves along the sequences of the batch, axis 1. Time is axis 0, and sequences do "
    "not see each other.",
)
def along_the_batch(x, params, dilation=1):
    return conv1d_causal(x.swapaxes(0, 1), params, dilation)[0].swapaxes(0, 1), ()


def _by_lags(x, params, dilation, end_of, by_of_each=0):
    """Let y[lag:] meet x[: end_of(T, lag)], one lag after the other, as the second hint has it."""
    y = np.zeros((*x.shape[:2], len(params.by)), dtype=x.dtype) + params.by
    for lag, W_j in zip(_lags(params, dilation), params.Wyx, strict=True):
        y[lag:] += x[: end_of(len(x), lag)] @ W_j.T + by_of_each
    return y, ()


@CONV1D_CAUSAL.misconception(
    "CC15",
    "bias with every lag",
    "You add by inside the loop over lags, once for each input that an output sees. Once for each "
    "output is enough.",
)
def bias_with_every_lag(x, params, dilation=1):
    y, _ = _by_lags(x, params, dilation, lambda T, lag: max(T - lag, 0), params.by)
    return y - params.by, ()


@CONV1D_CAUSAL.misconception(
    "CC16",
    "x[:-0]",
    "x[:-lag] is empty for lag = 0, the present: -0 is 0. Count from the front, x[: T - lag].",
)
def minus_zero(x, params, dilation=1):
    return _by_lags(x, params, dilation, lambda T, lag: -lag)


@CONV1D_CAUSAL.misconception(
    "CC17",
    "a lag longer than the sequence",
    "For a lag longer than the sequence T - lag is negative, and a negative end counts from "
    "behind. No step has an input that far back: leave such lags out.",
)
def negative_end(x, params, dilation=1):
    return _by_lags(x, params, dilation, lambda T, lag: T - lag)


# ---------------------------------------------------------------------- flag_rare_events


def _errors(
    shape: tuple[int, ...], train_shape: tuple[int, ...], *quantile: float, whole: bool = False
) -> Draw:
    """Draw errors, some of them much larger than in training; whole ones meet the threshold."""

    def draw(rng: np.random.Generator) -> tuple:
        errors, train_errors = rng.gamma(2, 1.5, size=shape), rng.gamma(2, 1, size=train_shape)
        if whole:
            errors, train_errors = np.floor(errors), np.floor(train_errors)
        return errors, train_errors, *quantile

    return draw


def _meets_the_threshold(rng: np.random.Generator) -> tuple:
    """Eleven errors 0 … 10 in some order: the quantile 0.8 is 8, one of the errors to judge."""
    return rng.permutation(14).astype(float), rng.permutation(11).astype(float), 0.8


FLAG_RARE_EVENTS = Exercise(
    name="flag_rare_events",
    chapter=CHAPTER,
    points=1,
    reference=flag_rare_events,
    outputs=("flags",),
    cases=(
        Case("the quantile 0.9", _errors((40,), (61,), 0.9)),
        Case("a table of errors, the quantile 0.8", _errors((9, 7), (8, 7), 0.8)),
        Case("the default quantile", _errors((300,), (120,))),
        Case("an error that equals the threshold", _meets_the_threshold),
        Case("the quantile 1", _errors((60,), (15,), 1.0)),
        Case("a single error", _errors((1,), (31,), 0.5)),
        Case("float32", _float32(_errors((40,), (61,), 0.9))),
    ),
)


@FLAG_RARE_EVENTS.misconception(
    "FR1",
    "threshold from the errors to be judged",
    "Your threshold comes from the very errors that you judge. Then the same share is flagged "
    "every day, even if nothing happened. Learn it from train_errors.",
)
def threshold_from_the_same(errors, train_errors, quantile=0.99):
    return errors > np.quantile(errors, quantile)


@FLAG_RARE_EVENTS.misconception(
    "FR2",
    "a share taken for a percentage",
    "np.percentile counts to 100: with 0.99 it gives you the ONE-percent point. Use np.quantile, "
    "which counts to 1.",
)
def percentile(errors, train_errors, quantile=0.99):
    return errors > np.percentile(train_errors, quantile)


@FLAG_RARE_EVENTS.misconception(
    "FR3",
    "the usual flagged",
    "You flag the SMALL errors. What the model reproduces well is the usual.",
)
def usual_flagged(errors, train_errors, quantile=0.99):
    return errors <= np.quantile(train_errors, quantile)


@FLAG_RARE_EVENTS.misconception(
    "FR4",
    "largest error as the threshold",
    "Your threshold is the largest training error, whatever the quantile. A single odd window "
    "would then set it.",
)
def largest_as_threshold(errors, train_errors, quantile=0.99):
    return errors > train_errors.max()


@FLAG_RARE_EVENTS.misconception(
    "FR5",
    "mean and three standard deviations",
    "Your threshold is the mean plus three standard deviations. That fits bell curves; errors are "
    "skewed, and the quantile is asked for.",
)
def three_sigma(errors, train_errors, quantile=0.99):
    return errors > train_errors.mean() + 3 * train_errors.std()


@FLAG_RARE_EVENTS.misconception(
    "FR6",
    "a share of the largest error",
    "Your threshold is a share of the largest training error. A quantile counts ERRORS: below it "
    "lies that share of them, whatever their size.",
)
def share_of_the_largest(errors, train_errors, quantile=0.99):
    return errors > quantile * train_errors.max()


@FLAG_RARE_EVENTS.misconception(
    "FR7",
    "threshold itself flagged",
    "You flag errors that EQUAL the threshold. Only those above it count: >, not >=.",
)
def threshold_flagged(errors, train_errors, quantile=0.99):
    return errors >= np.quantile(train_errors, quantile)


@FLAG_RARE_EVENTS.misconception(
    "FR8",
    "places instead of flags",
    "You return the places of the rare events. A flag for each error is wanted, True or False, in "
    "the shape of errors.",
)
def places(errors, train_errors, quantile=0.99):
    return np.flatnonzero(errors > np.quantile(train_errors, quantile))


@FLAG_RARE_EVENTS.misconception(
    "FR9",
    "the other end",
    "Your threshold lies at the other end: 1 - quantile. Which share of the usual windows is NOT "
    "to be flagged?",
)
def other_end(errors, train_errors, quantile=0.99):
    return errors > np.quantile(train_errors, 1 - quantile)


@FLAG_RARE_EVENTS.misconception(
    "FR10",
    "threshold from everything",
    "Your threshold comes from training errors and judged errors together. The more events there "
    "are, the fewer you find: use train_errors alone.",
)
def threshold_from_everything(errors, train_errors, quantile=0.99):
    everything = np.concatenate([errors.ravel(), train_errors.ravel()])
    return errors > np.quantile(everything, quantile)


@FLAG_RARE_EVENTS.misconception(
    "FR11",
    "a threshold for each column",
    "You have a threshold for each column: axis=0. One threshold, from all training errors.",
)
def for_each_column(errors, train_errors, quantile=0.99):
    return errors > np.quantile(train_errors, quantile, axis=0)


@FLAG_RARE_EVENTS.misconception(
    "FR12",
    "numbers instead of True and False",
    "Your flags are the numbers 0 and 1. A comparison gives True and False by itself, and those "
    "can be used as a mask.",
)
def numbers(errors, train_errors, quantile=0.99):
    return np.where(errors > np.quantile(train_errors, quantile), 1, 0)


@FLAG_RARE_EVENTS.misconception(
    "FR13",
    "quantile ignored",
    "You do not use the argument quantile: 0.99 is only its default.",
)
def quantile_ignored(errors, train_errors, quantile=0.99):
    return flag_rare_events(errors, train_errors)


@FLAG_RARE_EVENTS.misconception(
    "FR14",
    "small errors flagged too",
    "You flag both ends. An error that is unusually SMALL is no event: the model knows that window "
    "very well.",
)
def both_ends(errors, train_errors, quantile=0.99):
    low, high = np.quantile(train_errors, [1 - quantile, quantile])
    return (errors < low) | (errors > high)


@FLAG_RARE_EVENTS.misconception(
    "FR15",
    "errors instead of flags",
    "You return the large errors themselves. A flag for each error is wanted, True or False, in "
    "the shape of errors.",
)
def large_errors(errors, train_errors, quantile=0.99):
    return errors[errors > np.quantile(train_errors, quantile)]


EXERCISES = (
    CHRONOLOGICAL_SPLIT,
    MAKE_WINDOWS,
    FORECAST_MANY_STEPS,
    MASE,
    CONV1D_CAUSAL,
    FLAG_RARE_EVENTS,
)

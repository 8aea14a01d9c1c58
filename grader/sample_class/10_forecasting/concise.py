"""Right answers in few lines, with lists and recursion."""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from course_rnn import ConvolutionParams


def chronological_split(
    series: np.ndarray, fractions: Sequence[float] = (0.7, 0.2, 0.1)
) -> list[np.ndarray]:
    """Slice between neighbouring ends."""
    ends = [round(len(series) * share) for share in accumulate(fractions, initial=0)]
    return [series[start:end] for start, end in pairwise(ends)]


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Take rows by a table of their numbers."""
    first = np.arange(0, len(series) - width - offset + 1, stride)
    steps = np.arange(width + offset)[:, None] + first
    return series[steps[:width]], series[steps[-labels:]]


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> list[np.ndarray]:
    """Forecast one step, and leave the rest to the same function."""
    if n_steps == 0:
        return []
    first = predict(inputs)
    return [first, *forecast_many_steps(predict, np.array([*inputs[1:], first]), n_steps - 1)]


def mase(targets: np.ndarray, forecasts: np.ndarray, train: np.ndarray, period: int = 1) -> float:
    """Go from column to column."""
    pairs = zip((targets - forecasts).reshape(-1, train.shape[1]).T, train.T, strict=True)
    ratios = [abs(e).mean() / abs(c[period:] - c[:-period]).mean() for e, c in pairs]
    return sum(ratios) / len(ratios)


def conv1d_causal(
    x: np.ndarray, params: ConvolutionParams, dilation: int = 1
) -> tuple[np.ndarray, Any]:
    """Sum what the lags contribute, each moved by its lag and cut to length."""
    zero = np.zeros_like(x)
    moved = [np.concatenate([zero[: j * dilation], x])[: len(x)] for j in range(len(params.Wyx))]
    return sum(m @ W.T for m, W in zip(moved, params.Wyx, strict=True)) + params.by, ()


def flag_rare_events(
    errors: np.ndarray, train_errors: np.ndarray, quantile: float = 0.99
) -> np.ndarray:
    """Compare with the quantile."""
    return errors > np.quantile(train_errors, quantile)

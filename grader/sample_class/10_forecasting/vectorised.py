"""Right answers with few, large operations."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_rnn import ConvolutionParams


def chronological_split(
    series: np.ndarray, fractions: Sequence[float] = (0.7, 0.2, 0.1)
) -> tuple[np.ndarray, ...]:
    """Compute all cuts at once."""
    cuts = np.rint(len(series) * np.cumsum(fractions)).astype(int)
    return tuple(np.split(series, cuts[:-1]))


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Look at the series through NumPy's own window, without a copy."""
    views = sliding_window_view(series, width + offset, axis=0)[::stride]
    views = np.moveaxis(views, -1, 0)
    return views[:width], views[width + offset - labels :]


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> np.ndarray:
    """Write into one array that is long enough for past and future."""
    T = len(inputs)
    everything = np.concatenate([inputs, np.zeros((n_steps, *inputs.shape[1:]), inputs.dtype)])
    for k in range(n_steps):
        everything[T + k] = predict(everything[k : T + k])
    return everything[T:]


def mase(
    targets: np.ndarray, forecasts: np.ndarray, train: np.ndarray, period: int = 1
) -> np.floating:
    """Average over a tuple of axes."""
    naive = np.mean(np.abs(train[period:] - train[:-period]), axis=0)
    error = np.mean(np.abs(targets - forecasts), axis=tuple(range(targets.ndim - 1)))
    return np.mean(error / naive)


def conv1d_causal(
    x: np.ndarray, params: ConvolutionParams, dilation: int = 1
) -> tuple[np.ndarray, Any]:
    """Put zeros in front, view all windows, multiply once."""
    k = len(params.Wyx)
    front = (k - 1) * dilation
    padded = np.concatenate([np.zeros((front, *x.shape[1:]), dtype=x.dtype), x])
    steps = np.arange(len(x))[:, None] + front - dilation * np.arange(k)
    y = np.einsum("tkbx,kyx->tby", padded[steps], params.Wyx) + params.by
    return y, (padded, params)


def flag_rare_events(
    errors: np.ndarray, train_errors: np.ndarray, quantile: float = 0.99
) -> np.ndarray:
    """Compare all at once."""
    return np.greater(errors, np.percentile(train_errors, 100 * quantile))

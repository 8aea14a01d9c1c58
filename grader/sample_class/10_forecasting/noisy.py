"""Right answers between prints and warnings."""

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_rnn import ConvolutionParams


def chronological_split(
    series: np.ndarray, fractions: Sequence[float] = (0.7, 0.2, 0.1)
) -> tuple[np.ndarray, ...]:
    """Show every cut."""
    start, total, parts = 0, 0, ()
    for fraction in fractions:
        total += fraction
        end = int(np.round(total * len(series)))
        print("from", start, "to", end, file=sys.stderr)
        parts += (series[start:end].copy(),)
        start = end
    return parts


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Announce every window."""
    inputs, targets, start = [], [], 0
    while start + width + offset <= len(series):
        print("a window at", start)
        end = start + width + offset
        inputs += [series[start : start + width]]
        targets += [series[end - labels : end]]
        start += stride
    return np.array(inputs).transpose(1, 0, 2), np.array(targets).transpose(1, 0, 2)


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> np.ndarray:
    """Warn of the future."""
    forecasts, window = [], np.array(inputs)
    for step in range(n_steps):
        warnings.warn(f"step {step} stands on forecasts", UserWarning, stacklevel=2)
        forecasts.append(np.asarray(predict(window)))
        window = np.roll(window, -1, axis=0)
        window[-1] = forecasts[-1]
    return np.array(forecasts)


def mase(targets: np.ndarray, forecasts: np.ndarray, train: np.ndarray, period: int = 1) -> float:
    """Let NumPy warn of a division by zero."""
    print("a percentage would be", (targets / (0 * forecasts)).max())
    n_x = targets.shape[-1]
    errors = np.abs(forecasts - targets).reshape((-1, n_x)).mean(0)
    naive = np.abs(train[:-period] - train[period:]).mean(0)
    print("errors", errors, "naive", naive)
    return float(np.mean(errors / naive))


def conv1d_causal(
    x: np.ndarray, params: ConvolutionParams, dilation: int = 1
) -> tuple[np.ndarray, Any]:
    """Let NumPy warn of an overflow, and tell every lag."""
    print("far too large:", np.exp(1000 + 0 * x).max())
    y = np.tile(params.by, (*x.shape[:2], 1)).astype(x.dtype)
    for j, W_j in enumerate(params.Wyx):
        for t in range(j * dilation, len(x)):
            y[t] = y[t] + x[t - j * dilation] @ W_j.T
        print("lag", j * dilation, "done", file=sys.stderr)
    return y, {"x": x, "params": params}


def flag_rare_events(
    errors: np.ndarray, train_errors: np.ndarray, quantile: float = 0.99
) -> np.ndarray:
    """Raise an alarm."""
    threshold = np.quantile(train_errors, quantile)
    print("threshold", threshold)
    if (errors > threshold).any():
        warnings.warn("something rare", UserWarning, stacklevel=2)
    return ~(errors <= threshold)

"""Right answers in plain loops."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course_rnn import ConvolutionParams


def chronological_split(
    series: np.ndarray, fractions: Sequence[float] = (0.7, 0.2, 0.1)
) -> tuple[np.ndarray, ...]:
    """Deal the rows out one after the other, and go on to the next part at each end."""
    parts = [[] for _ in fractions]
    part, share = 0, fractions[0]
    for t in range(len(series)):
        while t >= round(len(series) * share) and part < len(fractions) - 1:
            part += 1
            share += fractions[part]
        parts[part].append(series[t])
    return tuple(np.array(rows) for rows in parts)


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Count the windows, then fill them step by step."""
    B = 0
    while B * stride + width + offset <= len(series):
        B += 1
    inputs = np.zeros((width, B, series.shape[1]), dtype=series.dtype)
    targets = np.zeros((labels, B, series.shape[1]), dtype=series.dtype)
    for b in range(B):
        for t in range(width):
            inputs[t, b] = series[b * stride + t]
        for k in range(labels):
            targets[k, b] = series[b * stride + width + offset - labels + k]
    return inputs, targets


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> np.ndarray:
    """Move the rows of a copy up by one, and write the forecast into the last."""
    window = inputs.copy()
    forecasts = np.zeros((n_steps, *inputs.shape[1:]), dtype=inputs.dtype)
    for k in range(n_steps):
        forecasts[k] = predict(window.copy())
        for t in range(len(window) - 1):
            window[t] = window[t + 1]
        window[len(window) - 1] = forecasts[k]
    return forecasts


def mase(targets: np.ndarray, forecasts: np.ndarray, train: np.ndarray, period: int = 1) -> float:
    """Add up one error after the other."""
    n_x = train.shape[1]
    total = 0.0
    for i in range(n_x):
        error, naive = 0.0, 0.0
        came, said = targets[..., i].ravel(), forecasts[..., i].ravel()
        for k in range(len(came)):
            error += abs(float(came[k]) - float(said[k])) / len(came)
        for t in range(period, len(train)):
            difference = float(train[t, i]) - float(train[t - period, i])
            naive += abs(difference) / (len(train) - period)
        total += error / naive
    return total / n_x


def conv1d_causal(
    x: np.ndarray, params: ConvolutionParams, dilation: int = 1
) -> tuple[np.ndarray, Any]:
    """Look back from every step of every sequence."""
    T, B, _ = x.shape
    y = np.zeros((T, B, len(params.by)), dtype=x.dtype)
    for t in range(T):
        for b in range(B):
            y[t, b] = params.by
            for j in range(len(params.Wyx)):
                if t - j * dilation >= 0:
                    y[t, b] += params.Wyx[j] @ x[t - j * dilation, b]
    return y, None


def flag_rare_events(
    errors: np.ndarray, train_errors: np.ndarray, quantile: float = 0.99
) -> np.ndarray:
    """Compare one error after the other."""
    threshold = np.quantile(train_errors, quantile)
    flags = np.zeros(errors.shape, dtype=bool)
    for place in np.ndindex(errors.shape):
        if errors[place] > threshold:
            flags[place] = True
    return flags

"""A forecast with one axis too few."""

from collections.abc import Callable

import numpy as np


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> np.ndarray:
    """Join windows (T, B, n_x) and a forecast (B, n_x)."""
    window, forecasts = inputs, []
    for _ in range(n_steps):
        forecasts.append(predict(window))
        window = np.concatenate([window[1:], forecasts[-1]])
    return np.stack(forecasts)

"""A window that does not move."""

import numpy as np


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Ask whether there is room for a window, and forget to move on."""
    inputs, targets, start = 0, 0, 0
    while start + width + offset <= len(series):
        inputs = series[start : start + width]
        targets = series[start + width + offset - labels : start + width + offset]
    return inputs, targets

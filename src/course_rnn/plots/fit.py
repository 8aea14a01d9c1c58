"""One sentence for what cannot be drawn: labels that are too few, numbers off the colour map."""

from collections.abc import Sequence

import numpy as np


def check_labels(**labels: tuple[Sequence, int]) -> None:
    """Make sure that there are as many labels as there are things to label."""
    for name, (values, size) in labels.items():
        if len(values) != size:
            raise ValueError(f"{name} has {len(values)} entries, expected {size}")


def check_share(**arrays: np.ndarray) -> None:
    """Make sure that arrays hold numbers from 0 to 1."""
    _check_range(0, arrays)


def check_signed(**arrays: np.ndarray) -> None:
    """Make sure that arrays hold numbers from -1 to 1."""
    _check_range(-1, arrays)


def _check_range(lowest: int, arrays: dict[str, np.ndarray]) -> None:
    for name, array in arrays.items():
        low, high = np.min(array), np.max(array)
        if low < lowest - 1e-6 or high > 1 + 1e-6:  # float32 rounds
            raise ValueError(
                f"{name} of shape {np.shape(array)} runs from {low:.3g} to {high:.3g}, "
                f"expected numbers in {lowest} … 1"
            )

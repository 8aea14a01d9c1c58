"""Measured numbers among the points that they get."""

from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes

from course_rnn.capstone.bands import Bands
from course_rnn.plots.describe import describe
from course_rnn.plots.style import BLUE, GREY, SHARE

YOURS = "your model"


def plot_bands(results: Mapping[str, float], bands: Bands, ax: Axes) -> Axes:
    """Draw where models lie among the bands; the one called "your model" stands out.

    Parameters
    ----------
    results : mapping from str to float
        What was measured of each model, the smaller the better.
    bands
        What a number is worth.
    ax
        Where to draw.

    Returns
    -------
    Axes
        One row a model; the darker the ground, the more points.

    Raises
    ------
    ValueError
        If there is no model, or a number is not finite.
    """
    if not results or not np.isfinite(list(results.values())).all():
        raise ValueError(f"results is {dict(results)}, expected a finite number for each model")
    limits = [limit for _, limit in bands.limits]
    left, right = 0.95 * min(*results.values(), *limits), 1.05 * max(*results.values(), *limits)
    for (points, limit), end in zip(bands.limits, [*limits[1:], left], strict=True):
        ax.axvspan(end, limit, color=colormaps[SHARE](0.5 * points / bands.most), linewidth=0)
        ax.text((end + limit) / 2, len(results) - 0.3, points, ha="center", va="bottom", fontsize=9)
    for row, (name, value) in enumerate(results.items()):
        style = {"marker": "o", "color": BLUE} if name == YOURS else {"marker": "s", "color": GREY}
        ax.plot(value, row, markersize=8, **style)
        ax.annotate(f"{value:.2f}", (value, row), (0, 7), textcoords="offset points", ha="center")
    ax.set_yticks(range(len(results)), list(results))
    ax.set(xlim=(right, left), ylim=(-0.5, len(results) - 0.3), xlabel=bands.unit)
    ax.set_title("points", fontsize=9, pad=14)
    told = "; ".join(f"{name} {v:.2f}: {bands.points(v)} points" for name, v in results.items())
    return describe(ax, f"Models among the bands, in {bands.unit}. {told}.")

"""Colours and the few strokes that all figures share."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#666666"
SIGNED = "PuOr"
"""The colour map of states: orange below zero, white at zero, violet above."""
SHARE = "Blues"
"""The colour map of numbers from 0 to 1: gates, probabilities, weights of attention."""


def use_style() -> None:
    """Set matplotlib's defaults for the course: white ground, no frame, sharp on any screen."""
    plt.rcParams.update(
        {
            "figure.dpi": 130,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY, GREY]),
            "legend.frameon": False,
        }
    )


def ink_on(ground: tuple) -> str:
    """Choose black or white, whichever reads better on a colour."""
    luminance = np.array(ground[:3]) ** 2.2 @ (0.2126, 0.7152, 0.0722)
    return "white" if luminance < 0.18 else "black"


def draw_strip(
    values: np.ndarray,
    extent: tuple[float, float, float, float],
    ax: Axes,
    share: bool = False,
    fontsize: float = 0,
) -> None:
    """Draw a vector as a column of coloured squares, its numbers in them if fontsize is not 0."""
    cmap, lowest = (SHARE, 0) if share else (SIGNED, -1)
    column = values[:, None]
    image = ax.imshow(
        column, cmap=cmap, vmin=lowest, vmax=1, extent=extent, aspect="auto", zorder=2.2
    )
    left, right, bottom, top = extent
    heights = np.linspace(top, bottom, 2 * len(values) + 1)[1::2]
    for y, value in zip(heights, values if fontsize else [], strict=False):
        ink = ink_on(image.to_rgba(value))
        x, label = (left + right) / 2, f"{value:.2f}".replace("-", "\N{MINUS SIGN}")
        ax.text(x, y, label, ha="center", va="center", color=ink, fontsize=fontsize)


def draw_arrow(start: tuple[float, float], end: tuple[float, float], ax: Axes) -> None:
    """Draw a straight grey arrow."""
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2})

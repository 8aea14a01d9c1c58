"""Curves: what reaches the past, and what is expected of the future."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_rnn.plots.describe import describe
from course_rnn.plots.style import BLUE, GREY, ORANGE
from course_rnn.shapes import check_shapes

STROKES = ("-", "--", "-.", ":")
"""Curves differ in colour and in stroke, so that colour need not be seen."""


def plot_gradient_norms(norms: Mapping[str, np.ndarray], ax: Axes) -> Axes:
    r"""Draw how much gradient is left after so many steps back.

    $$k \mapsto \left\lVert \frac{\partial L^{\langle t \rangle}}
    {\partial a^{\langle t-k \rangle}} \right\rVert$$

    Parameters
    ----------
    norms : mapping from str to ndarray, each of shape (K,)
        For each network the norm at the lags 0, 1, …, K - 1; K may differ.
    ax
        Where to draw.

    Returns
    -------
    Axes
        The norms on a logarithmic scale, each curve with its name at its end; norms of exactly
        zero are left out.

    Raises
    ------
    ValueError
        If there is no curve, a curve is not a vector, or a norm is negative.

    Notes
    -----
    Bengio, Simard & Frasconi (1994); Pascanu, Mikolov & Bengio (2013).
    """
    if not norms:
        raise ValueError("norms is empty, expected at least one network")
    for name, norm in norms.items():
        check_shapes(**{f"norms[{name!r}]": (norm, "K")})
        if np.min(norm) < 0:
            raise ValueError(f"norms[{name!r}] has {np.min(norm):.3g}, expected norms of 0 or more")
    for k, (name, norm) in enumerate(norms.items()):
        positive = np.where(norm > 0, norm, np.nan)
        ax.plot(positive, STROKES[k % len(STROKES)], color=f"C{k}", linewidth=1.8, label=name)
    ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("lag: steps back in time")
    ax.set_ylabel("norm of the gradient")
    ax.grid(axis="y", color="#dddddd", linewidth=0.6)
    ax.legend(handlelength=3)
    falls = [
        f"{name} goes from {norm[0]:.2g} at lag 0 to {norm[-1]:.2g} at lag {len(norm) - 1}"
        for name, norm in norms.items()
    ]
    return describe(ax, "Norm of the gradient against the lag: " + "; ".join(falls) + ".")


def plot_forecast(
    history: np.ndarray,
    forecast: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    ax: Axes,
    truth: np.ndarray | None = None,
    interval: str = "interval",
) -> Axes:
    """Draw a forecast with its interval behind the past it was made from.

    Parameters
    ----------
    history : ndarray, shape (T,)
        What was known.
    forecast : ndarray, shape (H,)
        What is expected of the H steps after it.
    lower, upper : ndarray, shape (H,)
        The ends of the interval at each step.
    ax
        Where to draw.
    truth : ndarray, shape (H,), optional
        What came.
    interval
        What the interval is, such as "90 % interval".

    Returns
    -------
    Axes
        Time 0 is the last known step; the forecast is dashed, its interval a band.

    Raises
    ------
    ValueError
        If the H of the forecast, its interval and the truth differ, or lower is above upper.
    """
    future = {"forecast": forecast, "lower": lower, "upper": upper}
    future |= {} if truth is None else {"truth": truth}
    check_shapes(history=(history, "T"), **{name: (v, "H") for name, v in future.items()})
    if np.any(lower > upper):
        step = int(np.argmax(lower > upper))
        raise ValueError(f"lower[{step}] = {lower[step]:.3g} is above upper[{step}]")
    steps = np.arange(1, len(forecast) + 1)
    ax.plot(np.arange(1 - len(history), 1), history, color=GREY, label="known")
    ax.fill_between(steps, lower, upper, color=ORANGE, alpha=0.35, linewidth=0, label=interval)
    ax.plot(steps, forecast, "--", color=BLUE, linewidth=1.8, label="forecast")
    if truth is not None:
        ax.plot(steps, truth, "o", color="black", markersize=3, label="what came")
    ax.axvline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set_xlabel("time, in steps from the last known value")
    ax.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=9)
    return describe(ax, _in_words(forecast, lower, upper, truth, interval))


def _in_words(
    forecast: np.ndarray,
    lower: np.ndarray,
    upper: np.ndarray,
    truth: np.ndarray | None,
    interval: str,
) -> str:
    """Say what the forecast expects and, if the truth is known, how often the interval held."""
    text = (
        f"A forecast of {len(forecast)} steps, from {forecast[0]:.3g} to {forecast[-1]:.3g}; the "
        f"{interval} is {upper[0] - lower[0]:.3g} wide at its first step and "
        f"{upper[-1] - lower[-1]:.3g} at its last."
    )
    if truth is None:
        return text
    inside = int(np.sum((lower <= truth) & (truth <= upper)))
    return f"{text} What came lies in it at {inside} of {len(truth)} steps."

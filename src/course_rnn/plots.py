"""Figures of real arrays: each function draws one idea and returns the axes it drew on.

Needs matplotlib, which `import course_rnn` does not. Colours are Okabe and Ito's, which
colour-blind people can tell apart; signed numbers go from orange over white to blue.
"""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

BLUE, ORANGE, GREEN, RED = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, GREY = "#CC79A7", "#56B4E9", "#666666"
SIGNED = "PuOr"
"""The colour map of states: orange below zero, white at zero, blue-violet above."""


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


def plot_one_hot(x: np.ndarray, tokens: Sequence[str], rows: Sequence[str], ax: Axes) -> Axes:
    """Draw one-hot vectors as the lecture does: one column a word, one row a class.

    Parameters
    ----------
    x : ndarray, shape (T, V)
        The one-hot vectors of a sentence.
    tokens
        The T words, below the columns.
    rows
        The V names of the classes, beside the rows.
    ax
        Where to draw.

    Returns
    -------
    Axes
        A dark square where there is a one.
    """
    ax.imshow(x.T, cmap="Blues", vmin=0, vmax=1.2, aspect="equal")
    for t, k in zip(*np.nonzero(x), strict=True):
        ax.text(t, k, "1", ha="center", va="center", color="white", fontsize=8)
    ax.set_xticks(range(len(tokens)), tokens)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xticks(np.arange(-0.5, len(tokens)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    ax.grid(which="minor", color="#dddddd", linewidth=0.8)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    return ax


def plot_states(a: np.ndarray, tokens: Sequence[str], ax: Axes) -> Axes:
    """Draw the states of one sentence: one column a word, one row a unit.

    Parameters
    ----------
    a : ndarray, shape (T, n_a)
        The states, between -1 and 1.
    tokens
        The T words, below the columns.
    ax
        Where to draw.

    Returns
    -------
    Axes
        Orange below zero, violet above, with a colour bar.
    """
    image = ax.imshow(a.T, cmap=SIGNED, vmin=-1, vmax=1, aspect="auto")
    ax.set_xticks(range(len(tokens)), tokens, rotation=45, ha="right")
    ax.set_ylabel("unit of the state")
    ax.tick_params(length=0)
    ax.figure.colorbar(image, ax=ax, label="activation", fraction=0.05, pad=0.02)
    return ax


def plot_trajectories(
    trajectories: Sequence[np.ndarray], labels: Sequence[Sequence[str]], ax: Axes
) -> Axes:
    """Draw where the state goes, word by word, in the plane in which the states differ most.

    Parameters
    ----------
    trajectories : sequence of ndarray, each of shape (T, n_a)
        The states of several sentences; T may differ.
    labels
        The words of each sentence, written at the states they lead to.
    ax
        Where to draw.

    Returns
    -------
    Axes
        The first two principal components (computed from all states together).
    """
    states = np.concatenate(trajectories)
    center = states.mean(axis=0)
    plane = np.linalg.svd(states - center, full_matrices=False)[2][:2].T  # (n_a, 2)
    for k, (a, words) in enumerate(zip(trajectories, labels, strict=True)):
        points = (a - center) @ plane
        ax.plot(*points.T, "o-", color=f"C{k}", label=" ".join(words), markersize=4, alpha=0.9)
        for point, word in zip(points, words, strict=True):
            ax.annotate(
                word, point, xytext=(4, 4), textcoords="offset points", color=f"C{k}", fontsize=8
            )
    ax.set_xlabel("first principal component of the state")
    ax.set_ylabel("second")
    return ax


def plot_tagged_sentences(
    sentences: Sequence[Sequence[str]], p: Sequence[np.ndarray], ax: Axes
) -> Axes:
    """Write sentences below each other, each word on a ground as dark as its probability.

    Parameters
    ----------
    sentences
        The words of each sentence.
    p : sequence of ndarray, each of shape (T,)
        One probability a word.
    ax
        Where to draw.

    Returns
    -------
    Axes
        One line a sentence; the probability stands below its word.
    """
    for row, (words, probabilities) in enumerate(zip(sentences, p, strict=True)):
        x = 0.0
        for word, probability in zip(words, probabilities, strict=True):
            width = 0.13 * len(word) + 0.42
            ground = plt.get_cmap("Blues")(0.8 * probability)
            ax.add_patch(plt.Rectangle((x, row - 0.3), width - 0.08, 0.72, color=ground))
            ink = "white" if probability > 0.6 else "black"
            middle = x + width / 2 - 0.04
            ax.text(middle, row, word, ha="center", va="center", color=ink)
            below = f"{probability:.2f}"
            ax.text(middle, row + 0.28, below, ha="center", va="center", color=ink, fontsize=6.5)
            x += width
    ax.autoscale_view()
    ax.set_ylim(len(sentences) - 0.4, -0.5)
    ax.axis("off")
    return ax


def plot_unrolled(
    tokens: Sequence[str], a: np.ndarray, y: np.ndarray, y_name: str, ax: Axes
) -> Axes:
    """Draw an unrolled network with the numbers it computed.

    Parameters
    ----------
    tokens
        The T words that go in, from below.
    a : ndarray, shape (T, n_a)
        The states, drawn inside the cells as strips of colour.
    y : ndarray, shape (T,)
        One output a step, a probability, drawn as a bar above the cell.
    y_name
        What the output is, such as "p(name)".
    ax
        Where to draw.

    Returns
    -------
    Axes
        The same cell once a step, with arrows from state to state.
    """
    for t, (word, state, output) in enumerate(zip(tokens, a, y, strict=True)):
        _draw_cell(t, state, ax)
        ax.text(t, -0.55, word, ha="center", va="top", fontsize=11)
        _draw_arrow((t, -0.5), (t, -0.05), ax)
        _draw_arrow((t, 1.05), (t, 1.4), ax)
        ax.bar(t, output, width=0.4, bottom=1.45, color=BLUE)
        ax.text(t, 1.5 + output, f"{output:.2f}", ha="center", va="bottom", fontsize=9)
        _draw_arrow((t - 0.72, 0.5), (t - 0.28, 0.5), ax)
    ax.text(-0.78, 0.5, r"$a^{\langle 0 \rangle}$", ha="right", va="center")
    for place, name in [(-0.28, "$W_{ax}$"), (0.5, "$W_{aa}$"), (1.22, "$W_{ya}$")]:
        side = -0.5 if name == "$W_{aa}$" else 0.06
        ax.text(
            side, place + 0.08, name, color=GREY, fontsize=9, ha="left" if side > 0 else "center"
        )
    ax.text(-0.78, 1.9, y_name, ha="right", va="center")
    ax.set(xlim=(-1.4, len(tokens) - 0.4), ylim=(-0.95, 2.75))
    ax.axis("off")
    return ax


def _draw_cell(t: int, state: np.ndarray, ax: Axes) -> None:
    """Draw one cell at step t, its state as a strip of colour."""
    extent = (t - 0.2, t + 0.2, 0.05, 0.95)
    ax.imshow(state[:, None], cmap=SIGNED, vmin=-1, vmax=1, extent=extent, aspect="auto")
    box = FancyBboxPatch(
        (t - 0.24, 0), 0.48, 1, boxstyle="round,pad=0.02", fill=False, edgecolor=GREY
    )
    ax.add_patch(box)


def _draw_arrow(start: tuple[float, float], end: tuple[float, float], ax: Axes) -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": GREY, "linewidth": 1.2})

"""Sequences and states: one-hot columns, states over words, paths, tags, the unrolled network."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from course_rnn.plots.describe import describe, numbers
from course_rnn.plots.fit import check_labels, check_share
from course_rnn.plots.style import (
    BLUE,
    GREEN,
    GREY,
    RED,
    SHARE,
    SIGNED,
    draw_arrow,
    draw_strip,
    ink_on,
)
from course_rnn.shapes import check_shapes

PATHS = (BLUE, RED, GREEN, GREY)
"""Colours that are dark enough for words, too."""


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

    Raises
    ------
    ValueError
        If the words or the classes are not as many as the axes of x.
    """
    check_shapes(x=(x, "T V"))
    check_labels(tokens=(tokens, x.shape[0]), rows=(rows, x.shape[1]))
    ax.imshow(x.T, cmap=SHARE, vmin=0, vmax=1.2, aspect="equal")
    for t, k in zip(*np.nonzero(x), strict=True):
        ax.text(t, k, "1", ha="center", va="center", color="white", fontsize=8)
    ax.set_xticks(range(len(tokens)), tokens)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xticks(np.arange(-0.5, len(tokens)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(rows)), minor=True)
    ax.grid(which="minor", color="#dddddd", linewidth=0.8)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    places = ", ".join(f"{tokens[t]} in row {rows[k]}" for t, k in zip(*np.nonzero(x), strict=True))
    return describe(ax, f"A grid of {len(rows)} rows with a single one in each column: {places}.")


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

    Raises
    ------
    ValueError
        If the words are not as many as the states.
    """
    check_shapes(a=(a, "T n_a"))
    check_labels(tokens=(tokens, len(a)))
    image = ax.imshow(a.T, cmap=SIGNED, vmin=-1, vmax=1, aspect="auto")
    ax.set_xticks(range(len(tokens)), tokens, rotation=45, ha="right")
    ax.set_ylabel("unit of the state")
    ax.tick_params(length=0)
    ax.figure.colorbar(image, ax=ax, label="activation", fraction=0.05, pad=0.02)
    extremes = ", ".join(
        f"{a[t, k]:.2f} in unit {k} at {tokens[t]}"
        for t, k in (np.unravel_index(i, a.shape) for i in (a.argmin(), a.argmax()))
    )
    return describe(
        ax,
        f"Map of the states of {a.shape[1]} units over {' '.join(tokens)}; "
        f"smallest and largest: {extremes}.",
    )


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

    Raises
    ------
    ValueError
        If there is no path, the paths have different n_a, or a path has another number of words.
    """
    check_labels(labels=(labels, len(trajectories)))
    for k, (a, words) in enumerate(zip(trajectories, labels, strict=True)):
        check_shapes(first=(trajectories[0], "T_0 n_a"), **{f"trajectories[{k}]": (a, "T n_a")})
        check_labels(**{f"labels[{k}]": (words, len(a))})
    states = np.concatenate(trajectories)
    center = states.mean(axis=0)
    plane = np.linalg.svd(states - center, full_matrices=False)[2][:2].T  # (n_a, 2)
    for k, (a, words) in enumerate(zip(trajectories, labels, strict=True)):
        points, color = (a - center) @ plane, PATHS[k % len(PATHS)]
        ax.plot(*points.T, "o-", color=color, label=" ".join(words), markersize=4, alpha=0.9)
        for point, word in zip(points, words, strict=True):
            place = {"xytext": (4, -10 if k % 2 else 4), "textcoords": "offset points"}
            ax.annotate(word, point, **place, color=color, fontsize=8)
    ax.set_xlabel("first principal component of the state")
    ax.set_ylabel("second")
    ends = [
        f"{' '.join(words)} ends at ({numbers((a[-1] - center) @ plane)})"
        for a, words in zip(trajectories, labels, strict=True)
    ]
    return describe(ax, "Paths of the state in a plane, word by word: " + "; ".join(ends) + ".")


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

    Raises
    ------
    ValueError
        If a sentence has not one probability a word, or a probability leaves 0 … 1.
    """
    check_labels(p=(p, len(sentences)))
    for row, (words, probabilities) in enumerate(zip(sentences, p, strict=True)):
        check_shapes(**{f"p[{row}]": (probabilities, "T")})
        check_share(**{f"p[{row}]": probabilities})
        check_labels(**{f"sentences[{row}]": (words, len(probabilities))})
    for row, (words, probabilities) in enumerate(zip(sentences, p, strict=True)):
        x = 0.0
        for word, probability in zip(words, probabilities, strict=True):
            width = 0.13 * len(word) + 0.42
            ground = plt.get_cmap(SHARE)(0.8 * probability)
            ax.add_patch(plt.Rectangle((x, row - 0.3), width - 0.08, 0.72, color=ground))
            ink = ink_on(ground)
            middle = x + width / 2 - 0.04
            ax.text(middle, row, word, ha="center", va="center", color=ink)
            below = f"{probability:.2f}"
            ax.text(middle, row + 0.28, below, ha="center", va="center", color=ink, fontsize=6.5)
            x += width
    ax.autoscale_view()
    ax.set_ylim(len(sentences) - 0.4, -0.5)
    ax.axis("off")
    lines = [
        ", ".join(f"{word} {value:.2f}" for word, value in zip(words, probabilities, strict=True))
        for words, probabilities in zip(sentences, p, strict=True)
    ]
    return describe(ax, f"Words with their probabilities: {'; '.join(lines)}.")


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

    Raises
    ------
    ValueError
        If there is not one state and one probability a word.
    """
    check_shapes(a=(a, "T n_a"), y=(y, "T"))
    check_labels(tokens=(tokens, len(a)))
    check_share(y=y)
    for t, (word, state, output) in enumerate(zip(tokens, a, y, strict=True)):
        draw_strip(state, (t - 0.2, t + 0.2, 0.05, 0.95), ax)
        frame = "round,pad=0.02"
        ax.add_patch(FancyBboxPatch((t - 0.24, 0), 0.48, 1, frame, fill=False, edgecolor=GREY))
        ax.text(t, -0.55, word, ha="center", va="top", fontsize=11)
        draw_arrow((t, -0.5), (t, -0.05), ax)
        draw_arrow((t, 1.05), (t, 1.4), ax)
        ax.bar(t, output, width=0.4, bottom=1.45, color=BLUE)
        ax.text(t, 1.5 + output, f"{output:.2f}", ha="center", va="bottom", fontsize=9)
        draw_arrow((t - 0.72, 0.5), (t - 0.28, 0.5), ax)
    ax.text(-0.78, 0.5, r"$a^{\langle 0 \rangle}$", ha="right", va="center")
    for place, name in [(-0.28, "$W_{ax}$"), (0.5, "$W_{aa}$"), (1.22, "$W_{ya}$")]:
        side = -0.5 if name == "$W_{aa}$" else 0.06
        ax.text(
            side, place + 0.08, name, color=GREY, fontsize=9, ha="left" if side > 0 else "center"
        )
    ax.text(-0.78, 1.9, y_name, ha="right", va="center")
    ax.set(xlim=(-1.4, len(tokens) - 0.4), ylim=(-0.95, 2.75))
    ax.axis("off")
    outputs = ", ".join(f"{word} {output:.2f}" for word, output in zip(tokens, y, strict=True))
    return describe(
        ax,
        f"An unrolled network: the same cell of {a.shape[1]} units once for each of {len(tokens)} "
        f"words, each state passed on to the next. {y_name} above each word: {outputs}.",
    )

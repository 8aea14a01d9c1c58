"""Maps of numbers between 0 and 1: gates over a text, attention between two sentences."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_rnn.plots.describe import describe
from course_rnn.plots.fit import check_labels, check_share
from course_rnn.plots.style import SHARE, ink_on
from course_rnn.shapes import check_shapes

VISIBLE = {" ": "\N{OPEN BOX}", "\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}", "\t": "\u21e5"}
"""What stands for characters that leave no ink."""


def plot_gate(gate: np.ndarray, characters: Sequence[str], name: str, ax: Axes) -> Axes:
    r"""Draw how far one gate is open while a text is read: one column a character, one row a unit.

    $$\Gamma^{\langle t \rangle} = \sigma(W [a^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b)
    \in (0, 1)$$

    Parameters
    ----------
    gate : ndarray, shape (T, n_a)
        The activations, between 0 (closed) and 1 (open).
    characters
        The T characters of the text, below the columns.
    name
        What the gate is called, such as "update gate $u$".
    ax
        Where to draw.

    Returns
    -------
    Axes
        White for closed, dark blue for open, with a colour bar.

    Raises
    ------
    ValueError
        If gate does not have one row a character, or leaves 0 … 1.

    Notes
    -----
    Karpathy, Johnson & Fei-Fei (2015) look at gates this way. Of a whole text a gate is one
    product: with h = `course_rnn.rnn.entered(c0, c, x)` it is `sigmoid(h @ Wu.T + bu)`.
    """
    check_shapes(gate=(gate, "T n_a"))
    check_labels(characters=(characters, len(gate)))
    check_share(gate=gate)
    image = ax.imshow(gate.T, cmap=SHARE, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    room = 72 * ax.bbox.width / ax.figure.dpi / len(gate)  # points a character, about
    shown = [VISIBLE.get(character, character) for character in characters]
    ax.set_xticks(range(len(shown)), shown, fontsize=min(10, room))
    ax.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.tick_params(length=0)
    ax.set_ylabel("unit")
    ax.set_title(name, loc="left")
    ax.figure.colorbar(image, ax=ax, label="closed 0 … 1 open", fraction=0.05, pad=0.02)
    means = gate.mean(axis=1)
    return describe(
        ax,
        f"Heat map of the {name} of {gate.shape[1]} units over the text {''.join(characters)!r}: "
        f"{gate.mean():.2f} on average, most open at character {means.argmax() + 1} "
        f"({characters[means.argmax()]!r}, {means.max():.2f}) and most closed at character "
        f"{means.argmin() + 1} ({characters[means.argmin()]!r}, {means.min():.2f}).",
    )


def plot_attention(
    weights: np.ndarray, source: Sequence[str], target: Sequence[str], ax: Axes
) -> Axes:
    r"""Draw where a decoder looked: one row a word it wrote, one column a word it read.

    $$\alpha_{s,t} \ge 0, \qquad \sum_t \alpha_{s,t} = 1$$

    Parameters
    ----------
    weights : ndarray, shape (T_y, T_x)
        The weights of attention, each row from one step of the decoder.
    source
        The T_x words that were read, above the columns.
    target
        The T_y words that were written, beside the rows.
    ax
        Where to draw.

    Returns
    -------
    Axes
        The darker, the more weight; weights of 0.05 and more are written in their squares.

    Raises
    ------
    ValueError
        If weights does not have one row a target word and one column a source word, or leaves
        0 … 1.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015), their figure 3.
    """
    check_shapes(weights=(weights, "T_y T_x"))
    check_labels(target=(target, weights.shape[0]), source=(source, weights.shape[1]))
    check_share(weights=weights)
    image = ax.imshow(weights, cmap=SHARE, vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(source)), source, rotation=40, ha="left", rotation_mode="anchor")
    ax.set_yticks(range(len(target)), target)
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    for (row, column), weight in np.ndenumerate(weights):
        if weight >= 0.05:
            ink, label = ink_on(image.to_rgba(weight)), f"{weight:.2f}"
            ax.text(column, row, label, ha="center", va="center", color=ink, fontsize=7.5)
    ax.figure.colorbar(image, ax=ax, label="weight", fraction=0.05, pad=0.02)
    looks = [
        f"{word} at {source[row.argmax()]} ({row.max():.2f})"
        for word, row in zip(target, weights, strict=True)
    ]
    return describe(ax, "Weights of attention; each word looks most: " + ", ".join(looks) + ".")

"""Alternative texts: each figure says in words what its numbers show."""

from base64 import b64encode
from html import escape
from io import BytesIO

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure


def describe(ax: Axes, text: str) -> Axes:
    """Keep what the axes show, in words, as their label (which matplotlib does not draw)."""
    ax.set_label(text.replace("$", ""))
    return ax


def numbers(values: np.ndarray) -> str:
    """Write a vector as words can: 0.12, -0.90."""
    return ", ".join(f"{value:.2f}" for value in values)


def alt_text(figure: Figure) -> str:
    """Say in words what a figure shows, made from the numbers that were drawn.

    Parameters
    ----------
    figure
        Drawn by the functions of this package.

    Returns
    -------
    str
        One sentence or more for each of its axes, for the cell's metadata or for `show`.

    Raises
    ------
    ValueError
        If nothing in the figure was drawn by this package.
    """
    labels = [str(ax.get_label()) for ax in figure.axes]
    texts = [label for label in labels if label and not label.startswith("<")]  # <colorbar>
    if not texts:
        raise ValueError(
            "figure has no description: draw it with the functions of course_rnn.plots"
        )
    return " ".join(texts)


def show(figure: Figure) -> None:
    """Show a figure in a notebook together with its alternative text, and close it.

    Parameters
    ----------
    figure
        Drawn by the functions of this package.
    """
    from IPython.display import HTML, display

    text, png = alt_text(figure), BytesIO()
    figure.savefig(png, format="png", dpi=2 * figure.dpi)
    plt.close(figure)
    width = round(figure.get_figwidth() * figure.dpi)
    source = b64encode(png.getvalue()).decode()
    html = f'<img alt="{escape(text)}" width="{width}" src="data:image/png;base64,{source}">'
    display(HTML(html))

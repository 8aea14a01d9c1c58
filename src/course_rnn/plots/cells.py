r"""Diagrams of one step of a cell, with the numbers it computed in their places.

Vectors are columns of coloured squares: states from -1 (orange) to 1 (violet), gates from 0
(white) to 1 (blue). Lines are vectors on their way; where two cross without a dot, they do not
meet.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.patheffects import withStroke

from course_rnn.plots.describe import describe, numbers
from course_rnn.plots.fit import check_share, check_signed
from course_rnn.plots.style import GREY, draw_strip
from course_rnn.shapes import check_shapes

Point = tuple[float, float]
WIDTH, HEIGHT = 0.9, 1.7
"""The size of a strip, in the units of the diagram."""
PREVIOUS, NOW = r"^{\langle t-1 \rangle}", r"^{\langle t \rangle}"
MINUS, TIMES, PLUS = "$1-$", r"$\times$", "$+$"


def plot_rnn_cell(x_t: np.ndarray, a_prev: np.ndarray, a_t: np.ndarray, ax: Axes) -> Axes:
    r"""Draw one step of the vanilla recurrent cell.

    $$a^{\langle t \rangle} = \tanh(W_{ax} x^{\langle t \rangle}
    + W_{aa} a^{\langle t-1 \rangle} + b_a)$$

    Parameters
    ----------
    x_t : ndarray, shape (n_x,)
        The input of one example.
    a_prev, a_t : ndarray, shape (n_a,)
        Its state before and after the step.
    ax
        Where to draw, best 6 inches wide and 2.7 high.

    Returns
    -------
    Axes
        The two inputs meet at the sum; the state leaves to the right.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a state leaves -1 … 1.

    Notes
    -----
    Elman (1990).
    """
    check_shapes(x_t=(x_t, "n_x"), a_prev=(a_prev, "n_a"), a_t=(a_t, "n_a"))
    check_signed(a_prev=a_prev, a_t=a_t)
    _prepare((1.3, 6.1), (-0.6, 3.9), ax)
    _draw_line([(0.5, 2.9), (4.75, 2.9)], ax)
    _draw_line([(0.5, 0.4), (3.0, 0.4), (3.0, 2.68)], ax)
    _draw_line([(4.75, 2.9), (6.75, 2.9)], ax)
    _draw_knob((1.95, 2.9), "$W_{aa}$", ax)
    _draw_knob((3.0, 1.35), "$W_{ax}$", ax)
    _draw_knob((3.0, 2.9), "$+\\,b_a$", ax)
    _draw_knob((4.75, 2.9), "tanh", ax)
    _draw_vector((0, 2.9), a_prev, f"$a{PREVIOUS}$", ax)
    _draw_vector((0, 0.4), x_t, f"$x{NOW}$", ax)
    _draw_vector((7.3, 2.9), a_t, f"$a{NOW}$", ax)
    values = {"the input x": x_t, "the state before": a_prev, "the state after": a_t}
    return describe(ax, _in_words("a vanilla recurrent cell", values))


def plot_gru_cell(
    x_t: np.ndarray,
    c_prev: np.ndarray,
    r: np.ndarray,
    u: np.ndarray,
    candidate: np.ndarray,
    c_t: np.ndarray,
    ax: Axes,
) -> Axes:
    r"""Draw one step of the GRU: the memory runs along the top and is rewritten where u is open.

    $$\tilde c = \tanh(W_c [r \odot c^{\langle t-1 \rangle}, x^{\langle t \rangle}] + b_c), \qquad
    c^{\langle t \rangle} = u \odot \tilde c + (1 - u) \odot c^{\langle t-1 \rangle}$$

    Parameters
    ----------
    x_t : ndarray, shape (n_x,)
        The input of one example.
    c_prev, c_t : ndarray, shape (n_a,)
        Its memory before and after the step.
    r, u : ndarray, shape (n_a,)
        The relevance (reset) gate and the update gate.
    candidate : ndarray, shape (n_a,)
        What the memory would be if u were open throughout.
    ax
        Where to draw, best 8.5 inches wide and 5.2 high.

    Returns
    -------
    Axes
        Gates in blue, candidate and memory in orange and violet.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or numbers are too large for their colours.

    Notes
    -----
    Cho et al. (2014).
    """
    memory = {"c_prev": c_prev, "candidate": candidate, "c_t": c_t}
    _check(x_t, gates={"r": r, "u": u}, signed=memory)
    _prepare((1.3, 10.1), (-0.95, 7.4), ax)
    _draw_line([(0.5, 6.2), (10.75, 6.2)], ax)  # the memory
    _draw_line([(1.75, 6.2), (1.75, 0.75), (5.6, 0.75), (5.6, 1.5)], ax, dots=[(1.75, 6.2)])
    _draw_line([(3.0, 0.75), (3.0, 1.5)], ax, dots=[(3.0, 0.75)])
    _draw_line([(0.5, 0.1), (8.6, 0.1), (8.6, 1.5)], ax)  # the input
    for x in (3.3, 5.9):
        _draw_line([(x, 0.1), (x, 1.5)], ax, dots=[(x, 0.1)])
    _draw_line([(1.75, 4.6), (2.95, 4.6)], ax, dots=[(1.75, 4.6)])
    _draw_line([(3.15, 3.6), (3.15, 4.4)], ax)
    _draw_line([(3.15, 4.6), (4.45, 4.6), (4.45, 1.1), (8.3, 1.1), (8.3, 1.5)], ax)
    _draw_line([(5.75, 3.6), (5.75, 6.0)], ax)  # 1 - u
    _draw_line([(5.75, 4.2), (7.1, 4.2)], ax, dots=[(5.75, 4.2)])
    _draw_line([(8.45, 3.6), (8.45, 4.2), (7.5, 4.2)], ax)
    _draw_line([(7.3, 4.2), (7.3, 6.0)], ax)
    for at, text in [((3.15, 4.6), TIMES), ((5.75, 5.05), MINUS), ((5.75, 6.2), TIMES)]:
        _draw_knob(at, text, ax)
    _draw_knob((7.3, 4.2), TIMES, ax)
    _draw_knob((7.3, 6.2), PLUS, ax)
    _draw_vector((0, 6.2), c_prev, f"$c{PREVIOUS}$", ax)
    _draw_vector((0, 0.1), x_t, f"$x{NOW}$", ax)
    _draw_gate((3.15, 2.75), r, r"$\Gamma_r$", ax)
    _draw_gate((5.75, 2.75), u, r"$\Gamma_u$", ax)
    _draw_gate((8.45, 2.75), candidate, r"$\tilde c$", ax, share=False)
    _draw_vector((11.3, 6.2), c_t, f"$c{NOW}$", ax)
    values = {
        "the input x": x_t,
        "the memory before": c_prev,
        "the relevance gate r": r,
        "the update gate u": u,
        "the candidate": candidate,
        "the memory after": c_t,
    }
    return describe(ax, _in_words("a GRU", values))


def plot_lstm_cell(
    x_t: np.ndarray,
    a_prev: np.ndarray,
    c_prev: np.ndarray,
    f: np.ndarray,
    u: np.ndarray,
    candidate: np.ndarray,
    o: np.ndarray,
    c_t: np.ndarray,
    a_t: np.ndarray,
    ax: Axes,
) -> Axes:
    r"""Draw one step of the LSTM: the memory runs along the top, f erases, u writes, o reads.

    $$c^{\langle t \rangle} = f \odot c^{\langle t-1 \rangle} + u \odot \tilde c, \qquad
    a^{\langle t \rangle} = o \odot \tanh(c^{\langle t \rangle})$$

    Parameters
    ----------
    x_t : ndarray, shape (n_x,)
        The input of one example.
    a_prev, a_t : ndarray, shape (n_a,)
        Its state before and after the step.
    c_prev, c_t : ndarray, shape (n_a,)
        Its memory before and after the step, of any size; what is beyond -1 … 1 has the colour
        of the end.
    f, u, o : ndarray, shape (n_a,)
        The forget, update and output gates.
    candidate : ndarray, shape (n_a,)
        What could be written.
    ax
        Where to draw, best 9.5 inches wide and 5.2 high.

    Returns
    -------
    Axes
        Gates in blue, candidate, memory and state in orange and violet.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or numbers other than the memory's are too large for
        their colours.

    Notes
    -----
    Hochreiter & Schmidhuber (1997); the forget gate is Gers, Schmidhuber & Cummins' (2000).
    """
    states = {"a_prev": a_prev, "candidate": candidate, "a_t": a_t}
    _check(x_t, gates={"f": f, "u": u, "o": o}, signed=states, free={"c_prev": c_prev, "c_t": c_t})
    _prepare((1.3, 11.6), (-0.95, 7.4), ax)
    _draw_line([(0.5, 6.2), (12.25, 6.2)], ax)  # the memory
    _draw_line([(0.5, 3.2), (1.75, 3.2), (1.75, 0.75), (8.85, 0.75), (8.85, 1.5)], ax)  # the state
    _draw_line([(0.5, 0.1), (9.15, 0.1), (9.15, 1.5)], ax)  # the input
    for x in (3.0, 4.95, 6.95):
        _draw_line([(x - 0.15, 0.75), (x - 0.15, 1.5)], ax, dots=[(x - 0.15, 0.75)])
        _draw_line([(x + 0.15, 0.1), (x + 0.15, 1.5)], ax, dots=[(x + 0.15, 0.1)])
    _draw_line([(3.0, 3.6), (3.0, 6.0)], ax)
    _draw_line([(4.95, 3.6), (4.95, 4.6), (5.75, 4.6)], ax)
    _draw_line([(6.95, 3.6), (6.95, 4.6), (6.15, 4.6)], ax)
    _draw_line([(5.95, 4.6), (5.95, 6.0)], ax)
    _draw_line([(9.5, 2.75), (10.4, 2.75)], ax)
    _draw_line([(10.6, 6.2), (10.6, 2.95)], ax, dots=[(10.6, 6.2)])
    _draw_line([(10.6, 2.75), (12.25, 2.75)], ax)
    for at, text in [((3.0, 6.2), TIMES), ((5.95, 4.6), TIMES), ((5.95, 6.2), PLUS)]:
        _draw_knob(at, text, ax)
    _draw_knob((10.6, 4.6), "tanh", ax)
    _draw_knob((10.6, 2.75), TIMES, ax)
    _draw_vector((0, 6.2), c_prev, f"$c{PREVIOUS}$", ax)
    _draw_vector((0, 3.2), a_prev, f"$a{PREVIOUS}$", ax)
    _draw_vector((0, 0.1), x_t, f"$x{NOW}$", ax)
    for x, gate, name in [
        (3.0, f, r"$\Gamma_f$"),
        (4.95, u, r"$\Gamma_u$"),
        (9.0, o, r"$\Gamma_o$"),
    ]:
        _draw_gate((x, 2.75), gate, name, ax)
    _draw_gate((6.95, 2.75), candidate, r"$\tilde c$", ax, share=False)
    _draw_vector((12.8, 6.2), c_t, f"$c{NOW}$", ax)
    _draw_vector((12.8, 2.75), a_t, f"$a{NOW}$", ax)
    values = {
        "the input x": x_t,
        "the state before": a_prev,
        "the memory before": c_prev,
        "the forget gate f": f,
        "the update gate u": u,
        "the candidate": candidate,
        "the output gate o": o,
        "the memory after": c_t,
        "the state after": a_t,
    }
    return describe(ax, _in_words("an LSTM", values))


def _check(
    x_t: np.ndarray,
    gates: dict[str, np.ndarray],
    signed: dict[str, np.ndarray],
    free: dict[str, np.ndarray] | None = None,
) -> None:
    """Make sure that everything but the input has one number a unit, within its colours."""
    units = {**signed, **gates, **(free or {})}
    check_shapes(x_t=(x_t, "n_x"), **{name: (values, "n_a") for name, values in units.items()})
    check_share(**gates)
    check_signed(**signed)


def _in_words(cell: str, values: dict[str, np.ndarray]) -> str:
    """Say which numbers stand in the diagram."""
    return (
        f"One step of {cell}. " + "; ".join(f"{k}: {numbers(v)}" for k, v in values.items()) + "."
    )


def _prepare(across: Point, up: Point, ax: Axes) -> None:
    """Draw the box of the cell and leave room for the vectors on both sides of it."""
    (left, right), (bottom, top) = across, up
    style = "round,pad=0,rounding_size=0.25"
    box = FancyBboxPatch((left, bottom), right - left, top - bottom, style, fill=False)
    box.set(edgecolor="#999999", zorder=2.5)
    ax.add_patch(box)
    ax.set(xlim=(-0.7, right + 1.9), ylim=(bottom - 0.2, top + 0.5), aspect="auto")
    ax.axis("off")


def _draw_line(corners: list[Point], ax: Axes, dots: list[Point] | None = None) -> None:
    """Draw a vector's way through corners, an arrow at its end, dots where it branches off."""
    halo = [withStroke(linewidth=5, foreground="white")]
    way = np.array(corners)
    back = np.sign(way[-2] - way[-1])
    way[-1] += 0.1 * back  # the line ends inside its tip
    ax.plot(*way.T, color=GREY, linewidth=1.4, path_effects=halo, solid_joinstyle="round")
    tip = {"arrowstyle": "-|>", "color": GREY, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", corners[-1], corners[-1] + 0.12 * back, arrowprops=tip)
    for dot in dots or []:
        ax.plot(*dot, "o", color=GREY, markersize=4.5)


def _draw_knob(at: Point, text: str, ax: Axes) -> None:
    """Draw an operation: a white pill with its sign."""
    pill = {"boxstyle": "round,pad=0.25,rounding_size=0.6", "facecolor": "white"}
    ax.text(*at, text, ha="center", va="center", fontsize=9, bbox={**pill, "edgecolor": GREY})


def _draw_gate(at: Point, values: np.ndarray, name: str, ax: Axes, share: bool = True) -> None:
    """Draw what a layer inside the cell computed, its name beside it, its function below."""
    (x, y), half = at, HEIGHT / 2
    _draw_values(at, values, ax, share)
    ax.text(x - WIDTH / 2 - 0.12, y + half, name, ha="right", va="top", fontsize=12)
    function = r"$\sigma$" if share else "tanh"
    ax.text(x, y - half - 0.2, function, ha="center", va="center", fontsize=9)


def _draw_vector(at: Point, values: np.ndarray, name: str, ax: Axes) -> None:
    """Draw what comes into the cell or leaves it, its name above."""
    _draw_values(at, values, ax, share=False)
    ax.text(at[0], at[1] + HEIGHT / 2 + 0.1, name, ha="center", va="bottom", fontsize=11)


def _draw_values(at: Point, values: np.ndarray, ax: Axes, share: bool) -> None:
    """Draw a strip in a thin frame, with its numbers if there is room to read them."""
    left, bottom = at[0] - WIDTH / 2, at[1] - HEIGHT / 2
    bottom_up = ax.get_ylim()
    points = ax.bbox.height / ax.figure.dpi * 72 / (bottom_up[1] - bottom_up[0])
    row = HEIGHT * points / len(values)
    fontsize = min(8, 0.9 * row) if row >= 6 else 0
    draw_strip(values, (left, left + WIDTH, bottom, bottom + HEIGHT), ax, share, fontsize)
    ax.add_patch(Rectangle((left, bottom), WIDTH, HEIGHT, fill=False, edgecolor=GREY, zorder=2.4))

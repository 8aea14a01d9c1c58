"""Figures of real arrays: each function draws one idea and returns the axes it drew on.

Needs matplotlib, which `import course_rnn` does not. Colours are Okabe and Ito's, which
colour-blind people can tell apart; signed numbers go from orange over white to violet.

sequences  one-hot columns, states over words, paths, tagged sentences, the unrolled network
cells      one step of an RNN, a GRU, an LSTM, with its numbers
heatmaps   gates over a text, attention between two sentences
curves     gradient norm against lag, forecasts with intervals
bands      measured numbers among the points they get
describe   what a figure shows, in words
"""

from course_rnn.plots.bands import plot_bands
from course_rnn.plots.cells import plot_gru_cell, plot_lstm_cell, plot_rnn_cell
from course_rnn.plots.curves import plot_forecast, plot_gradient_norms
from course_rnn.plots.describe import alt_text, show
from course_rnn.plots.heatmaps import plot_attention, plot_gate
from course_rnn.plots.sequences import (
    plot_one_hot,
    plot_states,
    plot_tagged_sentences,
    plot_trajectories,
    plot_unrolled,
)
from course_rnn.plots.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SHARE,
    SIGNED,
    SKY,
    use_style,
)

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "RED",
    "SHARE",
    "SIGNED",
    "SKY",
    "alt_text",
    "plot_attention",
    "plot_bands",
    "plot_forecast",
    "plot_gate",
    "plot_gradient_norms",
    "plot_gru_cell",
    "plot_lstm_cell",
    "plot_one_hot",
    "plot_rnn_cell",
    "plot_states",
    "plot_tagged_sentences",
    "plot_trajectories",
    "plot_unrolled",
    "show",
    "use_style",
]

"""Weights that travel: to and from PyTorch and Keras, and what everybody calls things.

conventions  symbols, shapes, order of gates, z or 1 - z, as data
layouts      one array a gate, or all gates in one array
traditions   the same data for five lectures and five papers
as_written   the equations of a convention, run on our weights
pytorch      torch.nn.RNN, GRU, LSTM: layers, both directions
keras        SimpleRNN, GRU, LSTM
"""

from course_rnn.interop.as_written import (
    gru_equation,
    lstm_equations,
    run_gru,
    run_lstm,
    run_rnn,
)
from course_rnn.interop.conventions import CONVENTIONS, Convention, conventions_table
from course_rnn.interop.keras import from_keras, to_keras
from course_rnn.interop.pytorch import from_torch, to_torch
from course_rnn.interop.traditions import TRADITIONS

__all__ = [
    "CONVENTIONS",
    "TRADITIONS",
    "Convention",
    "conventions_table",
    "from_keras",
    "from_torch",
    "gru_equation",
    "lstm_equations",
    "run_gru",
    "run_lstm",
    "run_rnn",
    "to_keras",
    "to_torch",
]

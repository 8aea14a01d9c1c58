"""Weights that travel: to and from PyTorch and Keras, and what everybody calls things.

conventions  symbols, shapes, order of gates, z or 1 - z, as data
layouts      one array a gate, or all gates in one array
pytorch      torch.nn.RNN, GRU, LSTM: layers, both directions
keras        SimpleRNN, GRU, LSTM
"""

from course_rnn.interop.conventions import CONVENTIONS, Convention, conventions_table
from course_rnn.interop.keras import from_keras, to_keras
from course_rnn.interop.pytorch import from_torch, to_torch

__all__ = [
    "CONVENTIONS",
    "Convention",
    "conventions_table",
    "from_keras",
    "from_torch",
    "to_keras",
    "to_torch",
]

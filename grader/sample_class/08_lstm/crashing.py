"""A gate that is asked before there is anything to look at."""

from typing import Any

import numpy as np

from course_rnn import PeepholeParams, sigmoid


def peephole_lstm_cell_forward(
    x_t: np.ndarray, a_prev: np.ndarray, c_prev: np.ndarray, params: PeepholeParams
) -> tuple[np.ndarray, np.ndarray, Any]:
    """Follow the order of the gates, not of the equations."""
    h = np.concatenate([a_prev, x_t], axis=1)
    f = sigmoid(h @ params.Wf.T + params.pf * c_prev + params.bf)
    u = sigmoid(h @ params.Wu.T + params.pu * c_prev + params.bu)
    o = sigmoid(h @ params.Wo.T + params.po * c_t + params.bo)  # noqa: F821, the crash
    c_t = u * np.tanh(h @ params.Wc.T + params.bc) + f * c_prev
    return o * np.tanh(c_t), c_t, None

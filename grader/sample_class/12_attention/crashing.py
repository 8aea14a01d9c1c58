"""A token and a context that are added instead of put side by side."""

from typing import Any

import numpy as np

from course_rnn import AttentionDecoderParams, readout_forward
from course_rnn.recurrence import Layer


def decoder_step(
    y_t: np.ndarray,
    state: tuple[np.ndarray, ...],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, Any]:
    """Add what should stand side by side."""
    context, weights, _ = additive_attention(  # noqa: F821, from the cell above
        state[0], annotations, annotations, mask, params.attention
    )
    *new_state, cache = cell.forward(y_t + context, *state, params.cell)
    logits, _ = readout_forward(new_state[0], params.readout)
    return logits, tuple(new_state), weights, cache

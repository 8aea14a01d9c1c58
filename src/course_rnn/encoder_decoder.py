"""Encoder and decoder: read one sequence, write another, with or without attention in between.

Any recurrent layer or cell takes part, as a `Layer` of its forward and its backward function.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course_rnn.attention import (
    AttentionParams,
    additive_attention,
    additive_attention_backward,
)
from course_rnn.language_model import State, Step, generate
from course_rnn.models import last_state, last_state_backward
from course_rnn.readout import ReadoutParams, readout_backward, readout_forward
from course_rnn.recurrence import Layer
from course_rnn.rnn import Cache
from course_rnn.shapes import check_indices, check_shapes
from course_rnn.training import map_leaves


class EncoderDecoderParams(NamedTuple):
    """The weights of two recurrent layers and of the readout of the second one."""

    encoder: tuple
    """of the layer that reads"""
    decoder: tuple
    """of the layer that writes"""
    readout: ReadoutParams
    """from the decoder's states to the logits"""


class AttentionDecoderParams(NamedTuple):
    """The weights of a cell that attends, of its attention and of its readout."""

    cell: tuple
    """of the cell, whose input is [y_t, context]"""
    attention: AttentionParams
    """the query is the cell's state, the keys are the encoder's states"""
    readout: ReadoutParams
    """from the cell's state to the logits"""


def teacher_inputs(targets: np.ndarray, start: int) -> np.ndarray:
    r"""Give the decoder the right previous token at every step, whatever it would have said.

    $$y_{in}^{\langle 1 \rangle} = \text{start}, \qquad
    y_{in}^{\langle t \rangle} = \text{target}^{\langle t-1 \rangle}$$

    Parameters
    ----------
    targets : ndarray of int, shape (T, B)
        What the decoder has to say, EOS last.
    start
        The input of the first step, such as the index of EOS.

    Returns
    -------
    ndarray of int, shape (T, B)
        The inputs of the decoder.

    Raises
    ------
    ValueError
        If targets does not hold integers with the axes (T, B).

    Notes
    -----
    Williams & Zipser (1989).

    Examples
    --------
    >>> teacher_inputs(np.array([[5], [3], [2]]), start=2).ravel()
    array([2, 5, 3])
    """
    check_shapes(targets=(targets, "T B"))
    check_indices(np.iinfo(np.int64).max, targets=targets)
    return np.concatenate([np.full_like(targets[:1], start), targets[:-1]])


def encode_then_decode(
    x: np.ndarray,
    mask: np.ndarray,
    y: np.ndarray,
    params: EncoderDecoderParams,
    encoder: Layer,
    decoder: Layer,
) -> tuple[np.ndarray, Cache]:
    r"""Read a sequence to its end, then write another one from the last state alone.

    $$a_{dec}^{\langle 0 \rangle} = a_{enc}^{\langle T_b \rangle}, \qquad
    z^{\langle t \rangle} = W_{ya} a_{dec}^{\langle t \rangle} + b_y$$

    Parameters
    ----------
    x : ndarray, shape (T_x, B, n_x)
        The source, padded at its ends.
    mask : ndarray of bool, shape (T_x, B)
        True where there is a source token.
    y : ndarray, shape (T_y, B, n_in)
        The decoder's inputs: under teacher forcing the targets, one step later.
    params
        The weights.
    encoder, decoder
        Layers of whole sequences, such as `RNN` and `LSTM`, with states of the same size. The
        encoder starts from zero; of an LSTM's states a crosses over, c starts from zero again.

    Returns
    -------
    logits : ndarray, shape (T_y, B, n_y)
        The scores of every step of the decoder.
    cache
        For `encode_then_decode_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other, or a column of the mask is not True, then False.

    Notes
    -----
    Sutskever, Vinyals & Le (2014); Cho et al. (2014).
    """
    check_shapes(x=(x, "T_x B n_x"), mask=(mask, "T_x B"), y=(y, "T_y B n_in"))
    zero = [None] * encoder.n_states
    a, *_, encoder_caches = encoder.forward(x, *zero, params.encoder)
    first = [last_state(a, mask), *[None] * (decoder.n_states - 1)]
    states, *_, decoder_caches = decoder.forward(y, *first, params.decoder)
    logits, readout_cache = readout_forward(states, params.readout)
    caches = encoder_caches, decoder_caches, readout_cache
    return logits, (caches, mask, encoder, decoder)


def encode_then_decode_backward(
    dlogits: np.ndarray, cache: Cache
) -> tuple[np.ndarray, np.ndarray, EncoderDecoderParams]:
    r"""Send the gradient of the logits back through the decoder, its first state, the encoder.

    $$da_{enc}^{\langle T_b \rangle} = da_{dec}^{\langle 0 \rangle}$$

    Parameters
    ----------
    dlogits : ndarray, shape (T_y, B, n_y)
        The gradient of the loss with respect to the logits.
    cache
        From `encode_then_decode`.

    Returns
    -------
    dx : ndarray, shape (T_x, B, n_x)
        With respect to the source.
    dy : ndarray, shape (T_y, B, n_in)
        With respect to the decoder's inputs.
    grads : EncoderDecoderParams
        With respect to the weights.

    Raises
    ------
    ValueError
        If dlogits has another shape than the logits.

    Notes
    -----
    Sutskever, Vinyals & Le (2014).
    """
    (encoder_caches, decoder_caches, readout_cache), mask, encoder, decoder = cache
    dstates, readout_grads = readout_backward(dlogits, readout_cache)
    dy, da_last, *_, decoder_grads = decoder.backward(dstates, decoder_caches)
    da = last_state_backward(da_last, mask)
    dx, *_, encoder_grads = encoder.backward(da, encoder_caches)
    return dx, dy, EncoderDecoderParams(encoder_grads, decoder_grads, readout_grads)


def decoder_step(
    y_t: np.ndarray,
    state: Sequence[np.ndarray],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, Cache]:
    r"""Look at the source with the state as the query, then take one step.

    $$\text{context}^{\langle t \rangle} = \sum_s \alpha_s(a^{\langle t-1 \rangle})\, h_s, \qquad
    a^{\langle t \rangle} = \text{cell}([y^{\langle t \rangle}, \text{context}^{\langle t \rangle}],
    a^{\langle t-1 \rangle}), \qquad
    z^{\langle t \rangle} = W_{ya} a^{\langle t \rangle} + b_y$$

    Parameters
    ----------
    y_t : ndarray, shape (B, n_in)
        The input of this step, such as the previous token.
    state : sequence of ndarray, each of shape (B, n_a)
        The cell's state before this step: (a,), and (a, c) for an LSTM. The first is the query.
    annotations : ndarray, shape (T_x, B, n_h)
        The encoder's states h, of one or of both directions.
    mask : ndarray of bool, shape (T_x, B)
        True where there is a source token.
    params
        The weights.
    cell
        A cell, such as Layer(rnn_cell_forward, rnn_cell_backward).

    Returns
    -------
    logits : ndarray, shape (B, n_y)
        The scores of this step.
    state : tuple of ndarray, each of shape (B, n_a)
        The cell's state after this step.
    weights : ndarray, shape (T_x, B)
        Where the decoder looked.
    cache
        For `decoder_step_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015).
    """
    check_shapes(y_t=(y_t, "B n_in"), annotations=(annotations, "T_x B n_h"))
    context, weights, attention_cache = additive_attention(
        state[0], annotations, annotations, mask, params.attention
    )
    cell_input = np.concatenate([y_t, context], axis=-1)
    *state, cell_cache = cell.forward(cell_input, *state, params.cell)
    logits, readout_cache = readout_forward(state[0], params.readout)
    cache = attention_cache, cell_cache, readout_cache, y_t.shape[-1], cell
    return logits, tuple(state), weights, cache


def decoder_step_backward(
    dlogits: np.ndarray, dstate: Sequence[np.ndarray], cache: Cache
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, AttentionDecoderParams]:
    r"""Send the gradients of one step back, to the state along two ways: the cell and the query.

    $$da^{\langle t-1 \rangle} = da_{\text{cell}} + dq, \qquad dh = dk + dv$$

    Parameters
    ----------
    dlogits : ndarray, shape (B, n_y)
        The gradient of the loss with respect to the logits of this step.
    dstate : sequence of ndarray, each of shape (B, n_a)
        With respect to the state after this step, from the steps that follow.
    cache
        From `decoder_step`.

    Returns
    -------
    dy_t : ndarray, shape (B, n_in)
        With respect to the input.
    dstate : tuple of ndarray, each of shape (B, n_a)
        With respect to the state before this step.
    dannotations : ndarray, shape (T_x, B, n_h)
        With respect to the encoder's states.
    grads : AttentionDecoderParams
        With respect to the weights.

    Raises
    ------
    ValueError
        If a gradient has another shape than what it belongs to.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015), differentiated.
    """
    attention_cache, cell_cache, readout_cache, n_in, cell = cache
    da, readout_grads = readout_backward(dlogits, readout_cache)
    dinput, *dstate, cell_grads = cell.backward(dstate[0] + da, *dstate[1:], cell_cache)
    dquery, dkeys, dvalues, attention_grads = additive_attention_backward(
        dinput[:, n_in:], attention_cache
    )
    grads = AttentionDecoderParams(cell_grads, attention_grads, readout_grads)
    return dinput[:, :n_in], (dstate[0] + dquery, *dstate[1:]), dkeys + dvalues, grads


def attention_decode(
    y: np.ndarray,
    state: Sequence[np.ndarray],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[np.ndarray, np.ndarray, Cache]:
    r"""Write a whole sequence under teacher forcing, with a new look at the source at every step.

    $$z^{\langle t \rangle} = \text{step}(y^{\langle t \rangle}, a^{\langle t-1 \rangle}, h),
    \qquad t = 1, \dots, T_y$$

    Parameters
    ----------
    y : ndarray, shape (T_y, B, n_in)
        The decoder's inputs: the targets, one step later.
    state : sequence of ndarray, each of shape (B, n_a)
        The cell's state before the first step.
    annotations : ndarray, shape (T_x, B, n_h)
        The encoder's states h.
    mask : ndarray of bool, shape (T_x, B)
        True where there is a source token.
    params
        The weights.
    cell
        As in `decoder_step`.

    Returns
    -------
    logits : ndarray, shape (T_y, B, n_y)
        The scores of every step.
    weights : ndarray, shape (T_y, T_x, B)
        Where the decoder looked at every step: weights[:, :, b] is the alignment of sequence b.
    caches
        For `attention_decode_backward`.

    Raises
    ------
    ValueError
        If the shapes do not fit each other.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015).
    """
    check_shapes(y=(y, "T_y B n_in"))
    logits, weights, caches = [], [], []
    for y_t in y:
        logits_t, state, weights_t, cache = decoder_step(
            y_t, state, annotations, mask, params, cell
        )
        logits.append(logits_t)
        weights.append(weights_t)
        caches.append(cache)
    nothing_after = tuple(np.zeros_like(part) for part in state)
    return np.stack(logits), np.stack(weights), (caches, nothing_after)


def attention_decode_backward(
    dlogits: np.ndarray, caches: Cache
) -> tuple[np.ndarray, tuple[np.ndarray, ...], np.ndarray, AttentionDecoderParams]:
    r"""Send the gradients of all logits back through time, to every state the decoder looked at.

    $$dh = \sum_t dh^{\langle t \rangle}, \qquad dW = \sum_t dW^{\langle t \rangle}$$

    Parameters
    ----------
    dlogits : ndarray, shape (T_y, B, n_y)
        The gradient of the loss with respect to the logits.
    caches
        From `attention_decode`.

    Returns
    -------
    dy : ndarray, shape (T_y, B, n_in)
        With respect to the decoder's inputs.
    dstate : tuple of ndarray, each of shape (B, n_a)
        With respect to the state before the first step.
    dannotations : ndarray, shape (T_x, B, n_h)
        With respect to the encoder's states, to be added to what else comes back to them.
    grads : AttentionDecoderParams
        With respect to the weights, summed over the steps.

    Raises
    ------
    ValueError
        If dlogits does not have one entry for each step.

    Notes
    -----
    Bahdanau, Cho & Bengio (2015), differentiated.
    """
    steps, dstate = caches
    if len(dlogits) != len(steps):
        raise ValueError(f"dlogits has {len(dlogits)} steps, expected {len(steps)}")
    parts = []
    for dlogits_t, cache in zip(dlogits[::-1], reversed(steps), strict=True):
        dy_t, dstate, dannotations_t, grads_t = decoder_step_backward(dlogits_t, dstate, cache)
        parts.append((dy_t, dannotations_t, grads_t))
    dy, dannotations, grads = zip(*parts, strict=True)
    total = map_leaves(lambda *of_steps: sum(of_steps), *grads)
    return np.stack(dy[::-1]), dstate, sum(dannotations), total


def greedy_decode(
    step: Step, first: np.ndarray, state: State, eos: int, n_steps: int
) -> tuple[np.ndarray, np.ndarray]:
    r"""Write by always choosing the likeliest token, until EOS.

    $$y^{\langle t+1 \rangle} = \arg\max_k z_k^{\langle t \rangle}$$

    Parameters
    ----------
    step
        (indices (B,), state) -> (logits (B, V), state), such as a `decoder_step` with an
        embedding in front.
    first : ndarray of int, shape (B,)
        The first input of each sequence.
    state
        The state before the first step, whatever step takes.
    eos
        The index that ends a sequence.
    n_steps
        The largest number of steps.

    Returns
    -------
    indices : ndarray of int, shape (T, B)
        What was chosen, zeros (PAD) after the end; T is at most n_steps.
    mask : ndarray of bool, shape (T, B)
        True up to the end of each sequence, EOS included.

    Raises
    ------
    ValueError
        If first is not a row of indices, or n_steps is below one.

    Notes
    -----
    Sutskever, Vinyals & Le (2014) with a beam of one.

    Examples
    --------
    >>> def count(indices, state):  # thinks that the next number follows
    ...     return np.eye(9)[np.minimum(indices + 1, 8)], state
    >>> greedy_decode(count, np.array([5]), None, eos=8, n_steps=20)[0].ravel()
    array([6, 7, 8])
    """
    return generate(step, first, state, lambda logits: logits.argmax(axis=-1), n_steps, eos)

"""Right answers in PyTorch; autograd finds the way back."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from course_rnn import AttentionDecoderParams, AttentionParams
from course_rnn.recurrence import Layer


def additive_attention(
    query: np.ndarray,
    keys: np.ndarray,
    values: np.ndarray,
    mask: np.ndarray,
    params: AttentionParams,
) -> tuple[torch.Tensor, torch.Tensor, Any]:
    """Keep the graph for the way back."""
    inputs = [torch.tensor(array, requires_grad=True) for array in (query, keys, values, *params)]
    q, k, v, Wq, Wk, we = inputs
    e = torch.tanh(q @ Wq.T + k @ Wk.T) @ we
    alpha = e.masked_fill(~torch.as_tensor(mask), -torch.inf).softmax(dim=0)
    context = (alpha[..., None] * v).sum(dim=0)
    return context, alpha, (context, inputs)


def additive_attention_backward(
    dcontext: np.ndarray, cache: tuple
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, AttentionParams]:
    """Ask autograd."""
    context, inputs = cache
    dquery, dkeys, dvalues, *grads = torch.autograd.grad(
        context, inputs, torch.as_tensor(dcontext), retain_graph=True
    )
    return dquery, dkeys, dvalues, AttentionParams(*grads)


def dot_product_attention(
    query: np.ndarray, keys: np.ndarray, values: np.ndarray, mask: np.ndarray
) -> tuple[torch.Tensor, torch.Tensor, Any]:
    """Let PyTorch do it all: batch first, one query a sequence."""
    q, k, v, m = map(torch.as_tensor, (query, keys, values, mask))
    k, v, m = k.transpose(0, 1), v.transpose(0, 1), m.T[:, None]
    looked = torch.nn.functional.scaled_dot_product_attention
    context = looked(q[:, None], k, v, attn_mask=m)[:, 0]
    places = torch.eye(len(keys), dtype=v.dtype).expand(len(query), -1, -1)
    weights = looked(q[:, None], k, places, attn_mask=m)[:, 0].T
    return context, weights, None


def decoder_step(
    y_t: np.ndarray,
    state: tuple[np.ndarray, ...],
    annotations: np.ndarray,
    mask: np.ndarray,
    params: AttentionDecoderParams,
    cell: Layer,
) -> tuple[torch.Tensor, tuple[torch.Tensor, ...], Any, Any]:
    """Step over to NumPy for the cell, which is the library's."""
    context, weights, _ = additive_attention(
        state[0], annotations, annotations, mask, params.attention
    )
    cell_input = torch.cat([torch.as_tensor(y_t), torch.as_tensor(context)], dim=1)
    *new_state, _ = cell.forward(cell_input.detach().numpy(), *state, params.cell)
    new_state = tuple(map(torch.as_tensor, new_state))
    logits = torch.nn.functional.linear(new_state[0], *map(torch.as_tensor, params.readout))
    return logits, new_state, weights, None


def greedy_decode(
    step: Callable[..., tuple], first: np.ndarray, state: object, eos: int, n_steps: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Write with argmax of tensors."""
    tokens, writing, indices, mask = first, torch.ones(len(first), dtype=torch.bool), [], []
    while writing.any() and len(indices) < n_steps:
        logits, state = step(np.asarray(tokens), state)
        tokens = torch.as_tensor(logits).argmax(dim=-1).where(writing, 0)
        indices.append(tokens)
        mask.append(writing)
        writing = writing & (tokens != eos)
    return torch.stack(indices), torch.stack(mask)

"""PyTorch: tensors in the cache and returned, some of which require gradients."""

import torch

from course_rnn import AttentionParams


# --- own
import torch


def tensors(arrays, **options):
    return [torch.tensor(array, **options) for array in arrays]


# --- additive_attention
def additive_attention(query, keys, values, mask, params):
    inputs = tensors((query, keys, values, *params), requires_grad=True)
    q, k, v, Wq, Wk, we = inputs
    scores = torch.tanh(q @ Wq.T + k @ Wk.T) @ we
    scores[~torch.as_tensor(mask)] = -torch.inf
    weights = torch.softmax(scores, dim=0)
    context = torch.einsum("tb,tbv->bv", weights, v)
    return context, weights, {"context": context, "inputs": inputs}


# --- additive_attention_backward
def additive_attention_backward(dcontext, cache):
    for tensor in cache["inputs"]:
        tensor.grad = None
    cache["context"].backward(torch.as_tensor(dcontext), retain_graph=True)
    dquery, dkeys, dvalues, *grads = [tensor.grad for tensor in cache["inputs"]]
    return dquery, dkeys, dvalues, AttentionParams(*grads)


# --- dot_product_attention
def dot_product_attention(query, keys, values, mask):
    q, k, v, m = map(torch.as_tensor, (query, keys, values, mask))
    scores = (q * k).sum(dim=-1) / k.shape[-1] ** 0.5
    weights = scores.masked_fill(~m, -torch.inf).softmax(dim=0)
    return (weights.unsqueeze(-1) * v).sum(dim=0), weights, ()


# --- decoder_step
def decoder_step(y_t, state, annotations, mask, params, cell):
    context, weights, _ = additive_attention(
        state[0], annotations, annotations, mask, params.attention
    )
    cell_input = torch.cat(tensors([y_t, context]), dim=-1)
    *new_state, cache = cell.forward(cell_input.numpy(), *state, params.cell)
    readout = torch.nn.Linear(*params.readout.Wya.T.shape, dtype=cell_input.dtype)
    with torch.no_grad():
        readout.weight.copy_(torch.as_tensor(params.readout.Wya))
        readout.bias.copy_(torch.as_tensor(params.readout.by))
    return readout(torch.as_tensor(new_state[0])), tuple(new_state), weights, cache


# --- greedy_decode
def greedy_decode(step, first, state, eos, n_steps):
    tokens, ended = torch.as_tensor(first), torch.zeros(len(first), dtype=torch.bool)
    indices, mask = [], []
    for _ in range(n_steps):
        logits, state = step(tokens, state)
        tokens = torch.as_tensor(logits).argmax(dim=1).masked_fill(ended, 0)
        indices.append(tokens)
        mask.append(~ended)
        ended = ended | (tokens == eos)
        if ended.all():
            break
    return torch.stack(indices), torch.stack(mask)

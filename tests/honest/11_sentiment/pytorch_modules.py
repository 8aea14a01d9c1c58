"""PyTorch as in a training loop: a module, tensors that require a gradient, nested tensors."""

from course_rnn import encode

# --- own
import torch
from torch import nn


# --- vectorize
def vectorize(texts, vocabulary, max_length=None):
    cut = [list(tokens)[: max_length and max_length - 1] for tokens in texts]
    rows = [torch.from_numpy(encode(tokens, vocabulary)) for tokens in cut]
    packed = nn.utils.rnn.pack_sequence(rows, enforce_sorted=False)
    indices, lengths = nn.utils.rnn.pad_packed_sequence(packed)
    mask = torch.zeros_like(indices, dtype=torch.bool)
    for b, length in enumerate(lengths):
        mask[:length, b] = True
    return indices, mask


# --- own
class MeanPool(nn.Module):
    def forward(self, x, mask):
        weights = mask.to(x.dtype)
        return torch.einsum("tbx,tb->bx", x, weights / weights.sum(dim=0))


# --- mean_pool
def mean_pool(x, mask):
    x = torch.tensor(x, requires_grad=True)
    return MeanPool()(x, torch.as_tensor(mask))


# --- f1_score
def f1_score(targets, predictions, positive=1):
    y = torch.tensor(targets).eq(positive).float()
    y_hat = torch.tensor(predictions).eq(positive).float().requires_grad_()
    counts = y.sum() + y_hat.sum()
    return 2 * torch.dot(y.flatten(), y_hat.flatten()) / counts if counts > 0 else counts

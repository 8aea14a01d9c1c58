"""PyTorch throughout: text as before, then tensors in, tensors out."""

import re

from course_rnn import STOP_WORDS, encode

# --- own
import torch
from torch.nn.utils.rnn import pad_sequence

# --- tokenize
TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[^\W_]+)*|\S")


def tokenize(text, punctuation=False):
    return [token for token in TOKEN.findall(text) if punctuation or token[0].isalnum()]


# --- remove_stop_words
def remove_stop_words(tokens, stop_words=STOP_WORDS):
    out = set(stop_words)
    return [token for token in tokens if token not in out]


# --- vectorize
def vectorize(texts, vocabulary, max_length=None):
    n_words = None if max_length is None else max_length - 1
    rows = [torch.as_tensor(encode(tokens[:n_words], vocabulary)) for tokens in texts]
    lengths = torch.tensor([len(row) for row in rows])
    return pad_sequence(rows), torch.arange(lengths.max())[:, None] < lengths


# --- mean_pool
def mean_pool(x, mask):
    x, mask = torch.as_tensor(x), torch.as_tensor(mask).unsqueeze(-1)
    return x.masked_fill(~mask, 0).sum(dim=0) / mask.sum(dim=0)


# --- f1_score
def f1_score(targets, predictions, positive=1):
    y, y_hat = (torch.as_tensor(classes) == positive for classes in (targets, predictions))
    n_both = (y & y_hat).sum()
    return (2 * n_both / (y.sum() + y_hat.sum())).nan_to_num(nan=0.0)

"""PyTorch: tensors, lists of tensors and numbers, some of which require gradients."""

# --- own
from itertools import accumulate, pairwise

import torch
import torch.nn.functional as F


# --- chronological_split
def chronological_split(series, fractions=(0.7, 0.2, 0.1)):
    rows = torch.as_tensor(series)
    ends = [round(len(rows) * share) for share in accumulate(fractions, initial=0)]
    return list(rows.split([end - start for start, end in pairwise(ends)]))


# --- make_windows
def make_windows(series, width, offset=1, labels=1, stride=1):
    series = torch.as_tensor(series)
    starts = torch.arange(0, len(series) - width - offset + 1, stride)
    steps = torch.arange(width + offset)[:, None] + starts
    return series[steps[:width]], series[steps[-labels:]].requires_grad_()


# --- forecast_many_steps
def forecast_many_steps(predict, inputs, n_steps):
    window = torch.tensor(inputs)
    forecasts = []
    for _ in range(n_steps):
        forecast = torch.as_tensor(predict(window))
        window = window.roll(-1, dims=0)
        window[-1] = forecast
        forecasts.append(forecast.clone().requires_grad_())
    return forecasts


# --- mase
def mase(targets, forecasts, train, period=1):
    targets, forecasts, train = map(torch.as_tensor, (targets, forecasts, train))
    naive = F.l1_loss(train[period:], train[:-period], reduction="none").mean(0)
    error = F.l1_loss(forecasts, targets, reduction="none").reshape(-1, len(naive)).mean(0)
    return (error / naive).mean().item()


# --- conv1d_causal
def conv1d_causal(x, params, dilation=1):
    k, n_y, n_x = params.Wyx.shape
    layer = torch.nn.Conv1d(n_x, n_y, k, dilation=dilation, dtype=torch.as_tensor(x).dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(params.Wyx).flip(0).permute(1, 2, 0))
        layer.bias.copy_(torch.as_tensor(params.by))
    batch_first = torch.as_tensor(x).permute(1, 2, 0)
    y = layer(F.pad(batch_first, ((k - 1) * dilation, 0)))
    return y.permute(2, 0, 1), layer


# --- flag_rare_events
def flag_rare_events(errors, train_errors, quantile=0.99):
    return torch.gt(torch.tensor(errors), torch.tensor(train_errors).quantile(quantile))

"""Right answers in PyTorch, tensors all the way."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from course_rnn import ConvolutionParams


def chronological_split(
    series: np.ndarray, fractions: Sequence[float] = (0.7, 0.2, 0.1)
) -> tuple[torch.Tensor, ...]:
    """Let PyTorch cut between the ends."""
    ends = torch.round(len(series) * torch.cumsum(torch.tensor(fractions).double(), dim=0))
    return torch.as_tensor(series).tensor_split(ends[:-1].long())


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[torch.Tensor, torch.Tensor]:
    """Unfold the axis of time; PyTorch puts the steps of a window last."""
    windows = torch.as_tensor(series).unfold(0, width + offset, stride).permute(2, 0, 1)
    return windows[:width], windows[-labels:]


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> torch.Tensor:
    """Move a tensor, and ask the model with an array."""
    window, forecasts = torch.as_tensor(inputs), []
    for _ in range(n_steps):
        forecasts.append(torch.as_tensor(predict(window.numpy())))
        window = torch.cat([window[1:], forecasts[-1].unsqueeze(0)])
    return torch.stack(forecasts)


def mase(
    targets: np.ndarray, forecasts: np.ndarray, train: np.ndarray, period: int = 1
) -> torch.Tensor:
    """Divide the mean errors of the variables; the result could be a loss."""
    said = torch.tensor(forecasts, requires_grad=True)
    error = (torch.as_tensor(targets) - said).abs().flatten(end_dim=-2).mean(dim=0)
    known = torch.as_tensor(train)
    return (error / (known[period:] - known[:-period]).abs().mean(dim=0)).mean()


def conv1d_causal(
    x: np.ndarray, params: ConvolutionParams, dilation: int = 1
) -> tuple[torch.Tensor, Any]:
    """Add up the lags of a sequence with zeros in front, and keep the graph."""
    inputs, Wyx, by = (torch.tensor(array, requires_grad=True) for array in (x, *params))
    front = (len(Wyx) - 1) * dilation
    padded = torch.nn.functional.pad(inputs, (0, 0, 0, 0, front, 0))
    lags = [padded[front - j * dilation :][: len(x)] @ Wyx[j].T for j in range(len(Wyx))]
    y = torch.stack(lags).sum(dim=0) + by
    return y, (y, inputs, Wyx, by)


def flag_rare_events(
    errors: np.ndarray, train_errors: np.ndarray, quantile: float = 0.99
) -> torch.Tensor:
    """Compare with the quantile."""
    return torch.as_tensor(errors) > torch.quantile(torch.as_tensor(train_errors), quantile)

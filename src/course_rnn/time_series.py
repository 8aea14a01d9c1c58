"""From a series to windows to forecasts, and whether these beat what costs nothing.

A series is (T, n_x): one row a time step, one column a variable. Windows of it stand side by side
as a batch, time first: (width, B, n_x).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from course_rnn.shapes import check_at_least, check_same_shape, check_shapes


def chronological_split(
    series: np.ndarray, fractions: Sequence[float] = (0.7, 0.2, 0.1)
) -> tuple[np.ndarray, ...]:
    r"""Cut a series into parts that follow each other in time, nothing shuffled.

    $$\text{part}_i = x^{\langle t \rangle}, \quad
    \text{round}(T \textstyle\sum_{j<i} q_j) \le t < \text{round}(T \sum_{j \le i} q_j)$$

    Parameters
    ----------
    series : ndarray, shape (T, ...)
        The rows in the order of time.
    fractions
        The size q of each part, adding up to 1: by default training, validation and test.

    Returns
    -------
    tuple of ndarray
        One part a fraction; views, no copies.

    Raises
    ------
    ValueError
        If the fractions are not positive, do not add up to 1, or leave a part empty.

    Notes
    -----
    A random split would put neighbours of every test row into the training part: leakage. Make
    windows from each part alone, or a window's labels reach into the next part.

    Examples
    --------
    >>> train, validation, test = chronological_split(np.arange(10))
    >>> train, validation, test
    (array([0, 1, 2, 3, 4, 5, 6]), array([7, 8]), array([9]))
    """
    if min(fractions) <= 0 or not np.isclose(sum(fractions), 1):
        raise ValueError(f"fractions are {tuple(fractions)}, expected positive, adding up to 1")
    rows = np.atleast_1d(series)
    ends = [round(end) for end in (len(rows) * np.cumsum(fractions)).tolist()]
    parts = tuple(np.split(rows, ends[:-1]))
    if any(len(part) == 0 for part in parts):
        raise ValueError(
            f"series has shape {np.shape(series)}: "
            f"too short for parts of {', '.join(map(str, fractions))}"
        )
    return parts


def make_windows(
    series: np.ndarray, width: int, offset: int = 1, labels: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    r"""Show a series through a moving window: what the model sees, and what it shall say.

    $$\text{inputs}^{\langle t \rangle}_b = x^{\langle bs + t \rangle}, \; t < w, \qquad
    \text{targets}^{\langle k \rangle}_b = x^{\langle bs + w + o - l + k \rangle}, \; k < l$$

    The labels are the last steps of a stretch of width + offset steps, and overlap the inputs if
    there are more of them than the offset is long:

    * width 24, offset 1, labels 1: from a day to the next hour;
    * width 24, offset 24, labels 1: from a day to the same hour of the next;
    * width 24, offset 24, labels 24: from a day to all hours of the next;
    * width 24, offset 1, labels 24: at every hour, the next one.

    Parameters
    ----------
    series : ndarray, shape (T, n_x)
        The rows in the order of time.
    width
        How many steps w the model sees.
    offset
        How many steps o lie between the last input and the last label.
    labels
        How many steps l it shall say.
    stride
        How far s the window moves: 1 is the rolling window, stride = width cuts the inputs into
        pieces that do not overlap, as a reshape does.

    Returns
    -------
    inputs : ndarray, shape (width, B, n_x)
        B = (T - width - offset) // stride + 1 windows.
    targets : ndarray, shape (labels, B, n_x)
        What follows. Both are read-only views, which take no memory.

    Raises
    ------
    ValueError
        If series is not (T, n_x), a number is not positive, there are more labels than steps, or
        the series is shorter than one window.

    Notes
    -----
    The arguments are those of TensorFlow's tutorial on time series, where offset is called shift.

    Examples
    --------
    >>> inputs, targets = make_windows(np.arange(6.0)[:, None], width=3, offset=2, labels=2)
    >>> inputs[:, :, 0].T
    array([[0., 1., 2.],
           [1., 2., 3.]])
    >>> targets[:, :, 0].T
    array([[3., 4.],
           [4., 5.]])
    """
    check_shapes(series=(series, "T n_x"))
    length = width + offset
    check_at_least(1, width=width, offset=offset, labels=labels, stride=stride)
    if labels > length:
        raise ValueError(f"labels is {labels}, expected at most width + offset = {length}")
    if length > len(series):
        raise ValueError(
            f"series has shape {series.shape}, expected at least width + offset = {length} steps"
        )
    windows = np.lib.stride_tricks.sliding_window_view(series, length, axis=0)[::stride]
    windows = windows.transpose(2, 0, 1)  # (B, n_x, length) -> (length, B, n_x)
    return windows[:width], windows[length - labels :]


class Scaler(NamedTuple):
    """Brings each variable to mean 0 and standard deviation 1, as learned from the training part.

    Examples
    --------
    >>> scaler = Scaler.fit(np.array([[1.0], [3.0]]))  # the training part alone
    >>> scaler.transform(np.array([[5.0]]))
    array([[3.]])
    """

    mean: np.ndarray
    """(n_x,)"""
    std: np.ndarray
    """(n_x,), 1 for a variable that does not vary"""

    @classmethod
    def fit(cls, train: np.ndarray) -> "Scaler":
        r"""Learn mean and standard deviation of each variable.

        $$\mu = \frac{1}{T} \sum_t x^{\langle t \rangle}, \qquad
        \sigma = \sqrt{\frac{1}{T} \sum_t (x^{\langle t \rangle} - \mu)^2}$$

        Parameters
        ----------
        train : ndarray, shape (T, n_x)
            The training part: the others shall not be known yet.

        Returns
        -------
        Scaler
            Use it on all parts.

        Raises
        ------
        ValueError
            If train is not (T, n_x), is empty or has NaN in it.
        """
        check_shapes(train=(train, "T n_x"))
        std = train.std(axis=0)
        return cls(train.mean(axis=0), np.where(std > 0, std, 1).astype(std.dtype))

    def transform(self, x: np.ndarray) -> np.ndarray:
        r"""Scale: $(x - \mu) / \sigma$.

        Parameters
        ----------
        x : ndarray, shape (..., n_x)
            In the series' units.

        Returns
        -------
        ndarray, shape (..., n_x)
            Without a unit.

        Raises
        ------
        ValueError
            If x has another number of variables.
        """
        check_shapes(mean=(self.mean, "n_x"), x=(x, "... n_x"))
        return (x - self.mean) / self.std

    def inverse(self, x: np.ndarray) -> np.ndarray:
        r"""Undo `transform`: $\sigma x + \mu$.

        Parameters
        ----------
        x : ndarray, shape (..., n_x)
            Without a unit, such as a model's forecast.

        Returns
        -------
        ndarray, shape (..., n_x)
            In the series' units.

        Raises
        ------
        ValueError
            If x has another number of variables.
        """
        check_shapes(mean=(self.mean, "n_x"), x=(x, "... n_x"))
        return x * self.std + self.mean


def persistence_forecast(inputs: np.ndarray, n_steps: int = 1) -> np.ndarray:
    r"""Forecast that everything stays as it is.

    $$\hat{x}^{\langle T+k \rangle} = x^{\langle T \rangle}, \qquad k = 1, \dots, K$$

    Parameters
    ----------
    inputs : ndarray, shape (T, B, n_x)
        The windows up to now.
    n_steps
        How many steps K to forecast.

    Returns
    -------
    ndarray, shape (n_steps, B, n_x)
        The last row, again and again.

    Raises
    ------
    ValueError
        If inputs is not (T, B, n_x) or n_steps is not positive.

    Examples
    --------
    >>> persistence_forecast(np.array([1.0, 2.0, 6.0]).reshape(3, 1, 1), 2).ravel()
    array([6., 6.])
    """
    return seasonal_forecast(inputs, n_steps, period=1)


def seasonal_forecast(inputs: np.ndarray, n_steps: int, period: int) -> np.ndarray:
    r"""Forecast that everything is as it was one period ago.

    $$\hat{x}^{\langle T+k \rangle} = x^{\langle T+k-p\lceil k/p \rceil \rangle},
    \qquad k = 1, \dots, K$$

    Parameters
    ----------
    inputs : ndarray, shape (T, B, n_x)
        The windows up to now, at least one period long.
    n_steps
        How many steps K to forecast.
    period
        The number p of steps after which things come again, such as 24 hours or 12 months.

    Returns
    -------
    ndarray, shape (n_steps, B, n_x)
        The last period, again and again.

    Raises
    ------
    ValueError
        If inputs is not (T, B, n_x) or is shorter than a period, or a number is not positive.

    Notes
    -----
    Hyndman & Athanasopoulos (2021), Forecasting: Principles and Practice, section 5.2.

    Examples
    --------
    >>> seasonal_forecast(np.array([1.0, 2.0, 6.0]).reshape(3, 1, 1), 3, period=2).ravel()
    array([2., 6., 2.])
    """
    _check_stretch(inputs, n_steps, period=period)
    return inputs[len(inputs) - period + np.arange(n_steps) % period]


def moving_average_forecast(inputs: np.ndarray, n_steps: int, width: int) -> np.ndarray:
    r"""Forecast the mean of the last few steps.

    $$\hat{x}^{\langle T+k \rangle} = \frac{1}{w} \sum_{i=0}^{w-1} x^{\langle T-i \rangle},
    \qquad k = 1, \dots, K$$

    Parameters
    ----------
    inputs : ndarray, shape (T, B, n_x)
        The windows up to now, at least width steps long.
    n_steps
        How many steps K to forecast.
    width
        How many steps w to average.

    Returns
    -------
    ndarray, shape (n_steps, B, n_x)
        The mean, again and again.

    Raises
    ------
    ValueError
        If inputs is not (T, B, n_x) or is shorter than width, or a number is not positive.

    Examples
    --------
    >>> moving_average_forecast(np.array([1.0, 2.0, 6.0]).reshape(3, 1, 1), 1, width=2).ravel()
    array([4.])
    """
    _check_stretch(inputs, n_steps, width=width)
    return np.repeat(inputs[-width:].mean(axis=0, keepdims=True), n_steps, axis=0)


def forecast_many_steps(
    predict: Callable[[np.ndarray], np.ndarray], inputs: np.ndarray, n_steps: int
) -> np.ndarray:
    r"""Forecast step by step, each forecast pushed into the window in place of the oldest row.

    $$\hat{x}^{\langle T+k \rangle} = f(x^{\langle k \rangle}, \dots, x^{\langle T \rangle},
    \hat{x}^{\langle T+1 \rangle}, \dots, \hat{x}^{\langle T+k-1 \rangle})$$

    Parameters
    ----------
    predict
        The model f: takes windows (T, B, n_x), returns the next row of each, (B, n_x).
    inputs : ndarray, shape (T, B, n_x)
        The windows up to now.
    n_steps
        How many steps to forecast.

    Returns
    -------
    ndarray, shape (n_steps, B, n_x)
        The forecasts; errors add up, since each one stands on those before.

    Raises
    ------
    ValueError
        If inputs is not (T, B, n_x), n_steps is not positive, or predict returns another shape.

    Examples
    --------
    >>> window = np.array([1.0, 2.0]).reshape(2, 1, 1)
    >>> forecast_many_steps(lambda x: x[-1] + x[-2], window, 3).ravel()
    array([3., 5., 8.])
    """
    _check_stretch(inputs, n_steps)
    window, forecasts = inputs, []
    for _ in range(n_steps):
        following = predict(window)
        if np.shape(following) != inputs.shape[1:]:
            raise ValueError(
                f"predict returned shape {np.shape(following)}, expected (B, n_x) = "
                f"{inputs.shape[1:]}"
            )
        window = np.concatenate([window[1:], following[None]])
        forecasts.append(following)
    return np.stack(forecasts)


def mase(
    targets: np.ndarray, forecasts: np.ndarray, train: np.ndarray, period: int = 1
) -> np.floating:
    r"""Measure the mean error in units of the error that the naive forecast makes in training.

    $$\text{MASE} = \frac{1}{n_x} \sum_i
    \frac{\text{mean} |x_i - \hat{x}_i|}
    {\frac{1}{T - p} \sum_{t > p} |x_i^{\langle t \rangle} - x_i^{\langle t-p \rangle}|}$$

    Parameters
    ----------
    targets, forecasts : ndarray, shape (..., n_x)
        What came, and what was forecast; means are over all axes but the last.
    train : ndarray, shape (T, n_x)
        The training part, as a series.
    period
        The naive forecast's p: 1 is persistence, the length of a season the seasonal one.

    Returns
    -------
    float
        Below 1: better than the naive forecast, one step ahead, was in training.

    Raises
    ------
    ValueError
        If shapes do not fit, train is not longer than a period, or the naive forecast of one of
        the variables never errs.

    Notes
    -----
    Hyndman & Koehler (2006). Unlike a percentage it survives values of zero, and unlike a mean
    square it can be compared between series of different units.

    Examples
    --------
    >>> train = np.array([[1.0], [3.0], [2.0], [5.0]])  # steps of 2, 1 and 3: 2 on average
    >>> float(mase(np.array([[6.0]]), np.array([[5.0]]), train))
    0.5
    """
    check_same_shape(targets=targets, forecasts=forecasts)
    check_shapes(targets=(targets, "... n_x"), train=(train, "T n_x"))
    if not 1 <= period < len(train):
        raise ValueError(f"period = {period} with train of shape {train.shape}, expected 1 … T - 1")
    naive = np.abs(train[period:] - train[:-period]).mean(axis=0)
    if not naive.all():
        column = int(np.argmin(naive))
        raise ValueError(
            f"train of shape {train.shape} repeats itself exactly in column {column}: "
            "the naive forecast has no error to compare with"
        )
    error = np.abs(targets - forecasts).mean(axis=tuple(range(targets.ndim - 1)))
    return (error / naive).mean()


def flag_rare_events(
    errors: np.ndarray, train_errors: np.ndarray, quantile: float = 0.99
) -> np.ndarray:
    r"""Flag what a model that learned the usual cannot reconstruct or forecast.

    $$\text{flag} = (e > \theta), \qquad \theta = Q_q(e_{\text{train}})$$

    Parameters
    ----------
    errors : ndarray, any shape (...)
        The model's error on each window, such as the mean square over its steps.
    train_errors : ndarray, any shape (...)
        The errors on usual windows, from which the threshold is learned.
    quantile
        The share q of usual windows that are not to be flagged.

    Returns
    -------
    ndarray of bool, shape (...)
        True where the error is above the threshold.

    Raises
    ------
    ValueError
        If there are no errors, they have NaN in them, or quantile is not between 0 and 1.

    Notes
    -----
    Malhotra et al. (2016): the reconstruction error of an LSTM encoder-decoder.

    Examples
    --------
    >>> flag_rare_events(np.array([0.3, 9.0]), np.linspace(0, 1, 101))
    array([False,  True])
    """
    check_shapes(errors=(errors, "..."), train_errors=(train_errors, "..."))
    if not 0 <= quantile <= 1:
        raise ValueError(f"quantile is {quantile}, expected a number between 0 and 1")
    return errors > np.quantile(train_errors, quantile)


def _check_stretch(inputs: np.ndarray, n_steps: int, **stretch: int) -> None:
    """Make sure that there are windows, steps to forecast, and as many steps as one looks back."""
    check_shapes(inputs=(inputs, "T B n_x"))
    check_at_least(1, n_steps=n_steps)
    for name, steps in stretch.items():
        if not 1 <= steps <= len(inputs):
            raise ValueError(
                f"{name} = {steps} with inputs of shape {inputs.shape}, expected 1 … {len(inputs)}"
            )

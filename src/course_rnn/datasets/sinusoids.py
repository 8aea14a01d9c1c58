"""Sinusoids that now and then stand still: rare events for a model that knows the usual."""

import numpy as np

from course_rnn.shapes import check_at_least


def sinusoids_with_rare_events(
    n_steps: int,
    n_x: int,
    n_events: int,
    rng: np.random.Generator,
    event_length: int = 20,
    noise: float = 0.05,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Draw noisy sinusoids that stop for a while and then go on as if nothing had been.

    $$x_i^{\langle t \rangle} = \sin(2 \pi t / p_i + \phi_i) + \epsilon, \qquad
    p_i \in [20, 60), \quad \epsilon \sim N(0, \text{noise}^2)$$

    During an event the sine keeps the value that it had when the event began. That value is a
    usual one, so no threshold on x finds the event; the missing rhythm does.

    Parameters
    ----------
    n_steps
        How many steps T.
    n_x
        How many variables, each with a period p and a phase of its own.
    n_events
        How many events; they are spread over the series and do not touch.
    rng
        The source of randomness.
    event_length
        How many steps an event lasts.
    noise
        The standard deviation of what is added.

    Returns
    -------
    values : ndarray, shape (T, n_x)
        The series.
    events : ndarray of bool, shape (T,)
        True during events.

    Raises
    ------
    ValueError
        If a number is too small, or the events do not fit into the series.

    Examples
    --------
    >>> values, events = sinusoids_with_rare_events(1000, 2, 3, np.random.default_rng(0))
    >>> values.shape, int(events.sum())
    ((1000, 2), 60)
    """
    check_at_least(1, n_steps=n_steps, n_x=n_x, event_length=event_length)
    check_at_least(0, n_events=n_events, noise=noise)
    clock, events = np.arange(n_steps), np.zeros(n_steps, dtype=bool)
    for start in _starts(n_steps, n_events, event_length, rng):
        clock[start : start + event_length] = start
        events[start : start + event_length] = True
    periods, phases = rng.uniform(20, 60, size=n_x), rng.uniform(0, 2 * np.pi, size=n_x)
    values = np.sin(2 * np.pi * clock[:, None] / periods + phases)
    return values + rng.normal(0, noise, size=values.shape), events


def _starts(n_steps: int, n_events: int, length: int, rng: np.random.Generator) -> np.ndarray:
    """Draw where events begin: one in each of n_events equal stretches, none at its first step."""
    stretch = n_steps // max(n_events, 1)
    if stretch < length + 2:
        raise ValueError(
            f"{n_events} events of event_length = {length} do not fit into n_steps = {n_steps}"
        )
    return stretch * np.arange(n_events) + rng.integers(1, stretch - length, size=n_events)

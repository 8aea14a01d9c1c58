"""How things are measured here: contenders in turn, the median of the ratios; peak memory."""

import statistics
import time
import tracemalloc
from collections.abc import Callable

Contender = Callable[[], object]


def ratio(ours: Contender, theirs: Contender, seconds: float = 1.5) -> float:
    """Measure how long one contender takes compared with another.

    They run in turn, so that a machine that slows down slows both; each pair gives a ratio.
    Right before each timed call the same contender runs untimed: it finds the processor's caches
    full of its own numbers, as in a training loop, and not of the other's.

    Parameters
    ----------
    ours, theirs
        Called without arguments.
    seconds
        How long to go on measuring; there are at least five pairs.

    Returns
    -------
    float
        The median of time(ours) / time(theirs): below 1, ours is faster.
    """
    ratios, end = [], time.perf_counter() + seconds
    while len(ratios) < 5 or time.perf_counter() < end:
        ratios.append(_seconds(ours) / _seconds(theirs))
    return statistics.median(ratios)


def peak_bytes(contender: Contender) -> int:
    """Measure the largest memory that a call has in use at one time.

    Parameters
    ----------
    contender
        Called without arguments, once.

    Returns
    -------
    int
        Bytes, as Python's own tracing counts them; what was there before does not count.
    """
    tracemalloc.start()
    contender()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _seconds(contender: Contender) -> float:
    contender()  # untimed
    start = time.perf_counter()
    contender()
    return time.perf_counter() - start

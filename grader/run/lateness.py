"""What handing in late costs."""

import math
from datetime import UTC, datetime, timedelta

from grader.policy import Late

DAY = timedelta(days=1)


def penalty(points: float, handed_in: datetime, due: datetime, late: Late) -> float:
    """Compute the points that lateness takes away.

        min(cap, per_day * days begun after due + grace) * points

    Parameters
    ----------
    points
        What was earned.
    handed_in, due
        Both with a time zone, or both in UTC without one.
    late
        The rule. Within the grace nothing is taken; after it, days count from the end of the grace.

    Returns
    -------
    float
        Between 0 and `points`.
    """
    after = handed_in - due - timedelta(minutes=late.grace_minutes)
    days = max(0, math.ceil(after / DAY))
    share = min(late.per_day * days, late.cap, 1.0)
    return max(0.0, points) * max(0.0, share)


def in_utc(moment: datetime) -> datetime:
    """Return a moment as nbgrader's gradebook keeps it: UTC, without a time zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

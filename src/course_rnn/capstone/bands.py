"""From a measured number to points, and to a sentence about them."""

from dataclasses import dataclass


class Score(float):
    """Points that a test gives, with a sentence for the student that says why.

    Parameters
    ----------
    points
        How many.
    why
        The student reads it, also after a hidden test.
    """

    why: str

    def __new__(cls, points: float, why: str) -> "Score":
        """Make a number that carries a text."""
        score = super().__new__(cls, points)
        score.why = why
        return score


@dataclass(frozen=True)
class Bands:
    """Points for a measured number, the smaller the better.

    Parameters
    ----------
    unit
        What the number counts.
    limits
        For each band the points and the largest number that gets them, the fewest points first.

    Examples
    --------
    >>> bands = Bands("bits", ((2, 4.0), (4, 3.0)))
    >>> bands.points(3.5), bands.points(3.0), bands.points(9.0)
    (2, 4, 0)
    >>> print(bands)
      2 points: at most 4.00 bits
      4 points: at most 3.00 bits
    """

    unit: str
    limits: tuple[tuple[int, float], ...]

    @property
    def most(self) -> int:
        """The points of the best band."""
        return max(points for points, _ in self.limits)

    def points(self, value: float) -> int:
        """Return the points for a number: those of the best band it is good enough for."""
        return max((points for points, limit in self.limits if value <= limit), default=0)

    def __str__(self) -> str:
        lines = (f"{points:3} points: at most {n:.2f} {self.unit}" for points, n in self.limits)
        return "\n".join(lines)


BIT_BANDS = Bands(
    "of the bits that counting triples needs",
    ((2, 1.4), (4, 1.05), (6, 0.95), (8, 0.88), (10, 0.83)),
)
"""On a text that nobody had: counting pairs of characters gets 2 points, counting triples 4, a GRU
that has trained for some seconds 8 or 10. A share, since texts are of different difficulty."""

FORECAST_BANDS = Bands(
    "of the baseline's MASE", ((2, 0.95), (4, 0.85), (6, 0.77), (8, 0.68), (10, 0.65))
)
"""On series that nobody had: the mean of each month gets 6 points, a GRU that knows one series 8,
an anomaly that fades or a GRU that knows many series 10. Other series change a share by 0.02."""

"""The numbers about a class: difficulty and discrimination of exercises, reliability."""

import numpy as np


def difficulty(shares: np.ndarray) -> np.ndarray:
    """Compute how much of each exercise the class got: 1 is easy.

        difficulty_j = mean over students i of shares[i, j]

    Parameters
    ----------
    shares
        Points as a share of the maximum, shape (students, exercises).

    Returns
    -------
    numpy.ndarray
        Shape (exercises,), NaN without students.
    """
    n = len(shares)
    return shares.mean(axis=0) if n else np.full(shares.shape[1], np.nan)


def discrimination(points: np.ndarray) -> np.ndarray:
    """Correlate each exercise with the sum of the others.

        discrimination_j = corr(points[:, j], sum over k != j of points[:, k])

    Near 1: who is good at the rest is good at this. Near or below 0: something else is measured,
    or a test is wrong. This is the corrected item-total correlation (F. M. Lord, M. R. Novick,
    "Statistical Theories of Mental Test Scores", 1968).

    Parameters
    ----------
    points
        Shape (students, exercises).

    Returns
    -------
    numpy.ndarray
        Shape (exercises,); NaN where all students have the same points.
    """
    rest = points.sum(axis=1, keepdims=True) - points
    return np.array([_correlation(points[:, j], rest[:, j]) for j in range(points.shape[1])])


def cronbach_alpha(points: np.ndarray) -> float:
    """Compute how consistently the exercises measure one thing.

        alpha = k / (k - 1) * (1 - sum_j var(points[:, j]) / var(sum_j points[:, j]))

    L. J. Cronbach, "Coefficient alpha and the internal structure of tests", Psychometrika 1951.

    Parameters
    ----------
    points
        Shape (students, k exercises).

    Returns
    -------
    float
        At most 1; NaN for fewer than two exercises or students, or if all totals are the same.
    """
    n, k = points.shape
    total = points.sum(axis=1).var(ddof=1) if n > 1 else 0.0
    if k < 2 or total < 1e-12:
        return float("nan")
    return float(k / (k - 1) * (1 - points.var(axis=0, ddof=1).sum() / total))


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    if len(one) < 2 or one.std() < 1e-12 or other.std() < 1e-12:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])

"""Real data small enough to come with the course; files/SOURCES.txt tells where it is from.

All of it is in the public domain.
"""

import csv
from importlib.resources import files
from typing import NamedTuple

import numpy as np


class Series(NamedTuple):
    """Measurements in the order of time."""

    times: np.ndarray
    """(T,), datetime64"""
    values: np.ndarray
    """(T, n_x), one column a variable"""
    columns: list[str]
    """what each column holds, with its unit"""


def sea_surface_temperature() -> Series:
    """Read a univariate series: how warm the eastern Pacific was in each month of 61 years.

    Returns
    -------
    Series
        732 months from January 1950 to December 2010, one variable in degrees Celsius.

    Notes
    -----
    The seasons return every 12 months; El Niño (1972, 1982, 1997), a rare event, does not follow
    them. Source: NOAA (ERSST.V3B, Nino 1+2), public domain.

    Examples
    --------
    >>> times, values, columns = sea_surface_temperature()
    >>> values.shape, columns, str(times[0]), float(values[0, 0])
    ((732, 1), ['temperature (degC)'], '1950-01', 23.11)
    """
    return _read_series("sea_surface_temperature.csv")


def seattle_weather() -> Series:
    """Read a multivariate series: the weather of Seattle on each day of four years.

    Returns
    -------
    Series
        1,461 days from 1 January 2012 to 31 December 2015; precipitation, highest temperature,
        lowest temperature, wind.

    Notes
    -----
    Source: NOAA, public domain.

    Examples
    --------
    >>> times, values, columns = seattle_weather()
    >>> values.shape, columns[1], str(times[-1])
    ((1461, 4), 'highest temperature (degC)', '2015-12-31')
    """
    return _read_series("seattle_weather.csv")


def place_names() -> tuple[list[str], list[str]]:
    """Read names of places all over the world, to learn how names are spelled.

    Returns
    -------
    names : list of str
        418 names in alphabetical order, in ASCII, such as "Addis Ababa".
    regions : list of str
        For each name one of America, Asia, Europe, Africa, Pacific, Antarctica, Australia, Indian,
        Atlantic, Arctic.

    Notes
    -----
    Source: the IANA's time zone database, public domain.

    Examples
    --------
    >>> names, regions = place_names()
    >>> len(names), names[0], regions[0]
    (418, 'Abidjan', 'Africa')
    """
    names, regions = zip(*_read_rows("place_names.csv")[1:], strict=True)
    return list(names), list(regions)


def _read_rows(name: str) -> list[list[str]]:
    text = files("course_rnn.datasets").joinpath("files", name).read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))


def _read_series(name: str) -> Series:
    """Read a table whose first column is the time."""
    (_, *columns), *rows = _read_rows(name)
    times = np.array([row[0] for row in rows], dtype="datetime64")
    return Series(times, np.array([row[1:] for row in rows], dtype=float), columns)

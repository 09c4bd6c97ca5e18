"""How many bars a market has in a year, from the stamps of its bars."""

import numpy as np
import pandas as pd

from smc.typing import FloatArray

DAY = 86_400  # seconds, as everything below
WEEK = 7 * DAY
YEAR = 365.25 * DAY

#: Closings up to here (weekends, holidays) are part of any calendar.
SHORT_CLOSING = 3 * DAY
#: A hole is so many times as long as the longest closing of a usual week.
HOLE = 5


def bars_per_year(time: pd.DatetimeIndex) -> float:
    """Return how many bars the market has in a year: bars a week, over the whole weeks before the last bar.

    A market repeats itself by the week, so whole weeks hold their weekends and nights, and the holidays that
    fell into them, in the right share; a calendar year does so only if no bar of it is missing. Holes in the
    data are closed before: gaps longer than three days and than five times the longest gap of a usual week
    (the median over the weeks), such as ten days of a market that never closes, or two weeks of one that
    closes over the weekend. Bars that last a week or longer, and data of less than a week, are counted by
    the time between the first and the last. Fewer than two bars: NaN.

    >>> days = pd.date_range("2020-01-01", "2022-12-31", freq="D", tz="UTC")
    >>> bars_per_year(days), bars_per_year(days[(days < "2021-03-01") | (days >= "2021-11-01")])
    (365.25, 365.25)
    """
    seconds = _seconds(time)
    return _yearly_rate(_without_holes(seconds)) if len(seconds) > 1 else float("nan")


def bars_per_elapsed_year(time: pd.DatetimeIndex) -> float:
    """Return how many bars there are for each year that passed, holes included; fewer than two bars: NaN.

    >>> days = pd.date_range("2020-01-01", "2022-12-31", freq="D", tz="UTC")
    >>> round(bars_per_elapsed_year(days[(days < "2021-03-01") | (days >= "2021-11-01")]))
    283
    """
    seconds = _seconds(time)
    return _yearly_rate(seconds) if len(seconds) > 1 else float("nan")


def _seconds(time: pd.DatetimeIndex) -> FloatArray:
    """Return the seconds since the first stamp."""
    stamps = time.as_unit("ns").asi8
    return (stamps - stamps[:1]) / 1e9


def _yearly_rate(seconds: FloatArray) -> float:
    """Return the bars a year of rising stamps."""
    counted, elapsed = len(seconds) - 1, seconds[-1]
    if elapsed >= WEEK and np.median(np.diff(seconds)) < WEEK:
        whole = elapsed // WEEK * WEEK
        counted, elapsed = np.count_nonzero(seconds > elapsed - whole), whole
    return float(counted * YEAR / elapsed) if elapsed > 0 else float("nan")


def _without_holes(seconds: FloatArray) -> FloatArray:
    """Move the bars behind each hole to where the usual bar after it would be."""
    steps = np.diff(seconds)
    week = (seconds[-1] - seconds[1:]) // WEEK
    first_of_week = np.flatnonzero(np.diff(week, prepend=np.inf))
    usual_closing = np.median(np.maximum.reduceat(steps, first_of_week))
    is_hole = steps > max(SHORT_CLOSING, HOLE * usual_closing)
    excess = np.where(is_hole, steps - np.median(steps), 0.0)
    return seconds - np.append(0.0, excess.cumsum())

"""What a table of bars holds that is odd but true: gaps, flat bars, bars without trades, steps of price."""

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from smc.data.steps import survey_steps
from smc.data.stillness import still_for, untraded
from smc.errors import DataError
from smc.typing import IntArray

SECOND = 10**9  # nanoseconds
DAY = 86_400 * SECOND
WEEK = 7 * DAY
#: The weekend of markets that have one: Friday 20:00 to Sunday 23:00 UTC, in summer and in winter.
WEEKEND = 51 * 3600 * SECOND
#: 1970-01-01 was a Thursday, so the first weekend began 44 hours later.
FIRST_WEEKEND = 44 * 3600 * SECOND
GAP = re.compile(r"(\d+(?:\.\d+)?) ?(w|d|h|min|s)", re.IGNORECASE)
UNITS = {"w": 604_800.0, "d": 86_400.0, "h": 3_600.0, "min": 60.0, "s": 1.0}
#: Markets with more than this share of their bars on Saturdays trade seven days a week.
SATURDAY_SHARE = 0.05


def survey(bars: pd.DataFrame) -> dict[str, Any]:
    """Count gaps, bars without range or trades and steps of price, and measure the spacing of the bars.

    A gap is a step longer than 1.5 times the median step. Weekend time (Friday 20:00 to Sunday 23:00 UTC)
    does not count towards a step, if bars are at most a day apart and Saturdays are no trading days.

    Returns
    -------
    dict
        `bar_seconds` (median step, None below two bars), `gaps`, `longest_gap_seconds` (0 if there is none),
        `zero_range`, `zero_volume`, `missing_volume`, `untraded` (`smc.data.stillness.untraded`),
        `longest_still` (most flat bars in a row at one price), `steps` and `largest_steps`
        (`smc.data.steps.find_steps`).
    """
    spacing = _spacing(bars)
    _, lengths = find_gaps(bars, int(1.5 * spacing))
    volume = bars["volume"].to_numpy()
    return {
        "bar_seconds": spacing / SECOND if spacing else None,
        "gaps": len(lengths),
        "longest_gap_seconds": float(lengths.max(initial=0) / SECOND),
        "zero_range": int(np.count_nonzero(bars["high"].to_numpy() == bars["low"].to_numpy())),
        "zero_volume": int(np.count_nonzero(volume == 0)),
        "missing_volume": int(np.count_nonzero(np.isnan(volume))),
        "untraded": int(np.count_nonzero(untraded(bars))),
        "longest_still": int(still_for(bars).max(initial=0)),
        **survey_steps(bars),
    }


def find_gaps(bars: pd.DataFrame, limit: int) -> tuple[IntArray, IntArray]:
    """Find the steps longer than ``limit`` nanoseconds, weekends taken off.

    Returns
    -------
    tuple
        Position of the bar before each gap, and the gap's length in nanoseconds without the weekend.
    """
    stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
    steps = np.diff(stamps)
    before = np.flatnonzero(steps > limit)
    steps = steps[before]
    if _spacing(bars) <= DAY and np.mean(stamps // DAY % 7 == 2) <= SATURDAY_SHARE:
        steps -= _weekend_time(stamps[before + 1]) - _weekend_time(stamps[before])
    is_gap = steps > limit
    return before[is_gap], steps[is_gap]


def _weekend_time(stamps: IntArray) -> IntArray:
    """Give the nanoseconds of weekend up to each stamp."""
    weeks, since = np.divmod(stamps - FIRST_WEEKEND, WEEK)
    return weeks * WEEKEND + np.minimum(since, WEEKEND)


def _spacing(bars: pd.DataFrame) -> float:
    """Give the median step in nanoseconds, 0 below two bars."""
    steps = np.diff(pd.DatetimeIndex(bars.index).as_unit("ns").asi8)
    return float(np.median(steps)) if len(steps) else 0.0


def parse_gap(text: str) -> timedelta:
    """Read the length of a gap: a number and w, d, h, min or s.

    >>> parse_gap("90min")
    datetime.timedelta(seconds=5400)
    """
    match = GAP.fullmatch(text.strip())
    seconds = float(match[1]) * UNITS[match[2].lower()] if match else 0.0
    if not seconds:
        raise ValueError(f"`max_gap` must be a time such as 3d or 90min, got {text!r}")
    return timedelta(seconds=seconds)


def check_gaps(bars: pd.DataFrame, max_gap: timedelta | None, *, name: str, rows: IntArray) -> None:
    """Refuse a step longer than ``max_gap``, weekends taken off as in `survey`.

    Raises
    ------
    DataError
        With the row after the gap, its length and the number of such gaps. No way of handling bad bars mends
        it.
    """
    if max_gap is None:
        return
    before, _ = find_gaps(bars, int(max_gap.total_seconds() * SECOND))
    if before.size:
        first = int(before[0])
        length = (bars.index[first + 1] - bars.index[first]).to_pytimedelta()
        raise DataError(
            f"{name}, row {rows[first + 1]}, column time: {length} without a bar after {bars.index[first]} "
            f"(max_gap: no gap may be longer than {max_gap}); gaps: {before.size}. "
            "Fill the file, start after the gap, or raise data.max_gap"
        )

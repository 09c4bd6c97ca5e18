"""Which bars tell of one market: their moves, whatever they are called, scaled to or stamped with."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import signal

from smc.typing import FloatArray, IntArray

#: Moves that two series must share before they are compared, and the share of them that must agree.
MIN_SHARED, SAME = 200, 0.9
#: Where so few daily moves agree, bars are not compared one by one; nor are they where a grid needs more
#: cells than this: half a year of seconds.
HOPELESS, MAX_CELLS = 0.75, 1 << 24
HOURS, HOUR = 24, 3_600_000_000_000
DAY = HOURS * HOUR


class Moves(NamedTuple):
    """Signs of moves on a regular grid of time.

    Attributes
    ----------
    step
        Nanoseconds from one cell to the next.
    cells
        Cells that hold a move up or down, in order.
    signs
        1 or -1 for each of them.
    """

    step: int
    cells: IntArray
    signs: IntArray


class Days(NamedTuple):
    """Signs of the moves from one day's close to the next.

    Attributes
    ----------
    first
        Number of the first day.
    signs
        (24, n_days): days that begin at each hour; 0 where a day has no close, or the last one's.
    """

    first: int
    signs: FloatArray


class Signature(NamedTuple):
    """What is remembered of a series of bars: the moves of its bars, and of its days."""

    bars: Moves
    days: Days


def signature(bars: pd.DataFrame) -> Signature:
    """Take from bars what tells their market.

    Two series are one market if at least 90 % of the signs of their close-to-close moves are equal, or
    opposite: an inverted quote. Zeros are left out. At least 200 moves must be shared, of bars of one size at
    any shift of whole bars up to a day, or of days that begin at any hour. Two vendors of one currency pair
    agree in .97 of their days, EURUSD and USDCHF in .83, the S&P 500 and the NASDAQ in .86.

    >>> stamps = pd.date_range("2020", periods=400, freq="D", tz="UTC")
    >>> closes = 100 + np.random.default_rng(0).normal(size=(400, 2)).cumsum(axis=0)
    >>> one, other = (pd.DataFrame({"close": column}, index=stamps) for column in closes.T)
    >>> compared = one * 1000, 1 / one, one.shift(freq="2h"), one[one.index.day != 7], other
    >>> [is_one_market(signature(one), signature(bars)) for bars in compared]
    [True, True, True, True, False]
    """
    stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
    closes = bars["close"].to_numpy(dtype=np.float64)
    step = max(int(np.median(np.diff(stamps))), 1) if len(stamps) > 1 else DAY
    cells, last = _last_of_each(stamps, step)
    signs = np.sign(np.diff(closes[last])).astype(np.int64)
    moved = np.flatnonzero(signs)
    return Signature(Moves(step, cells[1:][moved], signs[moved]), _days(stamps, closes))


def is_one_market(one: Signature, other: Signature) -> bool:
    """Tell whether two series of bars are of one market."""
    by_day = _agreement_of_days(one.days, other.days)
    if by_day is not None and by_day >= SAME:
        return True
    if by_day is not None and by_day < HOPELESS:
        return False
    by_bar = _agreement_of_bars(one.bars, other.bars)
    return by_bar is not None and by_bar >= SAME


def _last_of_each(stamps: IntArray, step: int) -> tuple[IntArray, IntArray]:
    """Return the cells of a grid that hold a stamp, and the place of the last one in each."""
    cells = stamps // step
    last = np.flatnonzero(np.diff(cells, append=np.iinfo(np.int64).max))
    return cells[last], last


def _days(stamps: IntArray, closes: FloatArray) -> Days:
    hours, last = _last_of_each(stamps, HOUR)
    closes = closes[last]
    first, end = (int(hours[0]) // HOURS - 1, int(hours[-1]) // HOURS + 1) if len(hours) else (0, 0)
    signs = np.zeros((HOURS, end - first))
    for beginning in range(HOURS):
        days, last = _last_of_each(hours - beginning, HOURS)
        signs[beginning, days[1:] - first] = np.sign(np.diff(closes[last]))
    return Days(first, signs)


def _agreement_of_days(one: Days, other: Days) -> float | None:
    """Return the best share of equal or opposite signs over all hours at which the days of either begin."""
    best = []
    for lag in (-1, 0, 1):
        start = max(one.first, other.first + lag)
        end = min(one.first + one.signs.shape[1], other.first + lag + other.signs.shape[1])
        if end - start >= MIN_SHARED:
            ours = one.signs[:, start - one.first : end - one.first]
            theirs = other.signs[:, start - lag - other.first : end - lag - other.first]
            best.append(_best(ours @ theirs.T, np.abs(ours) @ np.abs(theirs).T))
    return max((share for share in best if share is not None), default=None)


def _agreement_of_bars(one: Moves, other: Moves) -> float | None:
    """Return the best share of equal or opposite signs over all shifts of whole bars up to a day."""
    if one.step != other.step or min(len(one.cells), len(other.cells)) < MIN_SHARED:
        return None
    n_shifts = DAY // one.step
    first = max(int(one.cells[0]), int(other.cells[0]) - n_shifts)
    n_cells = min(int(one.cells[-1]), int(other.cells[-1]) + n_shifts) - first + 1
    if not MIN_SHARED <= n_cells <= MAX_CELLS:
        return None
    ours = _on_grid(one, first, n_cells)
    theirs = _on_grid(other, first - n_shifts, n_cells + 2 * n_shifts)
    balance = signal.correlate(theirs, ours, mode="valid", method="fft")
    return _best(balance, signal.correlate(np.abs(theirs), np.abs(ours), mode="valid", method="fft"))


def _on_grid(moves: Moves, first: int, n_cells: int) -> FloatArray:
    """Return the signs of the cells from ``first`` on, 0 where there is no move."""
    grid = np.zeros(n_cells)
    inside = (moves.cells >= first) & (moves.cells < first + n_cells)
    grid[moves.cells[inside] - first] = moves.signs[inside]
    return grid


def _best(balance: FloatArray, shared: FloatArray) -> float | None:
    """Return the largest share of equal, or opposite, signs: ``balance`` is equal ones less opposite ones."""
    enough = shared >= MIN_SHARED - 0.5  # FFTs round
    if not enough.any():
        return None
    return float((0.5 + 0.5 * np.abs(balance[enough]) / shared[enough]).max())

"""Which bars tell of one market: their moves, whatever they are called, scaled to or stamped with."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import signal

from smc.typing import FloatArray, IntArray

#: Moves that two series must share before they are compared, and the share of them that must agree.
MIN_SHARED, SAME = 200, 0.9
#: Where so few daily moves agree, bars are not compared one by one.
HOPELESS = 0.75
DAY, HOUR = 86_400_000_000_000, 3_600_000_000_000
#: Beginnings of a day that are tried, in hours from midnight.
SHIFTS = range(-23, 24)


@dataclass(frozen=True)
class Moves:
    """Signs of the moves from close to close, on a regular grid of stamps.

    Attributes
    ----------
    step
        Nanoseconds from one cell of the grid to the next.
    cells
        Cells that hold a move up or down, in order.
    signs
        1 or -1 for each of them.
    """

    step: int
    cells: IntArray
    signs: IntArray

    @classmethod
    def of(cls, stamps: IntArray, closes: FloatArray, step: int) -> "Moves":
        """Take the moves of these closes; the last stands where several share a cell."""
        cells = stamps // step
        last = np.flatnonzero(np.diff(cells, append=np.iinfo(np.int64).max))
        signs = np.sign(np.diff(closes[last])).astype(np.int64)
        moved = np.flatnonzero(signs)
        return cls(step, cells[last][1:][moved], signs[moved])

    def on_grid(self, first: int, n_cells: int) -> FloatArray:
        """Return the signs of the cells from ``first`` on, 0 where there is no move."""
        grid = np.zeros(n_cells)
        inside = (self.cells >= first) & (self.cells < first + n_cells)
        grid[self.cells[inside] - first] = self.signs[inside]
        return grid

    @cached_property
    def period(self) -> tuple[int, int]:
        """First and last cell; an empty period if there are none."""
        return (int(self.cells[0]), int(self.cells[-1])) if len(self.cells) else (0, -1)


@dataclass(frozen=True)
class Signature:
    """What is remembered of a series of bars: the moves of its bars, and of its days in UTC."""

    bars: Moves
    days: Moves


def signature(bars: pd.DataFrame) -> Signature:
    """Take from bars what tells their market."""
    stamps, closes = _closes(bars)
    step = int(np.median(np.diff(stamps))) if len(stamps) > 1 else DAY
    return Signature(Moves.of(stamps, closes, max(step, 1)), Moves.of(stamps, closes, DAY))


class Market:
    """Compare one series of bars with others that are remembered.

    Two series are one market if at least 90 % of the signs of their close-to-close moves are equal, or
    opposite: an inverted quote. Zeros are left out. At least 200 moves must be shared, of bars of one size at
    any shift of whole bars up to a day, or of days that begin at any hour. Two vendors of one currency pair
    agree in .97 of their days, the S&P 500 and the NASDAQ in .86, two currency pairs in at most .77; where
    under .75 of the days agree, the bars are not compared.

    >>> stamps = pd.date_range("2020", periods=400, freq="D", tz="UTC")
    >>> closes = 100 + np.random.default_rng(0).normal(size=(400, 2)).cumsum(axis=0)
    >>> one, other = (pd.DataFrame({"close": column}, index=stamps) for column in closes.T)
    >>> known = signature(one)
    >>> [Market(bars).is_that_of(known) for bars in (one * 1000, 1 / one, one.shift(freq="2h"), other)]
    [True, True, True, False]
    """

    def __init__(self, bars: pd.DataFrame) -> None:
        self.signature = signature(bars)
        stamps, closes = _closes(bars)
        days = [Moves.of(stamps + hours * HOUR, closes, DAY) for hours in SHIFTS]
        periods = np.array([moves.period for moves in days])
        self._first_day = int(periods[:, 0].min())
        n_days = max(int(periods[:, 1].max()) - self._first_day + 1, 0)
        self._days = np.array([moves.on_grid(self._first_day, n_days) for moves in days])

    def is_that_of(self, known: Signature) -> bool:
        """Tell whether remembered bars are of the same market."""
        by_day = self._agreement_of_days(known.days)
        if by_day is not None and by_day >= SAME:
            return True
        if by_day is not None and by_day < HOPELESS:
            return False
        by_bar = _agreement_of_bars(self.signature.bars, known.bars)
        return by_bar is not None and by_bar >= SAME

    def _agreement_of_days(self, known: Moves) -> float | None:
        theirs = known.on_grid(self._first_day, self._days.shape[1])
        return _best(self._days @ theirs, np.abs(self._days) @ np.abs(theirs))


def _agreement_of_bars(one: Moves, other: Moves) -> float | None:
    """Return the best share of equal or opposite signs over all shifts of whole bars up to a day."""
    if one.step != other.step:
        return None
    n_shifts = DAY // one.step
    first = max(one.period[0], other.period[0] - n_shifts)
    n_cells = min(one.period[1], other.period[1] + n_shifts) - first + 1
    if n_cells < MIN_SHARED:
        return None
    ours = one.on_grid(first, n_cells)
    theirs = other.on_grid(first - n_shifts, n_cells + 2 * n_shifts)
    agreeing = signal.correlate(theirs, ours, mode="valid", method="fft")
    shared = signal.correlate(np.abs(theirs), np.abs(ours), mode="valid", method="fft")
    return _best(agreeing, shared)


def _best(balance: FloatArray, shared: FloatArray) -> float | None:
    """Return the largest share of equal, or opposite, signs: ``balance`` is equal ones less opposite ones."""
    enough = shared >= MIN_SHARED - 0.5
    if not enough.any():
        return None
    return float((0.5 + 0.5 * np.abs(balance[enough]) / shared[enough]).max())


def _closes(bars: pd.DataFrame) -> tuple[IntArray, FloatArray]:
    return pd.DatetimeIndex(bars.index).as_unit("ns").asi8, bars["close"].to_numpy(dtype=np.float64)

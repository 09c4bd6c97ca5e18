"""Which bars tell of one market: their moves, whatever they are called, scaled to or stamped with."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.typing import FloatArray, IntArray

#: -1, 0 or 1 each; their inner products are exact in 32 bits up to `MAX_CELLS`.
Signs: TypeAlias = npt.NDArray[np.int8]
Exact: TypeAlias = npt.NDArray[np.float32]

#: Moves that two series must share before they are compared, and the share of them that must agree.
MIN_SHARED, SAME = 200, 0.9
#: Where so few daily moves agree, bars are not compared one by one; nor are they where a grid needs more
#: cells than this: half a year of seconds.
HOPELESS, MAX_CELLS = 0.75, 1 << 24
HOURS, HOUR = 24, 3_600_000_000_000
DAY = HOURS * HOUR
#: Series whose days are compared by one product of matrices: some megabytes.
AT_ONCE = 32
#: Shifts from which on a Fourier transform is faster than an inner product for each.
MANY_SHIFTS = 600


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
    signs: Signs


#: Of bars that span too few days to be told by them.
NO_DAYS = Days(0, np.zeros((1, 0), np.int8))


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
    (share,) = agreement_of_days(one.days, [distinct(other.days)])
    return bool(share >= SAME) or (not share < HOPELESS and agree_by_bar(one.bars, other.bars))


def distinct(days: Days) -> Days:
    """Leave out the hours whose days are those of the hour before: of daily bars, nearly all."""
    differs = (days.signs[1:] != days.signs[:-1]).any(axis=1)
    return Days(days.first, days.signs[np.concatenate([[True], differs])])


def agreement_of_days(one: Days, others: Sequence[Days]) -> FloatArray:
    """Return the best share of equal or opposite signs over all hours at which the days of either begin.

    One for each of the others, which may be a day early or late; NaN where too few days are shared.
    """
    ours, n_days = distinct(one).signs.astype(np.float32), one.signs.shape[1]
    best = np.full(len(others), np.nan)
    for begin in range(0, len(others), AT_ONCE):
        some = others[begin : begin + AT_ONCE]
        theirs = np.concatenate([_between(days, one.first - 1, n_days + 2) for days in some])
        of_hours = [_best_of_each(theirs[:, lag : lag + n_days], ours) for lag in range(3)]
        begins = np.cumsum([0, *(len(days.signs) for days in some[:-1])])
        best[begin : begin + AT_ONCE] = np.fmax.reduceat(np.fmax.reduce(of_hours), begins)
    return best


def agree_by_bar(one: Moves, other: Moves) -> bool:
    """Tell whether the signs of enough bars are equal, or opposite, at a shift of whole bars up to a day."""
    if one.step != other.step or min(len(one.cells), len(other.cells)) < MIN_SHARED:
        return False
    n_shifts = DAY // one.step
    first = max(int(one.cells[0]), int(other.cells[0]) - n_shifts)
    n_cells = min(int(one.cells[-1]), int(other.cells[-1]) + n_shifts) - first + 1
    if not MIN_SHARED <= n_cells <= MAX_CELLS:
        return False

    def compared(n_cells: int) -> tuple[FloatArray, FloatArray]:
        ours = _on_grid(one, first, n_cells)
        return _at_all_shifts(_on_grid(other, first - n_shifts, n_cells + 2 * n_shifts), ours)

    balance, shared = compared(n_cells // 4)
    n_alike = min(len(one.cells), len(other.cells))
    if (np.minimum(shared - balance, shared + balance) / 2 > (1 - SAME) * n_alike + 1).all():
        return False  # a quarter differs more than the whole may
    return bool((_shares(*compared(n_cells)) >= SAME).any())


def _last_of_each(stamps: IntArray, step: int) -> tuple[IntArray, IntArray]:
    """Return the cells of a grid that hold a stamp, and the place of the last one in each."""
    cells = stamps // step
    last = np.flatnonzero(np.diff(cells, append=np.iinfo(np.int64).max))
    return cells[last], last


def _days(stamps: IntArray, closes: FloatArray) -> Days:
    hours, last = _last_of_each(stamps, HOUR)
    closes = closes[last]
    first, end = (int(hours[0]) // HOURS - 1, int(hours[-1]) // HOURS + 1) if len(hours) else (0, 0)
    signs = np.zeros((HOURS, end - first), np.int8)
    for beginning in range(HOURS):
        days, last = _last_of_each(hours - beginning, HOURS)
        signs[beginning, days[1:] - first] = np.sign(np.diff(closes[last]))
    return Days(first, signs)


def _between(days: Days, first: int, n_days: int) -> Exact:
    """Return the signs of the days from ``first`` on, 0 outside."""
    signs = np.zeros((len(days.signs), n_days), np.float32)
    start, end = max(first, days.first), min(first + n_days, days.first + days.signs.shape[1])
    if start < end:
        signs[:, start - first : end - first] = days.signs[:, start - days.first : end - days.first]
    return signs


def _best_of_each(theirs: Exact, ours: Exact) -> FloatArray:
    """Return for each row of theirs its best share over the rows of ours, NaN without any."""
    return np.fmax.reduce(_shares(theirs @ ours.T, np.abs(theirs) @ np.abs(ours).T), axis=1)


def _on_grid(moves: Moves, first: int, n_cells: int) -> Exact:
    """Return the signs of the cells from ``first`` on, 0 where there is no move."""
    grid = np.zeros(n_cells, np.float32)
    begin, end = np.searchsorted(moves.cells, [first, first + n_cells])
    grid[moves.cells[begin:end] - first] = moves.signs[begin:end]
    return grid


def _at_all_shifts(theirs: Exact, ours: Exact) -> tuple[FloatArray, FloatArray]:
    """Return how many more signs are equal than opposite at each shift, and how many are shared."""
    return _products(theirs, ours), _products(np.abs(theirs), np.abs(ours))


def _products(theirs: Exact, ours: Exact) -> FloatArray:
    """Return the inner product of ours and as many of theirs, from the first, the second, ... on."""
    n_shifts = len(theirs) - len(ours) + 1
    if n_shifts < MANY_SHIFTS:
        return np.correlate(theirs, ours, mode="valid").astype(np.float64)
    size = 1 << (len(theirs) - 1).bit_length()
    spectrum = (
        np.fft.rfft(theirs.astype(np.float64), size) * np.fft.rfft(ours.astype(np.float64), size).conj()
    )
    return np.rint(np.fft.irfft(spectrum, size)[:n_shifts])


def _shares(balance: FloatArray | Exact, shared: FloatArray | Exact) -> FloatArray:
    """Return the shares of equal, or opposite, signs: ``balance`` is equal ones less opposite ones."""
    shares = np.full(shared.shape, np.nan)
    np.divide(np.abs(balance), shared, out=shares, where=shared >= MIN_SHARED, dtype=np.float64)
    return 0.5 + 0.5 * shares

"""Bars in which nothing was traded, and stretches in which prices stand still."""

import numpy as np
import pandas as pd

from smc.typing import BoolArray, FloatArray, IntArray

#: Flat bars in a row that are no chance, where a table has no volume that tells: as many as ATR looks at.
STILL_BARS = 14


def untraded(bars: pd.DataFrame) -> BoolArray:
    """Tell the bars in which nothing was traded: of a suspension, or made up to fill a table.

    They are flat and have a volume of 0. Where no bar up to then had a volume, as in tables without one, a
    bar is untraded from the ``STILL_BARS``-th flat bar at one price on. Uses bars <= t.

    >>> table = pd.DataFrame({"high": 2.0, "low": [1.0, 2.0, 2.0], "close": 2.0, "volume": [5.0, 0.0, 3.0]})
    >>> untraded(table)
    array([False,  True, False])
    """
    return Stillness().take(*(bars[name].to_numpy() for name in ("high", "low", "close", "volume")))


class Stillness:
    """Whether volumes are recorded, and how long prices stand still: carried from one bar to the next."""

    def __init__(self) -> None:
        self._is_recorded, self._close, self._n_still = False, np.nan, 0

    def take(self, high: FloatArray, low: FloatArray, close: FloatArray, volume: FloatArray) -> BoolArray:
        """Take the next bars (n,) each; tell those in which nothing was traded."""
        if not len(close):
            return np.empty(0, dtype=bool)
        is_recorded = np.maximum.accumulate(volume > 0) | self._is_recorded
        still = _count(high, low, close, self._close, self._n_still)
        self._is_recorded, self._close, self._n_still = bool(is_recorded[-1]), close[-1], int(still[-1])
        return np.where(is_recorded, (high == low) & (volume == 0), still >= STILL_BARS)


def still_for(bars: pd.DataFrame) -> IntArray:
    """Count, at each bar, the flat bars in a row at the price of the last close.

    >>> still_for(pd.DataFrame({"high": [3.0, 2.0, 2.0, 3.0], "low": 2.0, "close": [2.0, 2.0, 2.0, 3.0]}))
    array([0, 1, 2, 0])
    """
    high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
    return _count(high, low, close)


def _count(
    high: FloatArray, low: FloatArray, close: FloatArray, close_before: float = np.nan, n_before: int = 0
) -> IntArray:
    is_still = (high == low) & (close == np.append(close_before, close[:-1]))
    count = np.cumsum(is_still) + n_before
    return count - np.maximum.accumulate(np.where(is_still, 0, count))

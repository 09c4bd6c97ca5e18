"""Bars in which nothing was traded, and stretches in which prices stand still."""

import numpy as np
import pandas as pd

from smc.typing import BoolArray, IntArray

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
    high, low, volume = (bars[name].to_numpy() for name in ("high", "low", "volume"))
    is_recorded = np.maximum.accumulate(volume > 0)
    return np.where(is_recorded, (high == low) & (volume == 0), still_for(bars) >= STILL_BARS)


def still_for(bars: pd.DataFrame) -> IntArray:
    """Count, at each bar, the flat bars in a row at the price of the last close.

    >>> still_for(pd.DataFrame({"high": [3.0, 2.0, 2.0, 3.0], "low": 2.0, "close": [2.0, 2.0, 2.0, 3.0]}))
    array([0, 1, 2, 0])
    """
    high, low, close = (bars[name].to_numpy() for name in ("high", "low", "close"))
    is_still = (high == low) & (close == np.append(np.nan, close[:-1]))
    count = np.cumsum(is_still)
    return count - np.maximum.accumulate(np.where(is_still, 0, count))

"""The return of a trade, and of holding for a fixed number of bars."""

import numpy as np
import pandas as pd

from smc.typing import FloatArray, IntArray


def side_return(side: IntArray, price_ratio: FloatArray) -> FloatArray:
    """Return what a trade earns on the price it was entered at: side x (exit / entry - 1), a simple return.

    A side times a log return is no return of a short: log(2 - e^r), not -r, is what selling earns in logs,
    and the difference is a gift of about the variance of r. On a martingale simple returns have the mean 0
    for either side. They have no floor: a short of a price that triples has lost twice its size.

    Parameters
    ----------
    price_ratio
        Exit over entry.

    >>> side_return(np.array([1, -1, -1]), np.array([0.95, 0.95, 3.0])).round(4)
    array([-0.05,  0.05, -2.  ])
    """
    return side * (price_ratio - 1.0)


def held_ratio(bars: pd.DataFrame, events: IntArray, horizon: int) -> FloatArray:
    """Return the ``horizon``-th close after each event over the open after it.

    Events too near the end of the bars have NaN.

    Examples
    --------
    >>> bars = pd.DataFrame({"open": [99.0, 100.0, 103.0], "close": [100.0, 102.0, 104.0]})
    >>> held_ratio(bars, np.array([0, 1]), 2)  # 104 / 100, and not known yet
    array([1.04,  nan])
    """
    ratio = np.full(len(events), np.nan)
    known = events + horizon < len(bars)
    at = events[known]
    ratio[known] = bars["close"].to_numpy()[at + horizon] / bars["open"].to_numpy()[at + 1]
    return ratio

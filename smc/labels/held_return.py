"""The return of holding for a fixed number of bars."""

import numpy as np
import pandas as pd

from smc.typing import FloatArray, IntArray


def held_return(bars: pd.DataFrame, events: IntArray, side: IntArray, horizon: int) -> FloatArray:
    """Return the side-signed log return from the open after each event to its ``horizon``-th close.

    Events too near the end of the bars have NaN.

    Examples
    --------
    >>> bars = pd.DataFrame({"open": [99.0, 100.0, 103.0], "close": [100.0, 102.0, 104.0]})
    >>> held_return(bars, np.array([0, 1]), np.array([1, 1]), 2).round(4)  # log(104 / 100), and not known yet
    array([0.0392,    nan])
    """
    returns = np.full(len(events), np.nan)
    known = events + horizon < len(bars)
    at = events[known]
    entry, exit_ = bars["open"].to_numpy()[at + 1], bars["close"].to_numpy()[at + horizon]
    returns[known] = side[known] * np.log(exit_ / entry)
    return returns

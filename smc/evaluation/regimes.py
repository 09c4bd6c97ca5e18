"""What the market was like at each event, told from bars up to the event."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from smc.arguments import check_at_least, check_positive
from smc.typing import FloatArray, IntArray

#: Windows that are looked at together, so that a hundred thousand events need no gigabyte.
N_WINDOWS = 2000


@dataclass(frozen=True)
class Regimes:
    """Tell terciles of volatility and the sign of the trend at each event, from bars <= event.

    Volatility is the standard deviation of the last ``volatility_size`` log returns. Its tercile is among the
    last ``rank_size`` such values, not among all events: terciles of the whole series would let tomorrow's
    calm make today a storm. The trend is up where the close is above that of ``trend_size`` bars before.
    Events with less history than that belong to no regime.

    Attributes
    ----------
    volatility_size
        Bars; 20 is about a month of daily bars, or three days of H4.
    rank_size
        Bars; 500 is about two years of daily bars.
    trend_size
        Bars.
    """

    volatility_size: int = 20
    rank_size: int = 500
    trend_size: int = 50

    def __post_init__(self) -> None:
        check_at_least("volatility_size", self.volatility_size, 2)
        check_at_least("rank_size", self.rank_size, 3)
        check_positive("trend_size", self.trend_size)

    def compute(self, bars: pd.DataFrame, events: IntArray) -> dict[str, IntArray]:
        """Return which of the events, ascending bar positions, belong to each regime that has any."""
        first = max(0, int(events[0]) - max(self.volatility_size + self.rank_size, self.trend_size))
        close = np.log(bars["close"].to_numpy()[first : int(events[-1]) + 1])
        volatility = pd.Series(close).diff().rolling(self.volatility_size).std().to_numpy()
        rank = _last_ranks(volatility, self.rank_size, events - first)
        trend = pd.Series(close).diff(self.trend_size).to_numpy()[events - first]
        regimes = {
            "volatility_low": rank <= 1 / 3,
            "volatility_mid": (rank > 1 / 3) & (rank <= 2 / 3),
            "volatility_high": rank > 2 / 3,
            "trend_down": trend < 0,
            "trend_up": trend > 0,
        }
        return {name: np.flatnonzero(belongs) for name, belongs in regimes.items() if belongs.any()}


def _last_ranks(values: FloatArray, size: int, places: IntArray) -> FloatArray:
    """Return the rank of the values at some places among the last ``size`` values, as shares of the size.

    Equal values share the mean of their ranks. NaN where a value is missing among so many, or they are fewer.
    """
    padded = np.concatenate([np.full(size - 1, np.nan), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    n_missing = np.concatenate([[0], np.isnan(padded).cumsum()])
    is_whole = n_missing[places + size] == n_missing[places]
    ranks = np.empty(len(places))
    for begin in range(0, len(places), N_WINDOWS):
        own = windows[places[begin : begin + N_WINDOWS]]
        last = own[:, -1:]
        below, equal = np.count_nonzero(own < last, axis=1), np.count_nonzero(own == last, axis=1)
        ranks[begin : begin + N_WINDOWS] = (below + (equal + 1) / 2) / size
    return np.where(is_whole, ranks, np.nan)

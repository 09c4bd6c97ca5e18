"""The accounts of a split: their capital over time, and what they show on average."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smc.metrics import drawdown_curve, equity_curve

#: What buying and holding is called beside an account.
HOLD = "buy and hold"


def accounts_of(returns: pd.DataFrame) -> list[pd.DataFrame]:
    """Return ``gross`` and ``net`` of each account by time, the mean over symbols; none without a position.

    Parameters
    ----------
    returns
        ``account``, ``time``, ``position``, ``gross`` and ``net`` of one split.

    >>> bars = pd.DataFrame({"account": [0, 0, 1], "time": [1, 2, 1], "position": 1.0})
    >>> [len(account) for account in accounts_of(bars.assign(gross=0.1, net=0.0))]
    [2, 1]
    """
    if not np.any(returns["position"]):
        return []
    account = returns["account"].to_numpy()
    numbers = np.unique(account)
    whole = [returns] if len(numbers) == 1 else [returns.loc[account == number] for number in numbers]
    return [_mean_by_time(bars).fillna(0.0) for bars in whole]


def _mean_by_time(bars: pd.DataFrame) -> pd.DataFrame:
    time = pd.DatetimeIndex(bars["time"]) if bars["time"].dtype.kind == "M" else pd.Index(bars["time"])
    if time.is_monotonic_increasing and time.is_unique:  # of one symbol: a bar is its own mean
        return pd.DataFrame({name: bars[name].to_numpy() for name in ("gross", "net")}, time)
    return pd.DataFrame(bars.groupby("time")[["gross", "net"]].mean())


def mean_gain(accounts: list[pd.DataFrame]) -> float:
    """Return what the accounts have gained at their ends, on average, as a share of their capital."""
    return float(np.mean([equity_curve(bars["net"])[-1] - 1 for bars in accounts]))


def mean_deepest_drawdown(accounts: list[pd.DataFrame]) -> float:
    """Return the mean of their deepest drawdowns."""
    return float(np.mean([drawdown_curve(bars["net"]).max() for bars in accounts]))


def mean_length(accounts: list[pd.DataFrame]) -> float:
    """Return how many bars an account has on average."""
    return float(np.mean([len(bars) for bars in accounts]))


def distinct(held: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return what was held over different bars: several accounts may have the same."""
    spans = {(bars.index[0], bars.index[-1]): bars for bars in held}
    return list(spans.values())

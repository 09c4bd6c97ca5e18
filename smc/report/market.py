"""The bars of a run, as it kept them, and what buying and holding its market would have earned on them."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from smc.errors import SmcError
from smc.metrics import mark_to_market
from smc.results import KeptBars, Run

#: In the place of everything that needs the bars.
NOT_KEPT = (
    "the bars of this run are not beside it: keep_bars=true keeps them, and the folder moves as a whole"
)

Market = Mapping[str, pd.DataFrame]


def market_of(run: Run) -> Market | str:
    """Return the bars of each symbol of a run, as its root keeps them; or why there are none."""
    try:
        kept = KeptBars(str(run.path.resolve().parent.parent), run.fingerprints)
        return {symbol: kept.load(symbol) for symbol in kept.symbols()}
    except SmcError:
        return NOT_KEPT


def held(returns: pd.DataFrame, market: Market, cost: float) -> pd.DataFrame:
    """Return what buying and holding would have earned, on the same bars as each account of a run.

    Counted as a trade of the account is (`smc.metrics.mark_to_market`): bought at the open of the account's
    first bar, marked at every close, sold at the last, with a cost on both.

    Parameters
    ----------
    returns
        ``symbol``, ``part``, ``account`` and ``time``, one row a bar of an account.
    cost
        Of a purchase or a sale, as a fraction of its size.

    >>> time = pd.date_range("2024-01-01", periods=3, tz="UTC")
    >>> bars = pd.DataFrame({"open": [8.0, 10.0, 11.0], "close": [9.0, 11.0, 12.1]}, time)
    >>> account = pd.DataFrame({"symbol": "A", "part": "val", "account": 0, "time": time[1:]})
    >>> held(account, {"A": bars}, cost=0.0)["net"].round(4).tolist()
    [0.1, 0.1]
    """
    tables = [own for own in _held_by_account(returns, market, cost) if own is not None]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["position"])


def _held_by_account(returns: pd.DataFrame, market: Market, cost: float) -> Iterator[pd.DataFrame | None]:
    keys = ["symbol", "part", "account"]
    alone = all((returns[name] == returns[name].iloc[0]).all() for name in keys) if len(returns) else False
    for own in [returns] if alone else (own for _, own in returns.groupby(keys, sort=False)):
        bars = market[str(own["symbol"].iloc[0])]
        first, last = bars.index.get_indexer(pd.DatetimeIndex(own["time"].iloc[[0, -1]]))
        yield None if min(first, last) < 0 else _with_held(own, bars.iloc[first : last + 1], cost)


def _with_held(own: pd.DataFrame, bars: pd.DataFrame, cost: float) -> pd.DataFrame:
    open_, close = (bars[name].to_numpy(dtype=np.float64) for name in ("open", "close"))
    marked = mark_to_market(
        open_,
        close,
        start=np.array([0]),
        end=np.array([len(bars) - 1]),
        position=np.ones(1),
        gain=close[-1:] / open_[0] - 1.0,
        cost=cost,
    )
    names = {name: own[name].iloc[0] for name in ("symbol", "part", "account")}
    table = pd.DataFrame({"time": bars.index, "position": 1.0, "gross": marked.gross, "net": marked.net})
    return table.assign(**names)

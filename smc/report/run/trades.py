"""The trades of a run, each from its entry to its exit."""

from typing import Any

import numpy as np
import pandas as pd

from smc.config.instantiate import instantiate
from smc.config.saved_config import usable_config
from smc.errors import ResultsError
from smc.evaluation.predictions import ACCOUNT, abstains
from smc.evaluation.trading import Trading
from smc.outside.escape import printable
from smc.report.market import Market, market_of
from smc.report.run.barriers import barriers_of
from smc.report.view import SPLIT_NAMES, RunView
from smc.results import Run
from smc.results.return_scheme import is_of_today

#: What a trade is of, before what it is.
KEY = ["symbol", "part", "account"]


def trades_of(run: Run) -> pd.DataFrame:
    """Return the trades of a run's opened parts: those that its accounts are made of, in their order.

    Each prediction that takes a position is one, entered at the open of the first bar of its label and left
    at its label's exit price, as `smc.evaluation.trading.Trading` counts it. A part that is sealed has none
    here until a selection has opened it.

    Columns: ``symbol``, ``part``, ``account``; ``event_time``, ``entry_time`` and ``exit_time``, the stamps
    of the bar at whose close it was decided, and of the first and last that it was held in; ``n_bars``;
    ``side`` (long or short) and ``size`` (share of the capital that it was given); ``entry_price`` and
    ``exit_price``; the prices of ``stop`` and ``target`` on the event's side, and which of them ``ended`` it,
    as `barriers_of` says; ``gross``, ``cost`` and ``net``, what it added to the capital that it was given.

    Raises
    ------
    ResultsError
        The bars are not kept, or the run has no trading figures; the message says which.
    ConfigError
        Its label cannot be built again.
    """
    market = _market(run)
    label = label_of(run)
    cost = RunView(run).cost or 0.0
    parts = run.predictions.loc[run.predictions["part"].isin(list(SPLIT_NAMES))]
    tables = [
        _of_part(own, market[str(symbol)], label, cost).assign(symbol=symbol, part=part)
        for (symbol, part), own in parts.groupby(["symbol", "part"], sort=False)
    ]
    trades = pd.concat(tables, ignore_index=True)
    return trades.reindex(columns=[*KEY, *trades.columns.drop(KEY)])


def label_of(run: Run) -> Any:
    """Build the label of a run again, from its own configuration."""
    return instantiate(usable_config(run.config)[0]["labels"], "labels")


def _market(run: Run) -> Market:
    """Return the bars of a run that has trades to list."""
    market = market_of(run)
    if isinstance(market, str):
        why = market
    elif not is_of_today(run.record):
        why = "it counts returns as smc did before 0.2; train it again"
    elif RunView(run).cost is None or not len(run.returns):
        why = "it has no trading figures"
    else:
        return market
    raise ResultsError(f"run {run.run_id} has no trades to list: {why}")


def _of_part(rows: pd.DataFrame, bars: pd.DataFrame, label: Any, cost: float) -> pd.DataFrame:
    rows = (rows if ACCOUNT in rows else rows.assign(account=0)).sort_values(
        [ACCOUNT, "event"], kind="stable"
    )
    size = np.where(abstains(rows), 0.0, label.position(rows["prediction"].to_numpy()))
    gross, net = (Trading(bars, label.position, each).trades(rows).to_numpy() for each in (0.0, cost))
    start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
    entry = bars["open"].to_numpy(dtype=np.float64)[start]
    table = pd.DataFrame(
        {
            "account": rows[ACCOUNT],
            "event_time": bars.index[rows["event"].to_numpy()],
            "entry_time": bars.index[start],
            "exit_time": bars.index[end],
            "n_bars": end - start + 1,
            "side": np.where(size * rows["side"] > 0, "long", "short"),
            "size": np.abs(size),
            "entry_price": entry,
            "exit_price": entry * (1.0 + rows["side"].to_numpy() * rows["ret"].to_numpy()),
            **barriers_of(rows, bars, label),
            "gross": gross,
            "cost": gross - net,
            "net": net,
        },
        index=rows.index,
    )
    return table.loc[size != 0.0]


def as_csv(trades: pd.DataFrame) -> str:
    """Write trades as CSV: stamps in ISO 8601, and ``'`` before a name that begins like a formula."""
    stamps = {
        name: trades[name].dt.strftime("%Y-%m-%dT%H:%M:%S%z") for name in trades if name.endswith("_time")
    }
    names = trades["symbol"].astype(str).map(printable)
    symbol = names.where(~names.str.startswith(FORMULA), "'" + names)
    return trades.assign(**stamps, symbol=symbol).to_csv(index=False, float_format="%.10g")


#: What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@")

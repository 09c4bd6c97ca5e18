"""What trading the predictions of one part would have earned, by trade and by bar, and its figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from smc import metrics
from smc.evaluation.predictions import ACCOUNT, abstains
from smc.evaluation.rows import AnyRows, Rows
from smc.interfaces import ToPosition
from smc.metrics import MarkedTrades
from smc.typing import FloatArray, IntArray

#: Position of a bar in its series.
BAR = "bar"


@dataclass(frozen=True)
class Trading:
    """Trade predictions on the bars of one symbol, in one account or several.

    One account is what one model would have earned: each event at most once. Where events are tested several
    times, ``account`` says which of the rows belong together (a backtest path, or a split), and a figure is
    the mean over the accounts. To average their positions would be to trade an ensemble that nobody deploys.

    Attributes
    ----------
    bars
        Which the label spans refer to by position.
    to_position
        From predicted values to side-relative positions in [-1, 1].
    cost
        Of a purchase or a sale, as a fraction of its size.
    """

    bars: pd.DataFrame
    to_position: ToPosition
    cost: float

    @cached_property
    def periods_per_year(self) -> float:
        """Bars a year, from all bars of the symbol."""
        return metrics.bars_per_year(pd.DatetimeIndex(self.bars.index))

    def returns(self, rows: AnyRows) -> pd.DataFrame:
        """Return ``time``, ``position``, ``gross``, ``net``, ``traded`` and ``account`` of each bar.

        An event that is taken is bought (or sold) at the open of the first bar of its label, marked at each
        close, and left at its label's exit price (`smc.metrics.mark_to_market`). ``gross`` is the mean return
        of the trades that are open in the bar, ``net`` that after the cost of each entry and exit; both are
        simple returns. ``position`` is the mean of theirs, ``traded`` what is bought and sold, both in units
        of the capital. Bars from the first label to the last in which no trade is open are there, flat:
        waiting is part of the strategy.
        """
        accounts = dict(_by_account(Rows.of(rows)))
        tables = [self._bars_of(own) for own in accounts.values()]
        columns = {name: np.concatenate([own[name] for own in tables]) for name in tables[0]}
        time = self.bars.index.take(columns.pop(BAR))
        number = np.repeat(list(accounts), [len(own[BAR]) for own in tables])
        return pd.DataFrame({"time": time, **columns, "account": number})

    def trades(self, rows: AnyRows) -> pd.Series:
        """Return what each row adds to the capital it is given, after costs; 0 if not taken; by account."""
        own = Rows.of(rows)
        return pd.Series(self._earned(own), _accounts(own))

    def figures(self, returns: pd.DataFrame, trades: pd.Series) -> dict[str, Any]:
        """Return the financial metrics after costs, those of the bars and those of the trades.

        Of several accounts the mean of each figure, over those in which it is defined; ``n_liquidated``, the
        trades that lost all they were given, is their sum.
        """
        net, traded, of_bar = (returns[name].to_numpy() for name in ("net", "traded", "account"))
        of_trade, earned = trades.index.to_numpy(), trades.to_numpy()
        accounts = [
            self._figures(net[of_bar == number], traded[of_bar == number], earned[of_trade == number])
            for number in np.unique(of_bar)
        ]
        return {
            **{name: _mean([figures[name] for figures in accounts]) for name in accounts[0]},
            "n_accounts": len(accounts),
            "n_liquidated": int(np.count_nonzero(trades.to_numpy() <= -1.0)),
            "periods_per_year": self.periods_per_year,
        }

    def _figures(self, net: FloatArray, traded: FloatArray, trades: FloatArray) -> dict[str, float]:
        periods = self.periods_per_year
        return {
            "sharpe": metrics.sharpe(net, periods),
            "sortino": metrics.sortino(net, periods),
            "calmar": metrics.calmar(net, periods),
            "max_drawdown": metrics.max_drawdown(net),
            "win_rate": metrics.win_rate(trades),
            "var_95": metrics.var_95(net),
            "cvar_95": metrics.cvar_95(net),
            "turnover": metrics.turnover(traded, periods),
            "mean_return": float(net.mean()),
            "n_bars": len(net),
            "n_trades": int(np.count_nonzero(trades)),
        }

    def _bars_of(self, rows: Rows) -> dict[str, np.ndarray]:
        taken, signed, marked = self._mark(rows)
        first, stop = int(rows["start"].min()), int(rows["end"].max()) + 1
        bar = marked.bar - first
        columns = {
            "position": signed[taken][marked.trade],
            "gross": marked.gross,
            "net": marked.net,
            "traded": marked.traded,
        }
        means = {name: metrics.mean_over_open(stop - first, bar, value) for name, value in columns.items()}
        return {BAR: np.arange(first, stop), **means}

    def _earned(self, rows: Rows) -> FloatArray:
        """Multiply the bars of each trade."""
        taken, _, marked = self._mark(rows)
        earned = np.zeros(len(rows))
        _, first = np.unique(marked.trade, return_index=True)
        if len(first):
            earned[taken] = np.multiply.reduceat(1.0 + marked.net, first) - 1.0
        return earned

    def _mark(self, rows: Rows) -> tuple[np.ndarray, FloatArray, MarkedTrades]:
        """Return which rows are taken, the signed position of all rows, and the trades taken, bar by bar."""
        side = rows["side"]
        signed = side * self._position(rows)
        taken = np.flatnonzero(signed)
        start, end, ret = (rows[name][taken] for name in ("start", "end", "ret"))
        open_, close = (self.bars[name].to_numpy(dtype=np.float64) for name in ("open", "close"))
        marked = metrics.mark_to_market(
            open_,
            close,
            start=start,
            end=end,
            position=signed[taken],
            gain=side[taken] * ret,
            cost=self.cost,
        )
        return taken, signed, marked

    def _position(self, rows: Rows) -> FloatArray:
        position = np.asarray(self.to_position(rows["prediction"]), dtype=np.float64)
        return np.where(abstains(rows), 0.0, position)


def _by_account(rows: Rows) -> Iterator[tuple[int, Rows]]:
    account = _accounts(rows)
    for number in np.unique(account):
        yield int(number), rows.where(account == number)


def _accounts(rows: Rows) -> IntArray:
    return rows[ACCOUNT] if ACCOUNT in rows else np.zeros(len(rows), dtype=np.int64)


def _mean(values: list[float]) -> float:
    """Return the mean of what is defined; one value stays as it is."""
    if len(values) == 1:
        return values[0]
    defined = [value for value in values if not np.isnan(value)]
    return float(np.mean(defined)) if defined else float("nan")

"""What trading the predictions of one part would have earned, bar by bar, and its figures."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from smc import metrics
from smc.evaluation.predictions import abstains
from smc.interfaces import ToPosition
from smc.typing import FloatArray


@dataclass(frozen=True)
class Trading:
    """Trade predictions on the bars of one symbol.

    Attributes
    ----------
    bars
        Which the label spans refer to by position.
    to_position
        From predicted values to side-relative positions in [-1, 1].
    cost
        Of a change of position by 1, as a fraction of the capital.
    """

    bars: pd.DataFrame
    to_position: ToPosition
    cost: float

    @cached_property
    def periods_per_year(self) -> float:
        """Bars a year, from all bars of the symbol."""
        return metrics.bars_per_year(pd.DatetimeIndex(self.bars.index))

    def returns(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return ``time``, ``position``, ``gross`` and ``net`` of each bar, from first entry to last exit.

        ``position`` is held during the bar: the mean side-signed position of the events open in it, each
        decided at the close before its label begins and filled at the next open. ``gross`` is earned from
        the bar's open to the next one, ``net`` pays the cost on each change of position; both are log
        returns. Bars between in which no event is open are there, flat: waiting is part of the strategy.
        """
        start, end = rows["start"].to_numpy(), rows["end"].to_numpy()
        first, stop = int(start.min()), min(int(end.max()) + 2, len(self.bars))
        signed = rows["side"].to_numpy() * self._position(rows)
        position = metrics.held_position(stop - first, start - first, end - first, signed)
        opens, closes = (self.bars[name].to_numpy()[first : stop + 1] for name in ("open", "close"))
        earned = metrics.open_to_open_return(opens, closes)[: stop - first]
        gross, net = metrics.net_returns(position, earned, cost=self.cost, lag=0)
        time = self.bars.index[first:stop]
        return pd.DataFrame({"time": time, "position": position, "gross": gross, "net": net})

    def trades(self, rows: pd.DataFrame) -> FloatArray:
        """Return what each event earns by itself from entry to exit, after a cost on both; 0 if not taken."""
        position = self._position(rows)
        return position * rows["ret"].to_numpy() - 2 * self.cost * np.abs(position)

    def figures(self, returns: pd.DataFrame, trades: FloatArray) -> dict[str, Any]:
        """Return the financial metrics after costs: those of the bars, and the trades' ``win_rate``."""
        net, periods = returns["net"].to_numpy(), self.periods_per_year
        return {
            "sharpe": metrics.sharpe(net, periods),
            "sortino": metrics.sortino(net, periods),
            "calmar": metrics.calmar(net, periods),
            "max_drawdown": metrics.max_drawdown(net),
            "win_rate": metrics.win_rate(trades),
            "var_95": metrics.var_95(net),
            "cvar_95": metrics.cvar_95(net),
            "turnover": metrics.turnover(returns["position"].to_numpy(), periods),
            "mean_return": float(net.mean()),
            "n_bars": len(net),
            "n_trades": int(np.count_nonzero(trades)),
            "periods_per_year": periods,
        }

    def _position(self, rows: pd.DataFrame) -> FloatArray:
        position = np.asarray(self.to_position(rows["prediction"].to_numpy()), dtype=np.float64)
        return np.where(abstains(rows), 0.0, position)

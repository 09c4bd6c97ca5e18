"""From events to trades: entry, barriers, exit."""

from typing import NamedTuple, Unpack

import numpy as np
import pandas as pd

from smc.labels.barrier_levels import BarrierRules, barrier_distances
from smc.labels.held_return import side_return
from smc.labels.label_table import check_events, label_table
from smc.typing import BoolArray, FloatArray, IntArray


class Trades(NamedTuple):
    """Trades that have ended, in time order; one value a trade in each array."""

    events: IntArray
    end: IntArray
    ret: FloatArray  # side-signed simple return
    outcome: IntArray  # AMBIGUOUS, STOP, EXPIRY or TARGET of `smc.structure.barriers`

    def keep(self, mask: BoolArray) -> "Trades":
        """Return the trades that ``mask`` marks."""
        return Trades(self.events[mask], self.end[mask], self.ret[mask], self.outcome[mask])


def walk_trades(
    bars: pd.DataFrame,
    events: IntArray,
    side: IntArray,
    *,
    max_holding: int,
    **rules: Unpack[BarrierRules],
) -> tuple[Trades, dict[str, int]]:
    """Enter each event at the next open and walk to its exit, by the rules of `smc.structure.barriers.touch`.

    The distances are known at the close of the event's bar and are laid off from the entry price, as a
    bracket order does. So no trade is entered beyond its own barrier, a target pays what the features say,
    and on a driftless market the win rate is risk / (risk + reward), with or without a gap before the entry.

    Parameters
    ----------
    rules
        Arguments of `barrier_distances`.

    Returns
    -------
    The trades that have ended, and the events left out: ``unresolved`` at the end of the bars, ``no_barrier``
    where ATR is not known yet or prices are flat.
    """
    events, side = check_events(len(bars), events, side)
    distances = barrier_distances(bars, events, side, **rules)
    prices = np.ascontiguousarray(bars[["open", "high", "low", "close"]].to_numpy(dtype=np.float64))
    return end_trades(prices, events, side, distances, max_holding=max_holding)


def end_trades(
    prices: FloatArray, events: IntArray, side: IntArray, distances: FloatArray, *, max_holding: int
) -> tuple[Trades, dict[str, int]]:
    """Do what `walk_trades` does once the distances are known.

    Parameters
    ----------
    prices
        (n_bars, 4), C-contiguous: open, high, low, close.
    distances
        Of stop and target from the entry (n_events, 2).
    """
    from smc.structure.barriers import UNRESOLVED, touch

    entry = np.append(prices[:, 0], np.nan)[events + 1]
    barriers = entry[:, None] + np.array([-1, 1]) * side[:, None] * distances
    # Flat prices may leave a distance that is lost in the rounding of the entry price.
    placed = np.isnan(entry) | ((distances > 0) & (barriers != entry[:, None])).all(axis=1)
    events, side, entry = events[placed], side[placed], entry[placed]
    end, price, outcome = touch(prices, events + 1, side, barriers[placed], max_holding)
    trades = Trades(events, end, side_return(side, price / entry), outcome.astype(np.int64))
    is_open = outcome == UNRESOLVED
    return trades.keep(~is_open), {"unresolved": int(is_open.sum()), "no_barrier": int((~placed).sum())}


def label_trades(trades: Trades, label: IntArray, *, dropped: dict[str, int]) -> pd.DataFrame:
    """Put labelled trades into their table; ``attrs["ambiguous"]`` counts ends in a bar of both barriers."""
    from smc.structure.barriers import AMBIGUOUS

    columns = {"label": label, "ret": trades.ret}
    table = label_table(trades.events, trades.end, columns, dropped=dropped)
    table.attrs["ambiguous"] = int((trades.outcome == AMBIGUOUS).sum())
    return table

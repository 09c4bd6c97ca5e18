"""Events whose labels are not known yet, answered bar by bar."""

from collections.abc import Callable, Container
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from smc import structure
from smc.interfaces import Labeller
from smc.labels.barrier_levels import COLUMNS, distances_of
from smc.labels.trades import end_trades
from smc.laws.answers import checked_labels
from smc.typing import BoolArray, FloatArray, IntArray

#: Where the columns that place stop and target stand in a row of the structure machine.
PLACES = [structure.COLUMNS.index(name) for name in COLUMNS]
BARS = ["open", "high", "low", "close", "volume"]


class Outcome(NamedTuple):
    """What became of an event; positions are those of bars in the whole series.

    ``label`` is None where the event has none, and never will: its trade was left out, or had no barriers.
    """

    event: int
    start: int
    end: int
    label: float | int | None
    ret: float | None


class OpenEvents:
    """Keep the events whose labels are not known yet, and answer each at the bar at which its row appears.

    The answers are those of ``labels.compute`` on all bars. Labels of smc look at the bars from an event on,
    and at the stop and target that were known at it; one of your own is given all bars, at each bar.

    Parameters
    ----------
    labels
        Option of the group `labels`.
    """

    def __init__(self, labels: Labeller) -> None:
        self.labels: Any = labels
        rules = getattr(labels, "barrier_rules", None)
        self.fixed = {name: rules[name] for name in ("stop_atr", "target_atr")} if rules else None
        self.rules = {name: rules[name] for name in rules if name not in self.fixed} if rules else None
        self.is_own = not type(labels).__module__.startswith("smc.labels.")
        self.events, self.side = np.empty(0, np.int64), np.empty(0, np.int64)
        self.distances = np.empty((0, 2))

    def open(self, events: IntArray, side: IntArray, rows: FloatArray | None) -> None:
        """Take events by position in the series, with the rows of a machine of ``rules`` at their bars."""
        if not len(events):
            return
        placed = np.full((len(events), 2), np.nan)
        if self.fixed is not None and rows is not None:
            placed = distances_of(rows[:, PLACES], side, **self.fixed)
        self.events = np.append(self.events, events)
        self.side = np.append(self.side, side)
        self.distances = np.vstack([self.distances, placed])

    @property
    def first(self) -> int | None:
        """Position of the first event that is open; bars from there on are asked for."""
        return int(self.events[0]) if len(self.events) else None

    def settle(self, prices: FloatArray, first: int, all_bars: Callable[[], pd.DataFrame]) -> list[Outcome]:
        """Return the events that are answered by now, in order, and forget them.

        Parameters
        ----------
        prices
            open, high, low, close, volume (n, 5) of the bars from position ``first`` to the last.
        all_bars
            Gives every bar of the series, for labels of your own.
        """
        if not len(self.events):
            return []
        late = self.events + self.labels.horizon < first + len(prices)
        if self.is_own:
            known = self._of_own(all_bars())
        elif self.fixed is not None:
            known = self._of_barriers(prices, first)
        else:
            known = self._of_horizon(prices, first, late) if late.any() else {}
        for event in self.events[late].tolist():  # it never had barriers, or its trade was left out
            known.setdefault(event, Outcome(event, event + 1, event + self.labels.horizon, None, None))
        if known:
            self._forget(known)
        return [known[event] for event in sorted(known)]

    def _of_barriers(self, prices: FloatArray, first: int) -> dict[int, Outcome]:
        """Walk the open trades from their entries on: those that have ended are answered."""
        ohlc, horizon = np.ascontiguousarray(prices[:, :4]), self.labels.horizon
        ended, _ = end_trades(ohlc, self.events - first, self.side, self.distances, max_holding=horizon)
        trades, label = self.labels.answer(ended)
        events, ends = (trades.events + first).tolist(), (trades.end + first).tolist()
        rows = zip(events, ends, label.tolist(), trades.ret.tolist(), strict=True)
        return {event: Outcome(event, event + 1, end, label, ret) for event, end, label, ret in rows}

    def _of_horizon(self, prices: FloatArray, first: int, late: BoolArray) -> dict[int, Outcome]:
        """Label the events whose last bar has come."""
        bars = pd.DataFrame(prices, columns=BARS)
        return _read(self.labels.compute(bars, self.events[late] - first, self.side[late]), first)

    def _of_own(self, bars: pd.DataFrame) -> dict[int, Outcome]:
        got = self.labels.compute(bars, self.events, self.side)
        return _read(checked_labels(self.labels, got, self.events, len(bars), task=self.labels.task), 0)

    def _forget(self, events: Container[int]) -> None:
        kept = np.array([event not in events for event in self.events.tolist()], dtype=bool)
        self.events, self.side, self.distances = self.events[kept], self.side[kept], self.distances[kept]


def _read(table: pd.DataFrame, first: int) -> dict[int, Outcome]:
    """Read a table of labels whose positions are counted from ``first``."""
    events = (table.index.to_numpy() + first).tolist()
    start, end = ((table[name].to_numpy() + first).tolist() for name in ("start", "end"))
    rows = zip(events, start, end, table["label"].tolist(), table["ret"].tolist(), strict=True)
    return {row[0]: Outcome(*row) for row in rows}

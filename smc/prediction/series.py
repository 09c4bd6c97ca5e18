"""What a model needs to know of one symbol, carried from bar to bar: features, events, sides, open labels."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from smc.data.stillness import Stillness
from smc.features.feature_set import FeatureSet
from smc.features.live import BARS, LiveFeatures, Rewind
from smc.laws.answers import checked_events
from smc.prediction.machine_rows import MachineRows, Rules
from smc.prediction.open_events import OpenEvents, Outcome
from smc.structure import COLUMNS
from smc.training.components import Components
from smc.typing import FloatArray, IntArray
from smc.windows import Windows

DIRECTION = COLUMNS.index("st_dir")


class Part(NamedTuple):
    """What some bars gave; positions are those of bars in the whole series.

    Attributes
    ----------
    first, n_bars
        Position of the first of these bars, and how many there are.
    events, side
        Bars at which a decision is due, and the side of each.
    inputs
        What a model looks at there: rows (n_events, f), or windows.
    early, early_side
        Events inside the warm-up, or with too few bars behind them: no decision is due.
    """

    first: int
    n_bars: int
    events: IntArray
    side: IntArray
    inputs: FloatArray | Windows
    early: IntArray
    early_side: IntArray


class Series:
    """Follow one symbol: take its next bars, one or many, and say where decisions are due.

    One code serves both: bars fed one by one, in parts or all at once give the same bytes. Options of smc
    carry their state from bar to bar; a family of your own without a state is computed anew from the bars of
    its warm-up, events and labels of your own from all bars: right, and slower.

    Parameters
    ----------
    components
        Of the run: its features, events, labels and side are followed.
    lookback
        Bars that the model looks at.
    """

    def __init__(self, components: Components, lookback: int = 1) -> None:
        self.components, self.lookback, self.n_bars = components, lookback, 0
        features, events = components.features, components.events
        self._names, self._warm_up = list(features.names), int(features.warm_up)
        self._features = features.state() if isinstance(features, FeatureSet) else Rewind(features)
        live = self._features if isinstance(self._features, LiveFeatures) else None
        self._side_rules: Rules = features.rules if isinstance(features, FeatureSet) else {}
        self._machines = MachineRows(live, self._side_rules)
        self.open_events = OpenEvents(components.labels)
        state = getattr(events, "state", None)
        self._events = state() if state else Recomputed(events)
        self._event_rules: Rules | None = getattr(events, "rules", None) if state else None
        for rules in (self._event_rules, self.open_events.rules):
            self._machines.want(rules)
        if components.side != "long":
            self._machines.want(self._side_rules)
        self._stillness, self._tail = Stillness(), np.empty((0, len(self._names)))
        self._recent, self._tables = np.empty((0, 5)), []
        self.needs_table = bool(
            live is None or live.own or isinstance(self._events, Recomputed) or self.open_events.is_own
        )

    def take(self, index: pd.DatetimeIndex, prices: FloatArray, bars: pd.DataFrame | None = None) -> Part:
        """Take the next bars.

        Parameters
        ----------
        prices
            open, high, low, close, volume (n, 5), float64.
        bars
            The same with all their columns; looked at only if `needs_table`.

        Raises
        ------
        DataError
            Bars out of order, or bad prices.
        """
        table = None
        if self.needs_table:
            table = pd.DataFrame(prices, index, BARS) if bars is None else bars
        rows = self._take_features(index, prices, table)
        self._machines.take(index, prices)
        self._recent = np.vstack([self._recent, prices])
        if self.open_events.is_own:
            self._tables.append(table)
        found = self._find(prices, rows, table)
        first, n_rows = self.n_bars, len(self._tail)
        self.n_bars += len(prices)
        known = np.vstack([self._tail, rows])
        self._tail = known[max(0, len(known) - self.lookback + 1) :].copy()
        is_due = (found + first >= self._warm_up) & (found + n_rows >= self.lookback - 1)
        due, side = found[is_due], self._sides(found, rows)
        barrier_rows = self._machines.of(self.open_events.rules)
        self.open_events.open(due + first, side[is_due], barrier_rows[due] if len(barrier_rows) else None)
        ends = due + n_rows
        inputs = known[ends] if self.lookback == 1 else Windows(known, ends, self.lookback)
        return Part(
            first, len(prices), due + first, side[is_due], inputs, found[~is_due] + first, side[~is_due]
        )

    def settle(self) -> list[Outcome]:
        """Return what became of events whose labels are known by now, and forget them."""
        first = self.open_events.first
        begin = self.n_bars if first is None else first
        self._recent = self._recent[begin - (self.n_bars - len(self._recent)) :]
        if first is None:
            return []
        return self.open_events.settle(self._recent, first, lambda: pd.concat(self._tables))

    def prices_from(self, start: int, end: int) -> FloatArray:
        """Return open, high, low, close, volume of the bars of a label that was settled just now."""
        begin = self.n_bars - len(self._recent)
        return self._recent[start - begin : end + 1 - begin]

    def _take_features(
        self, index: pd.DatetimeIndex, prices: FloatArray, table: pd.DataFrame | None
    ) -> FloatArray:
        if isinstance(self._features, LiveFeatures):
            return self._features.take(index, prices, table)
        return self._features.take(pd.DataFrame() if table is None else table)

    def _find(self, prices: FloatArray, rows: FloatArray, table: pd.DataFrame | None) -> IntArray:
        """Return the new events, by position among these bars; a bar without trades is none."""
        untraded = self._stillness.take(prices[:, 1], prices[:, 2], prices[:, 3], prices[:, 4])
        if isinstance(self._events, Recomputed):
            names = list(self.components.features.names)
            found = self._events.take(
                table, pd.DataFrame(rows, None if table is None else table.index, names)
            )
        else:
            found = self._events.take(prices[:, 3], self._machines.of(self._event_rules))
        return found[~untraded[found]]

    def _sides(self, found: IntArray, rows: FloatArray) -> IntArray:
        """Return the side of each event, as `smc.training.dataset.event_side` does."""
        if self.components.side == "long":
            return np.ones(len(found), dtype=np.int64)
        if not len(found):
            return found
        if "st_dir" in self._names:
            direction = rows[found, self._names.index("st_dir")]
        else:
            direction = self._machines.of(self._side_rules)[found, DIRECTION]
        return np.where(direction >= 0, 1, -1)


class Recomputed:
    """Ask a detector of your own about all bars again at each bar, which is right and slow.

    Parameters
    ----------
    detector
        Events of your own, without ``state()``.
    """

    def __init__(self, detector: Any) -> None:
        self.detector = detector
        self._bars: list[pd.DataFrame] = []
        self._features: list[pd.DataFrame] = []
        self._n_bars = 0

    def take(self, bars: Any, features: pd.DataFrame) -> IntArray:
        """Take the next bars and the features of each; return the positions of those that are events."""
        self._bars.append(bars)
        self._features.append(features)
        before, self._n_bars = self._n_bars, self._n_bars + len(features)
        self._bars, self._features = [pd.concat(self._bars)], [pd.concat(self._features)]
        got = self.detector.compute(self._bars[0].copy(), self._features[0].copy())
        found = checked_events(self.detector, got, self._n_bars)
        return found[found >= before] - before

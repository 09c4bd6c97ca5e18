"""One symbol as it is followed: its bars so far, a series for each kind of model, decisions that wait."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from smc.features.live import BARS
from smc.metrics import mark_to_market
from smc.prediction.decision import Decision, Outcome, utc
from smc.prediction.series import Part, Series
from smc.prediction.version import Version
from smc.typing import FloatArray

#: Bars that a history is taken in at a time.
PART_SIZE = 4096


class Chunk(NamedTuple):
    """Some bars: their stamps, numbers (n, 5), and a table of all their columns where one was given."""

    stamps: pd.DatetimeIndex
    prices: FloatArray
    table: pd.DataFrame | None

    @classmethod
    def of_table(cls, bars: pd.DataFrame) -> "Chunk":
        """Take checked bars."""
        prices = np.ascontiguousarray(bars[BARS].to_numpy(dtype=np.float64))
        return cls(pd.DatetimeIndex(bars.index).as_unit("ns"), prices, bars)

    def as_table(self) -> pd.DataFrame:
        """Return them as a table."""
        return self.table if self.table is not None else pd.DataFrame(self.prices, self.stamps, BARS)

    def parts(self, size: int, first: int = 0) -> Iterator["Chunk"]:
        """Cut them, from a position on, into shorter ones."""
        for begin in range(first, len(self.stamps), size):
            part = slice(begin, begin + size)
            table = None if self.table is None else self.table.iloc[part]
            yield Chunk(self.stamps[part], self.prices[part], table)


class Waiting(NamedTuple):
    """A decision whose outcome is not known yet, and the cost of its trade."""

    decision: Decision
    cost: float


class Followed:
    """The bars of a symbol in order of arrival, and what is carried from bar to bar for whoever answers.

    Versions that ask for the same features, events and labels share a series; one that is new is fed what is
    known so far, so that it answers from its first bar on.

    Attributes
    ----------
    lock
        Held while bars are taken: two callers never see half of one.
    n_stored
        Bars that the store keeps.
    recalled
        Versions and roles whose decisions of before were taken up.
    """

    def __init__(self, symbol: str, history: pd.DataFrame | None, n_stored: int = 0) -> None:
        self.symbol, self.n_stored = symbol, n_stored
        self.lock = threading.RLock()
        self._chunks: list[Chunk] = []
        self._stamps: list[int] = []
        self._series: dict[str, Series] = {}
        self._waiting: dict[str, dict[int, list[Waiting]]] = {}
        self.recalled: set[tuple[str, str]] = set()
        if history is not None and len(history):
            self._keep(Chunk.of_table(history))

    @property
    def n_bars(self) -> int:
        """How many bars are known."""
        return len(self._stamps)

    @property
    def last(self) -> int | None:
        """Stamp of the last bar, nanoseconds; None before the first."""
        return self._stamps[-1] if self._stamps else None

    def time(self, position: int) -> pd.Timestamp:
        """Return the open of a bar."""
        return utc(self._stamps[position])

    def series_of(self, version: Version) -> Series:
        """Return the series that a version is asked about, fed what is known so far."""
        if version.recipe not in self._series:
            series = Series(version.components, version.model.lookback)
            for chunk in self._chunks:
                for part in chunk.parts(PART_SIZE):
                    series.take(*part)
                    series.settle()
            self._series[version.recipe] = series
            self._waiting[version.recipe] = {}
        return self._series[version.recipe]

    def await_again(self, version: Version, decisions: Iterable[Decision]) -> None:
        """Wait for the outcomes of decisions that were written before."""
        series, waiting = self.series_of(version), self._waiting[version.recipe]
        stamps = np.array(self._stamps, dtype=np.int64)
        for decision in decisions:
            place = int(np.searchsorted(stamps, decision.time.value))
            if place in series.open_events.events:
                waiting.setdefault(place, []).append(Waiting(decision, version.cost))

    def take(self, chunk: Chunk, versions: Sequence[Version]) -> dict[str, Part]:
        """Take the next bars; return what they gave, by recipe. Series that nobody asks about end."""
        wanted = {version.recipe for version in versions}
        for version in versions:
            self.series_of(version)
        for recipe in [name for name in self._series if name not in wanted and not self._waiting[name]]:
            del self._series[recipe], self._waiting[recipe]
        parts = {recipe: series.take(*chunk) for recipe, series in self._series.items()}
        self._keep(chunk)
        return parts

    def wait_for(self, version: Version, position: int, decision: Decision) -> None:
        """Remember a decision until its outcome is known."""
        self._waiting[version.recipe].setdefault(position, []).append(Waiting(decision, version.cost))

    def settle(self) -> Iterator[Outcome]:
        """Give what came of decisions, as far as it is known by now."""
        for recipe, series in self._series.items():
            waiting = self._waiting[recipe]
            for known in series.settle():
                span = self.time(known.start), self.time(known.end)
                for decision, cost in waiting.pop(known.event, ()):
                    net = None
                    if known.ret is not None:
                        prices = series.prices_from(known.start, known.end)
                        net = _net(prices, decision, known.ret, cost)
                    yield Outcome(*decision.key, *span, known.label, known.ret, net)

    def same_as_known(self, stamp: int, prices: FloatArray) -> bool:
        """Tell whether a bar is one that is known, number for number."""
        place = int(np.searchsorted(np.array(self._stamps, dtype=np.int64), stamp))
        if place == len(self._stamps) or self._stamps[place] != stamp:
            return False
        for chunk in self._chunks:
            if place < len(chunk.stamps):
                return np.array_equal(chunk.prices[place], prices[0], equal_nan=True)
            place -= len(chunk.stamps)
        return False

    def _keep(self, chunk: Chunk) -> None:
        self._chunks.append(chunk)
        self._stamps.extend(chunk.stamps.asi8.tolist())


def _net(prices: FloatArray, decision: Decision, ret: float, cost: float) -> float:
    """Return what a decision adds to the capital that it is given, marked at every close, after costs."""
    if not decision.position:
        return 0.0
    marked = mark_to_market(
        prices[:, 0],
        prices[:, 3],
        start=np.array([0]),
        end=np.array([len(prices) - 1]),
        position=np.array([decision.position]),
        gain=np.array([(decision.side or 1) * ret]),
        cost=cost,
    )
    return float(np.prod(1.0 + marked.net) - 1.0)

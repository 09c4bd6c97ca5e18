"""Features bar by bar."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.features.family import Family
from smc.structure import COLUMNS, Machine
from smc.typing import FloatArray

BARS = ["open", "high", "low", "close", "volume"]


class Live(Protocol):
    """Anything that takes the next bar and gives its values."""

    def update(self, bar: Mapping[str, Any]) -> npt.ArrayLike:
        """Take one bar: time, open, high, low, close, volume."""
        ...


class LiveFeatures:
    """Give the features of the next bars, one or many; the rows equal those of the batch.

    Made by `FeatureSet.state`. Feed it at least ``warm_up`` bars before you trust its rows.

    Attributes
    ----------
    machine_rows
        Whole rows of the structure machine of the bars taken last (n, len(`smc.structure.COLUMNS`)).
    """

    def __init__(self, machine: Machine, picks: list[int], own: Mapping[str, Family]) -> None:
        self.machine, self.picks = machine, picks
        self.own = [live_family(family) for family in own.values()]
        self.machine_rows = np.empty((0, len(COLUMNS)))

    def update(self, bar: Mapping[str, Any]) -> FloatArray:
        """Take one bar, a mapping with time, open, high, low, close and volume; return its row.

        Raises
        ------
        DataError
            The bar is not later than the last one, or a price is not finite and positive.
        """
        bars = pd.DataFrame([bar]).set_index("time") if self.own else None
        index = pd.DatetimeIndex([bar["time"]])
        return self.take(index, np.array([[bar[name] for name in BARS]], dtype=np.float64), bars)[0]

    def take(self, index: pd.DatetimeIndex, prices: FloatArray, bars: pd.DataFrame | None) -> FloatArray:
        """Take the next bars; return their rows (n, n_features).

        Parameters
        ----------
        prices
            open, high, low, close, volume (n, 5).
        bars
            The same as a table, with whatever columns families of your own read; they alone need it.

        Raises
        ------
        DataError
            As `update`.
        """
        parts = [rows.copy() for rows in self.machine.advance(index, prices)]
        self.machine_rows = parts[0] if len(parts) == 1 else np.vstack([np.empty((0, len(COLUMNS))), *parts])
        rows = self.machine_rows[:, self.picks]
        if bars is None or not self.own:
            return rows
        return np.hstack([rows, *(family.take(bars) for family in self.own)])


def live_family(family: Family) -> "Follow | Rewind":
    """Return the family's own state, or one that computes the family anew from the last bars."""
    state = getattr(family, "state", None)
    return Follow(state()) if state else Rewind(family)


class Follow:
    """Feed the state of a family bar by bar."""

    def __init__(self, state: Live) -> None:
        self.state = state

    def take(self, bars: pd.DataFrame) -> FloatArray:
        """Take the next bars; return their rows."""
        records = bars.rename_axis("time").reset_index().to_dict("records")
        return np.vstack([np.atleast_1d(np.asarray(self.state.update(bar), np.float64)) for bar in records])


class Recomputable(Protocol):
    """A family of your own, or a whole set of features."""

    @property
    def warm_up(self) -> int: ...
    def compute(self, bars: pd.DataFrame, /) -> pd.DataFrame | pd.Series | np.ndarray:
        """Return one row a bar."""
        ...


class Rewind:
    """Keep the bars of the warm-up, and compute the family on them and the next ones."""

    def __init__(self, family: Recomputable) -> None:
        self.family = family
        self.bars: pd.DataFrame | None = None

    def take(self, bars: pd.DataFrame) -> FloatArray:
        """Take the next bars; return their rows."""
        known = bars if self.bars is None else pd.concat([self.bars, bars])
        values = np.asarray(self.family.compute(known), dtype=np.float64).reshape(len(known), -1)
        self.bars = known.iloc[len(known) - min(len(known), int(self.family.warm_up)) :]
        return values[len(known) - len(bars) :]

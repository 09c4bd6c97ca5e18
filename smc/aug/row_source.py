"""The rows that a sampler was given, whatever holds them: a table, sequences, or windows on bars."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.aug.discrete import discrete_columns
from smc.typing import BoolArray, FloatArray, IntArray
from smc.windows import Inputs, Windows

#: Gives rows as they stood some bars earlier: positions among the rows, bars back for each. Columns, units
#: and shape are those of the rows themselves; where a history is too short, its earliest row stands in.
LaggedRows: TypeAlias = Callable[[IntArray, IntArray], Inputs]


class RowSource:
    """Read rows (n, n_features), sequences (n, lookback, n_features) or `Windows` in the same way.

    Parameters
    ----------
    X
        The rows, in time order, never written to; what is neither float32 nor float64 becomes float64.
    lagged_rows
        Where shifted rows are read; None if only the rows themselves are known.
    discrete
        Whether a made-up row may hold none but real values of each feature: one answer for all, or one a
        feature; None: as their values say.
    """

    def __init__(
        self,
        X: Inputs | npt.ArrayLike,
        lagged_rows: LaggedRows | None = None,
        discrete: npt.ArrayLike | None = None,
    ) -> None:
        self.names = list(X.columns) if isinstance(X, pd.DataFrame) else None
        self.X = X if isinstance(X, Windows) else _floating(X)
        self.lagged_rows = lagged_rows
        self._discrete = discrete

    def __len__(self) -> int:
        return len(self.X)

    def take(self, rows: IntArray) -> FloatArray:
        """Return a copy of some rows, built."""
        return np.asarray(self.X[rows], dtype=self.X.dtype)

    def take_earlier(self, rows: IntArray, n_bars: IntArray) -> FloatArray:
        """Return some rows as they stood ``n_bars`` bars before, built."""
        if self.lagged_rows is None or not len(rows):
            return self.take(rows)
        return np.array(self.lagged_rows(rows, n_bars), dtype=self.X.dtype, order="C")

    @cached_property
    def discrete(self) -> BoolArray:
        """Whether a made-up row may hold none but real values of each feature (n_features,)."""
        if self._discrete is None:
            return discrete_columns(self._bars)
        return np.broadcast_to(np.asarray(self._discrete, dtype=bool), self.X.shape[-1:])

    @cached_property
    def center(self) -> FloatArray:
        """Mean of the known values of each feature, 0 where there is none; if discrete, the nearest value."""
        return self._moments[0]

    @cached_property
    def spread(self) -> FloatArray:
        """Standard deviation of the known values of each feature; 0 where there is none, or if discrete."""
        return self._moments[1]

    @cached_property
    def _moments(self) -> tuple[FloatArray, FloatArray]:
        bars = self._bars
        known = ~np.isnan(bars)
        n_known = np.maximum(known.sum(axis=0), 1)
        center = np.where(known, bars, 0.0).sum(axis=0) / n_known
        variance = (np.where(known, bars - center, 0.0) ** 2).sum(axis=0) / n_known
        center[self.discrete] = _nearest(bars[:, self.discrete], center[self.discrete])
        return center, np.where(self.discrete, 0.0, np.sqrt(variance))

    @property
    def _bars(self) -> FloatArray:
        return self.X.covered_bars() if isinstance(self.X, Windows) else _as_bars(self.X)

    def followed_by(self, made: FloatArray) -> Inputs:
        """Return the rows themselves with others behind them, in the form that they came in."""
        if isinstance(self.X, Windows):
            return _extend(self.X, made)
        joined = np.concatenate([self.X, made])
        return joined if self.names is None else pd.DataFrame(joined, columns=self.names)


def _floating(X: npt.ArrayLike) -> FloatArray:
    array = np.asarray(X)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def _as_bars(X: FloatArray) -> FloatArray:
    return X.reshape(-1, X.shape[-1])


def _nearest(bars: FloatArray, center: FloatArray) -> FloatArray:
    """Return the value in each column that is nearest to a number; the number where none is known."""
    distance = np.abs(bars - center)
    distance[np.isnan(distance)] = np.inf
    nearest = bars[distance.argmin(axis=0), np.arange(len(center))]
    return np.where(np.isnan(nearest), center, nearest)


def _extend(windows: Windows, made: FloatArray) -> Windows:
    """Append built windows: their bars go behind the others, each window's by themselves."""
    ends = len(windows.bars) + windows.lookback * np.arange(1, len(made) + 1) - 1
    bars = np.concatenate([windows.bars, _as_bars(made)])
    return Windows(bars, np.concatenate([windows.ends, ends]), windows.lookback, names=windows.names)

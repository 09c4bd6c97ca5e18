"""The rows that a sampler was given, whatever holds them: a table, sequences, or windows on bars."""

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.typing import FloatArray, IntArray
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
    """

    def __init__(self, X: Inputs | npt.ArrayLike, lagged_rows: LaggedRows | None = None) -> None:
        self.names = list(X.columns) if isinstance(X, pd.DataFrame) else None
        self.X = X if isinstance(X, Windows) else _floating(X)
        self.lagged_rows = lagged_rows

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
    def center(self) -> FloatArray:
        """Mean of the known values of each feature, 0 where there is none."""
        return self._moments[0]

    @cached_property
    def spread(self) -> FloatArray:
        """Standard deviation of the known values of each feature, 0 where there is none."""
        return self._moments[1]

    @cached_property
    def _moments(self) -> tuple[FloatArray, FloatArray]:
        bars = self.X.covered_bars() if isinstance(self.X, Windows) else _as_bars(self.X)
        known = ~np.isnan(bars)
        n_known = np.maximum(known.sum(axis=0), 1)
        center = np.where(known, bars, 0.0).sum(axis=0) / n_known
        variance = (np.where(known, bars - center, 0.0) ** 2).sum(axis=0) / n_known
        return center, np.sqrt(variance)

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


def _extend(windows: Windows, made: FloatArray) -> Windows:
    """Append built windows: their bars go behind the others, each window's by themselves."""
    ends = len(windows.bars) + windows.lookback * np.arange(1, len(made) + 1) - 1
    bars = np.concatenate([windows.bars, _as_bars(made)])
    return Windows(bars, np.concatenate([windows.ends, ends]), windows.lookback, names=windows.names)

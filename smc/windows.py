"""Windows of consecutive bars, read from one matrix of bars when they are needed."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from smc.errors import ModelError
from smc.typing import FloatArray, IntArray

#: Bars that `Windows.map` transforms at a time.
CHUNK_SIZE = 16_384


class Windows:
    """Look at the last ``lookback`` bars before some bars, as an array (n, lookback, n_features) never built.

    Window ``i`` holds the bars ``ends[i] - lookback + 1 .. ends[i]``: an event's own and those before it, and
    none after it, whether or not other events lie among them. Each bar stands once in memory, however many
    windows share it; built, the windows of every bar would take ``lookback`` times the matrix.

    It has of an array what scikit-learn asks for: ``shape``, ``len``, rows by slice, mask or positions (again
    windows on the same matrix) and ``np.asarray`` (which builds them).

    Parameters
    ----------
    bars
        One row a bar (n_bars, n_features), consecutive in time; not copied. Of several symbols one after
        another, as long as no window crosses from one into the next.
    ends
        Position of the last bar of each window, in any order.
    lookback
        Bars in a window.
    names
        Names of the features, if they have any.

    Raises
    ------
    ModelError
        A window that begins before the first bar, or ends after the last.

    Examples
    --------
    >>> bars = np.arange(10.0).reshape(5, 2)
    >>> windows = Windows(bars, np.array([2, 4]), lookback=3)
    >>> windows.shape
    (2, 3, 2)
    >>> np.asarray(windows[1:])
    array([[[4., 5.],
            [6., 7.],
            [8., 9.]]])
    """

    ndim = 3

    def __init__(
        self, bars: np.ndarray, ends: IntArray, lookback: int, *, names: Sequence[str] | None = None
    ) -> None:
        self.bars = bars
        self.ends = np.asarray(ends, dtype=np.int64)
        self.lookback = lookback
        self.names = None if names is None else list(names)
        outside = (self.ends < lookback - 1) | (self.ends >= len(bars))
        if outside.any():
            raise ModelError(
                f"the window of {lookback} bars that ends at bar {self.ends[outside][0]} reaches beyond the "
                f"{len(bars)} bars that are known: use a shorter lookback, or later events"
            )

    @classmethod
    def from_array(cls, windows: np.ndarray, names: Sequence[str] | None = None) -> "Windows":
        """Take windows that are built already (n, lookback, n_features), without a copy."""
        n_windows, lookback, n_features = windows.shape
        bars = windows.reshape(n_windows * lookback, n_features)
        return cls(bars, np.arange(1, n_windows + 1) * lookback - 1, lookback, names=names)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of windows, bars in each, features of a bar."""
        return len(self.ends), self.lookback, self.bars.shape[1]

    @property
    def dtype(self) -> np.dtype:
        """Type of the numbers."""
        return self.bars.dtype

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, rows: slice | IntArray | np.ndarray) -> "Windows":
        return Windows(self.bars, self.ends[rows], self.lookback, names=self.names)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("windows share bars: an array of them needs a copy")
        built = self.bars[self.ends[:, None] + np.arange(1 - self.lookback, 1)]
        return built if dtype is None else built.astype(dtype, copy=False)

    def covered(self) -> IntArray:
        """Return the positions of the bars that lie in a window, each once, sorted."""
        step = np.zeros(len(self.bars) + 1, dtype=np.int64)
        np.add.at(step, self.ends - self.lookback + 1, 1)
        np.add.at(step, self.ends + 1, -1)
        return np.flatnonzero(np.cumsum(step[:-1]))

    def covered_bars(self) -> np.ndarray:
        """Return the rows of the bars that lie in a window, without a copy where they have no gap."""
        covered = self.covered()
        is_gapless = len(covered) and covered[-1] - covered[0] == len(covered) - 1
        return self.bars[covered[0] : covered[-1] + 1] if is_gapless else self.bars[covered]

    def map(self, transform: Callable[[np.ndarray], FloatArray]) -> "Windows":
        """Return the windows on transformed bars, in single precision; bars outside all of them are left out.

        Parameters
        ----------
        transform
            From some bars (n, n_features) to as many (n, n_outputs); it sees a part of them at a time.
        """
        covered = self.covered()
        parts = np.array_split(covered, max(1, -(-len(covered) // CHUNK_SIZE)))
        first = transform(self.bars[parts[0]])
        outputs = np.empty((len(covered), first.shape[1]), dtype=np.float32)
        begin = 0
        for part in parts:
            outputs[begin : begin + len(part)] = transform(self.bars[part]) if begin else first
            begin += len(part)
        return Windows(outputs, np.searchsorted(covered, self.ends), self.lookback)


#: Rows (n, n_features), with or without names, or windows of bars (n, lookback, n_features).
Inputs: TypeAlias = pd.DataFrame | np.ndarray | Windows


def as_seen(X: Inputs, lookback: int) -> Inputs:
    """Return windows as a model of another, shorter lookback takes them: 1 gives the rows of the last bars.

    What is no `Windows` is a table of rows already, and stays as it is.

    >>> windows = Windows(np.arange(10.0).reshape(5, 2), np.array([2, 4]), lookback=3)
    >>> as_seen(windows, 1)
    array([[4., 5.],
           [8., 9.]])
    """
    if not isinstance(X, Windows) or lookback == X.lookback:
        return X
    if lookback > 1:
        return Windows(X.bars, X.ends, lookback, names=X.names)
    rows = X.bars[X.ends]
    return rows if X.names is None else pd.DataFrame(rows, columns=X.names)


def rows_of(X: Inputs, rows: IntArray) -> Inputs:
    """Return some rows of a table, or some of the windows, by position."""
    return X.iloc[rows] if isinstance(X, pd.DataFrame) else X[rows]

"""What a fit is given to look at: a table of rows, or windows of bars."""

from typing import Any

import numpy as np

from smc.errors import ModelError
from smc.pipeline.table import check_finite, read_table
from smc.typing import FloatArray
from smc.windows import Windows


def read_inputs(X: Any, lookback: int) -> tuple[FloatArray | Windows, list[str] | None]:
    """Return rows (n, f) as float64 or windows (n, lookback, f), and the names of the features.

    Parameters
    ----------
    X
        A table of rows; or `Windows`, or windows that are built already, as an array of three dimensions.
    lookback
        Bars that the estimator looks at: 1 asks for rows, more for windows of that many.

    Raises
    ------
    ModelError
        Rows where windows are needed or the other way round, or what `read_table` refuses.
    """
    is_windows = isinstance(X, Windows) or np.ndim(X) == 3
    given = f"windows of {X.shape[1]} bars" if is_windows else "a table of rows"
    if is_windows != (lookback > 1) or (is_windows and X.shape[1] != lookback):
        needed = f"windows of {lookback} bars (smc.windows.Windows)" if lookback > 1 else "a table of rows"
        raise ModelError(f"`X` must be {needed} for this model, got {given}")
    if not is_windows:
        return read_table(X)
    windows = X if isinstance(X, Windows) else Windows.from_array(np.asarray(X, dtype=np.float64))
    check_finite(windows.covered_bars(), windows.names)
    return windows, windows.names


def bars_of(inputs: FloatArray | Windows) -> FloatArray:
    """Return the bars that a scaler may learn from: each that the rows or windows look at, once."""
    return inputs.covered_bars() if isinstance(inputs, Windows) else inputs


def transformed(preprocess: Any, inputs: FloatArray | Windows) -> FloatArray | Windows:
    """Apply a fitted transformer to each row, or to each bar of the windows."""
    return inputs.map(preprocess.transform) if isinstance(inputs, Windows) else preprocess.transform(inputs)


def for_sampler(inputs: FloatArray | Windows, sampler: Any) -> FloatArray | Windows:
    """Build the windows as an array for a sampler, unless it says ``takes_windows``."""
    return inputs if getattr(sampler, "takes_windows", False) else np.asarray(inputs)

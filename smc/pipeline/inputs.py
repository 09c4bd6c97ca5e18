"""What a fit is given to look at, read and checked: a table of rows, or windows of bars."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.errors import FeatureError, ModelError
from smc.typing import FloatArray
from smc.windows import Inputs, Windows

#: Names listed in a message before it says how many more there are.
N_LISTED = 5


class Transformer(Protocol):
    """A fitted scikit-learn transformer."""

    def transform(self, X: FloatArray, /) -> FloatArray:
        """Return as many rows."""
        ...


def read_table(X: npt.ArrayLike) -> tuple[FloatArray, list[str] | None]:
    """Return the values as float64 (n, f), and the column names of a DataFrame.

    The values lie row by row, as NumPy adds in the order of memory: a DataFrame and an array of the same
    numbers must give the same last bits.

    Raises
    ------
    ModelError
        A column that is no number, a repeated or unnamed column, an infinite cell, or not two dimensions.
    """
    names = _names(X) if isinstance(X, pd.DataFrame) else None
    numbers = _numbers(X) if isinstance(X, pd.DataFrame) else X
    values = np.asarray(numbers, dtype=np.float64, order="C")
    if values.ndim != 2:
        raise ModelError(f"`X` must be a table of rows and columns, got {values.ndim} dimension(s)")
    check_finite(values, names)
    return values, names


def check_finite(values: FloatArray, names: Sequence[str] | None) -> None:
    """Raise ModelError for an infinite cell; a missing one (NaN) is allowed."""
    is_infinite = np.isinf(values)
    if is_infinite.any():
        rows, columns = np.nonzero(is_infinite)
        raise ModelError(
            f"column {names[columns[0]] if names else columns[0]} is infinite in row {rows[0]}: "
            "mend the feature, or make the cell missing"
        )


def check_names(expected: Sequence[str], given: Sequence[str]) -> None:
    """Raise FeatureError unless the columns given are those learned, in the same order.

    >>> check_names(["rsi", "atr"], ["atr", "rsi"])
    Traceback (most recent call last):
    smc.errors.FeatureError: features come in another order: column 0 must be rsi, got atr; pass ...
    """
    if list(expected) == list(given):
        return
    missing = [name for name in expected if name not in set(given)]
    unknown = [name for name in given if name not in set(expected)]
    if missing or unknown:
        parts = [f"lacks {_list(missing)}"] * bool(missing) + [f"has unknown {_list(unknown)}"] * bool(
            unknown
        )
        raise FeatureError(f"`X` must have the {len(expected)} features learned, but {' and '.join(parts)}")
    for column, (learned, got) in enumerate(zip(expected, given, strict=True)):
        if learned != got:
            raise FeatureError(
                f"features come in another order: column {column} must be {learned}, got {got}; "
                "pass X[feature_names]"
            )


def _names(X: pd.DataFrame) -> list[str]:
    names = X.columns.tolist()
    strange = [name for name in names if not isinstance(name, str)]
    if strange:
        raise ModelError(f"a feature needs a name that is text, got {strange[0]!r}")
    if not X.columns.is_unique:
        repeated = X.columns[X.columns.duplicated()]
        raise ModelError(
            f"feature names must not repeat, got {_list(list(repeated.unique()))} more than once"
        )
    return names


def _numbers(X: pd.DataFrame) -> FloatArray:
    if set(X.dtypes) <= {np.dtype(np.float64)}:  # spares a test of each column, 1 ms a table of 57
        return X.to_numpy()
    for name, kind in X.dtypes.items():
        if not (pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind)):
            raise ModelError(f"column {name} must hold numbers, got {kind}")
    return X.to_numpy(dtype=np.float64, na_value=np.nan)


def _list(names: list[str]) -> str:
    more = len(names) - N_LISTED
    return ", ".join(names[:N_LISTED]) + (f" and {more} more" if more > 0 else "")


def read_inputs(X: Inputs, lookback: int) -> tuple[FloatArray | Windows, list[str] | None]:
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


def transformed(preprocess: Transformer, inputs: FloatArray | Windows) -> FloatArray | Windows:
    """Apply a fitted transformer to each row, or to each bar of the windows."""
    return inputs.map(preprocess.transform) if isinstance(inputs, Windows) else preprocess.transform(inputs)


def for_sampler(inputs: FloatArray | Windows, sampler: object) -> FloatArray | Windows:
    """Build the windows as an array for a sampler, unless it says ``takes_windows``."""
    return inputs if getattr(sampler, "takes_windows", False) else np.asarray(inputs)

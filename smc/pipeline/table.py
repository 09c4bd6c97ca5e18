"""Read a table of inputs: numbers, names, and an error that names the column."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from smc.errors import FeatureError, ModelError
from smc.typing import FloatArray

#: Names listed in a message before it says how many more there are.
N_LISTED = 5


def read_table(X: Any) -> tuple[FloatArray, list[str] | None]:
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
    rows, columns = np.nonzero(np.isinf(values))
    if rows.size:
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
    names = list(X.columns)
    strange = [name for name in names if not isinstance(name, str)]
    if strange:
        raise ModelError(f"a feature needs a name that is text, got {strange[0]!r}")
    repeated = X.columns[X.columns.duplicated()]
    if len(repeated):
        raise ModelError(
            f"feature names must not repeat, got {_list(list(repeated.unique()))} more than once"
        )
    return names


def _numbers(X: pd.DataFrame) -> FloatArray:
    if (X.dtypes == np.float64).all():  # spares a test of each column, 1 ms a table of 57
        return X.to_numpy()
    for name, kind in X.dtypes.items():
        if not (pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_complex_dtype(kind)):
            raise ModelError(f"column {name} must hold numbers, got {kind}")
    return X.to_numpy(dtype=np.float64, na_value=np.nan)


def _list(names: list[str]) -> str:
    more = len(names) - N_LISTED
    return ", ".join(names[:N_LISTED]) + (f" and {more} more" if more > 0 else "")

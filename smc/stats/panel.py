"""What every statistic over many configurations takes: one row a period, one column a configuration."""

import numpy as np
import numpy.typing as npt

from smc.typing import BoolArray, FloatArray

#: Variation that is rounding alone, relative to the largest value of a column.
ROUNDING = 1e-12


def check_panel(panel: npt.ArrayLike, *, least_rows: int = 3) -> FloatArray:
    """Return the panel as float64 (n_rows, n_columns).

    Raises
    ------
    ValueError
        Not two-dimensional, no column, fewer than ``least_rows`` rows, or a value that is not finite.

    >>> check_panel([[0.01, 0.02], [0.0, -0.01], [0.03, 0.0]]).shape
    (3, 2)
    """
    values = np.ascontiguousarray(panel, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] == 0:
        raise ValueError(
            f"a panel has one row a period and one column a configuration, got the shape {values.shape}"
        )
    if len(values) < least_rows:
        raise ValueError(f"a panel needs at least {least_rows} rows, got {len(values)}")
    wrong = np.argwhere(~np.isfinite(values))
    if len(wrong):
        row, column = wrong[0]
        raise ValueError(
            f"every value of a panel must be finite, got {values[row, column]} in row {row}, column {column}:"
            " cut the panel to the periods that all configurations share"
        )
    return values


def varies(panel: FloatArray) -> BoolArray:
    """Say which columns hold more than one value; rounding does not count.

    >>> varies(np.array([[0.1, 0.1], [0.1, 0.2], [0.1 + 1e-17, 0.1]])).tolist()
    [False, True]
    """
    return np.ptp(panel, axis=0) > ROUNDING * np.abs(panel).max(axis=0)


def standardised(panel: FloatArray) -> FloatArray:
    """Return the columns with mean 0 and standard deviation 1 (ddof 0); each must vary."""
    centred = panel - panel.mean(axis=0)
    centred /= np.abs(centred).max(axis=0)  # squares of very small returns would be no normal numbers
    return centred / np.sqrt((centred**2).mean(axis=0))

"""How long the blocks of a stationary bootstrap must be."""

import math

import numpy as np

from smc.stats.panel import check_panel, standardised, varies
from smc.typing import FloatArray


def optimal_block_length(panel: FloatArray) -> FloatArray:
    """Return the mean block length that suits each column, in rows, at least 1; NaN if constant.

    The length minimises the mean squared error of the stationary bootstrap's variance of the mean: b = (2 G^2
    / D)^(1/3) n^(1/3) with G = sum of lambda(k / M) |k| R(k) and D = 2 (sum of lambda(k / M) R(k))^2, R the
    autocovariances, lambda the flat-top window, and M twice the lag from which on the autocorrelations stay
    below 2 sqrt(log10(n) / n). Independent rows give a length near 1.

    References
    ----------
    Politis and White (2004), "Automatic block-length selection for the dependent bootstrap", Econometric
    Reviews 23, with the correction of Patton, Politis and White (2009), Econometric Reviews 28.

    >>> rng = np.random.default_rng(0)
    >>> independent = rng.normal(size=(500, 1))
    >>> optimal_block_length(np.hstack([independent, independent.cumsum(axis=0)])).round(1)
    array([ 1. , 38.2])
    """
    values = check_panel(panel, least_rows=8)
    lengths = np.full(values.shape[1], np.nan)
    moving = varies(values)
    lengths[moving] = [_length(column) for column in standardised(values[:, moving]).T]
    return lengths


def _length(column: FloatArray) -> float:
    """Return the length of one column of mean 0; the lags are counted as arch counts them."""
    n_rows = len(column)
    n_quiet = max(5, int(math.log10(n_rows)))
    largest = min(math.ceil(math.sqrt(n_rows)) + n_quiet, n_rows - 2)
    window = min(2 * _last_lag(column, n_quiet, largest), largest)
    lags = np.arange(1, window + 1)
    covariances = np.array([column[lag:] @ column[: n_rows - lag] for lag in lags]) / n_rows
    flat_top = np.minimum(1.0, 2 * (1 - lags / window))
    slope = 2 * (flat_top * lags * covariances).sum()
    spectrum = column @ column / n_rows + 2 * (flat_top * covariances).sum()
    longest = math.ceil(min(3 * math.sqrt(n_rows), n_rows / 3))
    if spectrum == 0:
        return float(longest)
    return float(np.clip(np.cbrt((slope / spectrum) ** 2 * n_rows), 1.0, longest))


def _last_lag(column: FloatArray, n_quiet: int, largest: int) -> int:
    """Return the first lag from which ``n_quiet`` autocorrelations in a row are insignificant."""
    limit = 2 * math.sqrt(math.log10(len(column)) / len(column))
    quiet = 0
    for lag in range(1, largest + 1):
        early, late = column[: len(column) - lag], column[lag:]
        quiet = quiet + 1 if abs(early @ late) < limit * math.sqrt(_own_scale(column, lag)) else 0
        if quiet == n_quiet and lag < largest:
            return lag - n_quiet + 1
    return largest


def _own_scale(column: FloatArray, lag: int) -> float:
    """Return the product of the sums of squares without the first and without the last ``lag`` + 1 rows."""
    early, late = column[: len(column) - lag - 1], column[lag + 1 :]
    return float((early @ early) * (late @ late))

"""How far an order of runs goes with another, with its uncertainty."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smc.report.proportion import normal_point
from smc.typing import FloatArray

#: Fewer runs say nothing about an order.
LEAST = 4


@dataclass(frozen=True)
class Association:
    """A rank correlation, its 95 % interval, and the runs behind it."""

    value: float
    low: float
    high: float
    n: int


def rank_correlation(one: FloatArray, other: FloatArray) -> Association | None:
    """Return Spearman's rank correlation; None with fewer than four pairs or where nothing varies.

    The interval is Fisher's, with the standard error of Bonett and Wright. It takes runs as independent:
    those of one symbol share their events, so that the truth is less sure than that.

    References
    ----------
    Bonett and Wright (2000), "Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations", Psychometrika 65.

    >>> found = rank_correlation(np.array([1.0, 2, 3, 4, 5, 6]), np.array([1.0, 3, 2, 4, 6, 5]))
    >>> round(found.value, 3), found.n
    (0.886, 6)
    """
    known = np.isfinite(one) & np.isfinite(other)
    n = int(known.sum())
    if n < LEAST or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return None
    first, second = (pd.Series(values[known]).rank().to_numpy() for values in (one, other))
    return _with_interval(float(np.corrcoef(first, second)[0, 1]), n, n - 3)


def together(found: Iterable[Association]) -> Association | None:
    """Return the mean of several correlations, weighted by their runs, as Fisher's z."""
    kept = list(found)
    freedom = sum(each.n - 3 for each in kept)
    if not freedom:
        return None
    z = sum((each.n - 3) * _fisher(each.value) for each in kept) / freedom
    return _with_interval(math.tanh(z), sum(each.n for each in kept), freedom)


def _with_interval(value: float, n: int, freedom: int) -> Association:
    half = normal_point(0.95) * math.sqrt((1 + value**2 / 2) / freedom)
    z = _fisher(value)
    return Association(value, math.tanh(z - half), math.tanh(z + half), n)


def _fisher(value: float) -> float:
    return math.atanh(min(max(value, -0.9999), 0.9999))

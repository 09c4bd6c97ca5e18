"""How far an order of runs goes with another, with its uncertainty."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from smc.report.proportion import normal_point

#: Fewer runs say nothing about an order.
LEAST = 4


@dataclass(frozen=True)
class Association:
    """A rank correlation, its 95 % interval, and the runs behind it."""

    value: float
    low: float
    high: float
    n: int


def rank_correlation(one: pd.Series, other: pd.Series) -> Association | None:
    """Return Spearman's rank correlation; None with fewer than four pairs or where nothing varies.

    The interval is Fisher's, with the standard error of Bonett and Wright. It takes runs as independent:
    those of one symbol share their events, so that the truth is less sure than that.

    References
    ----------
    Bonett and Wright (2000), "Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations", Psychometrika 65.

    >>> rank_correlation(pd.Series([1.0, 2, 3, 4, 5, 6]), pd.Series([1.0, 3, 2, 4, 6, 5])).value.__round__(3)
    0.886
    """
    both = pd.DataFrame({"one": one, "other": other}).dropna().rank()
    if len(both) < LEAST or both["one"].nunique() < 2 or both["other"].nunique() < 2:
        return None
    value = float(both["one"].corr(both["other"]))
    return _with_interval(value, len(both), len(both) - 3)


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

"""Whether the order of runs by what a selection may see is their order on the test split."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smc.report.document import Section, Table
from smc.report.proportion import normal_point
from smc.report.text import count, decimal, interval
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

    >>> association = rank_correlation(np.array([1.0, 2, 3, 4, 5, 6]), np.array([1.0, 3, 2, 4, 6, 5]))
    >>> round(association.value, 3), association.n
    (0.886, 6)
    """
    known = np.isfinite(one) & np.isfinite(other)
    n = int(known.sum())
    if n < LEAST or np.ptp(one[known]) == 0 or np.ptp(other[known]) == 0:
        return None
    first, second = (pd.Series(values[known]).rank().to_numpy() for values in (one, other))
    return _with_interval(float(np.corrcoef(first, second)[0, 1]), n, n - 3)


def pooled_correlation(associations: Iterable[Association]) -> Association | None:
    """Return the mean of several correlations, weighted by their runs, as Fisher's z."""
    kept = list(associations)
    freedom = sum(association.n - 3 for association in kept)
    if not freedom:
        return None
    z = sum((association.n - 3) * _fisher(association.value) for association in kept) / freedom
    return _with_interval(math.tanh(z), sum(association.n for association in kept), freedom)


def _with_interval(value: float, n: int, freedom: int) -> Association:
    half = normal_point(0.95) * math.sqrt((1 + value**2 / 2) / freedom)
    z = _fisher(value)
    return Association(value, math.tanh(z - half), math.tanh(z + half), n)


def _fisher(value: float) -> float:
    return math.atanh(min(max(value, -0.9999), 0.9999))


#: What a selection may rank on -> what it is called.
SCORES = {
    "train_val_gap": "train-validation gap",
    "train_accuracy": "train accuracy",
    "val_accuracy": "validation accuracy",
    "out_of_fold_accuracy": "out-of-fold accuracy",
    "evidence": "out-of-fold evidence",
}
RANKS = "Does an order hold on the test part?"
POINTS = (
    "Spearman's rank correlation with the test accuracy within each symbol, put together. Near zero: who "
    "ranks runs by this score learns nothing of their test. The runs of a symbol share events, so the truth "
    "is less sure than the intervals.",
    "The test accuracies stand here after the choice, to look back on the sweep; ranking on them would use "
    "the test part up.",
)


def rank_agreement_section(table: pd.DataFrame) -> Section:
    """Correlate each score with the test accuracy."""
    found = [(name, pooled) for score, name in SCORES.items() if (pooled := _correlation(table, score))]
    if not found:
        return Section(RANKS, [f"It takes {LEAST} runs of a symbol whose test accuracies are known."])
    rows = [(name, *pooled) for name, pooled in found]
    columns = ("ranked by", "with the test accuracy", "95 % interval", "runs", "symbols")
    return Section(RANKS, POINTS, [Table(columns, rows)])


def _correlation(table: pd.DataFrame, score: str) -> tuple[str, str, str, str] | None:
    associations = list(_by_symbol(table, score))
    pooled = pooled_correlation(associations)
    if pooled is None:
        return None
    bounds = interval((pooled.low, pooled.high), lambda value: decimal(value, 2))
    return decimal(pooled.value, 2), bounds, count(pooled.n), count(len(associations))


def _by_symbol(table: pd.DataFrame, score: str) -> Iterator[Association]:
    for _, own in table.groupby("symbol"):
        association = rank_correlation(own[score].to_numpy(), own["test_accuracy"].to_numpy())
        if association is not None:
            yield association

"""Confidence intervals of the headline metrics, by blocks of events in time order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import isnan
from statistics import NormalDist

import numpy as np
import pandas as pd

from smc import metrics
from smc.arguments import check_fraction, check_positive
from smc.evaluation import headline
from smc.evaluation.floors import Bounds, class_floors
from smc.evaluation.predictions import event_means
from smc.evaluation.rows import AnyRows
from smc.typing import FloatArray, IntArray

#: By metric: ``estimate``, ``low`` and ``high``; what is undefined is absent.
IntervalTable = dict[str, dict[str, float]]

#: Independent events below which no interval of a metric holds its coverage, so that none is told.
MIN_EVENTS = {"balanced_accuracy": 2, "mae": 20, "r2": 20, "mse_skill": 20}


@dataclass(frozen=True)
class Intervals:
    """Resample events, or bars, in circular blocks and read off percentile intervals.

    Blocks are as long as label overlap asks for (`smc.metrics.block_size`): events whose labels share bars
    succeed and fail together, and an interval for independent events would be too narrow by about the root of
    that overlap. The part of their dependence that blocks cannot see widens it (`smc.metrics.share_seen`).
    Metrics of classes are never told more sharply than so many events allow (`smc.evaluation.floors`), and
    none by fewer events than `MIN_EVENTS`. The simulated coverage of the 95 % interval is 94 to 100 % from 10
    events on for classes, 92 to 96 % for values (tests/bench/bench_coverage.py).
    """

    n_bootstrap: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        check_positive("n_bootstrap", self.n_bootstrap)
        check_fraction("confidence", self.confidence)

    def of_events(self, rows: AnyRows, baseline: AnyRows, classes: IntArray) -> IntervalTable:
        """Return the intervals of a part's metrics, and of its skill against the baseline, same events.

        Parameters
        ----------
        rows, baseline
            One row a prediction, aligned with each other. Predictions of the same ``event`` are
            averaged first.
        """
        start, end = (event_means(rows, np.asarray(rows[name])).astype(np.int64) for name in ("start", "end"))
        n, overlap = len(start), metrics.label_overlap(start, end)
        size = metrics.block_size(n, overlap)
        if not len(classes):
            moments = headline.of_events(rows, headline.value_moments(rows, baseline))
            table = self._resample(moments, headline.value_statistics, size, overlap)
            return _told(table, n / (1 + overlap))
        moments = headline.of_events(rows, headline.class_moments(rows, baseline, classes))
        table = self._resample(moments, headline.class_statistics, size, overlap)
        floors = class_floors(moments, block_size=size, overlap=overlap, confidence=self.confidence)
        return _told(table, n / (1 + overlap), floors)

    def of_returns(self, returns: pd.DataFrame, periods_per_year: float) -> IntervalTable:
        """Return the intervals of the Sharpe ratio and the mean of net returns, means over the accounts.

        Returns of successive bars do not overlap, so the blocks are n^(1/3) long. Accounts are resampled
        together, bar by bar: they trade the same events.

        Parameters
        ----------
        returns
            ``account``, ``time`` and ``net``, one row a bar of an account.
        """
        net = _by_bar(returns)
        statistics = partial(headline.return_statistics, n_bars=len(net), periods_per_year=periods_per_year)
        return self._resample(headline.return_moments(net), statistics, metrics.block_size(len(net)))

    def standard_error(self, interval: Mapping[str, float]) -> float:
        """Return what the width of one of these intervals is in standard errors of a normal variable.

        >>> round(Intervals().standard_error({"estimate": 0.5, "low": 0.402, "high": 0.598}), 3)
        0.05
        """
        return (interval["high"] - interval["low"]) / (2 * NormalDist().inv_cdf((1 + self.confidence) / 2))

    def _resample(
        self,
        moments: Mapping[str, FloatArray],
        statistics: Callable[[headline.Moments], dict[str, FloatArray]],
        size: int,
        overlap: float = 0.0,
    ) -> IntervalTable:
        """Bootstrap the means of the moments, and the statistics that follow from them."""
        values = np.column_stack(list(moments.values()))
        means = metrics.block_means(values, block_size=size, n_bootstrap=self.n_bootstrap, seed=self.seed)
        estimates = statistics(dict(zip(moments, values.mean(axis=0)[:, None], strict=True)))
        replicates = statistics(dict(zip(moments, means.T, strict=True)))
        how = {"n_blocks": len(values) / size, "seen": metrics.share_seen(size, overlap)}
        table = {}
        for name, drawn in replicates.items():
            estimate = float(estimates[name][0])
            low, high = metrics.percentile_interval(
                drawn, confidence=self.confidence, estimate=estimate, **how
            )
            if not (isnan(low) or isnan(estimate)):
                table[name] = {"estimate": estimate, "low": low, "high": high}
        return table


def _by_bar(returns: pd.DataFrame) -> FloatArray:
    """Return the net returns, one row a bar, one column an account; NaN where one has no such bar."""
    account = returns["account"].to_numpy()
    if (account == account[0]).all():
        return returns["net"].to_numpy(dtype=np.float64)[:, None]
    return returns.pivot(index="time", columns="account", values="net").to_numpy(dtype=np.float64)


def _told(
    table: IntervalTable, n_independent: float, floors: Mapping[str, Bounds] | None = None
) -> IntervalTable:
    """Widen intervals to the narrowest ones that are allowed, up to where a metric ends; leave out others."""
    told = {}
    for name, interval in table.items():
        low, high = (floors or {}).get(name, (interval["estimate"], interval["estimate"]))
        ends = np.clip(
            [min(interval["low"], low), max(interval["high"], high)], *headline.RANGES[name]
        ).tolist()
        if n_independent >= MIN_EVENTS.get(name, 0):
            told[name] = interval | dict(zip(("low", "high"), ends, strict=True))
    return told

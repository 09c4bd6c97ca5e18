"""Confidence intervals of the headline metrics, by blocks of events in time order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from math import isnan

import numpy as np
import pandas as pd

from smc import metrics
from smc.arguments import check_fraction, check_positive
from smc.evaluation import headline
from smc.typing import FloatArray, IntArray

#: By metric: ``estimate``, ``low`` and ``high``; what is undefined is absent.
IntervalTable = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Intervals:
    """Resample events, or bars, in circular blocks and read off percentile intervals.

    Blocks are as long as label overlap asks for (`smc.metrics.block_size`): events whose labels share bars
    succeed and fail together, and an interval for independent events would be too narrow by about the root of
    that overlap. The simulated coverage of the 95 % interval is 92 to 95 % from 300 events on.
    """

    n_bootstrap: int = 1000
    confidence: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        check_positive("n_bootstrap", self.n_bootstrap)
        check_fraction("confidence", self.confidence)

    def of_events(self, rows: pd.DataFrame, baseline: pd.DataFrame, classes: IntArray) -> IntervalTable:
        """Return the intervals of a part's metrics, and of its skill against the baseline, same events."""
        overlap = metrics.label_overlap(rows["start"].to_numpy(), rows["end"].to_numpy())
        size = metrics.block_size(len(rows), overlap)
        if len(classes):
            moments = headline.class_moments(rows, baseline, classes)
            return self._resample(moments, headline.class_statistics, size)
        return self._resample(headline.value_moments(rows, baseline), headline.value_statistics, size)

    def of_returns(self, net: FloatArray, periods_per_year: float) -> IntervalTable:
        """Return the intervals of the Sharpe ratio and the mean of a series of returns, one a bar.

        Returns of successive bars do not overlap, so the blocks are n^(1/3) long.
        """
        statistics = partial(headline.return_statistics, n_bars=len(net), periods_per_year=periods_per_year)
        return self._resample(headline.return_moments(net), statistics, metrics.block_size(len(net)))

    def _resample(
        self,
        moments: Mapping[str, FloatArray],
        statistics: Callable[[headline.Moments], dict[str, FloatArray]],
        size: int,
    ) -> IntervalTable:
        """Bootstrap the means of the moments, and the statistics that follow from them."""
        values = np.column_stack(list(moments.values()))
        means = metrics.block_means(values, block_size=size, n_bootstrap=self.n_bootstrap, seed=self.seed)
        estimates = statistics(dict(zip(moments, values.mean(axis=0)[:, None], strict=True)))
        replicates = statistics(dict(zip(moments, means.T, strict=True)))
        bounds = {name: self._interval(drawn, len(values) / size) for name, drawn in replicates.items()}
        return {
            name: {"estimate": float(estimates[name][0]), "low": low, "high": high}
            for name, (low, high) in bounds.items()
            if not (isnan(low) or isnan(estimates[name][0]))
        }

    def _interval(self, replicates: FloatArray, n_blocks: float) -> tuple[float, float]:
        return metrics.percentile_interval(replicates, n_blocks=n_blocks, confidence=self.confidence)

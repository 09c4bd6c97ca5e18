"""Figures that stand beside the gates and decide nothing."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from smc import stats
from smc.selection.panel import LEAST_ROWS, Panel
from smc.selection.ranked_trial import RankedTrial

#: Fewer configurations say nothing about the choice of one.
LEAST_CONFIGURATIONS = 10
#: Blocks of the combinatorial cross-validation, and events that each must hold.
N_BLOCKS, LEAST_IN_BLOCK = 16, 4
CONVENTIONS = ("2014", "2025", "2025_rescaled")


def effective(panel: Panel, n_trials: int) -> float:
    """Return how many independent trials all those of a symbol amount to, at least 1.

    Those without a column are taken to be as alike as the others.
    """
    if len(panel.values) < LEAST_ROWS:
        return float(max(n_trials, 1))
    found = stats.effective_trials(panel.values)
    return max(1.0, found * max(n_trials, panel.n_trials) / panel.n_trials)


def deflated_sharpe(
    standings: Sequence[RankedTrial], chosen: RankedTrial, n_trials: float
) -> dict[str, Any] | None:
    """Return the chosen one's deflated Sharpe ratio by convention, from the out-of-fold net returns."""
    record = chosen.candidate.returns
    sharpes = [each.candidate.returns.sharpe for each in standings if each.candidate.returns is not None]
    if record is None:
        return None
    variance = float(np.var(sharpes, ddof=1)) if len(sharpes) > 1 else 0.0
    found = {
        convention: stats.deflated_sharpe_ratio(
            record, n_trials=n_trials, trials_variance=variance, convention=convention
        )
        for convention in CONVENTIONS
    }
    return {**found, "convention": CONVENTIONS[0], "sharpe": record.sharpe, "n_trials": n_trials}


def overfitting(panel: Panel, seed: int) -> dict[str, Any]:
    """Return the probability of backtest overfitting with its spread on noise, or why there is none."""
    moving = panel.values[:, np.ptp(panel.values, axis=0) > 0]
    if moving.shape[1] < LEAST_CONFIGURATIONS:
        return {
            "value": None,
            "why": f"n/a: {moving.shape[1]} configurations, {LEAST_CONFIGURATIONS} are needed",
        }
    if len(moving) < N_BLOCKS * LEAST_IN_BLOCK:
        return {"value": None, "why": f"n/a: {len(moving)} events, {N_BLOCKS * LEAST_IN_BLOCK} are needed"}
    with threadpool_limits(1):  # thousands of small products: a second thread makes them ten times slower
        found = stats.probability_of_backtest_overfitting(moving, n_blocks=N_BLOCKS, seed=seed)
    return {
        "value": found.probability,
        "spread": found.spread,
        "null": [found.null_low, found.null_high],
        "n_configurations": found.n_configurations,
        "convention": "logit <= 0 counts as overfitted",
    }


def track_record(chosen: RankedTrial, n_trials: float) -> dict[str, Any]:
    """Return the least lengths of a track record and of a backtest, beside the length there is."""
    record = chosen.candidate.returns
    if record is None:
        return {"min_track_record_length": None, "min_backtest_length": None}
    bars = stats.min_track_record_length(record)
    backtest = stats.min_backtest_length(n_trials, annual_sharpe=record.sharpe) if record.sharpe > 0 else None
    return {
        "min_track_record_length": {
            "bars": bars if math.isfinite(bars) else None,
            "years": bars / record.periods_per_year if math.isfinite(bars) else None,
            "observed_years": record.n / record.periods_per_year,
        },
        "min_backtest_length": backtest,
    }


def superior_ability(panel: Panel, *, n_draws: int, seed: int) -> float | None:
    """Return the p-value of "no trial of the symbol is better than the baseline" (Hansen's, consistent)."""
    if len(panel.values) < LEAST_ROWS:
        return None
    found = stats.superior_predictive_ability(
        panel.values, block_size=panel.block_size, n_draws=n_draws, seed=seed
    )
    return found.consistent

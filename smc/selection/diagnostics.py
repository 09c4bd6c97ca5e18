"""Figures that stand beside the gates and decide nothing."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from smc import stats
from smc.metrics import label_overlap
from smc.selection.candidate import Candidate
from smc.selection.evidence import SplitResult
from smc.selection.panel import Panel
from smc.selection.ranked_trial import RankedTrial
from smc.typing import IntArray

#: Fewer configurations say nothing about the choice of one.
LEAST_CONFIGURATIONS = 10
#: Blocks of the combinatorial cross-validation, and events that each must hold.
N_BLOCKS, LEAST_IN_BLOCK = 16, 4
CONVENTIONS = ("2014", "2025", "2025_rescaled")


def effective_trials(panel: Panel, n_trials: int) -> float:
    """Return how many independent trials all those of a market amount to, at least 1.

    Those of other events, and those without a column, are taken to be as alike as these.
    """
    if not panel.is_tested:
        return float(max(n_trials, 1))
    of_panel = stats.effective_trials(panel.values)
    return max(1.0, of_panel * max(n_trials, panel.n_trials) / panel.n_trials)


def deflated_sharpe(
    ranked: Sequence[RankedTrial], chosen: RankedTrial, n_trials: float
) -> dict[str, Any] | None:
    """Return the chosen one's deflated Sharpe ratio by convention, from the out-of-fold net returns."""
    record = chosen.candidate.returns
    track_records = [trial.candidate.returns for trial in ranked]
    sharpes = [track_record.sharpe for track_record in track_records if track_record is not None]
    if record is None:
        return None
    variance = float(np.var(sharpes, ddof=1)) if len(sharpes) > 1 else 0.0
    ratios = {
        convention: stats.deflated_sharpe_ratio(
            record, n_trials=n_trials, trials_variance=variance, convention=convention
        )
        for convention in CONVENTIONS
    }
    return {**ratios, "convention": CONVENTIONS[0], "sharpe": record.sharpe, "n_trials": n_trials}


def backtest_overfitting(panel: Panel, seed: int) -> dict[str, Any]:
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
        pbo = stats.probability_of_backtest_overfitting(moving, n_blocks=N_BLOCKS, seed=seed)
    return {
        "value": pbo.probability,
        "spread": pbo.spread,
        "null": [pbo.null_low, pbo.null_high],
        "n_configurations": pbo.n_configurations,
        "convention": "logit <= 0 counts as overfitted",
    }


def least_lengths(chosen: RankedTrial, n_trials: float) -> dict[str, Any]:
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


def superior_predictive_ability(panel: Panel, *, n_draws: int, seed: int) -> float | None:
    """Return the p-value of "no trial of the symbol is better than the baseline" (Hansen's, consistent)."""
    if not panel.is_tested:
        return None
    p_values = stats.superior_predictive_ability(
        panel.values, block_size=panel.block_size, n_draws=n_draws, seed=seed
    )
    return p_values.consistent


def compare_paired(chosen: Candidate, others: Iterable[Candidate]) -> list[dict[str, Any]]:
    """Compare a run with others on the same data and split, whose events are the same; two-sided p-values.

    McNemar's test (mid-p) takes events whose labels do not overlap, and is left out where events were
    predicted several times; Diebold and Mariano's takes all, with an error that allows for the overlap. They
    describe, and choose nobody.
    """
    return [
        {"run_id": other.run_id, **_tests(chosen.out_of_fold, other.out_of_fold)}
        for other in others
        if chosen.out_of_fold is not None and other.out_of_fold is not None and _paired(chosen, other)
    ]


def without_overlap(time: IntArray, end: IntArray) -> IntArray:
    """Return the positions of events none of which begins before the label of the one before has ended.

    >>> without_overlap(np.array([0, 1, 5, 6, 9]), np.array([4, 3, 8, 7, 9])).tolist()
    [0, 2, 4]
    """
    kept, free = [], -np.inf
    for position, (begins, ends) in enumerate(zip(time.tolist(), end.tolist(), strict=True)):
        if begins > free:
            kept.append(position)
            free = ends
    return np.array(kept, dtype=np.int64)


def _paired(one: Candidate, other: Candidate) -> bool:
    same = (one.identity.data_hash, one.identity.split_hash) == (
        other.identity.data_hash,
        other.identity.split_hash,
    )
    first, second = one.out_of_fold, other.out_of_fold
    return same and first is not None and second is not None and np.array_equal(first.time, second.time)


def _tests(one: SplitResult, other: SplitResult) -> dict[str, float | None]:
    p_values: dict[str, float | None] = {"mcnemar_p": None, "diebold_mariano_p": None}
    if one.is_single and other.is_single and one.correct is not None and other.correct is not None:
        rows = without_overlap(one.time, one.end)
        p_values["mcnemar_p"] = stats.mcnemar(one.correct[rows], other.correct[rows], method="mid_p").p_value
    first, second = one.evidence, other.evidence
    horizon = 1 + round(label_overlap(first.time, first.end))
    differ = np.ptp(first.value - second.value) > 0 if len(first) == len(second) else False
    if differ and horizon < len(first):
        test = stats.diebold_mariano(-first.value, -second.value, horizon=horizon)
        p_values["diebold_mariano_p"] = test.p_value
    return p_values

"""The trials of a symbol that can be deployed, in order of what their events say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from smc.selection.candidate import Candidate, SymbolTrials
from smc.selection.evidence import EventEvidence
from smc.selection.p_values import Key, TrialPValues
from smc.trials.market_trials import Column, MarketTrials


@dataclass(frozen=True, eq=False)
class RankedTrial:
    """A trial among the others of its symbol.

    Attributes
    ----------
    column
        Of its first registered seed: the luckiest of several seeds gains nothing, and a mean over them is no
        model that could be deployed.
    evidence
        What the events that it predicted say.
    candidate
        The run of its column.
    repeats
        The runs of further seeds.
    seed_band
        Lowest and highest score of a seed; None if there is one only.
    lower_bound
        One-sided, of the score above the baseline's; what trials are ranked by.
    """

    column: Column
    evidence: EventEvidence
    candidate: Candidate
    repeats: tuple[Candidate, ...]
    seed_band: tuple[float, float] | None
    lower_bound: float
    p_values: TrialPValues

    @property
    def runs(self) -> tuple[Candidate, ...]:
        """That of its column, then those of its further seeds."""
        return self.candidate, *self.repeats


def rank(
    trials: SymbolTrials, p_values: Mapping[Key, TrialPValues], *, confidence: float
) -> list[RankedTrial]:
    """Put a symbol's trials in order, the largest lower bound first; equal ones by score, then by p-value.

    A trial whose run is gone has its column in every p-value and no place here: it cannot be deployed.
    """
    runs = {run.run_id: run for run in trials.candidates}
    ranked = []
    for column in trials.market.columns:
        if column.symbol == trials.symbol and column.run_id in runs:
            seeds = [seed for seed in _seeds(trials.market, column) if seed.run_id in runs]
            evidence = _evidence(trials.market, column)
            ranked.append(
                RankedTrial(
                    column,
                    evidence,
                    runs[column.run_id],
                    tuple(runs[seed.run_id] for seed in seeds),
                    _seed_band(trials.market, column),
                    evidence.lower_bound(confidence),
                    p_values[column.run_id, column.symbol],
                )
            )
    return sorted(ranked, key=_order)


def _seeds(market: MarketTrials, column: Column) -> list[Column]:
    """Return the further seeds of a trial, on the same symbol."""
    seeds = (seed for seed in market.repeats.get(column.trial, ()) if seed.symbol == column.symbol)
    return sorted(seeds, key=lambda seed: (seed.seed, seed.run_id))


def _evidence(market: MarketTrials, column: Column) -> EventEvidence:
    rows, is_predicted = market.panels[column.panel], np.isfinite(column.values)
    return EventEvidence(
        rows.start[is_predicted],
        rows.end[is_predicted],
        column.values[is_predicted].astype(np.float64),
        column.variance_factor,
    )


def _seed_band(market: MarketTrials, column: Column) -> tuple[float, float] | None:
    scores = [_evidence(market, seed).mean for seed in (column, *_seeds(market, column))]
    return (min(scores), max(scores)) if len(scores) > 1 else None


def _order(ranked: RankedTrial) -> tuple[float, float, float, str]:
    bound, score = ranked.lower_bound, ranked.evidence.mean
    p_value = ranked.p_values.corrected  # of copies the one that was registered in the earliest round
    return -bound if math.isfinite(bound) else math.inf, -score, p_value, ranked.column.trial

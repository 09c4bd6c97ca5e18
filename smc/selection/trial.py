"""The distinct trials of a symbol: its repeats put together, lined up event by event, and ranked."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from smc.metrics import block_size, label_overlap
from smc.selection.candidate import Candidate
from smc.selection.evidence import EventEvidence
from smc.typing import FloatArray

#: Fewest rows that a bootstrap of a panel may be asked for.
LEAST_ROWS = 8


@dataclass(frozen=True, eq=False)
class Trial:
    """Runs that differ in their seed alone, or their seal, with the mean of what each event says for them.

    The mean is what the configuration is worth, whichever seed is drawn: the luckiest seed gains nothing. The
    run that stands for the trial is the one whose own score is nearest to that mean.
    """

    runs: tuple[Candidate, ...]

    @property
    def name(self) -> str:
        """What its runs share."""
        return self.runs[0].identity.trial

    @cached_property
    def evidence(self) -> EventEvidence:
        """Mean over the runs, event by event; an event that a run did not predict is left out of its mean."""
        seeds = [run.out_of_fold.evidence for run in self.runs if run.out_of_fold is not None]
        if len(seeds) == 1:
            return seeds[0]
        time, code = np.unique(np.concatenate([seed.time for seed in seeds]), return_inverse=True)
        total = np.bincount(code, weights=np.concatenate([seed.value for seed in seeds]))
        end = np.zeros(len(time), dtype=np.int64)
        np.maximum.at(end, code, np.concatenate([seed.end for seed in seeds]))
        return EventEvidence(time, end, total / np.bincount(code))

    @cached_property
    def candidate(self) -> Candidate:
        """The run that stands for the trial."""
        return min(self.runs, key=lambda run: (abs(_score(run) - self.evidence.mean), run.run_id))

    @property
    def seed_spread(self) -> tuple[float, float] | None:
        """Lowest and highest score of a seed; None if there is one only."""
        scores = {run.identity.seed: _score(run) for run in self.runs}
        return (min(scores.values()), max(scores.values())) if len(scores) > 1 else None


def trials_of(candidates: Iterable[Candidate]) -> list[Trial]:
    """Group the runs that have out-of-fold evidence; the result does not depend on their order."""
    groups: dict[str, dict[str, Candidate]] = {}
    for run in sorted(candidates, key=lambda run: run.run_id):
        if run.out_of_fold is not None and len(run.out_of_fold.evidence):
            groups.setdefault(run.identity.trial, {})[run.run_id] = run
    return [Trial(tuple(runs.values())) for _, runs in sorted(groups.items())]


@dataclass(frozen=True, eq=False)
class Panel:
    """One row an event of any trial, in time order, one column a trial.

    Attributes
    ----------
    values
        What the event says for the trial; 0, which favours nobody, where it was not predicted.
    block_size
        Rows that a resampled block needs: twice the number of later events that begin before a label ends.
    """

    values: FloatArray
    block_size: int

    @property
    def n_trials(self) -> int:
        """Trials that have a column."""
        return self.values.shape[1]

    def p_values(self, *, n_draws: int, seed: int) -> FloatArray:
        """Return Romano and Wolf's adjusted p-value of each trial; 1 where there are too few events."""
        from smc.stats import romano_wolf

        if len(self.values) < LEAST_ROWS:
            return np.ones(self.n_trials)
        return romano_wolf(self.values, block_size=self.block_size, n_draws=n_draws, seed=seed).p_values


def build_panel(trials: Sequence[Trial]) -> Panel:
    """Line up the evidence of all trials on one axis of time."""
    time = np.unique(np.concatenate([trial.evidence.time for trial in trials]))
    values, end = np.zeros((len(time), len(trials))), time.copy()
    for column, trial in enumerate(trials):
        rows = np.searchsorted(time, trial.evidence.time)
        values[rows, column] = trial.evidence.value
        end[rows] = np.maximum(end[rows], trial.evidence.end)
    return Panel(values, block_size(len(time), label_overlap(time, end)))


@dataclass(frozen=True, eq=False)
class RankedTrial:
    """A trial among the others of its symbol.

    Attributes
    ----------
    lower_bound
        One-sided, of the score above the baseline's; what trials are ranked by.
    p_value
        Romano and Wolf's, adjusted for the trials of the panel.
    corrected_p_value
        Corrected for the trials that have no column, too.
    """

    trial: Trial
    lower_bound: float
    p_value: float
    corrected_p_value: float

    @property
    def candidate(self) -> Candidate:
        """The run that stands for the trial."""
        return self.trial.candidate

    @property
    def runs(self) -> tuple[Candidate, ...]:
        """Its repeats."""
        return self.trial.runs

    @property
    def evidence(self) -> EventEvidence:
        """Mean over its repeats, event by event."""
        return self.trial.evidence


def rank(
    trials: Sequence[Trial], panel: Panel, p_values: Sequence[float], *, n_trials: int, confidence: float
) -> list[RankedTrial]:
    """Put the trials in order, the largest lower bound first; equal ones by score, then by name.

    The correction is p = min(1, p_RW m / m_panel), m all distinct trials and m_panel those of the panel: the
    trials that failed or were killed are taken to be as alike as those that finished.
    """
    share = max(n_trials, panel.n_trials) / panel.n_trials
    ranked = [
        RankedTrial(trial, trial.evidence.lower_bound(confidence), float(p), min(1.0, float(p) * share))
        for trial, p in zip(trials, p_values, strict=True)
    ]
    return sorted(ranked, key=_order)


def _score(run: Candidate) -> float:
    return run.out_of_fold.evidence.mean if run.out_of_fold else 0.0


def _order(ranked: RankedTrial) -> tuple[float, float, str]:
    bound = ranked.lower_bound
    return -bound if math.isfinite(bound) else math.inf, -ranked.evidence.mean, ranked.trial.name

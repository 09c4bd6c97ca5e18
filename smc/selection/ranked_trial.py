"""How each trial of a symbol stands: its evidence, and how likely luck alone shows as much."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from smc.selection.candidate import Candidate
from smc.selection.panel import Panel
from smc.selection.trial import Trial


@dataclass(frozen=True, eq=False)
class RankedTrial:
    """A trial among the others of its symbol.

    Attributes
    ----------
    lower_bound
        One-sided, of the score above the baseline's; what trials are ranked by.
    p_value
        Romano and Wolf's, adjusted for the trials of the panel.
    corrected
        Corrected for the trials that have no column, too.
    """

    trial: Trial
    lower_bound: float
    p_value: float
    corrected: float

    @property
    def candidate(self) -> Candidate:
        """The run that stands for the trial."""
        return self.trial.candidate


def rank(
    trials: Sequence[Trial], panel: Panel, p_values: Sequence[float], *, n_trials: int, confidence: float
) -> list[RankedTrial]:
    """Put the trials in order, the largest lower bound first; equal ones by score, then by name.

    The correction is p = min(1, p_RW m / m_panel), m all distinct trials and m_panel those of the panel: the
    trials that failed or were killed are taken to be as alike as those that finished.
    """
    share = max(n_trials, panel.n_trials) / panel.n_trials
    standings = [
        RankedTrial(trial, trial.evidence.lower_bound(confidence), float(p), min(1.0, float(p) * share))
        for trial, p in zip(trials, p_values, strict=True)
    ]
    return sorted(standings, key=_order)


def _order(standing: RankedTrial) -> tuple[float, float, str]:
    bound = standing.lower_bound
    return -bound if math.isfinite(bound) else math.inf, -standing.trial.evidence.mean, standing.trial.name

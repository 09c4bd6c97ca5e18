"""A distinct trial: the repeats of one configuration on the same data."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from smc.selection.candidate import Candidate
from smc.selection.split import Evidence


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
    def evidence(self) -> Evidence:
        """Mean over the runs, event by event; an event that a run did not predict is left out of its mean."""
        own = [run.out_of_fold.evidence for run in self.runs if run.out_of_fold is not None]
        if len(own) == 1:
            return own[0]
        time, code = np.unique(np.concatenate([each.time for each in own]), return_inverse=True)
        total = np.bincount(code, weights=np.concatenate([each.value for each in own]))
        end = np.zeros(len(time), dtype=np.int64)
        np.maximum.at(end, code, np.concatenate([each.end for each in own]))
        return Evidence(time, end, total / np.bincount(code))

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
    for each in sorted(candidates, key=lambda each: each.run_id):
        if each.out_of_fold is not None and len(each.out_of_fold.evidence):
            groups.setdefault(each.identity.trial, {})[each.run_id] = each
    return [Trial(tuple(runs.values())) for _, runs in sorted(groups.items())]


def _score(run: Candidate) -> float:
    return run.out_of_fold.evidence.mean if run.out_of_fold else 0.0

"""Check (b), first half: what does the pipeline score on labels that its features cannot know?"""

import numpy as np

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.audit.null_scores import Excess, mean_concordance
from smc.errors import SmcError
from smc.laws.fault import Fault
from smc.training.dataset import Dataset
from smc.typing import IntArray, OnProgress

#: A mean score of the null this far above chance counts.
LEAST = 0.015


class Null:
    """Shift labels against features in a circle, carry out the whole pipeline, and score it; many times.

    Folds, sampler, scaling and early stopping take part. A clean pipeline scores .5 or, on contiguous folds,
    a little less; what scores more has let labels reach from test to training: folds without a purge, columns
    chosen or rows synthesised before the split. A circular shift keeps the order of labels, whose overlap is
    what such leaks feed on; labels that are shuffled one by one score .5 even then. Shifts shorter than the
    warm-up are not drawn, since slow features still know the outcomes of that time.

    The rank of the real score among the draws is reported, and says what the pipeline is worth at most.
    """

    name = "null"
    question = "Does the pipeline score above chance on labels its features cannot know?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Draw the null."""
        data, plan = audited.recent, audited.recent_plan
        scores, failure = [], None
        for number, by in enumerate(shifts(data, audited.warm_up, audited.n_draws)):
            on_progress(f"draw {number + 1} of {audited.n_draws}")
            moved = data.shifted(int(by))
            try:
                scores.append(mean_concordance(moved, audited.procedure.predict(moved, plan)))
            except SmcError as error:  # a draw whose training rows have one class
                failure = error
        if len(scores) < max(2, audited.n_draws // 2):
            raise failure or SmcError("the null needs two draws or more: use --draws 20")
        real = mean_concordance(data, audited.real)
        excess = Excess(scores, 0.5, LEAST)
        leak = Fault(
            "the pipeline",
            f"{len(scores)} draws, mean {excess.mean:.3f}, standard error {excess.error:.3f}",
            "it scores above chance (.5) where labels cannot be known: they reach from test to training rows",
        )
        return Finding.from_faults(
            self.name,
            f"{len(data.events)} events, {len(scores)} circular shifts; null mean {excess.mean:.3f}, "
            f"real score {real:.3f} above {excess.rank(real)} of {len(scores)}",
            leaks=[leak] if excess.is_leak else [],
            remedy="Purge the folds, and fit whatever learns from rows (selection of columns, resampling, "
            "encoding, scaling) on the training rows of each fold alone.",
            figures={"null": scores, "real": real, "rank": excess.rank(real)},
        )


def shifts(data: Dataset, warm_up: int, n_draws: int) -> IntArray:
    """Draw distances in events, each once if there are enough, none within the warm-up's reach."""
    events = data.events["event"].to_numpy()
    n_events = len(events)
    near = int(np.searchsorted(events, events[0] + warm_up))
    nearest = min(max(near, 1), n_events // 3)
    choices = np.arange(nearest, n_events - nearest + 1)
    return np.random.default_rng(0).choice(choices, n_draws, replace=len(choices) < n_draws)

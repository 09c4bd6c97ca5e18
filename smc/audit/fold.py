"""Does everything that is fitted see the rows of its own fold alone?"""

from collections.abc import Iterator

import numpy as np

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.audit.perturbations import scrambled
from smc.audit.procedure import ComposedRun, Scored
from smc.cv.fold import Fold
from smc.laws.fault import Fault
from smc.laws.futures import differ
from smc.typing import IntArray, OnProgress


class InsideFold:
    """Change what a fold must not see, carry out the whole pipeline again, and compare its predictions.

    For a fold, all events outside its training set get other labels and weights; one half of the test events
    and the purged ones get other features, too. The predictions of the other half, whose features stay, must
    come out the same to the last digit, since nothing that the fold may learn from has changed. This finds,
    in one refit and without luck, columns chosen on all rows, rows synthesised before the split, an encoding
    of targets, a scaler, imputer or early stopping that saw test rows.

    Bars that training rows look back on, through a window or a sampler that moves rows in time, stay as they
    are. A step that keeps what it once learned in its class or on disk learns it before this check begins,
    and is not found.
    """

    name = "fold"
    question = "Do predictions of a fold change with rows outside it?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Trace the outer splits, and the first and the last fold."""
        plan, data = audited.recent_plan, audited.recent
        folds = [plan.folds[0], plan.folds[-1]][: len(plan.folds)] if plan.folds else []
        traced = [*folds, plan.val_split, plan.test_split]
        on_progress("the same once more")
        remedy = "Put the step into the pipeline, so that each fold fits it on its own training rows."
        looked_at = f"{len(traced)} splits of {len(data.events)} events: " + ", ".join(
            fold.name for fold in traced
        )
        if differ_at(audited.real, audited.procedure.predict(data, plan)):
            return Finding(
                self.name,
                "not done",
                looked_at,
                [Fault("the pipeline", "the same rows twice", "it predicts something else each time")],
                "Fix its seed; then the rows that a fold sees can be told.",
            )
        leaks = [fault for fold in traced for fault in self._trace(audited, fold, on_progress)]
        return Finding.from_faults(self.name, looked_at, leaks=leaks, remedy=remedy)

    def _trace(self, audited: AuditedRun, fold: Fold, on_progress: OnProgress) -> Iterator[Fault]:
        """Alter labels, then features, outside one fold; name which of them its predictions follow."""
        rng = np.random.default_rng(0)
        outside = np.ones(len(audited.recent.events), dtype=bool)
        outside[fold.train] = False
        kept = fold.test[::2]
        hidden = np.setdiff1d(np.flatnonzero(outside), kept)
        rows = np.setdiff1d(
            audited.recent.rows[hidden], self._seen(audited, np.concatenate([fold.train, kept]))
        )
        nothing = np.zeros_like(outside)
        for what, labels_of, altered in (
            ("labels", outside, rows[:0]),
            ("features", nothing, rows),
        ):
            on_progress(f"{fold.name}, other {what}")
            changed = scrambled(audited.recent, labels_of, altered, rng)
            before, after = (
                scores_of(splits, fold, kept)
                for splits in (audited.real, audited.procedure.predict(changed, audited.recent_plan))
            )
            n_changed = int(differ(before, after).sum())
            if n_changed:
                yield Fault(
                    fold.name,
                    f"event {kept[differ(before, after)][0]} and {n_changed - 1} more of {len(kept)}",
                    f"predictions change with the {what} of rows that the fold is not trained on",
                )

    def _seen(self, audited: AuditedRun, positions: IntArray) -> IntArray:
        """Return the bars that the rows of some events look back on, their own included."""
        reach = 0
        if isinstance(audited.procedure, ComposedRun):
            pipeline = audited.procedure.pipeline
            reach = pipeline.lookback - 1 + int(getattr(pipeline.sampler, "reach", 0))
        back = audited.recent.rows[positions][:, None] - np.arange(reach + 1)
        return np.unique(back)


def scores_of(splits: list[Scored], fold: Fold, kept: IntArray) -> np.ndarray:
    """Return the scores that one split gives some of its events."""
    (own,) = (scored for scored in splits if scored.split == fold.name)
    return own.scores[np.isin(own.positions, kept)]


def differ_at(before: list[Scored], after: list[Scored]) -> bool:
    """Tell whether any score differs."""
    return any(differ(a.scores, b.scores).any() for a, b in zip(before, after, strict=True))

"""Does everything that is fitted see the rows of its own fold alone?"""

from collections.abc import Callable, Iterator

import numpy as np

from smc.audit.altered import scrambled
from smc.audit.audited_run import Subject
from smc.audit.finding import Fault, Finding, judged
from smc.audit.procedure import ComposedRun, Scored
from smc.audit.tamper import differ
from smc.cv.fold import Fold
from smc.typing import IntArray


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

    def look(self, subject: Subject, step: Callable[[str], None]) -> Finding:
        """Trace the outer splits, and the first and the last fold."""
        plan, data = subject.recent_plan, subject.recent
        folds = [plan.folds[0], plan.folds[-1]][: len(plan.folds)] if plan.folds else []
        traced = [*folds, plan.val_split, plan.test_split]
        step("the same once more")
        remedy = "Put the step into the pipeline, so that each fold fits it on its own training rows."
        looked_at = f"{len(traced)} splits of {len(data.events)} events: " + ", ".join(
            each.name for each in traced
        )
        if differ_at(subject.real, subject.procedure.predict(data, plan)):
            return Finding(
                self.name,
                "not done",
                looked_at,
                [Fault("the pipeline", "the same rows twice", "it predicts something else each time")],
                "Fix its seed; then the rows that a fold sees can be told.",
            )
        leaks = [fault for fold in traced for fault in self._trace(subject, fold, step)]
        return judged(self.name, looked_at, leaks=leaks, remedy=remedy)

    def _trace(self, subject: Subject, fold: Fold, step: Callable[[str], None]) -> Iterator[Fault]:
        """Alter labels, then features, outside one fold; name which of them its predictions follow."""
        rng = np.random.default_rng(0)
        outside = np.ones(len(subject.recent.events), dtype=bool)
        outside[fold.train] = False
        kept = fold.test[::2]
        hidden = np.setdiff1d(np.flatnonzero(outside), kept)
        rows = np.setdiff1d(
            subject.recent.rows[hidden], self._seen(subject, np.concatenate([fold.train, kept]))
        )
        nothing = np.zeros_like(outside)
        for what, labels_of, altered in (
            ("labels", outside, rows[:0]),
            ("features", nothing, rows),
        ):
            step(f"{fold.name}, other {what}")
            changed = scrambled(subject.recent, labels_of, altered, rng)
            before, after = (
                scores_of(found, fold, kept)
                for found in (subject.real, subject.procedure.predict(changed, subject.recent_plan))
            )
            n_changed = int(differ(before, after).sum())
            if n_changed:
                yield Fault(
                    fold.name,
                    f"event {kept[differ(before, after)][0]} and {n_changed - 1} more of {len(kept)}",
                    f"predictions change with the {what} of rows that the fold is not trained on",
                )

    def _seen(self, subject: Subject, positions: IntArray) -> IntArray:
        """Return the bars that the rows of some events look back on, their own included."""
        reach = 0
        if isinstance(subject.procedure, ComposedRun):
            pipeline = subject.procedure.pipeline
            reach = pipeline.lookback - 1 + int(getattr(pipeline.sampler, "reach", 0))
        back = subject.recent.rows[positions][:, None] - np.arange(reach + 1)
        return np.unique(back)


def scores_of(found: list[Scored], fold: Fold, kept: IntArray) -> np.ndarray:
    """Return the scores that one split gives some of its events."""
    (own,) = (each for each in found if each.split == fold.name)
    return own.scores[np.isin(own.positions, kept)]


def differ_at(before: list[Scored], after: list[Scored]) -> bool:
    """Tell whether any score differs."""
    return any(differ(a.scores, b.scores).any() for a, b in zip(before, after, strict=True))

"""Check (f): is anything too good to be true?"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from pandas.util import hash_pandas_object

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.audit.concordance import chance_error
from smc.audit.lag import each_feature
from smc.audit.null_scores import is_profitable
from smc.audit.procedure import ComposedRun, event_rows
from smc.laws.fault import Fault
from smc.typing import OnProgress

#: One feature alone: a concordance beyond this is suspicious, beyond the second it is the outcome itself.
SUSPICIOUS, IMPOSSIBLE = 0.65, 0.90
#: Share of all importance.
MOST_IMPORTANCE = 0.5
#: A column with fewer values than this share of the rows is no fingerprint of a row.
DISTINCT = 0.2


class SingleFeatureLeakage:
    """Look for single features that know too much, and for rows that are trained on and tested.

    One feature that orders outcomes better than .65, or holds more than half of a model's importance, wants
    an explanation; one beyond .90 holds the outcome. It must earn something, too: how far a barrier lies says
    how often it is touched, on random walks as well, and nothing about returns. Equal rows on both sides of a
    split (in all columns, at least one of which takes a new value nearly everywhere) are copies, as
    resampling before the split leaves them.
    """

    name = "single_feature_leakage"
    question = "Is a feature too good, or a row both trained on and tested?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Look at features, importances and rows."""
        on_progress("features")
        leaks, suspicions = [], []
        scores, rows = each_feature(audited.data), event_rows(audited.data)
        events = audited.data.events
        margin = 4 * chance_error(events["label"].to_numpy(), events["weight"].to_numpy())
        for name, score in scores.items():
            if abs(score - 0.5) > max(SUSPICIOUS - 0.5, margin) and is_profitable(
                audited.data, rows[name].to_numpy()
            ):
                faults = leaks if abs(score - 0.5) > IMPOSSIBLE - 0.5 else suspicions
                faults.append(Fault(f"`{name}`", f"{len(events)} events", f"alone it scores {score:.3f}"))
        on_progress("importances")
        suspicions += _importances(audited)
        on_progress("equal rows")
        leaks += _equal_rows(audited)
        best = max(scores, key=lambda name: abs(scores[name] - 0.5))
        return Finding.from_faults(
            self.name,
            f"{len(scores)} features, {len(events)} events; best: `{best}`, alone {scores[best]:.3f}",
            leaks=leaks,
            suspicions=suspicions,
            remedy="Find out from which bars the column is computed, or where a row was copied; a true "
            "effect of this size would be the first.",
            figures={"scores": scores},
        )


def _importances(audited: AuditedRun) -> Iterator[Fault]:
    """Look at the saved model's importances, if it has them."""
    if not isinstance(audited.procedure, ComposedRun):
        return
    model = audited.procedure.fit(audited.recent, audited.recent_plan).model
    if not hasattr(model.estimator_, "feature_importances_"):
        return
    importances = pd.Series(np.abs(model.feature_importances_), index=audited.data.bars.columns)
    total, largest = importances.sum(), importances.max()
    if len(importances) > 2 and total > 0 and largest > MOST_IMPORTANCE * total:
        share = largest / total
        yield Fault(f"`{importances.idxmax()}`", "the saved model", f"it holds {share:.0%} of all importance")


def _equal_rows(audited: AuditedRun) -> Iterator[Fault]:
    """Compare rows by content over each split."""
    rows = event_rows(audited.data)
    if not (rows.nunique() > DISTINCT * len(rows)).any():
        return
    hashed: Any = hash_pandas_object
    keys = np.asarray(hashed(rows, index=False))
    plan = audited.plan
    for split in (plan.val_split, plan.test_split, *plan.folds):
        twins = split.test[np.isin(keys[split.test], keys[split.train])]
        if len(twins):
            yield Fault(
                split.name,
                f"event {twins[0]} and {len(twins) - 1} more of {len(split.test)}",
                "its row of features stands among the training rows, too",
            )

"""Check (g): do columns tell the time?"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.audit.concordance import concordance
from smc.audit.procedure import event_rows
from smc.laws.fault import Fault
from smc.typing import IntArray, OnProgress

#: Beyond this, one column or all of them together tell training rows from test rows.
MOST = 0.98


class Adversarial:
    """Let a classifier tell the events of the test part from those of development, on events it has not seen.

    What it can tell apart has moved between the two parts: a price level, a counter, a row number, a mean
    over all bars so far. Such a column is no proof of a leak, but a model that learns from it learns the
    calendar; so this is a warning only. The first half of each part is learned from and the second is told,
    so that neighbours, which resemble each other in any case, do not answer the question.
    """

    name = "adversarial"
    question = "Can columns tell test events from earlier ones?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Fit on the first halves, tell the second."""
        on_progress("fit")
        plan, rows = audited.plan, event_rows(audited.data)
        learn, tell = (
            np.concatenate(halves)
            for halves in zip(_halves(plan.development), _halves(plan.test), strict=True)
        )
        is_test = np.isin(np.arange(len(rows)), plan.test).astype(int)
        values = rows.to_numpy(dtype=np.float64)
        known = ~np.isnan(values[learn]).all(axis=0)  # scikit-learn cannot bin a column without a value
        model = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=8, random_state=0)
        with threadpool_limits(limits=1):  # small tables; more threads cost more than they give
            model.fit(values[learn][:, known], is_test[learn])
        score = concordance(is_test[tell], model.predict_proba(values[tell][:, known])[:, 1])
        alone = {str(name): concordance(is_test, values[:, column]) for column, name in enumerate(rows)}
        telling = [name for name, value in alone.items() if abs(value - 0.5) > MOST - 0.5]
        suspicions = [
            Fault(f"`{name}`", "test part", f"alone it tells it by {alone[name]:.3f}") for name in telling
        ]
        if score > MOST and not telling:
            suspicions = [Fault("all columns together", "test part", f"they tell it by {score:.3f}")]
        return Finding.from_faults(
            self.name,
            f"{len(rows)} events; all columns tell the test part by {score:.3f} (.5 is not at all)",
            suspicions=suspicions,
            remedy="Use ratios, ranks or distances in ATR in place of levels and counters.",
            figures={"score": score, "columns": telling},
        )


def _halves(positions: IntArray) -> tuple[IntArray, IntArray]:
    return positions[: len(positions) // 2], positions[len(positions) // 2 :]

"""Check (a): does any training label share a bar with a test label?"""

from collections.abc import Iterator

import numpy as np

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Finding
from smc.cv.base import PurgedSplitter
from smc.cv.plan import SplitPlan
from smc.errors import LeakageError, SplitError
from smc.laws.fault import Fault
from smc.laws.splits import account_faults, embargo_faults, fold_faults
from smc.typing import OnProgress, Spans


class Split:
    """Compare every training label with every test label, one by one.

    The splitter's own interval arithmetic is not used: this is the plain comparison of all pairs, on the
    spans that the labels state, lengthened by as much as the measured ends of labels show them to be too
    short. Four rules:

    - no event is repeated, or both trained on and tested;
    - no training span shares a bar with a test span;
    - no account trades one event by the predictions of several folds;
    - behind a test label, training starts after an embargo as long as the longest label, or the features of a
      training event look back at bars to which the test label refers. This is a suspicion only, since an
      embargo of one's own choice may be shorter.
    """

    name = "split"
    question = "Does a training label share a bar with a test label?"

    def run(self, audited: AuditedRun, on_progress: OnProgress) -> Finding:
        """Compare the pairs of each split."""
        plan, spans = audited.plan, self._spans(audited)
        leaks, suspicions = [], []
        for fold in (plan.val_split, plan.test_split, *plan.folds):
            on_progress(fold.name)
            leaks += fold_faults(fold, spans)
            suspicions += embargo_faults(fold, spans)
        if isinstance(audited.components.cv, PurgedSplitter) and plan.folds:
            leaks += account_faults(audited.components.cv, plan.folds)
        suspicions += _refusal(audited)
        return Finding.from_faults(
            self.name,
            f"{len(plan.folds)} folds and 2 outer splits of {len(spans)} events, every pair of labels",
            leaks=leaks,
            suspicions=suspicions,
            remedy="Purge on both sides of each test block by label spans, and keep an embargo of the "
            "longest label behind it: take an option of conf/cv, or derive your splitter from "
            "smc.cv.base.PurgedSplitter.",
            figures={"hash": plan.hash, "events": len(spans), "folds": len(plan.folds)},
        )

    def _spans(self, audited: AuditedRun) -> Spans:
        """Return the stated spans, with ends moved by what the measured ones show."""
        ends = audited.relabelling.measured_ends
        too_short = (ends["measured"] - ends["stated"]).to_numpy()
        shortfall = int(too_short.max(initial=0))
        return audited.data.spans + np.array([0, shortfall])


def _refusal(audited: AuditedRun) -> Iterator[Fault]:
    """Say what smc.train would say of the splitter."""
    try:
        SplitPlan.from_spans(audited.data.spans, audited.components.cv, **audited.config["split"])
    except LeakageError as error:
        yield Fault("smc.train", "", f"refuses these splits: {error}")
    except SplitError as error:
        yield Fault("smc.train", "", f"leaves the folds out: {error}")

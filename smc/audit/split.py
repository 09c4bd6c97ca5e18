"""Check (a): does any training label share a bar with a test label?"""

from collections.abc import Iterator

import numpy as np

from smc.audit.audited_run import AuditedRun
from smc.audit.check import Fault, Finding
from smc.audit.perturbations import Relabelling
from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.errors import LeakageError, SplitError
from smc.typing import OnProgress, Spans


class Split:
    """Compare every training label with every test label, one by one.

    The splitter's own interval arithmetic is not used: this is the plain comparison of all pairs, on the
    spans that the labels state, lengthened by as much as the measured ends of labels show them to be too
    short. Three rules:

    - no event is repeated, or both trained on and tested;
    - no training span shares a bar with a test span;
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
            leaks += [*_repeats(fold), *_overlaps(fold, spans)]
            suspicions += _embargo(fold, spans)
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
        ends = Relabelling(audited).measured_ends
        too_short = (ends["measured"] - ends["stated"]).to_numpy()
        shortfall = int(too_short.max(initial=0))
        return audited.data.spans + np.array([0, shortfall])


def _repeats(fold: Fold) -> Iterator[Fault]:
    for part, positions in (("training", fold.train), ("test", fold.test)):
        events, counts = np.unique(positions, return_counts=True)
        if (counts > 1).any():
            yield Fault(
                fold.name, f"event {events[counts > 1][0]}", f"stands in the {part} set more than once"
            )
        if not len(positions):
            yield Fault(fold.name, f"the {part} set", "is empty")
    both = np.intersect1d(fold.train, fold.test)
    if len(both):
        yield Fault(fold.name, f"event {both[0]} and {len(both) - 1} more", "trained on and tested")


def _overlaps(fold: Fold, spans: Spans) -> Iterator[Fault]:
    """Compare all pairs, a block of test events at a time."""
    train, touched, example = spans[fold.train], np.zeros(len(fold.train), dtype=bool), None
    for block in np.array_split(fold.test, max(1, len(fold.test) // 256)):
        tests = spans[block]
        pairs = (train[:, None, 0] <= tests[None, :, 1]) & (tests[None, :, 0] <= train[:, None, 1])
        pairs &= fold.train[:, None] != block[None, :]
        if pairs.any() and example is None:
            one, other = np.argwhere(pairs)[0]
            example = fold.train[one], block[other]
        touched |= pairs.any(axis=1)
    if example is not None:
        one, other = example
        yield Fault(
            fold.name,
            f"training event {one} {spans[one].tolist()} and test event {other} {spans[other].tolist()}",
            f"their labels share bars; {touched.sum()} of {len(train)} training labels touch a test label",
        )


def _embargo(fold: Fold, spans: Spans) -> Iterator[Fault]:
    """Look at the bars between the end of test labels and the training events behind them."""
    if not len(fold.train) or not len(fold.test):
        return
    used = spans[np.concatenate([fold.train, fold.test])]
    longest = int((used[:, 1] - used[:, 0]).max()) + 1
    order = np.argsort(spans[fold.test, 0], kind="stable")
    starts, ends = spans[fold.test[order], 0], np.maximum.accumulate(spans[fold.test[order], 1])
    before = np.searchsorted(starts, spans[fold.train, 0], side="right") - 1
    behind = before >= 0
    distance = spans[fold.train, 0][behind] - ends[before[behind]]
    near = (distance > 0) & (distance < longest)
    if near.any():
        event = fold.train[behind][near][0]
        yield Fault(
            fold.name,
            f"training event {event} and {int(near.sum()) - 1} more",
            f"it starts {distance[near][0]} bars after the end of a test label; the longest has {longest}",
        )


def _refusal(audited: AuditedRun) -> Iterator[Fault]:
    """Say what smc.train would say of the splitter."""
    try:
        SplitPlan.from_spans(audited.data.spans, audited.components.cv, **audited.config["split"])
    except LeakageError as error:
        yield Fault("smc.train", "", f"refuses these splits: {error}")
    except SplitError as error:
        yield Fault("smc.train", "", f"leaves the folds out: {error}")

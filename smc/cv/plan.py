"""Every split of a run, made once, audited and hashed."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from smc.arguments import check_fraction, check_non_negative, check_spans
from smc.cv.audit import audit_fold
from smc.cv.base import PurgedSplitter
from smc.cv.blocks import check_enough, last_share
from smc.cv.fold import Fold
from smc.errors import LeakageError, SplitError
from smc.fingerprint import content_hash
from smc.interfaces import Splitter
from smc.typing import IntArray, Spans


@dataclass(frozen=True, eq=False)
class SplitPlan:
    """Hold the outer split and the folds of one run; every model that is compared shares the plan.

    The last events in time are the **test** part. What is before them, purged against them, is the
    **development** part, whose last events are the **val** part and whose first, purged against those, are
    the **train** part. Cross-validation runs over the development part. All positions count the events of
    ``spans``. An event that several folds test (``cpcv``, ``monte_carlo``) stands in the ``test`` of each.

    Attributes
    ----------
    spans
        First and last bar of each label (n_events, 2), sorted by start.
    val_split
        Train part against val part.
    test_split
        Development part against test part.
    folds
        Of the cross-validation; empty where there is none.
    """

    spans: Spans
    val_split: Fold
    test_split: Fold
    folds: tuple[Fold, ...]

    @classmethod
    def from_spans(
        cls,
        spans: npt.ArrayLike,
        cv: Splitter | None,
        *,
        test_frac: float = 0.2,
        val_frac: float = 0.25,
        gap_size: int = 0,
        min_train_size: int = 30,
    ) -> "SplitPlan":
        """Split the events, audit the result, and refuse parts that are too small to learn from.

        Parameters
        ----------
        spans
            First and last bar of each label (n_events, 2), in time order.
        cv
            Splitter of the development part; None leaves cross-validation out, for a run whose events are
            enough for a fit but not for the folds.
        test_frac, val_frac
            Test share of all events, val share of those before the test part; counted before purging.
        gap_size
            Extra bars kept free of training labels before the val and the test part.
        min_train_size
            Fewest rows that a model is fitted on.

        Raises
        ------
        SplitError
            Too few events, or a part or fold with fewer than ``min_train_size`` training rows (named).
        LeakageError
            ``cv`` is no purged splitter, or the audit found a leak; see ``audit``.

        Examples
        --------
        >>> from smc.cv.purged_kfold import PurgedKFold
        >>> spans = np.column_stack([np.arange(1, 101), np.arange(3, 103)])
        >>> plan = SplitPlan.from_spans(spans, PurgedKFold(4))
        >>> len(plan.train), len(plan.val), len(plan.development), len(plan.test)
        (58, 18, 78, 20)
        >>> plan.account["purged_in_folds"]
        {'fold 0': 5, 'fold 1': 7, 'fold 2': 7, 'fold 3': 2}
        """
        check_fraction("test_frac", test_frac)
        check_fraction("val_frac", val_frac)
        check_non_negative("gap_size", gap_size)
        if cv is not None and not isinstance(cv, PurgedSplitter):
            raise LeakageError(
                f"{cv} does not purge: take an option of conf/cv, or derive from PurgedSplitter"
            )
        spans = check_spans(spans, len(np.asarray(spans)))
        check_enough("a plan", len(spans), 3)
        test = last_share(len(spans), test_frac)
        test_split = Fold.cut(spans, range(test.start), [test], name="the test split", gap_size=gap_size)
        development = test_split.train
        n_train = np.searchsorted(development, last_share(test.start, val_frac).start)
        val_split = _cut_val(spans[development], int(n_train), gap_size).at(development)
        folds = cv.folds(spans[development]) if cv is not None else ()
        plan = cls(spans, val_split, test_split, tuple(fold.at(development) for fold in folds))
        plan.audit()
        plan.check_sizes(min_train_size)
        return plan

    @property
    def train(self) -> IntArray:
        """Events that the train fit learns from."""
        return self.val_split.train

    @property
    def val(self) -> IntArray:
        """Events of the val part."""
        return self.val_split.test

    @property
    def development(self) -> IntArray:
        """Events that cross-validation and the final fit may use."""
        return self.test_split.train

    @property
    def test(self) -> IntArray:
        """Events of the test part."""
        return self.test_split.test

    @property
    def splits(self) -> tuple[Fold, ...]:
        """Outer splits and folds."""
        return (self.val_split, self.test_split, *self.folds)

    @property
    def is_two_sided(self) -> bool:
        """Whether a fold trains on events after those that it tests, so that folds learn from each other."""
        return any(
            bool(len(fold.train) and len(fold.test)) and fold.train.max() > fold.test.min()
            for fold in self.folds
        )

    @property
    def account(self) -> dict[str, Any]:
        """Count events by part, and those lost to purging."""
        return {
            "events": len(self.spans),
            "train": len(self.train),
            "val": len(self.val),
            "development": len(self.development),
            "test": len(self.test),
            "purged_before_val": self.val_split.n_purged,
            "purged_before_test": self.test_split.n_purged,
            "purged_in_folds": {fold.name: fold.n_purged for fold in self.folds},
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the spans and of every position, gap and embargo."""
        return content_hash(self.to_json())

    def audit(self) -> None:
        """Check every split again, event by event.

        Raises
        ------
        LeakageError
            See ``audit_fold``. The outer splits may use all events, the folds the development part only.
        """
        everything = np.arange(len(self.spans))
        audit_fold(self.spans, self.test_split, everything)
        for fold in (self.val_split, *self.folds):
            audit_fold(self.spans, fold, self.development)

    def check_sizes(self, min_train_size: int) -> None:
        """Raise SplitError by name if a split has fewer than ``min_train_size`` training rows."""
        for split in self.splits:
            if len(split.train) < min_train_size:
                raise SplitError(
                    f"{split.name} has {len(split.train)} training rows, needs {min_train_size}: use more "
                    "events, or test fewer of them at a time"
                )

    def check_classes(self, y: npt.ArrayLike) -> None:
        """Raise SplitError by name if the training rows of a split hold a single class of ``y``."""
        labels = np.asarray(y)
        for split in self.splits:
            classes = np.unique(labels[split.train])
            if len(classes) < 2:
                raise SplitError(
                    f"{split.name} has only class {classes[0]} in its {len(split.train)} training rows: use "
                    "more events, or labels that are less one-sided"
                )

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "spans": self.spans.tolist(),
            "val_split": self.val_split.to_json(),
            "test_split": self.test_split.to_json(),
            "folds": [fold.to_json() for fold in self.folds],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "SplitPlan":
        """Read what ``to_json`` gave."""
        spans = np.array(data["spans"], dtype=np.int64).reshape(-1, 2)
        outer = Fold.from_json(data["val_split"]), Fold.from_json(data["test_split"])
        return cls(spans, *outer, tuple(map(Fold.from_json, data["folds"])))

    def save(self, path: str | Path) -> None:
        """Write the plan and its hash as JSON."""
        Path(path).write_text(json.dumps({"hash": self.hash, "plan": self.to_json()}), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "SplitPlan":
        """Read a saved plan.

        Raises
        ------
        SplitError
            The file was altered after it was written.
        """
        return cls.from_saved(json.loads(Path(path).read_text(encoding="utf-8")), str(path))

    @classmethod
    def from_saved(cls, saved: dict[str, Any], path: str) -> "SplitPlan":
        """Read what ``save`` wrote, which stands at ``path``; errors as of ``load``."""
        plan = cls.from_json(saved["plan"])
        if plan.hash != saved["hash"]:
            raise SplitError(f"{path} is not the plan that was saved: its content no longer has its hash")
        return plan


def _cut_val(spans: Spans, n_train: int, gap_size: int) -> Fold:
    """Cut the development part, of which the first ``n_train`` events lie before the val part."""
    if n_train == len(spans):
        raise SplitError("no val event is left: all of them touch a test label; use more events")
    val = range(n_train, len(spans))
    return Fold.cut(spans, range(n_train), [val], name="the val split", gap_size=gap_size)

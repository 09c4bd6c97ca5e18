"""The rows that an ensemble learns from, and how its members learn from some of them."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import BaseCrossValidator

from smc.arguments import check_no_overlap, check_spans
from smc.errors import LeakageError
from smc.fit_progress import INTERRUPTED
from smc.typing import FloatArray, IntArray
from smc.windows import as_seen, rows_of

#: Fits a member on some rows: ``(its name, which of its fits, the unfitted member, rows) -> fitted``.
FitMember: TypeAlias = Callable[[str, str, Any, IntArray], Any]


@dataclass(frozen=True)
class Tested:
    """What members answered to rows that they were not fitted on.

    Attributes
    ----------
    rows
        Positions, sorted.
    answers
        Probabilities, or numbers as one column (n_rows, n_members, k).
    members, fitted_on
        As they were fitted for the last of the splits, and on which rows.
    """

    rows: IntArray
    answers: FloatArray
    members: dict[str, Any]
    fitted_on: IntArray


@dataclass(frozen=True)
class FoldRows:
    """The rows of one fit.

    Attributes
    ----------
    X
        A table, or windows of the longest lookback of any member.
    labels
        As they were given.
    codes
        Column of each row's class; of numbers the labels themselves.
    weight
        Of each row.
    spans
        First and last bar of each label (n_rows, 2); None if they are not known.
    classes
        Sorted; None for numbers.
    fit_member
        Given by `smc.pipeline.FoldPipeline`, which scales, selects, augments and holds back rows for early
        stopping, all within the rows of that one fit; None: members are fitted on the rows as they are.
    """

    X: Any
    labels: np.ndarray
    codes: np.ndarray
    weight: FloatArray
    spans: Any
    classes: np.ndarray | None
    fit_member: FitMember | None

    def fit(self, members: Mapping[str, Any], rows: IntArray, part: str = "") -> dict[str, Any]:
        """Fit each member on some rows; ``part`` says in records which, and nothing of all rows.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C ended a member's fit: half a member would change the answer of all without a word.
        """
        fit = self.fit_member or self._fit_plainly
        fitted: dict[str, Any] = {}
        for name, member in members.items():
            fitted[name] = fit(name, part, member, rows)
            if stop_of(fitted[name]) == INTERRUPTED:
                raise KeyboardInterrupt
        return fitted

    def test(self, cv: BaseCrossValidator, members: Mapping[str, Any], *, forward: bool = False) -> Tested:
        """Fit the members on the training part of each split, and let them answer to its test part.

        Parameters
        ----------
        cv
            A splitter that takes label spans as its groups.
        forward
            Whether members must be fitted on the past of what is tested alone.

        Raises
        ------
        SplitError
            No spans, or too few rows.
        LeakageError
            A training label shares a bar with a label that is tested.
        """
        n_rows = len(self.labels)
        spans = check_spans(self.spans, n_rows)
        n_columns = 1 if self.classes is None else len(self.classes)
        total, count = np.zeros((n_rows, len(members), n_columns)), np.zeros(n_rows)
        fitted: dict[str, Any] = {}
        train = np.arange(0)
        for number, (train, test) in enumerate(cv.split(np.zeros((n_rows, 1)), self.labels, spans)):
            check_no_overlap(spans, train, test)
            if forward and train.max() > test.min():
                raise LeakageError(
                    f"event {train.max()} is trained on, but lies after event {test.min()}, which is tested: "
                    "take a splitter that trains on the past alone, such as smc.cv.expanding.Expanding"
                )
            fitted = self.fit(members, train, f"inner fold {number}")
            total[test] += member_answers(fitted, rows_of(self.X, test), self.classes)
            count[test] += 1
        rows = np.flatnonzero(count)
        return Tested(rows, total[rows] / count[rows, None, None], fitted, train)

    def _fit_plainly(self, name: str, part: str, member: Any, rows: IntArray) -> Any:  # noqa: ARG002
        unfitted: Any = clone(member)
        takes_weight = "sample_weight" in inspect.signature(unfitted.fit).parameters
        given = {"sample_weight": self.weight[rows]} if takes_weight else {}
        return unfitted.fit(as_seen(rows_of(self.X, rows), lookback_of(member)), self.labels[rows], **given)


def stop_of(member: object) -> str | None:
    """Return why the fit of a member, or of a pipeline, ended before its time; None if it did not."""
    return getattr(getattr(member, "estimator_", member), "stop_reason_", None)


def lookback_of(estimator: object) -> int:
    """Return the bars that an estimator, or a pipeline, looks at: 1 for one of rows."""
    return getattr(estimator, "lookback", 1) if getattr(estimator, "needs_windows", True) else 1


def member_answers(members: Mapping[str, Any], X: Any, classes: np.ndarray | None) -> FloatArray:
    """Ask fitted members (n_rows, n_members, k): probabilities of ``classes``, or numbers as one column.

    A class that a member has not seen gets no probability from it.
    """
    answers = np.zeros((len(X), len(members), 1 if classes is None else len(classes)))
    for place, member in enumerate(members.values()):
        inputs = as_seen(X, lookback_of(member))
        if classes is None:
            numbers = np.asarray(member.predict(inputs), dtype=np.float64)
            answers[:, place, 0] = numbers if numbers.ndim == 1 else numbers[:, -1]
        else:
            answers[:, place, np.searchsorted(classes, member.classes_)] = member.predict_proba(inputs)
    return answers

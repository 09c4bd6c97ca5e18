"""What ensembles have in common: members, how they are fitted, asked and saved."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import clone
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from smc.errors import ModelError
from smc.model.estimator import Inputs, TaskEstimator, may_classify
from smc.model.fold_rows import FitMember, FoldRows, Tested, lookback_of, member_answers, stop_of
from smc.model.member_arithmetic import log_losses, squared_errors
from smc.typing import FloatArray, IntArray, Spans


class Ensemble(TaskEstimator):
    """Fit several models on the same rows, and make one answer of theirs.

    In a configuration members are named by their options of ``conf/model``
    (``model.members=[random_forest,lstm]``). Each has the arguments that the run would give it alone, its
    section of the profile (``reg.lstm.lookback=20`` changes it) and the run's seed. Their order does not
    matter: they stand sorted by name.

    Fitted by `smc.pipeline.FoldPipeline`, each member has a pipeline of its own: it is scaled and imputed as
    it needs, features are selected and rows are augmented for it, and it holds back its own early-stopping
    tail. So has each fit that an ensemble makes within the fold, to learn from rows that members were not
    fitted on: nothing of those rows, or made from them, is in such a fit. Fitted alone, it fits its members
    on the rows as they are.

    A subclass stores ``members``, ``task``, ``seed`` and ``n_jobs`` among its arguments and fills in
    `_combine`, and `_learn` if there is something to learn; `account` then tells of it.

    Parameters
    ----------
    members
        Name -> unfitted estimator.

    Attributes
    ----------
    members_
        Name -> fitted pipeline, or estimator.
    fitted_rows_
        Positions of the rows that every member was fitted on.
    stop_reason_
        That of the first member that was stopped, else None.
    """

    #: Says to a pipeline that this estimator fits others, on what the pipeline was given.
    fits_members = True

    members: Mapping[str, Any]
    cv: Any
    losses_: FloatArray
    n_features_in_: int

    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        spans: Spans | None = None,
        fit_member: FitMember | None = None,
    ) -> Self:
        """Fit the members, and learn how to combine them.

        Parameters
        ----------
        X, y
            A table, or windows as long as `lookback`, and a label a row, in time order.
        sample_weight
            One non-negative weight a row.
        spans
            First and last bar of each label (n, 2), for an ensemble that tests its members.
        fit_member
            How one is fitted, see `smc.model.fold_rows.FoldRows`.

        Raises
        ------
        ModelError
            No member, one class only, or what a member raises.
        SplitError
            No spans where they are needed.
        KeyboardInterrupt
            Ctrl-C ended the fit of a member, of a split or of all rows.
        """
        if not self.members:
            raise ModelError("an ensemble needs members: set model.members=[...]")
        table, labels = _as_table(X), column_or_1d(y)
        check_consistent_length(table, labels)
        weight = _check_sample_weight(sample_weight, table, dtype=np.float64, ensure_non_negative=True)
        codes = self._learn_target(labels, weight)
        self.n_features_in_ = table.shape[-1]
        rows = FoldRows(table, labels, codes, weight, spans, getattr(self, "classes_", None), fit_member)
        self._fit_members(rows, {name: self._of_task(member) for name, member in self.members.items()})
        reasons = map(stop_of, self.members_.values())
        self.stop_reason_ = next((reason for reason in reasons if reason is not None), None)
        return self

    def predict(self, X: Inputs, spans: Spans | None = None) -> np.ndarray:
        """Return the class that the members agree on, the first of equals, or the number of each row."""
        values = self._values(X, spans)
        return self.classes_[values.argmax(axis=1)] if self.task_ == "classification" else values[:, 0]

    @available_if(may_classify)
    def predict_proba(self, X: Inputs, spans: Spans | None = None) -> FloatArray:
        """Return one probability a class, in the order of ``classes_``."""
        values = self._values(X, spans)
        if self.task_ == "regression":
            raise AttributeError("a regressor has no predict_proba")
        return values

    def for_refit(self, n_rows: float) -> Self:
        """Return an unfitted copy whose members train for the rounds they stopped at, scaled by rows."""
        members = {
            name: member.for_refit(n_rows).estimator if hasattr(member, "for_refit") else clone(member)
            for name, member in self.members_.items()
        }
        unfitted: Any = clone(self)
        return unfitted.set_params(members=members)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the constructor arguments; ``deep``: those of members too, as ``member__argument``."""
        params = super().get_params(deep=deep)
        if not deep:
            return params
        members: dict[str, Any] = dict(self.members)
        return (
            params
            | members
            | {
                f"{name}__{argument}": value
                for name, member in members.items()
                if hasattr(member, "get_params")
                for argument, value in member.get_params().items()
            }
        )

    def set_params(self, **params: Any) -> Self:
        """Change constructor arguments, and those of members, as ``member__argument``."""
        of_members = {key: value for key, value in params.items() if key.partition("__")[0] in self.members}
        super().set_params(**{key: value for key, value in params.items() if key not in of_members})
        for key, value in of_members.items():
            name, _, argument = key.partition("__")
            self.members[name].set_params(**{argument: value})
        return self

    @property
    def lookback(self) -> int:
        """Bars that the member looks at that looks back furthest."""
        return max((lookback_of(member) for member in self.members.values()), default=1)

    @property
    def needs_windows(self) -> bool:
        """Whether a row is a window of bars rather than one bar."""
        return self.lookback > 1

    @property
    def feature_importances_(self) -> FloatArray:
        """Mean of the importances of those members that tell them, each as shares of their sum."""
        known = [getattr(member, "feature_importances_", None) for member in self.members_.values()]
        shares = [values / (values.sum() or 1.0) for values in known if values is not None]
        return np.mean(shares, axis=0) if shares else np.zeros(self.n_features_in_)

    @property
    def parts_(self) -> dict[str, Any]:
        """Fitted estimators beside the members; saved as they are."""
        return {}

    def account(self) -> dict[str, Any]:
        """Tell what was learned of the members, as plain data: what the record of a run says of each fit.

        Returns
        -------
        account
            ``members``, their names. ``losses``, of each on rows within the fold that it was not fitted on,
            and their ``loss_name``: ``log_loss``, or ``squared_error`` of numbers; None where no member is
            tested. ``weights``, the say of each, 1 in all; None where it is not the same for every row. A
            subclass that learns something else adds it.
        """
        losses = getattr(self, "losses_", None)
        return {
            "members": list(self.members_),
            "loss_name": "log_loss" if self.task_ == "classification" else "squared_error",
            "losses": None if losses is None else self._by_member(losses),
            "weights": None,
        }

    def get_fitted(self) -> dict[str, Any]:
        """Return what was learned beside the members and `parts_`, as plain data."""
        classes = self.classes_.tolist() if self.task_ == "classification" else None
        losses = self.losses_.tolist() if hasattr(self, "losses_") else None
        facts = {"task": self.task_, "n_features_in": self.n_features_in_}
        return {**facts, "classes": classes, "losses": losses}

    def set_fitted(self, fitted: dict[str, Any], members: dict[str, Any], parts: dict[str, Any]) -> Self:
        """Become what `get_fitted`, ``members_`` and `parts_` described."""
        self.task_, self.n_features_in_ = fitted["task"], fitted["n_features_in"]
        if fitted["classes"] is not None:
            self.classes_ = np.asarray(fitted["classes"])
        self.members_, self.stop_reason_ = members, None
        self._load(fitted, parts)
        return self

    def _load(self, fitted: dict[str, Any], parts: dict[str, Any]) -> None:  # noqa: ARG002
        """Take over the losses, and what a subclass adds to `get_fitted` and `parts_`."""
        if fitted["losses"] is not None:
            self.losses_ = np.asarray(fitted["losses"])

    def _test(self, rows: FoldRows, members: Mapping[str, Any], *, forward: bool = False) -> Tested:
        """Test members on the splits of ``cv``, and keep what they lose there in ``losses_``."""
        tested = rows.test(self.cv, members, forward=forward)
        loss_of = log_losses if self.task_ == "classification" else squared_errors
        weight = rows.weight[tested.rows]
        self.losses_ = np.average(
            loss_of(tested.answers, rows.codes[tested.rows]),
            axis=0,
            weights=weight if weight.sum() > 0 else None,
        )
        return tested

    def _fit_members(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        """Learn from rows held back, then fit every member on all rows."""
        self._learn(rows, members)
        everything = np.arange(len(rows.labels))
        self._keep(rows.fit(members, everything), everything)

    def _keep(self, fitted: dict[str, Any], rows: IntArray) -> None:
        """Keep members that were fitted on some rows."""
        own = [getattr(member, "fitted_rows_", None) for member in fitted.values()]
        shared = np.arange(len(rows))
        for fitted_rows in own:
            shared = shared if fitted_rows is None else np.intersect1d(shared, fitted_rows)
        self.members_, self.fitted_rows_ = fitted, rows[shared]

    def _learn(self, rows: FoldRows, members: Mapping[str, Any]) -> None:
        """Learn how to combine the members; they are unfitted, and know the task."""

    @abstractmethod
    def _combine(self, answers: FloatArray, X: Inputs, spans: Spans | None) -> FloatArray:
        """Make one answer (n, k) of the members' (n, n_members, k), for each row alone."""

    def _values(self, X: Inputs, spans: Spans | None) -> FloatArray:
        check_is_fitted(self)
        answers = member_answers(self.members_, X, getattr(self, "classes_", None))
        return self._combine(answers, X, spans)

    def _by_member(self, values: FloatArray) -> dict[str, float]:
        return dict(zip(self.members_, map(float, values), strict=True))

    def _of_task(self, member: Any) -> Any:
        """Return a copy of a member that knows what is learned."""
        copied: Any = clone(member)
        return copied.set_params(task=self.task_) if "task" in copied.get_params(deep=False) else copied

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "members_")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _as_table(X: Any) -> Any:
    """Return what has rows and columns as it is, and make an array of the rest."""
    return X if hasattr(X, "shape") else np.asarray(X)

"""The half that smc's single models share: inputs checked, labels encoded."""

from abc import abstractmethod
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from sklearn.utils import Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from smc.errors import ModelError
from smc.model.either_task import EitherTask, may_classify
from smc.typing import FloatArray

#: Rows that are watched but not learned from: inputs, encoded targets, weights.
EvalSet: TypeAlias = tuple[FloatArray, np.ndarray, FloatArray]


class TaskEstimator(EitherTask):
    """Learn classes or numbers from checked rows.

    A subclass stores its arguments, among them ``task``, ``seed`` and ``n_jobs``, and fills in `_fit` and
    `_evaluate`. It receives finite float64 inputs (with NaN if it `takes_missing`), classes as codes 0..k-1
    or numbers as float64, and weights that are never None; whatever the labels were, it never sees them.
    """

    #: Whether NaN may stand in the inputs.
    takes_missing: ClassVar[bool] = False
    #: Whether numbers may have several columns, one for each step ahead.
    takes_steps: ClassVar[bool] = False

    n_features_in_: int

    def fit(self, X: Any, y: Any, sample_weight: Any = None, eval_set: tuple[Any, ...] | None = None) -> Self:
        """Learn from rows.

        Parameters
        ----------
        X, y
            Inputs (n, f) and targets (n,); numbers (n, n_steps) if the estimator `takes_steps`.
        sample_weight
            One non-negative weight a row.
        eval_set
            ``(X, y)`` or ``(X, y, sample_weight)``: rows to watch while learning, for early stopping and the
            loss curve. Its rows of a class that ``y`` lacks are left out, since the model cannot name it.

        Raises
        ------
        ModelError
            A single class, targets that do not fit ``task``, or weights that are all zero.
        """
        self._fit(*self._check_fit(X, y, sample_weight, eval_set))
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the most probable class, the first of equals, or the expected number of each row."""
        values = self._values(X)
        return self.classes_[values.argmax(axis=1)] if self.task_ == "classification" else values

    @available_if(may_classify)
    def predict_proba(self, X: Any) -> FloatArray:
        """Return one probability a class, in the order of ``classes_``."""
        values = self._values(X)
        if self.task_ == "regression":
            raise AttributeError("a regressor has no predict_proba")
        return values

    @abstractmethod
    def _fit(self, X: FloatArray, target: np.ndarray, weight: FloatArray, eval_set: EvalSet | None) -> None:
        """Learn from checked inputs and encoded targets."""

    @abstractmethod
    def _evaluate(self, X: FloatArray) -> FloatArray:
        """Return probabilities (n, k), or numbers (n,)."""

    def _check_fit(
        self, X: Any, y: Any, sample_weight: Any, eval_set: tuple[Any, ...] | None
    ) -> tuple[Any, np.ndarray, FloatArray, EvalSet | None]:
        """Check what `fit` was given, learn the task and the classes, and return what `_fit` takes."""
        X, y = self._check_rows(X, y)
        weight: FloatArray = _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )
        if not weight.sum() > 0:
            raise ModelError("`sample_weight` must not be zero for every row")
        target = self._learn_target(y, weight)
        return X, target, weight, None if eval_set is None else self._check_eval_set(eval_set)

    def _check_rows(self, X: Any, y: Any) -> tuple[Any, np.ndarray]:
        """Check inputs and targets, and learn the features' number and names."""
        how: dict[str, Any] = {"ensure_all_finite": self._finite(), "multi_output": self.takes_steps}
        rows: Any = validate_data(self, X, y, dtype=np.float64, order="C", **how)
        return rows

    def _values(self, X: Any) -> FloatArray:
        check_is_fitted(self)
        return self._evaluate(self._check_inputs(X))

    def _check_inputs(self, X: Any) -> Any:
        """Check inputs against those learned; they come out row by row, so that sums have one order."""
        finite = self._finite()
        return validate_data(self, X, dtype=np.float64, order="C", ensure_all_finite=finite, reset=False)

    def _finite(self) -> bool | str:
        return "allow-nan" if self.takes_missing else True

    def _check_eval_set(self, eval_set: tuple[Any, ...]) -> EvalSet:
        inputs, targets, *weights = eval_set
        X = self._check_inputs(inputs)
        has_steps = self.takes_steps and self.task_ == "regression"
        y: np.ndarray = np.asarray(targets) if has_steps else column_or_1d(targets)
        check_consistent_length(X, y)
        weight: FloatArray = _check_sample_weight(weights[0] if weights else None, X, dtype=np.float64)
        if self.task_ == "regression":
            return X, y.astype(np.float64), weight
        known = np.isin(y, self.classes_)
        if not known.any():
            raise ModelError("no row of `eval_set` is of a class that the model learns")
        return X[known], np.searchsorted(self.classes_, y[known]), weight[known]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.takes_missing
        if tags.estimator_type == "regressor":
            tags.target_tags.multi_output = self.takes_steps
        return tags

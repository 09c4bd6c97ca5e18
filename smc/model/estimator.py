"""What smc's models share as estimators: classes or numbers, inputs checked, labels encoded."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import ClassifierTags, RegressorTags, Tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from smc.errors import ModelError
from smc.model.plain_arrays import checked_weights, is_plain_column, is_plain_table
from smc.typing import FloatArray
from smc.windows import Windows

Task: TypeAlias = Literal["auto", "classification", "regression"]

#: What a model looks at: a table of rows, or windows of bars.
Inputs: TypeAlias = ArrayLike | Windows

#: Rows that are watched while a model learns: ``(X, y)`` or ``(X, y, sample_weight)``.
EvalSet: TypeAlias = tuple[Inputs, ArrayLike] | tuple[Inputs, ArrayLike, ArrayLike]


class Rows(NamedTuple):
    """Checked inputs, encoded targets and weights, one a row."""

    X: Any
    target: np.ndarray
    weight: FloatArray


def infer_task(y: ArrayLike) -> Literal["classification", "regression"]:
    """Tell numbers from classes: a target with a fractional part is a number, anything else names a class.

    >>> infer_task([-1, 0, 1]), infer_task([0.0, 1.0]), infer_task([0.013, -0.002])
    ('classification', 'classification', 'regression')
    """
    values = np.asarray(y)
    is_float = np.issubdtype(values.dtype, np.floating)
    return "regression" if is_float and bool(np.any(values != np.round(values))) else "classification"


def may_classify(estimator: "TaskEstimator") -> bool:
    """Tell whether an estimator learned classes, or may yet."""
    return getattr(estimator, "task_", estimator.task) != "regression"


class TaskEstimator(BaseEstimator, ABC):
    """Learn classes or numbers, as ``task`` says; ``task="auto"`` follows `infer_task`.

    A run sets the task from the labels.

    A subclass stores ``task`` among its arguments, calls `_learn_target` in its fit, and answers with
    probabilities (n, k) or numbers.

    Attributes
    ----------
    task_
        "classification" or "regression".
    classes_
        Sorted; of a classifier.
    """

    task: Task

    @abstractmethod
    def predict(self, X: Inputs) -> np.ndarray:
        """Return the class or the number of each row."""

    def score(self, X: Inputs, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy, or R squared for numbers."""
        measure = accuracy_score if may_classify(self) else r2_score
        return float(measure(y, self.predict(X), sample_weight=sample_weight))

    def _learn_target(self, y: np.ndarray, weight: FloatArray) -> np.ndarray:
        """Learn the task and the classes; return the code of each label, or the numbers as float64.

        Raises
        ------
        ModelError
            Fractions for a classifier, or fewer than two classes of some weight.
        """
        self.task_ = infer_task(y) if self.task == "auto" else self.task
        if self.task_ == "regression":
            return np.asarray(y, dtype=np.float64)
        labels = column_or_1d(y, warn=True)
        if infer_task(labels) == "regression":
            fraction = float(labels[labels != np.round(labels)][0])
            raise ModelError(f"Unknown label type: task=classification, but the target holds {fraction}")
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weighted = self.classes_[np.bincount(codes, weights=weight) > 0]
        if len(weighted) < 2:
            only = weighted[0] if len(weighted) else "none"
            raise ModelError(f"a classifier needs two classes of some weight, got one class: {only}")
        return codes

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        task = getattr(self, "task_", self.task)
        if task == "classification":
            tags.estimator_type, tags.classifier_tags = "classifier", ClassifierTags()
        elif task == "regression":
            tags.estimator_type, tags.regressor_tags = "regressor", RegressorTags()
        return tags


class SingleModel(TaskEstimator):
    """Learn from checked rows.

    A subclass stores its arguments, among them ``task``, ``seed`` and ``n_jobs``. Its `fit` learns from the
    rows that `_check_fit` returns: finite float64 inputs (with NaN if it `takes_missing`), classes as codes
    0..k-1 or numbers as float64, and weights that are never None. Its `_evaluate` answers; whatever the
    labels were, it never sees them.
    """

    #: Whether NaN may stand in the inputs.
    takes_missing: ClassVar[bool] = False
    #: Whether numbers may have several columns, one for each step ahead.
    takes_steps: ClassVar[bool] = False

    n_features_in_: int
    feature_names_in_: np.ndarray

    @abstractmethod
    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
    ) -> Self:
        """Learn from rows.

        Parameters
        ----------
        X, y
            Inputs (n, f) and targets (n,); numbers (n, n_steps) if the estimator `takes_steps`.
        sample_weight
            One non-negative weight a row.
        eval_set
            Rows to watch while learning, for early stopping and the loss curve. Those of a class that ``y``
            lacks are left out, since the model cannot name it.

        Raises
        ------
        ModelError
            A single class, targets that do not fit ``task``, or weights that are all zero.
        """

    def predict(self, X: Inputs) -> np.ndarray:
        """Return the most probable class, the first of equals, or the expected number of each row."""
        values = self._values(X)
        return self.classes_[values.argmax(axis=1)] if self.task_ == "classification" else values

    @available_if(may_classify)
    def predict_proba(self, X: Inputs) -> FloatArray:
        """Return one probability a class, in the order of ``classes_``."""
        values = self._values(X)
        if self.task_ == "regression":
            raise AttributeError("a regressor has no predict_proba")
        return values

    @abstractmethod
    def _evaluate(self, X: Any) -> FloatArray:
        """Return probabilities (n, k), or numbers (n,)."""

    def _check_fit(
        self, X: Inputs, y: ArrayLike, sample_weight: ArrayLike | None, eval_set: EvalSet | None
    ) -> tuple[Rows, Rows | None]:
        """Check what `fit` was given, learn the task and the classes; return rows to fit on and to watch."""
        inputs, targets = self._check_rows(X, y)
        weight = checked_weights(sample_weight, inputs)
        if not weight.sum() > 0:
            raise ModelError("`sample_weight` must not be zero for every row")
        rows = Rows(inputs, self._learn_target(targets, weight), weight)
        return rows, None if eval_set is None else self._check_eval_set(eval_set)

    def _check_rows(self, X: Any, y: Any) -> tuple[Any, np.ndarray]:
        """Check inputs and targets, and learn the features' number and names."""
        if self._is_plain(X) and is_plain_column(y, len(X)):
            self.n_features_in_ = X.shape[1]
            return X, y
        how: dict[str, Any] = {"ensure_all_finite": self._finite(), "multi_output": self.takes_steps}
        table: Any = X
        rows: Any = validate_data(self, table, y, dtype=np.float64, order="C", **how)
        return rows

    def _values(self, X: Inputs) -> FloatArray:
        check_is_fitted(self)
        return self._evaluate(self._check_inputs(X))

    def _check_inputs(self, X: Any) -> Any:
        """Check inputs against those learned; they come out row by row, so that sums have one order."""
        if self._is_plain(X) and X.shape[1] == self.n_features_in_:
            return X
        finite = self._finite()
        table: Any = X
        return validate_data(self, table, dtype=np.float64, order="C", ensure_all_finite=finite, reset=False)

    def _names(self) -> dict[str, Any]:
        """Return the classes, and the names of the features, as plain data; what there is of them."""
        names: dict[str, Any] = {}
        if self.task_ == "classification":
            names["classes"] = self.classes_.tolist()
        if hasattr(self, "feature_names_in_"):
            names["feature_names_in"] = self.feature_names_in_.tolist()
        return names

    def _take_target(self, fitted: dict[str, Any]) -> None:
        """Become an estimator of the task, the features and the names that were written."""
        self.task_, self.n_features_in_ = fitted["task"], fitted["n_features_in"]
        if "classes" in fitted:
            self.classes_ = np.asarray(fitted["classes"])
        if "feature_names_in" in fitted:
            self.feature_names_in_ = np.asarray(fitted["feature_names_in"], dtype=object)

    def _is_plain(self, X: object) -> TypeGuard[FloatArray]:
        """Whether scikit-learn has nothing to learn of these inputs, and nothing to say."""
        return not hasattr(self, "feature_names_in_") and is_plain_table(X, allow_nan=self.takes_missing)

    def _finite(self) -> bool | str:
        return "allow-nan" if self.takes_missing else True

    def _check_eval_set(self, eval_set: EvalSet) -> Rows:
        inputs, targets, *weights = eval_set
        X = self._check_inputs(inputs)
        has_steps = self.takes_steps and self.task_ == "regression"
        y: np.ndarray = np.asarray(targets) if has_steps else column_or_1d(targets)
        check_consistent_length(X, y)
        weight: FloatArray = _check_sample_weight(weights[0] if weights else None, X, dtype=np.float64)
        if self.task_ == "regression":
            return Rows(X, y.astype(np.float64), weight)
        known = np.isin(y, self.classes_)
        if not known.any():
            raise ModelError("no row of `eval_set` is of a class that the model learns")
        return Rows(X[known], np.searchsorted(self.classes_, y[known]), weight[known])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.takes_missing
        if tags.estimator_type == "regressor":
            tags.target_tags.multi_output = self.takes_steps
        return tags

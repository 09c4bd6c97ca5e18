"""What an estimator of classes or numbers needs, whatever learns inside."""

from abc import ABC, abstractmethod
from typing import Any, Literal, TypeAlias

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import ClassifierTags, RegressorTags, Tags
from sklearn.utils.validation import column_or_1d

from smc.errors import ModelError
from smc.typing import FloatArray

Task: TypeAlias = Literal["auto", "classification", "regression"]


def infer_task(y: Any) -> Literal["classification", "regression"]:
    """Tell numbers from classes: a target with a fractional part is a number, anything else names a class.

    >>> infer_task([-1, 0, 1]), infer_task([0.0, 1.0]), infer_task([0.013, -0.002])
    ('classification', 'classification', 'regression')
    """
    values = np.asarray(y)
    is_float = np.issubdtype(values.dtype, np.floating)
    return "regression" if is_float and bool(np.any(values != np.round(values))) else "classification"


def may_classify(estimator: "EitherTask") -> bool:
    """Tell whether an estimator learned classes, or may yet."""
    return getattr(estimator, "task_", estimator.task) != "regression"


class EitherTask(BaseEstimator, ABC):
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
    def predict(self, X: Any) -> np.ndarray:
        """Return the class or the number of each row."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
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
            found = weighted[0] if len(weighted) else "none"
            raise ModelError(f"a classifier needs two classes of some weight, got one class: {found}")
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

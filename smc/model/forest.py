"""What forests of scikit-learn's trees share: how they are fitted, and added up in one order."""

from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator

from smc.arguments import check_at_least, check_choice, check_positive, check_positive_or_none, check_share
from smc.model.array_archive import from_npz, to_npz
from smc.model.estimator import EvalSet, Inputs, SingleModel
from smc.model.flat_trees import KINDS, flatten, unflatten
from smc.model.grown_forest import as_fitted
from smc.typing import FloatArray, IntArray

MaxFeatures = Literal["sqrt", "log2"] | float | None
ClassWeight = Literal["balanced"] | None


class Forest(SingleModel):
    """Average many trees that handle missing values themselves.

    Notes
    -----
    A forest's training accuracy is high by construction, so a large gap to validation alone says little.
    Prediction adds the trees up in order, on one thread: scikit-learn adds them in the order in which its
    threads finish, which changes the last bits.

    A saved forest holds the trees' nodes, as flat arrays, and neither the rows nor the weights that they were
    grown on.
    """

    takes_missing = True
    native_suffix = ".npz"
    native_library = "sklearn"
    #: Of scikit-learn: that of classes, that of numbers.
    forests: ClassVar[tuple[type[BaseEstimator], type[BaseEstimator]]]

    n_estimators: int
    max_depth: int | None
    min_samples_split: int
    min_samples_leaf: int
    max_features: MaxFeatures
    class_weight: ClassWeight
    seed: int
    n_jobs: int

    @property
    def feature_importances_(self) -> FloatArray:
        """Mean decrease of impurity, as shares of its sum (biased towards features with many values)."""
        return self.model_.feature_importances_

    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
    ) -> Self:
        """Grow the trees; see `SingleModel.fit`."""
        (inputs, target, weight), _ = self._check_fit(X, y, sample_weight, eval_set)
        if self.task_ == "classification" and self.class_weight == "balanced":
            weight = _balance(target, weight)
        self.model_ = self._new_forest(len(inputs)).fit(inputs, target, sample_weight=weight)
        return self

    def to_bytes(self) -> bytes:
        """Write the trees as flat arrays."""
        return to_npz(flatten(self.model_.estimators_))

    def get_fitted(self) -> dict[str, Any]:
        """Return all that was learned, but for the trees, as plain data."""
        return {
            "task": self.task_,
            "n_features_in": self.n_features_in_,
            "n_rows": self.model_._n_samples,
            **self._names(),
        }

    def set_fitted(self, fitted: dict[str, Any], data: bytes) -> Self:
        """Become what `get_fitted` and `to_bytes` described."""
        self._take_target(fitted)
        arrays = from_npz(data, KINDS)
        n_classes = len(self.classes_) if self.task_ == "classification" else None
        trees = unflatten(arrays, self.n_features_in_, n_classes or 1)
        forest = self._new_forest(fitted["n_rows"])
        self.model_ = as_fitted(forest, trees, arrays["seeds"].tolist(), n_classes=n_classes)
        self.model_._n_samples = fitted["n_rows"]
        return self

    def _check(self) -> None:
        """Raise ValueError unless the arguments that all forests share are possible."""
        check_positive("n_estimators", self.n_estimators)
        check_positive_or_none(max_depth=self.max_depth)
        check_at_least("min_samples_split", self.min_samples_split, 2)
        check_at_least("min_samples_leaf", self.min_samples_leaf, 1)
        if isinstance(self.max_features, str):
            check_choice("max_features", self.max_features, ("sqrt", "log2"))
        else:
            check_share(max_features=self.max_features)
        check_choice("class_weight", self.class_weight, ("balanced", None))

    def _new_forest(self, n_rows: int) -> Any:
        forest: Any = self.forests[self.task_ != "classification"]
        return forest(**self._parameters(n_rows))

    def _parameters(self, n_rows: int) -> dict[str, Any]:  # noqa: ARG002
        """Return what scikit-learn's forest is built with."""
        return {
            "n_estimators": self.n_estimators,
            "max_depth": self.max_depth,
            "min_samples_split": self.min_samples_split,
            "min_samples_leaf": self.min_samples_leaf,
            "max_features": self.max_features,
            "random_state": self.seed,
            "n_jobs": self.n_jobs,
        }

    def _evaluate(self, X: FloatArray) -> FloatArray:
        rows = X.astype(np.float32)
        trees = self.model_.estimators_
        total = trees[0].tree_.predict(rows)
        for tree in trees[1:]:
            total += tree.tree_.predict(rows)
        mean = total / len(trees)
        return mean if self.task_ == "classification" else mean.reshape(len(X))


def _balance(codes: IntArray, weight: FloatArray) -> FloatArray:
    """Scale the weights so that the classes weigh the same (scikit-learn counts rows instead)."""
    totals = np.bincount(codes, weights=weight)
    share = np.divide(weight.sum() / len(totals), totals, out=np.zeros_like(totals), where=totals > 0)
    return weight * share[codes]

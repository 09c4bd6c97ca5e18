"""Random forest."""

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from smc.arguments import check_at_least, check_choice, check_positive, check_positive_or_none, check_share
from smc.model.estimator import EvalSet, Inputs, SingleModel, Task
from smc.typing import FloatArray, IntArray


class RandomForest(SingleModel):
    """Average many trees, each grown on rows drawn with replacement and on random features at each split.

    Rows are drawn in proportion to their weight, missing values are handled by the trees themselves.

    Parameters
    ----------
    n_estimators
        Trees.
    max_depth
        Deepest level of a tree; None: no limit.
    min_samples_split, min_samples_leaf
        Rows that a node needs to be split, and that each of its children keeps.
    max_samples
        Rows drawn for a tree, as a share of the training rows; None: as many as there are. Always counted in
        rows, where scikit-learn 1.9 counts the sum of weights.
    max_features
        Features tried at a split: a share of all, or its name; None: all.
    class_weight
        ``balanced`` scales the weights so that each class has the same total. Classification only.

    Notes
    -----
    A forest's training accuracy is high by construction, so a large gap to validation alone says little.
    Prediction adds the trees up in order, on one thread: scikit-learn adds them in the order in which its
    threads finish, which changes the last bits.

    References
    ----------
    Breiman, L. (2001). Random Forests. Machine Learning 45.
    """

    takes_missing = True

    def __init__(
        self,
        *,
        task: Task = "auto",
        n_estimators: int = 100,
        max_depth: int | None = None,
        min_samples_split: int = 2,
        min_samples_leaf: int = 1,
        max_samples: float | None = None,
        max_features: Literal["sqrt", "log2"] | float | None = "sqrt",
        class_weight: Literal["balanced"] | None = "balanced",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_positive("n_estimators", n_estimators)
        check_positive_or_none(max_depth=max_depth)
        check_at_least("min_samples_split", min_samples_split, 2)
        check_at_least("min_samples_leaf", min_samples_leaf, 1)
        check_share(max_samples=max_samples)
        if isinstance(max_features, str):
            check_choice("max_features", max_features, ("sqrt", "log2"))
        else:
            check_share(max_features=max_features)
        check_choice("class_weight", class_weight, ("balanced", None))
        self.task = task
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.max_samples = max_samples
        self.max_features = max_features
        self.class_weight = class_weight
        self.seed = seed
        self.n_jobs = n_jobs

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
        forest = RandomForestClassifier if self.task_ == "classification" else RandomForestRegressor
        self.model_ = forest(**self._parameters(len(inputs))).fit(inputs, target, sample_weight=weight)
        return self

    def _parameters(self, n_rows: int) -> dict[str, Any]:
        return {
            "n_estimators": self.n_estimators,
            "max_depth": self.max_depth,
            "min_samples_split": self.min_samples_split,
            "min_samples_leaf": self.min_samples_leaf,
            "max_features": self.max_features,
            "max_samples": None if self.max_samples is None else max(1, round(self.max_samples * n_rows)),
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

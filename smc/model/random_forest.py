"""Random forest."""

from typing import Any

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from smc.arguments import check_share
from smc.model.estimator import Task
from smc.model.forest import ClassWeight, Forest, MaxFeatures


class RandomForest(Forest):
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

    References
    ----------
    Breiman, L. (2001). Random Forests. Machine Learning 45.
    """

    forests = RandomForestClassifier, RandomForestRegressor

    def __init__(
        self,
        *,
        task: Task = "auto",
        n_estimators: int = 100,
        max_depth: int | None = None,
        min_samples_split: int = 2,
        min_samples_leaf: int = 1,
        max_samples: float | None = None,
        max_features: MaxFeatures = "sqrt",
        class_weight: ClassWeight = "balanced",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_share(max_samples=max_samples)
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
        self._check()

    def _parameters(self, n_rows: int) -> dict[str, Any]:
        n_drawn = None if self.max_samples is None else max(1, round(self.max_samples * n_rows))
        return {**super()._parameters(n_rows), "max_samples": n_drawn}

"""Extremely randomised trees."""

from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from smc.model.estimator import Task
from smc.model.forest import ClassWeight, Forest, MaxFeatures


class ExtraTrees(Forest):
    """Average many trees, each grown on all rows, whose thresholds are drawn and not searched for.

    Of all features tried at a split each gets one random threshold, and the best of these is taken. Where few
    of many features matter and labels are noisy, that follows the noise less than a search does.

    Parameters
    ----------
    n_estimators
        Trees.
    max_depth
        Deepest level of a tree; None: no limit.
    min_samples_split, min_samples_leaf
        Rows that a node needs to be split, and that each of its children keeps.
    max_features
        Features tried at a split: a share of all, or its name; None: all.
    class_weight
        ``balanced`` scales the weights so that each class has the same total. Classification only.

    References
    ----------
    Geurts, P., Ernst, D. and Wehenkel, L. (2006). Extremely randomized trees. Machine Learning 63.
    """

    forests = ExtraTreesClassifier, ExtraTreesRegressor

    def __init__(
        self,
        *,
        task: Task = "auto",
        n_estimators: int = 100,
        max_depth: int | None = None,
        min_samples_split: int = 2,
        min_samples_leaf: int = 1,
        max_features: MaxFeatures = None,
        class_weight: ClassWeight = "balanced",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        self.task = task
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.min_samples_split = min_samples_split
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.class_weight = class_weight
        self.seed = seed
        self.n_jobs = n_jobs
        self._check()

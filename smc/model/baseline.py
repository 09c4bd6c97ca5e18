"""The forecast that a model has to beat."""

from typing import Literal, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import Tags

from smc.arguments import check_choice
from smc.model.estimator import EvalSet, Inputs, SingleModel, Task
from smc.typing import FloatArray


class Baseline(SingleModel):
    """Forecast without looking at the features.

    Classes get their weighted shares among the training rows (the prior), whose log-loss and Brier score are
    the best that a constant can do. Numbers get the weighted mean of the training rows, at each step ahead:
    the benchmark of Welch & Goyal (2008), which is harder to beat on a market with a drift than persistence.

    Parameters
    ----------
    regression
        ``mean``, or ``persistence``: the price stays where it is, so the forecast of a return is 0.

    Notes
    -----
    ``seed`` and ``n_jobs`` are there because a run passes them to every model; they change nothing.

    References
    ----------
    Welch, I. and Goyal, A. (2008). A Comprehensive Look at The Empirical Performance of Equity Premium
    Prediction. Review of Financial Studies 21(4).

    >>> Baseline().fit([[0.0]] * 4, [1, 0, 1, 1]).predict_proba([[9.9]])
    array([[0.25, 0.75]])
    """

    takes_missing = True
    takes_steps = True

    def __init__(
        self,
        *,
        task: Task = "auto",
        regression: Literal["mean", "persistence"] = "mean",
        seed: int = 0,
        n_jobs: int = 1,
    ) -> None:
        check_choice("regression", regression, ("mean", "persistence"))
        self.task = task
        self.regression = regression
        self.seed = seed
        self.n_jobs = n_jobs

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        for of_task in (tags.classifier_tags, tags.regressor_tags):
            if of_task is not None:
                of_task.poor_score = True
        return tags

    @property
    def feature_importances_(self) -> FloatArray:
        """Zeros: no feature matters."""
        return np.zeros(self.n_features_in_)

    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
    ) -> Self:
        """Learn the shares of the classes, or the mean; see `SingleModel.fit`."""
        (_, target, weight), _ = self._check_fit(X, y, sample_weight, eval_set)
        if self.task_ == "classification":
            self.constant_ = np.bincount(target, weights=weight) / weight.sum()
        else:
            mean = np.average(target, weights=weight, axis=0)
            self.constant_ = mean if self.regression == "mean" else np.zeros_like(mean)
        return self

    def _evaluate(self, X: FloatArray) -> FloatArray:
        shape = (len(X), *np.shape(self.constant_))
        return np.broadcast_to(self.constant_, shape).copy()

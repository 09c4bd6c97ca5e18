"""Logistic regression, and ridge regression for numbers."""

from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.linear_model import LogisticRegression, Ridge
from threadpoolctl import get_cached_controller

from smc.arguments import check_positive
from smc.model.estimator import EvalSet, Inputs, SingleModel, Task
from smc.typing import FloatArray


class Logistic(SingleModel):
    """Fit a linear model with an L2 penalty: logistic regression for classes, ridge regression for numbers.

    Both minimise ``C * sum of losses + 1/2 ||w||^2``: log-loss for classes, half the squared error for
    numbers. So ridge's own ``alpha`` is ``1 / C``, and a profile's `C` means the same for either task.
    Inputs should be scaled, as `smc.pipeline.FoldPipeline` does, since the penalty treats every coefficient
    alike.

    Parameters
    ----------
    C
        Inverse strength of the penalty.
    max_iter
        Iterations of L-BFGS. scikit-learn's 100 end short of the optimum on correlated features.

    Notes
    -----
    The fit runs on one BLAS thread and predictions avoid BLAS, because the order of its sums, and with it the
    last bits, depends on the number of threads. The optimum is unique, so ``seed`` changes nothing, nor does
    ``n_jobs``.

    >>> model = Logistic(C=1.0).fit([[-1.0], [-0.5], [0.5], [1.0]], [-1, -1, 1, 1])
    >>> model.predict([[-2.0], [2.0]])
    array([-1,  1])
    """

    def __init__(
        self, *, task: Task = "auto", C: float = 1.0, max_iter: int = 1000, seed: int = 0, n_jobs: int = 1
    ) -> None:
        check_positive("C", C)
        check_positive("max_iter", max_iter)
        self.task = task
        self.C = C
        self.max_iter = max_iter
        self.seed = seed
        self.n_jobs = n_jobs

    @property
    def feature_importances_(self) -> FloatArray:
        """Mean absolute coefficient of each feature over the classes, as shares of their sum."""
        size = np.abs(self.coef_).mean(axis=0)
        total = size.sum()
        return size / total if total > 0 else size

    def fit(
        self,
        X: Inputs,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        eval_set: EvalSet | None = None,
    ) -> Self:
        """Fit the coefficients; see `SingleModel.fit`."""
        (inputs, target, weight), _ = self._check_fit(X, y, sample_weight, eval_set)
        is_classifier = self.task_ == "classification"
        model = (
            LogisticRegression(C=self.C, max_iter=self.max_iter)
            if is_classifier
            else Ridge(alpha=1 / self.C, solver="cholesky")
        )
        with get_cached_controller().limit(limits=1, user_api="blas"):
            model.fit(inputs, target, sample_weight=weight)
        self.n_iter_ = int(np.max(model.n_iter_)) if is_classifier else 1
        self.coef_ = np.atleast_2d(model.coef_)
        self.intercept_ = np.atleast_1d(model.intercept_)
        return self

    def _evaluate(self, X: FloatArray) -> FloatArray:
        scores = np.einsum("ij,kj->ik", X, self.coef_) + self.intercept_
        if self.task_ == "regression":
            return scores[:, 0]
        if scores.shape[1] == 1:
            scores = np.column_stack([np.zeros(len(X)), scores])
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

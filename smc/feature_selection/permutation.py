"""Feature selection by how much worse predictions get where a feature is permuted."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import BaseCrossValidator

from smc.arguments import check_positive
from smc.feature_selection.selector import Selector, check_against_noise, shifted_rows, stands_out
from smc.feature_selection.squared_error import classes_of, loss_terms, target_terms
from smc.typing import BoolArray, FloatArray, Spans


class Permutation(Selector):
    """Keep the features without which a model predicts rows worse that it was not fitted on.

    The rows are split (``cv``, purged); a model is fitted on one part and predicts the other, as it stands
    and with each feature permuted among its rows. The importance is the rise of the squared error (Brier's
    score for classes), scikit-learn's ``permutation_importance`` in one prediction a feature, and summed over
    the splits. A feature is kept if its importance stands out from that on shifted labels; these need no
    further fit, as the predictions stay.

    Features that tell the same cover for each other and may both be missed: cluster them first.

    Parameters
    ----------
    estimator
        What is fitted on the rows outside each test block.
    cv
        A splitter of `smc.cv`. `Holdout` takes the most recent rows alone, the fold's own tail;
        `PurgedKFold` takes each row once.
    q
        False discovery rate: of the features kept, the share that may be noise.
    n_shifts
        Shifts of the labels (`smc.feature_selection.selector.stands_out`).
    n_repeats
        Permutations of each feature, averaged.

    References
    ----------
    Breiman (2001), "Random Forests", Machine Learning 45; López de Prado (2018), Advances in Financial
    Machine Learning, 8.3.2 (MDA).
    """

    def __init__(
        self,
        estimator: BaseEstimator,
        cv: BaseCrossValidator,
        *,
        q: float = 0.1,
        n_shifts: int = 199,
        n_repeats: int = 5,
        seed: int = 0,
    ) -> None:
        check_against_noise(q, n_shifts)
        check_positive("n_repeats", n_repeats)
        self.estimator = estimator
        self.cv = cv
        self.q = q
        self.n_shifts = n_shifts
        self.n_repeats = n_repeats
        self.seed = seed

    def _choose(
        self, X: FloatArray, y: np.ndarray, weight: FloatArray, spans: Spans | None
    ) -> tuple[FloatArray, BoolArray]:
        rng = np.random.default_rng(self.seed)
        classes = classes_of(self.estimator, y)
        rise = np.zeros((X.shape[1], len(X), 2 if classes is None else len(classes)))
        tested = np.zeros(len(X), dtype=bool)
        for train, test in self.cv.split(X, y, spans):
            model: Any = clone(self.estimator)
            model.fit(X[train], y[train], sample_weight=weight[train])
            rise[:, test] += self._rise(model, X[test], classes, rng)
            tested[test] = True
        weighted = weight[tested, None] * target_terms(y[tested], classes)
        shifted = weighted[shifted_rows(len(weighted), self.n_shifts)]
        scores = np.einsum("snk,fnk->sf", shifted, rise[:, tested]) / weight[tested].sum()
        return scores[0], stands_out(scores, self.q)

    def _rise(
        self, model: Any, X: FloatArray, classes: np.ndarray | None, rng: np.random.Generator
    ) -> FloatArray:
        """Return how the terms of the loss of each row change where each feature is permuted (f, n, k)."""
        orders = rng.permuted(np.tile(np.arange(len(X)), (self.n_repeats, 1)), axis=1)
        before = loss_terms(model, X, classes)
        rise = np.empty((X.shape[1], *before.shape))
        for column in range(X.shape[1]):
            copies = np.tile(X, (self.n_repeats, 1))
            copies[:, column] = X[orders.ravel(), column]
            after = loss_terms(model, copies, classes).reshape(self.n_repeats, *before.shape)
            rise[column] = after.mean(axis=0) - before
        return rise

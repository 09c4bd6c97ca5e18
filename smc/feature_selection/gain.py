"""Feature selection by what a model gains from each feature while it is fitted."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone

from smc.feature_selection.selector import Selector, check_against_noise, shifted_rows, stands_out
from smc.typing import BoolArray, FloatArray, Spans


class Gain(Selector):
    """Keep the features whose importance in a fitted model is larger than on shifted labels.

    The importance is the model's own (``feature_importances_``): of trees, the impurity or loss that splits
    on the feature removed, on the rows fitted on. Alone it says little, since a tree splits on noise too; so
    the model is fitted again on labels that are shifted in time, and a feature is kept if it stands out
    (`smc.feature_selection.selector.stands_out`).

    Parameters
    ----------
    estimator
        Any with importances. Shallow trees find features that matter only together or not in a straight line.
    q
        False discovery rate: of the features kept, the share that may be noise. Larger keeps more.
    n_shifts
        Fits on shifted labels; the time is that of ``1 + n_shifts`` fits. With few, even the strongest
        feature is only a few standard deviations away from the mean that it takes part in.
    """

    def __init__(self, estimator: BaseEstimator, *, q: float = 0.1, n_shifts: int = 49) -> None:
        check_against_noise(q, n_shifts)
        self.estimator = estimator
        self.q = q
        self.n_shifts = n_shifts

    def _choose(
        self,
        X: FloatArray,
        y: np.ndarray,
        weight: FloatArray,
        spans: Spans | None,  # noqa: ARG002
    ) -> tuple[FloatArray, BoolArray]:
        scores = np.array(
            [self._gain(X, y[rows], weight[rows]) for rows in shifted_rows(len(X), self.n_shifts)]
        )
        return scores[0], stands_out(scores, self.q)

    def _gain(self, X: FloatArray, y: np.ndarray, weight: FloatArray) -> FloatArray:
        model: Any = clone(self.estimator)
        importances = model.fit(X, y, sample_weight=weight).feature_importances_
        return np.asarray(importances, dtype=np.float64)

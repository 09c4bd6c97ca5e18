"""Feature selection by leaving out the weakest feature, again and again."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.feature_selection import RFE, RFECV
from sklearn.model_selection import BaseCrossValidator

from smc.arguments import check_fraction, check_non_negative, check_positive
from smc.feature_selection.selector import Selector
from smc.feature_selection.squared_error import negative_loss
from smc.typing import BoolArray, FloatArray, Spans


class Recursive(Selector):
    """Leave out the features that a model leans on least, until the purged cross-validation gets worse.

    scikit-learn's RFECV gives the score of each number of features, by squared error (Brier's score for
    classes). Kept is the smallest number whose score is within ``n_errors`` standard errors of the best: the
    best itself, on noise, is any number. Then RFE chooses that many on all rows.

    The splits count every row the same; the last fits weigh them.

    Parameters
    ----------
    estimator
        Any with importances or coefficients.
    cv
        A splitter of `smc.cv`; the smallest number of features is asked for in each of its folds.
    step
        Share of the features left out at a time.
    min_features
        Never fewer.
    n_errors
        Standard errors that a smaller number of features may be worse; 0 takes the best.

    References
    ----------
    Guyon et al. (2002), "Gene selection for cancer classification using support vector machines", Machine
    Learning 46; the rule of one standard error: Breiman et al. (1984), Classification and Regression Trees.
    """

    def __init__(
        self,
        estimator: BaseEstimator,
        cv: BaseCrossValidator,
        *,
        step: float = 0.1,
        min_features: int = 1,
        n_errors: float = 1.0,
    ) -> None:
        check_fraction("step", step)
        check_positive("min_features", min_features)
        check_non_negative("n_errors", n_errors)
        self.estimator = estimator
        self.cv = cv
        self.step = step
        self.min_features = min_features
        self.n_errors = n_errors

    def _choose(
        self, X: FloatArray, y: np.ndarray, weight: FloatArray, spans: Spans | None
    ) -> tuple[FloatArray, BoolArray]:
        least = min(self.min_features, X.shape[1])
        splits = list(self.cv.split(X, y, spans))
        how: dict[str, Any] = {"step": self.step}
        search: Any = RFECV(
            clone(self.estimator), cv=splits, scoring=negative_loss, min_features_to_select=least, **how
        ).fit(X, y)
        n_kept = self._smallest(search.cv_results_, len(splits))
        last: Any = RFE(clone(self.estimator), n_features_to_select=n_kept, **how)
        last.fit(X, y, sample_weight=weight)
        return -np.asarray(last.ranking_, dtype=np.float64), last.support_

    def _smallest(self, results: dict[str, Any], n_splits: int) -> int:
        """Return the smallest number of features whose score is near enough to the best."""
        mean, spread = results["mean_test_score"], results["std_test_score"]
        best = np.argmax(mean)
        margin = self.n_errors * spread[best] / np.sqrt(max(n_splits - 1, 1))
        return int(results["n_features"][mean >= mean[best] - margin].min())

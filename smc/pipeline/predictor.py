"""What a fitted pipeline answers."""

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.utils import Tags, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from smc.arguments import checked_probabilities
from smc.errors import FeatureError
from smc.pipeline.estimate import n_rounds_of
from smc.pipeline.inputs import check_names, read_inputs, transformed
from smc.pipeline.members import fits_members
from smc.pipeline.select import kept_columns
from smc.typing import FloatArray
from smc.windows import Inputs, Windows


def _can_predict_proba(pipeline: "Predictor") -> bool:
    return hasattr(getattr(pipeline, "estimator_", pipeline.estimator), "predict_proba")


class Predictor(MetaEstimatorMixin, BaseEstimator):
    """Take rows through the fitted steps of a `smc.pipeline.FoldPipeline`, in the order of the fit."""

    estimator: Any
    preprocess: Any
    calibrator: Any
    estimator_: Any
    preprocess_: Any
    selector_: Any
    calibrator_: Any
    n_features_in_: int
    feature_names_in_: np.ndarray

    def predict(self, X: Inputs, spans: npt.ArrayLike | None = None) -> np.ndarray:
        """Return the class, or the number, of each row.

        Parameters
        ----------
        spans
            First and last bar of each label (n, 2): they say when a row is asked about, to an ensemble in
            which the say of a member depends on it. No other model takes notice.
        """
        check_is_fitted(self)
        if self.calibrator_ is not None:
            return self.decide(self.predict_proba(X, spans))
        return self.estimator_.predict(self._transform(X), **self._when(spans))

    @available_if(_can_predict_proba)
    def predict_proba(self, X: Inputs, spans: npt.ArrayLike | None = None) -> FloatArray:
        """Return one probability a class, in the order of ``classes_``; ``spans`` as for `predict`."""
        return self.calibrated(self.raw_proba(X, spans))

    def calibrated(self, probability: FloatArray) -> FloatArray:
        """Return the estimator's own probabilities as they are read: calibrated, if there is a calibrator."""
        if self.calibrator_ is None:
            return probability
        calibrated = self.calibrator_.transform(probability)
        return checked_probabilities(self.calibrator_, "transform", calibrated, np.shape(probability))

    def raw_proba(self, X: Inputs, spans: npt.ArrayLike | None = None) -> FloatArray:
        """Return the estimator's own probabilities, before calibration."""
        inputs = self._transform(X)
        probability = self.estimator_.predict_proba(inputs, **self._when(spans))
        shape = (len(inputs), len(self.classes_))
        return checked_probabilities(self.estimator_, "predict_proba", probability, shape)

    def decide(self, probability: FloatArray) -> np.ndarray:
        """Return the class that each row of probabilities is decided for."""
        if self.calibrator_ is None:
            return self.classes_[probability.argmax(axis=1)]
        return self.classes_[self.calibrator_.decide(probability)]

    def score(self, X: Inputs, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> float:
        """Return the estimator's own score: accuracy, or R squared."""
        check_is_fitted(self)
        if self.calibrator_ is not None:
            weights = None if sample_weight is None else np.asarray(sample_weight)
            return float(np.average(self.predict(X) == np.asarray(y), weights=weights))
        return self.estimator_.score(self._transform(X), y, sample_weight=sample_weight)

    @property
    def lookback(self) -> int:
        """Bars that the estimator looks at: 1 for a model of rows."""
        return self.estimator.lookback if getattr(self.estimator, "needs_windows", False) else 1

    @property
    def classes_(self) -> np.ndarray:
        """The estimator's classes, sorted."""
        return self.estimator_.classes_

    @property
    def n_rounds_(self) -> int:
        """Rounds or epochs that the estimator kept."""
        return n_rounds_of(self.estimator_)

    @property
    def feature_importances_(self) -> FloatArray:
        """The estimator's importance of each input column, that of its missing flag included."""
        importances = np.asarray(self.estimator_.feature_importances_)
        source = getattr(self.preprocess_, "source_", np.arange(self.n_features_in_))
        total = np.zeros(self.n_features_in_)
        np.add.at(total, source[self.selector_.get_support()], importances)
        return total

    def _transform(self, X: Inputs) -> FloatArray | Windows:
        check_is_fitted(self)
        values, names = read_inputs(X, self.lookback)
        if names is not None and hasattr(self, "feature_names_in_"):
            check_names(self.feature_names_in_.tolist(), names)
        elif values.shape[-1] != self.n_features_in_:
            raise FeatureError(f"`X` must have {self.n_features_in_} features, got {values.shape[-1]}")
        return self._inputs(values)

    def _inputs(self, values: FloatArray | Windows) -> FloatArray | Windows:
        """Return what the estimator looks at: scaled, and only the features kept; of an ensemble, all."""
        if fits_members(self.estimator):
            return values
        return kept_columns(self.selector_, transformed(self.preprocess_, values))

    def _when(self, spans: npt.ArrayLike | None) -> dict[str, Any]:
        return {"spans": spans} if fits_members(self.estimator) else {}

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "estimator_")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        of_estimator = get_tags(getattr(self, "estimator_", self.estimator))
        tags.estimator_type = of_estimator.estimator_type
        tags.classifier_tags = of_estimator.classifier_tags
        tags.regressor_tags = of_estimator.regressor_tags
        tags.target_tags = of_estimator.target_tags
        tags.input_tags.allow_nan = self.preprocess is None or of_estimator.input_tags.allow_nan
        return tags

"""One fit, with everything that learns inside the rows it is given."""

import inspect
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone
from sklearn.utils import Tags, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import (
    _check_sample_weight,
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from smc.aug.source import Earlier
from smc.checks import check_fraction, check_spans
from smc.cv.tail import tail_split
from smc.errors import FeatureError, ModelError
from smc.pipeline.augment import augment
from smc.pipeline.calibrate import calibration_of, fit_calibrator
from smc.pipeline.inputs import bars_of, read_inputs, transformed
from smc.pipeline.preprocess import Preprocess
from smc.pipeline.select import account_of, check_uncut, fit_selector, kept_columns
from smc.pipeline.table import check_names
from smc.typing import FloatArray, IntArray
from smc.watching import Watcher
from smc.windows import Windows


def _can_predict_proba(pipeline: "FoldPipeline") -> bool:
    return hasattr(getattr(pipeline, "estimator_", pipeline.estimator), "predict_proba")


class FoldPipeline(MetaEstimatorMixin, BaseEstimator):
    """Hold rows back, scale, select, augment, fit, calibrate: each step learns from this fit's rows alone.

    In order: the last rows are kept for calibration, if there is any, and the last of the others become the
    early-stopping tail, if the estimator stops early, both purged; scaling and imputation learn from the rows
    that remain; features are selected on those rows, scaled; only those rows are augmented; sample weights
    follow each row's origin; the estimator learns from them and watches the tail, transformed but never
    augmented; the calibrator learns from its predictions of the rows kept.

    Weights are rescaled to mean 1 over the rows that are fitted on (AFML 4.6), since the penalties and leaf
    sizes of a profile are meant for rows of weight 1: with an average uniqueness of 0.1, a
    ``min_child_weight`` of 5 would ask for 200 rows in a leaf.

    An estimator that looks back over bars is given windows (`smc.windows.Windows`). Scaling and imputation
    then learn from the bars that the windows of the rows fitted on cover, each bar once, and from no other;
    samplers get those windows as an array (n, lookback, f), or as they are if they say ``takes_windows``.

    Parameters
    ----------
    estimator
        Any scikit-learn classifier or regressor. One that stops early has ``stops_early`` and
        ``with_rounds(n)``, and takes ``eval_set=(X, y, sample_weight)``, as `smc.model.boosting.Boosting`.
        One whose input are windows has ``needs_windows`` and ``lookback``, as `smc.model.lstm.LSTM`.
    sampler
        Any imbalanced-learn sampler; with sample weights, one that says where its rows come from
        (``origin_``). One that fails is reported, and the fit goes on with the rows as they were.
    preprocess
        A transformer; None: `Preprocess`, which imputes only if the estimator takes no missing values.
    selector
        A feature selector, such as those of `smc.feature_selection` and scikit-learn; None keeps all.
    calibrator
        How probabilities are read, as `smc.calibrate.calibrator.Calibrator`; None: as they are.
    tail_frac
        Share of the rows in the early-stopping tail.

    Attributes
    ----------
    estimator_, preprocess_, selector_, sampler_
        The fitted steps.
    fitted_rows_, n_fitted_rows_
        Positions, among the rows given, of those fitted on, and how many: without the tail and what its purge
        cost, before augmentation.
    sampler_error_
        What the sampler failed with, else None.
    augmentation_
        Rows given to the sampler, rows it added, and what did not go as asked for, as plain data.
    selection_
        Names of the features given to the selector and kept, and what did not go as asked for, as plain
        data; None if features are not selected.
    calibrator_
        Fitted; None where there is nothing to calibrate and nothing to decide.
    calibration_
        How many rows were kept for the calibrator, and what it learned, as plain data; None without it.

    References
    ----------
    López de Prado, M. (2018). Advances in Financial Machine Learning, chapters 4 and 7.
    """

    def __init__(
        self,
        *,
        estimator: Any,
        sampler: Any,
        preprocess: Any = None,
        selector: Any = None,
        calibrator: Any = None,
        tail_frac: float = 0.15,
    ) -> None:
        check_fraction("tail_frac", tail_frac)
        self.estimator = estimator
        self.sampler = sampler
        self.preprocess = preprocess
        self.selector = selector
        self.calibrator = calibrator
        self.tail_frac = tail_frac

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        spans: Any = None,
        *,
        returns: Any = None,
        earlier: Earlier | None = None,
        watcher: Watcher | None = None,
    ) -> Self:
        """Learn from events in time order.

        Parameters
        ----------
        X, y
            A table of features, with or without names, or windows of bars, and a label a row; for an
            estimator of several outputs, one column of labels each.
        sample_weight
            One weight a row, such as the average uniqueness of its label.
        spans
            First and last bar of each label (n, 2); an estimator that stops early needs them.
        returns
            Side-signed return of each event, for a threshold that is chosen by what trading earns.
        earlier
            For a sampler that moves rows back in time: ``earlier(rows, n_bars)`` gives some rows of ``X``, by
            position, as they stood so many bars before, in the form of ``X``.
        watcher
            Handed to an estimator that tells how its fit goes on; others are fitted without it.

        Raises
        ------
        SplitError
            No spans for an estimator that stops early, or too few rows for a tail.
        ModelError
            An input that no step could mend, named by its column; or one class only.
        LeakageError
            Features that were selected before, on rows that this fit may not know.
        """
        check_uncut(X)
        values, names = read_inputs(X, self.lookback)
        labels = np.asarray(y) if get_tags(self.estimator).target_tags.multi_output else column_or_1d(y)
        check_consistent_length(values, labels)
        weights = None if sample_weight is None else self._check_weights(sample_weight, values)
        core, tail, kept = self._hold_back(spans, len(values))
        self._remember(values, names)
        self.fitted_rows_, self.n_fitted_rows_ = core, len(core)
        self.preprocess_ = self._new_preprocess().fit(bars_of(values[core]))
        rows = transformed(self.preprocess_, values[core])
        self.selector_ = fit_selector(
            self.selector,
            rows,
            labels[core],
            None if weights is None else weights[core],
            None if spans is None else check_spans(spans, len(values))[core],
        )
        self.selection_ = account_of(self.selector_, self.preprocess_, names)
        augmented = augment(
            self.sampler,
            kept_columns(self.selector_, rows),
            labels[core],
            self._transform_earlier(earlier, core),
        )
        self.sampler_, self.sampler_error_ = augmented.sampler, augmented.error
        self.augmentation_ = augmented.account(len(core))
        params: dict[str, Any] = {}
        if weights is not None:
            params["sample_weight"] = _mean_one(weights[core][augmented.origin])
        if tail.size:
            params["eval_set"] = (
                self._inputs(values[tail]),
                labels[tail],
                np.ones(tail.size) if weights is None else weights[tail],
            )
        if watcher is not None and "watcher" in inspect.signature(self.estimator.fit).parameters:
            params["watcher"] = watcher
        estimator: Any = clone(self.estimator)
        self.estimator_ = estimator.fit(augmented.rows, augmented.labels, **params)
        self.calibrator_ = self.calibration_ = None
        if self.calibrator is not None and self.calibrator.is_on:
            self.calibrator_ = fit_calibrator(
                self.calibrator,
                self.estimator_,
                self._inputs(values[kept]) if kept.size else None,
                labels[kept],
                weights=None if weights is None else weights[kept],
                returns=None if returns is None else np.asarray(returns)[kept],
            )
            self.calibration_ = calibration_of(self.calibrator_, kept.size)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Return the class, or the number, of each row."""
        check_is_fitted(self)
        if self.calibrator_ is not None:
            return self.decide(self.predict_proba(X))
        return self.estimator_.predict(self._transform(X))

    @available_if(_can_predict_proba)
    def predict_proba(self, X: Any) -> FloatArray:
        """Return one probability a class, in the order of ``classes_``."""
        probability = self.raw_proba(X)
        return probability if self.calibrator_ is None else self.calibrator_.transform(probability)

    def raw_proba(self, X: Any) -> FloatArray:
        """Return the estimator's own probabilities, before calibration."""
        return self.estimator_.predict_proba(self._transform(X))

    def decide(self, probability: FloatArray) -> np.ndarray:
        """Return the class that each row of probabilities is decided for."""
        if self.calibrator_ is None:
            return self.classes_[probability.argmax(axis=1)]
        return self.classes_[self.calibrator_.decide(probability)]

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the estimator's own score: accuracy, or R squared."""
        check_is_fitted(self)
        if self.calibrator_ is not None:
            return float(np.average(self.predict(X) == np.asarray(y), weights=sample_weight))
        return self.estimator_.score(self._transform(X), y, sample_weight=sample_weight)

    def for_refit(self, n_rows: int) -> "FoldPipeline":
        """Return an unfitted copy for the final fit, on ``n_rows`` rows with nothing held back.

        An estimator that stopped early trains for ``n_rounds_ * n_rows / n_fitted_rows_`` rounds: more rows
        bear more rounds, and no later row has a say in how many. Rows for calibration are kept again.
        """
        check_is_fitted(self)
        unfitted: Any = clone(self)
        if _stops_early(self.estimator):
            n_fitted = n_rows * (1 - self.calibrator.part_frac) if self._calibrates else n_rows
            n_rounds = max(1, round(self.n_rounds_ * n_fitted / self.n_fitted_rows_))
            unfitted.set_params(estimator=self.estimator.with_rounds(n_rounds))
        return unfitted

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
        return self.estimator_.n_rounds_

    @property
    def feature_importances_(self) -> FloatArray:
        """The estimator's importance of each input column, that of its missing flag included."""
        importances = np.asarray(self.estimator_.feature_importances_)
        source = getattr(self.preprocess_, "source_", np.arange(self.n_features_in_))
        total = np.zeros(self.n_features_in_)
        np.add.at(total, source[self.selector_.get_support()], importances)
        return total

    @property
    def _calibrates(self) -> bool:
        return self.calibrator is not None and self.calibrator.learns

    def _hold_back(self, spans: Any, n_rows: int) -> tuple[IntArray, IntArray, IntArray]:
        """Return the rows to fit on, the tail to watch, and the rows kept for calibration."""
        core, tail, kept = np.arange(n_rows), np.arange(0), np.arange(0)
        if self._calibrates:
            core, kept = tail_split(check_spans(spans, n_rows), self.calibrator.part_frac)
        if _stops_early(self.estimator):
            inner, last = tail_split(check_spans(spans, n_rows)[core], self.tail_frac)
            core, tail = core[inner], core[last]
        return core, tail, kept

    def _check_weights(self, sample_weight: Any, values: FloatArray | Windows) -> FloatArray:
        if "sample_weight" not in inspect.signature(self.estimator.fit).parameters:
            raise ModelError(
                f"{type(self.estimator).__name__} takes no sample weights: set sample_weight=none, "
                "or choose another model"
            )
        return _check_sample_weight(sample_weight, values, dtype=np.float64, ensure_non_negative=True)

    def _new_preprocess(self) -> Any:
        if self.preprocess is None:
            return Preprocess(impute=not get_tags(self.estimator).input_tags.allow_nan)
        return clone(self.preprocess)

    def _transform_earlier(self, earlier: Earlier | None, core: IntArray) -> Earlier | None:
        """Transform earlier rows like the rows that are fitted on, and count those from 0."""
        if earlier is None:
            return None

        def transform(rows: IntArray, n_bars: IntArray) -> FloatArray | Windows:
            values, _ = read_inputs(earlier(core[rows], n_bars), self.lookback)
            return self._inputs(values)

        return transform

    def _remember(self, values: FloatArray | Windows, names: list[str] | None) -> None:
        self.n_features_in_ = values.shape[-1]
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _transform(self, X: Any) -> FloatArray | Windows:
        check_is_fitted(self)
        values, names = read_inputs(X, self.lookback)
        if names is not None and hasattr(self, "feature_names_in_"):
            check_names(self.feature_names_in_.tolist(), names)
        elif values.shape[-1] != self.n_features_in_:
            raise FeatureError(f"`X` must have {self.n_features_in_} features, got {values.shape[-1]}")
        return self._inputs(values)

    def _inputs(self, values: FloatArray | Windows) -> FloatArray | Windows:
        """Return what the estimator looks at: scaled, and only the features kept."""
        return kept_columns(self.selector_, transformed(self.preprocess_, values))

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


def _stops_early(estimator: Any) -> bool:
    return getattr(estimator, "stops_early", False)


def _mean_one(weights: FloatArray) -> FloatArray:
    total = weights.sum()
    if not total > 0:
        raise ModelError("`sample_weight` must not be zero for every row that is fitted on")
    return weights * (len(weights) / total)

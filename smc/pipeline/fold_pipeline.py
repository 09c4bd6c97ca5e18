"""One fit, with everything that learns inside the rows it is given."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import TransformerMixin, clone
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import get_tags
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from smc.arguments import check_fraction, check_spans
from smc.aug.row_source import LaggedRows
from smc.blame import place_of
from smc.errors import ModelError
from smc.feature_selection.none import NoSelection
from smc.fit_progress import FitCallback
from smc.interfaces import Estimator, FeatureSelector, ProbabilityCalibrator, Resampler
from smc.pipeline.augment import Augmented, augment
from smc.pipeline.calibrate import calibration_of, fit_calibrator
from smc.pipeline.discrete import discrete_columns, refill_missing
from smc.pipeline.estimate import (
    check_weights,
    decide_early_stopping,
    fit_params,
    stops_early,
    with_rounds,
)
from smc.pipeline.hold_back import RowSplit, hold_back
from smc.pipeline.inner_splits import check_inner_splits
from smc.pipeline.inputs import bars_of, read_inputs, transformed
from smc.pipeline.members import (
    MemberFits,
    augmentation_of,
    fits_members,
    selection_of,
    with_names,
)
from smc.pipeline.predictor import Predictor
from smc.pipeline.preprocess import Preprocess
from smc.pipeline.purged_splits import fit_with_purged_splits
from smc.pipeline.rows import Rows
from smc.pipeline.select import account_of, check_uncut, fit_selector, kept_columns
from smc.typing import BoolArray, FeatureKind, FloatArray, IntArray
from smc.windows import Inputs, Windows


class FoldPipeline(Predictor):
    """Hold rows back, scale, select, augment, fit, calibrate: each step learns from this fit's rows alone.

    In order: the last rows become the calibration set, if there is a calibrator that learns, and the last of
    the others the early-stopping set, if the estimator stops early, both purged; scaling and imputation learn
    from the rows that remain, the fit rows; features are selected on those rows, scaled; only those rows are
    augmented; sample weights follow each row's origin; the estimator learns from them, its progress measured
    on the early-stopping set, transformed but never augmented; the calibrator learns from its predictions of
    the calibration set.

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
        ``with_rounds(n)``, and takes ``eval_set=(X, y, sample_weight)``, as `smc.model.boosting.Boosting`;
        scikit-learn's HistGradientBoosting is given the same rows as ``X_val`` and ``y_val``.
        One whose input are windows has ``needs_windows`` and ``lookback``, as `smc.model.lstm.LSTM`.
        An ensemble (`smc.model.ensemble.Ensemble`) has its members fitted in pipelines of their own, with
        the steps of this one but for calibration. One with ``cv=`` a splitter of `smc.cv` is given the purged
        splits of the rows that it is fitted on; what would split them otherwise is refused.
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
        Share of the rows in the early-stopping set.
    kinds
        What values a feature takes, by name; samplers mind it. Of others their values say.

    Attributes
    ----------
    estimator_, preprocess_, selector_, sampler_
        The fitted steps.
    fitted_rows_, n_fitted_rows_
        Positions, among the rows given, of those fitted on, and how many: without the rows held back and what
        their purge cost, before augmentation.
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
        How many rows were held back for the calibrator, and what it learned, as plain data; None without it.

    References
    ----------
    López de Prado, M. (2018). Advances in Financial Machine Learning, chapters 4 and 7.
    """

    #: Fits alone ask for the kinds.
    not_saved: ClassVar[tuple[str, ...]] = ("kinds",)

    def __init__(
        self,
        *,
        estimator: Estimator,
        sampler: Resampler,
        preprocess: TransformerMixin | None = None,
        selector: FeatureSelector | None = None,
        calibrator: ProbabilityCalibrator | None = None,
        tail_frac: float = 0.15,
        kinds: Mapping[str, FeatureKind] | None = None,
    ) -> None:
        check_fraction("tail_frac", tail_frac)
        self.estimator = estimator
        self.sampler = sampler
        self.preprocess = preprocess
        self.selector = selector
        self.calibrator = calibrator
        self.tail_frac = tail_frac
        self.kinds = kinds

    def fit(
        self,
        X: Inputs,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        spans: npt.ArrayLike | None = None,
        *,
        returns: npt.ArrayLike | None = None,
        lagged_rows: LaggedRows | None = None,
        callback: FitCallback | None = None,
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
        lagged_rows
            For a sampler that moves rows back in time: ``lagged_rows(rows, n_bars)`` gives some rows of
            ``X``, by position, as they stood so many bars before, in the form of ``X``.
        callback
            Handed to an estimator that tells how its fit goes on; others are fitted without it.

        Raises
        ------
        SplitError
            No spans for an estimator that stops early, or too few rows to hold any back.
        ModelError
            An input that no step could mend, named by its column; or one class only.
        LeakageError
            Features that were selected before, on rows that this fit may not know; a step that splits its
            rows without purging (`smc.pipeline.inner_splits`).
        """
        check_uncut(X)
        check_inner_splits(self._steps)
        given, names = self._read(X, y, sample_weight, spans, returns)
        decided = decide_early_stopping(self.estimator, len(given))
        split = self._hold_back(decided, spans, len(given))
        self._remember(given.inputs, names)
        if fits_members(self.estimator):
            self._fit_members(
                given.take(split.fit), split.fit, names, lagged_rows=lagged_rows, callback=callback
            )
        else:
            self.fitted_rows_, self.n_fitted_rows_ = split.fit, len(split.fit)
            unscaled = given.take(split.fit)
            rows = self._fit_columns(unscaled, names)
            lagged_rows = self._transform_lagged_rows(lagged_rows, split.fit)
            augmented = self._augment(rows, lagged_rows, discrete_columns(self, unscaled.inputs, names))
            held_back = split.early_stopping
            early_stopping = self._seen(given.take(held_back)) if held_back.size else None
            params = fit_params(decided, rows, augmented, early_stopping, callback)
            self.estimator_ = fit_with_purged_splits(
                clone(decided), augmented.rows, augmented.labels, rows.spans, **params
            )
            if self.estimator_ is None:
                raise ModelError(f"{place_of(decided, 'fit')}: returned None; end it with `return self`")
        self._fit_calibrator(given.take(split.calibration))
        return self

    def for_refit(self, n_rows: float) -> "FoldPipeline":
        """Return an unfitted copy for the final fit, on ``n_rows`` rows with nothing held back.

        An estimator that stopped early trains for ``n_rounds_ * n_rows / n_fitted_rows_`` rounds: more rows
        bear more rounds, and no later row has a say in how many. Rows for calibration are held back again.
        """
        check_is_fitted(self)
        unfitted: Any = clone(self)
        n_fitted = n_rows * (1 - self.calibrator.calibration_frac) if self._calibrates else n_rows
        if fits_members(self.estimator):
            unfitted.set_params(estimator=self.estimator_.for_refit(n_fitted))
        elif stops_early(self.estimator_):
            n_rounds = max(1, round(self.n_rounds_ * n_fitted / self.n_fitted_rows_))
            unfitted.set_params(estimator=with_rounds(self.estimator, n_rounds))
        else:
            unfitted.set_params(estimator=decide_early_stopping(self.estimator, 0))
        return unfitted

    @property
    def _steps(self) -> dict[str, Any]:
        """The steps that learn from rows, by the group of a configuration that they stand in."""
        return {
            "model": self.estimator,
            "feature_selection": self.selector,
            "aug": self.sampler,
            "calibrate": self.calibrator,
        }

    @property
    def _calibrates(self) -> bool:
        return self.calibrator is not None and self.calibrator.learns

    def _read(
        self,
        X: Inputs,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None,
        spans: npt.ArrayLike | None,
        returns: npt.ArrayLike | None,
    ) -> tuple[Rows, list[str] | None]:
        """Check what a fit is given; return its rows, and the names of the features."""
        inputs, names = read_inputs(X, self.lookback)
        labels = np.asarray(y) if get_tags(self.estimator).target_tags.multi_output else column_or_1d(y)
        check_consistent_length(inputs, labels)
        rows = Rows(
            inputs,
            labels,
            check_weights(self.estimator, sample_weight, inputs),
            None if spans is None else check_spans(spans, len(inputs)),
            None if returns is None else np.asarray(returns),
        )
        return rows, names

    def _hold_back(self, estimator: Estimator, spans: npt.ArrayLike | None, n_rows: int) -> RowSplit:
        return hold_back(
            spans,
            n_rows,
            tail_frac=self.tail_frac if stops_early(estimator) else None,
            calibration_frac=self.calibrator.calibration_frac if self._calibrates else None,
        )

    def _fit_members(
        self,
        rows: Rows,
        positions: IntArray,
        names: list[str] | None,
        *,
        lagged_rows: LaggedRows | None,
        callback: FitCallback | None,
    ) -> None:
        """Let an ensemble fit its members, each in a pipeline with the steps of this one."""
        self.preprocess_ = FunctionTransformer().fit(bars_of(rows.inputs))
        self.selector_ = NoSelection().fit(np.zeros((1, self.n_features_in_)), [0])
        before = (
            None if lagged_rows is None else lambda chosen, n_bars: lagged_rows(positions[chosen], n_bars)
        )
        fit_member = MemberFits(self, rows, names, before, callback)
        inputs = with_names(rows.inputs, names)
        ensemble: Any = clone(self.estimator)
        self.estimator_ = ensemble.fit(
            inputs, rows.labels, rows.weights, spans=rows.spans, fit_member=fit_member
        )
        members = list(self.estimator_.members_.values())
        self.fitted_rows_ = positions[self.estimator_.fitted_rows_]
        self.n_fitted_rows_ = len(self.fitted_rows_)
        self.augmentation_, self.selection_ = augmentation_of(members), selection_of(members)
        self.sampler_, self.sampler_error_ = members[0].sampler_, self.augmentation_["error"]

    def _fit_columns(self, rows: Rows, names: list[str] | None) -> Rows:
        """Fit the scaler and the selector; return the rows as the estimator looks at them."""
        self.preprocess_ = self._new_preprocess().fit(bars_of(rows.inputs))
        scaled = replace(rows, inputs=transformed(self.preprocess_, rows.inputs))
        self.selector_ = fit_selector(self.selector, scaled)
        self.selection_ = account_of(self.selector_, self.preprocess_, names)
        return replace(scaled, inputs=kept_columns(self.selector_, scaled.inputs))

    def _augment(self, rows: Rows, lagged_rows: LaggedRows | None, discrete: BoolArray | None) -> Augmented:
        augmented = augment(self.sampler, rows.inputs, rows.labels, lagged_rows, discrete)
        self.sampler_, self.sampler_error_ = augmented.sampler, augmented.error
        self.augmentation_ = augmented.account(len(rows))
        refill_missing(self, augmented.rows)
        return augmented

    def _fit_calibrator(self, held_back: Rows) -> None:
        self.calibrator_ = self.calibration_ = None
        if self.calibrator is not None and self.calibrator.is_on:
            rows = self._seen(held_back) if len(held_back) else None
            self.calibrator_ = fit_calibrator(self.calibrator, self.estimator_, rows)
            self.calibration_ = calibration_of(self.calibrator_, len(held_back))

    def _new_preprocess(self) -> Any:
        if self.preprocess is None:
            return Preprocess(impute=not get_tags(self.estimator).input_tags.allow_nan)
        return clone(self.preprocess)

    def _transform_lagged_rows(
        self, lagged_rows: LaggedRows | None, positions: IntArray
    ) -> LaggedRows | None:
        """Transform earlier rows like the rows that are fitted on, and count those from 0."""
        if lagged_rows is None:
            return None

        def transform(rows: IntArray, n_bars: IntArray) -> FloatArray | Windows:
            values, _ = read_inputs(lagged_rows(positions[rows], n_bars), self.lookback)
            return self._inputs(values)

        return transform

    def _remember(self, values: FloatArray | Windows, names: list[str] | None) -> None:
        self.n_features_in_ = values.shape[-1]
        if names is not None:
            self.feature_names_in_ = np.array(names, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _seen(self, rows: Rows) -> Rows:
        return replace(rows, inputs=self._inputs(rows.inputs))

"""The fits of one run: a fold at a time, then on train, then on train and val."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import pandas as pd
from sklearn.base import clone
from sklearn.utils import get_tags

from smc.artifact import check_can_be_saved
from smc.cv.plan import SplitPlan
from smc.errors import FoldError, ModelError, SmcError
from smc.evaluation.predictions import RAW
from smc.fit_progress import INTERRUPTED
from smc.interfaces import FitWatch
from smc.monitor.fit_monitor import FitMonitor
from smc.pipeline import FoldPipeline
from smc.training.dataset import Dataset
from smc.training.fit_result import FitResult
from smc.typing import IntArray, Spans

OUT_OF_FOLD, TRAIN, VAL, TEST = "out_of_fold", "train", "val", "test"
#: Names of the fits behind those of the folds.
TRAIN_FIT, FINAL_FIT = "train fit", "final fit"

#: Labels of several steps ahead are called `label_1`, `label_5`; the last is also `label`.
STEP = "label_"

#: Characters of a library's message that are passed on.
MAX_SAID = 400


@dataclass(frozen=True)
class FitResults:
    """What the fits of a run gave.

    Attributes
    ----------
    model
        The model to be saved.
    learned
        Positions of the events that it learned from.
    predictions
        One row a prediction, by ``part``; the rows of ``train`` were fitted on, all others not. For labels of
        several steps ahead, ``prediction`` is that of the longest, and ``prediction_<step>`` that of each, if
        the model learns them.
    augmentation
        Of each fit, how many rows the sampler added, and what it said.
    selection
        Of each fit, which features were kept; empty if features are not selected.
    calibration
        Of each fit, what the calibrator learned; empty without calibration and threshold.
    ensemble
        Of each fit, what an ensemble learned of its members; empty for a single model.
    warnings
        What watches saw during the fits.
    stops
        Fits that ended before their time: ``fit``, ``reason``, ``iteration``.
    curves
        Loss and accuracy by ``fit`` and ``iteration``, and by ``member``; no row of models that tell nothing.
    """

    model: FoldPipeline
    learned: IntArray
    predictions: pd.DataFrame
    augmentation: list[dict[str, Any]]
    selection: list[dict[str, Any]] = field(default_factory=list)
    calibration: list[dict[str, Any]] = field(default_factory=list)
    ensemble: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    stops: list[dict[str, Any]] = field(default_factory=list)
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def is_partial(self) -> bool:
        """Whether Ctrl-C ended the run with the last of these fits, so that those behind it are missing."""
        return any(stop["reason"] == INTERRUPTED for stop in self.stops)


@dataclass(frozen=True)
class CrossFitter:
    """Fit a pipeline to events given by position, and predict others.

    Attributes
    ----------
    final
        ``refit``: the saved model learns from train and val, for as many rounds as the train fit stopped at,
        scaled by rows. ``train``: it is the train fit.
    use_weights
        Whether rows count by the uniqueness of their labels.
    watches
        Told how each fit goes on, see `smc.monitor.fit_monitor.FitMonitor`.
    look_at_first
        Given the first of the fitted pipelines, to refuse what would come to nothing.
    """

    data: Dataset
    final: str = "refit"
    use_weights: bool = True
    watches: Sequence[FitWatch] = ()
    look_at_first: Callable[[FoldPipeline], None] = check_can_be_saved

    def run(
        self,
        pipeline: FoldPipeline,
        plan: SplitPlan,
        step: Callable[[str], None],
        *,
        n_fits: int | None = None,
    ) -> FitResults:
        """Fit on every fold, on the train part and for the saved model; predict what each left out.

        Each fold's own fit predicts it, the train fit predicts val (and the rows it was fitted on, for the
        gap), and the saved model predicts the test part. After Ctrl-C there are no more fits: a network
        gives its best state so far, any other model's fit is dropped.

        Parameters
        ----------
        step
            Told what is being fitted.
        n_fits
            End after so many fits, where another model was interrupted; None: all.

        Raises
        ------
        FoldError
            A fold cannot be fitted.
        SmcError
            Nor can the train or the final fit.
        """
        fits: list[FitResult] = []
        tables: list[pd.DataFrame] = []
        try:
            for fitted, asked in islice(self._fits(pipeline, plan, step), n_fits):
                if not fits:
                    self.look_at_first(fitted.model)
                predicted = [self.predict(fitted.model, *part) for part in asked]
                fits, tables = [*fits, fitted], [*tables, *predicted]
                if fitted.is_interrupted:
                    break
        except KeyboardInterrupt:
            if not fits:
                raise
            fits[-1] = replace(fits[-1], is_last=True)
        return _gather(fits, tables)

    def fit(self, pipeline: FoldPipeline, positions: IntArray, name: str) -> FitResult:
        """Fit a clone on some events, under the watches."""
        events = self.data.events.iloc[positions]
        unfitted: Any = clone(pipeline)
        monitor, started = FitMonitor(self.watches, name), time.perf_counter()

        def earlier(rows: IntArray, n_bars: IntArray) -> Any:
            return self.data.inputs(positions[rows], pipeline.lookback, bars_before=n_bars)

        inputs = self.data.inputs(positions, pipeline.lookback)
        with _named_errors(pipeline.estimator):
            model = unfitted.fit(
                inputs,
                events[self._targets(pipeline)].to_numpy(),
                sample_weight=events["weight"].to_numpy() if self.use_weights else None,
                spans=self.data.spans[positions],
                returns=events["ret"].to_numpy(),
                earlier=earlier,
                callback=monitor,
            )
        monitor.look_back(time.perf_counter() - started)
        return FitResult(name, model, positions, monitor.warnings)

    def fit_whole(self, pipeline: FoldPipeline, positions: IntArray, name: str) -> FitResult:
        """Fit as `fit` does, and raise KeyboardInterrupt where Ctrl-C ended it before its time."""
        fitted = self.fit(pipeline, positions, name)
        if fitted.is_interrupted:
            raise KeyboardInterrupt
        return fitted

    def predict(self, model: FoldPipeline, positions: IntArray, part: str, fold: int = -1) -> pd.DataFrame:
        """Predict some events, one row each beside what happened."""
        inputs = self.data.inputs(positions, model.lookback)
        columns = dict(_predicted(model, inputs, self.data.spans[positions], self._targets(model)))
        return self.data.events.iloc[positions].assign(part=part, fold=fold, **columns)

    def _targets(self, pipeline: FoldPipeline) -> str | list[str]:
        """Name what to learn: the label of each step ahead, if there are several and the model takes them."""
        steps = [name for name in self.data.events if str(name).startswith(STEP)]
        return steps if steps and get_tags(pipeline).target_tags.multi_output else "label"

    def _fits(
        self, pipeline: FoldPipeline, plan: SplitPlan, step: Callable[[str], None]
    ) -> Iterator[tuple[FitResult, list[tuple[Any, ...]]]]:
        """Give one fit after another, each with what it is asked to predict: positions, part, fold."""
        for number, fold in enumerate(plan.folds):
            step(f"fold {number + 1} of {len(plan.folds)}")
            try:
                fitted = self.fit(pipeline, fold.train, fold.name)
            except SmcError as error:
                raise FoldError(f"{fold.name}: {error}") from error
            yield fitted, [(fold.test, OUT_OF_FOLD, number)]
        step(TRAIN_FIT)
        train_fit = self.fit(pipeline, plan.train, TRAIN_FIT)
        fitted_rows = plan.train[train_fit.model.fitted_rows_]
        own, test = [(fitted_rows, TRAIN), (plan.val, VAL)], [(plan.test, TEST)]
        if self.final == "train":
            yield train_fit, own + test
            return
        yield train_fit, own
        step(FINAL_FIT)
        refit = train_fit.model.for_refit(len(plan.development))
        yield self.fit(refit, plan.development, FINAL_FIT), test


@contextmanager
def _named_errors(estimator: Any) -> Iterator[None]:
    """Say in one line what an estimator raised; what the machine lacks stays what it is."""
    try:
        yield
    except (SmcError, MemoryError, OSError):
        raise
    except Exception as error:  # whatever a model of one's own raises
        said = " ".join(str(error).split())[:MAX_SAID] or "nothing else"
        name = type(estimator).__name__
        raise ModelError(f"model: {name} cannot be fitted, {type(error).__name__} says: {said}") from error


def _gather(fits: list[FitResult], tables: list[pd.DataFrame]) -> FitResults:
    return FitResults(
        fits[-1].model,
        fits[-1].learned,
        pd.concat(tables, ignore_index=True),
        augmentation=[each.augmentation for each in fits],
        selection=[each.selection for each in fits if each.selection],
        calibration=[each.calibration for each in fits if each.calibration],
        ensemble=[each.ensemble for each in fits if each.ensemble],
        warnings=[warning for each in fits for warning in each.warnings],
        stops=[each.stop for each in fits if each.stop],
        curves=pd.concat([each.curves for each in fits], ignore_index=True),
    )


def _predicted(
    model: FoldPipeline, inputs: Any, spans: Spans, targets: str | list[str]
) -> Iterator[tuple[str, Any]]:
    """Give the prediction, for a classifier the probability of each class, and that of each step ahead."""
    if not hasattr(model, "predict_proba"):
        values = model.predict(inputs, spans)
        yield "prediction", values if values.ndim == 1 else values[:, -1]
        for name, step in zip(targets, values.T, strict=True) if values.ndim == 2 else ():
            yield f"prediction_{name.removeprefix(STEP)}", step
        return
    probability = model.predict_proba(inputs, spans)
    yield "prediction", model.decide(probability)
    for number, name in enumerate(model.classes_):
        yield f"p_{name}", probability[:, number]
    if model.calibrator_ is not None:
        raw = model.raw_proba(inputs, spans)
        yield from ((f"{RAW}{name}", raw[:, number]) for number, name in enumerate(model.classes_))
        yield from model.calibrator_.decision_columns()

"""The fits of one run: a fold at a time, then on train, then on train and val."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.utils import get_tags

from smc.artifact import check_can_be_saved
from smc.blame import MAX_MESSAGE, culprit_of, described
from smc.cv.plan import SplitPlan
from smc.errors import FoldError, ModelError, SmcError, was_interrupted
from smc.evaluation.predictions import PREFIX, RAW
from smc.fit_progress import INTERRUPTED
from smc.interfaces import FitWatch
from smc.monitor.fit_monitor import FitMonitor
from smc.pipeline import FoldPipeline
from smc.results.record import Augmentation, Stop, Warned
from smc.training.dataset import Dataset
from smc.training.fit_result import FitResult
from smc.typing import IntArray, SampleWeight, Spans
from smc.windows import Windows

OUT_OF_FOLD, TRAIN, VAL, TEST = "out_of_fold", "train", "val", "test"
#: Names of the fits behind those of the folds.
TRAIN_FIT, FINAL_FIT = "train fit", "final fit"

#: Labels of several steps ahead are called `label_1`, `label_5`; the last is also `label`.
STEP = "label_"
#: Of an event, what only a fit asks for.
FITTED_BY = ["attribution"]


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
    augmentation: list[Augmentation]
    selection: list[dict[str, Any]] = field(default_factory=list)
    calibration: list[dict[str, Any]] = field(default_factory=list)
    ensemble: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    curves: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def is_partial(self) -> bool:
        """Whether Ctrl-C ended the run with the last of these fits, so that those behind it are missing."""
        return any(stop["reason"] == INTERRUPTED for stop in self.stops)


@dataclass(frozen=True)
class FitTask:
    """One fit of a run.

    Attributes
    ----------
    title
        What is said while it is carried out.
    events
        Positions of the events to learn from.
    asked
        What its model predicts: positions, split, fold. Of ``train`` only what it was fitted on.
    """

    name: str
    title: str
    events: IntArray
    asked: tuple[tuple[IntArray, str, int], ...]

    @property
    def is_fold(self) -> bool:
        """Whether it is the fit of a fold."""
        return self.name not in (TRAIN_FIT, FINAL_FIT)


def fit_tasks(plan: SplitPlan, final: str) -> list[FitTask]:
    """List the fits of a run: each fold predicts what it left out, the train fit val, the saved model test.

    Parameters
    ----------
    final
        ``refit``: the saved model learns from train and val. ``train``: it is the train fit.
    """
    tasks = []
    for number, fold in enumerate(plan.folds):
        title, left_out = f"fold {number + 1} of {len(plan.folds)}", (fold.test, OUT_OF_FOLD, number)
        tasks.append(FitTask(fold.name, title, fold.train, (left_out,)))
    own, test = ((plan.train, TRAIN, -1), (plan.val, VAL, -1)), ((plan.test, TEST, -1),)
    if final == "train":
        return [*tasks, FitTask(TRAIN_FIT, TRAIN_FIT, plan.train, own + test)]
    return [
        *tasks,
        FitTask(TRAIN_FIT, TRAIN_FIT, plan.train, own),
        FitTask(FINAL_FIT, FINAL_FIT, plan.development, test),
    ]


@dataclass(frozen=True)
class CrossFitter:
    """Fit a pipeline to events given by position, and predict others.

    Attributes
    ----------
    final
        See `fit_tasks`. A refit has as many rounds as the train fit stopped at, scaled by rows.
    sample_weight
        What rows count by, see `smc.training.dataset.Dataset.weights`.
    watches
        Told how each fit goes on, see `smc.monitor.fit_monitor.FitMonitor`.
    check_first_fit
        Given the first of the fitted pipelines, to refuse what would come to nothing.
    find_pipeline
        Called before each fit with this object, the fit's events and its name; returns what is fitted. None:
        ``pipeline`` is.
    """

    data: Dataset
    pipeline: FoldPipeline
    final: str = "refit"
    sample_weight: SampleWeight = "uniqueness"
    watches: Sequence[FitWatch] = ()
    check_first_fit: Callable[[FoldPipeline], None] = check_can_be_saved
    find_pipeline: "Callable[[CrossFitter, IntArray, str], FoldPipeline] | None" = None

    def run(
        self,
        plan: SplitPlan,
        on_progress: Callable[[str], None],
        *,
        n_fits: int | None = None,
        on_scored: Callable[[], None] = lambda: None,
    ) -> FitResults:
        """Fit on every fold, on the train split and for the saved model; predict what each left out.

        After Ctrl-C there are no more fits: a network gives its best state so far, any other model's fit is
        dropped.

        Parameters
        ----------
        on_progress
            Told what is being fitted.
        n_fits
            End after so many fits, where another model was interrupted; None: all.
        on_scored
            Called once, when the first fit has predicted what it left out.

        Raises
        ------
        FoldError
            A fold cannot be fitted.
        SmcError
            Nor can the train or the final fit.
        """
        results: list[FitResult] = []
        answers: list[_Answer] = []
        try:
            for task in fit_tasks(plan, self.final)[:n_fits]:
                on_progress(task.title)
                fitter = self.for_refit(results[-1], len(task.events)) if task.name == FINAL_FIT else self
                with _fold_errors(task):
                    result = fitter.fit(task.events, task.name)
                if not results:
                    self.check_first_fit(result.model)
                answers += [
                    self._ask(result.model, result.fitted if split == TRAIN else positions, split, fold)
                    for positions, split, fold in task.asked
                ]
                if not results:
                    on_scored()
                results.append(result)
                if result.is_interrupted:
                    break
        except KeyboardInterrupt:
            if not results:
                raise
            results[-1] = replace(results[-1], is_last=True)
        return _gather(results, self._table(answers))

    def fit(self, positions: IntArray, name: str) -> FitResult:
        """Fit a clone on some events, under the watches."""
        events, lookback = self.data.events, self.pipeline.lookback
        pipeline = self.find_pipeline(self, positions, name) if self.find_pipeline else self.pipeline
        unfitted = cast(FoldPipeline, clone(pipeline))
        monitor, started = FitMonitor(self.watches, name), time.perf_counter()
        with _named_errors(self.pipeline.estimator):
            model = unfitted.fit(
                self.data.inputs(positions, lookback),
                events[self._targets].to_numpy()[positions],
                sample_weight=self.data.weights(self.sample_weight, positions),
                spans=self.data.spans[positions],
                returns=events["ret"].to_numpy()[positions],
                lagged_rows=lambda rows, n_bars: self.data.inputs(
                    positions[rows], lookback, bars_before=n_bars
                ),
                callback=monitor,
            )
        monitor.look_back(time.perf_counter() - started)
        return FitResult(name, model, positions, cast(list[Warned], monitor.warnings))

    def fit_whole(self, positions: IntArray, name: str) -> FitResult:
        """Fit as `fit` does, and raise KeyboardInterrupt where Ctrl-C ended it before its time."""
        result = self.fit(positions, name)
        if result.is_interrupted:
            raise KeyboardInterrupt
        return result

    def for_refit(self, train_fit: FitResult, n_rows: int) -> "CrossFitter":
        """Return what fits the saved model, for as many rounds as the train fit asks for."""
        return replace(self, pipeline=train_fit.model.for_refit(n_rows), find_pipeline=None)

    def predict(self, model: FoldPipeline, positions: IntArray, split: str, fold: int = -1) -> pd.DataFrame:
        """Predict some events, one row each beside what happened."""
        return self._table([self._ask(model, positions, split, fold)])

    def _ask(self, model: FoldPipeline, positions: IntArray, split: str, fold: int) -> "_Answer":
        inputs = self.data.inputs(positions, model.lookback)
        predicted = _predicted(model, inputs, self.data.spans[positions], self._targets)
        columns = {name: np.broadcast_to(np.asarray(column), len(positions)) for name, column in predicted}
        return _Answer(positions, split, fold, columns)

    def _table(self, answers: Sequence["_Answer"]) -> pd.DataFrame:
        """Put what was answered beside what happened."""
        events = self.data.events.drop(columns=FITTED_BY, errors="ignore")
        rows = events.take(np.concatenate([answer.positions for answer in answers]))
        counts = [len(answer.positions) for answer in answers]
        part = np.repeat(np.array([answer.split for answer in answers], dtype=object), counts)
        fold = np.repeat([answer.fold for answer in answers], counts)
        predicted = _joined([answer.columns for answer in answers])
        return pd.concat([rows.reset_index(drop=True).assign(part=part, fold=fold), predicted], axis=1)

    @property
    def _targets(self) -> str | list[str]:
        """Name what to learn: the label of each step ahead, if there are several and the model takes them."""
        steps = [name for name in self.data.events if str(name).startswith(STEP)]
        return steps if steps and get_tags(self.pipeline).target_tags.multi_output else "label"


@contextmanager
def _fold_errors(task: FitTask) -> Iterator[None]:
    """Say which fold could not be fitted."""
    try:
        yield
    except SmcError as error:
        if not task.is_fold:
            raise
        raise FoldError(f"{task.name}: {error}") from error


@contextmanager
def _named_errors(estimator: BaseEstimator) -> Iterator[None]:
    """Say in one line what an estimator raised, or a step, watch or callback of one's own in its fit.

    What the machine lacks stays what it is.
    """
    try:
        yield
    except (SmcError, MemoryError, OSError):
        raise
    except Exception as error:  # whatever a model of one's own raises
        if was_interrupted(error):
            raise KeyboardInterrupt from error
        culprit = culprit_of(error)
        if culprit and culprit.is_own:
            raise ModelError(described(error)) from error
        message = " ".join(str(error).split())[:MAX_MESSAGE] or "nothing else"
        name = type(estimator).__name__
        raise ModelError(f"model: {name} cannot be fitted, {type(error).__name__} says: {message}") from error


@dataclass(frozen=True)
class _Answer:
    """What a model predicts for some events: their positions, split, fold, and columns of a row each."""

    positions: IntArray
    split: str
    fold: int
    columns: dict[str, np.ndarray]


def _joined(answers: Sequence[dict[str, np.ndarray]]) -> pd.DataFrame:
    """Put answers below each other; a class that a model has not seen is missing in its rows."""
    if any(list(columns) != list(answers[0]) for columns in answers):
        return pd.concat([pd.DataFrame(columns) for columns in answers], ignore_index=True)
    return pd.DataFrame({name: np.concatenate([own[name] for own in answers]) for name in answers[0]})


def _gather(results: list[FitResult], predictions: pd.DataFrame) -> FitResults:
    return FitResults(
        results[-1].model,
        results[-1].learned,
        predictions,
        augmentation=[fit.augmentation for fit in results],
        selection=[fit.selection for fit in results if fit.selection],
        calibration=[fit.calibration for fit in results if fit.calibration],
        ensemble=[fit.ensemble for fit in results if fit.ensemble],
        warnings=[warning for fit in results for warning in fit.warnings],
        stops=[fit.stop for fit in results if fit.stop],
        curves=pd.concat([fit.curves for fit in results], ignore_index=True),
    )


def _predicted(
    model: FoldPipeline, inputs: pd.DataFrame | Windows, spans: Spans, targets: str | list[str]
) -> Iterator[tuple[str, object]]:
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
        yield f"{PREFIX}{name}", probability[:, number]
    if model.calibrator_ is not None:
        raw = model.raw_proba(inputs, spans)
        yield from ((f"{RAW}{name}", raw[:, number]) for number, name in enumerate(model.classes_))
        yield from model.calibrator_.decision_columns()

"""How predictions come about: by the composed run, or by a pipeline that you wrote yourself."""

import importlib
import warnings
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.base import clone

from smc.cv.plan import SplitPlan
from smc.errors import ConfigError
from smc.evaluation.predictions import class_columns
from smc.pipeline import FoldPipeline
from smc.training.cross_fit import OUT_OF_FOLD, TEST, VAL, CrossFitter, FitResults
from smc.training.dataset import Dataset
from smc.typing import FloatArray, IntArray, SampleWeight

#: A leak shows in a light fit as well, and a null refits the pipeline dozens of times.
LIGHT = {"n_estimators": 50, "max_epochs": 10}


@dataclass(frozen=True)
class Scored:
    """Scores of the events that one split tests; the higher, the more the outcome is expected to be."""

    split: str
    positions: IntArray
    scores: FloatArray


class Procedure(Protocol):
    """Everything between the labelled events and the predictions."""

    def predict(self, data: Dataset, plan: SplitPlan) -> list[Scored]:
        """Give scores for what each split of the plan tests."""
        ...


@dataclass(frozen=True)
class ComposedRun:
    """Fit and predict as `smc.train` does: each fold, the train fit, the saved model, all `LIGHT`."""

    pipeline: FoldPipeline
    final: str
    sample_weight: SampleWeight

    def predict(self, data: Dataset, plan: SplitPlan) -> list[Scored]:
        """Give scores for folds, val and test."""
        return scored(self.fit(data, plan).predictions, plan)

    def fit(self, data: Dataset, plan: SplitPlan) -> FitResults:
        """Fit all of it; a sampler that fails is the run's to report, not each refit's.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C; a run keeps the fits so far, but an audit of some of them says nothing of the run.
        """
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".* failed, the fit goes on without it", RuntimeWarning)
            fitter = CrossFitter(
                data, light(self.pipeline), final=self.final, sample_weight=self.sample_weight
            )
            fits = fitter.run(plan, lambda _: None)
        if fits.is_partial:
            raise KeyboardInterrupt
        return fits


class OwnPipeline:
    """Ask a pipeline of your own: a class with ``predict(X, y, folds)``, made without arguments.

    ``X`` is a DataFrame with a row an event, ``y`` holds the labels, ``folds`` is a list of (train, test)
    positions; it returns one array of scores a fold, in the order of its test positions.
    """

    def __init__(self, path: str) -> None:
        module, _, name = path.rpartition(".")
        try:
            self.own = getattr(importlib.import_module(module), name)()
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            raise ConfigError(
                f"--pipeline {path}: it cannot be built ({error}); give the dotted path of a class"
            ) from error

    def predict(self, data: Dataset, plan: SplitPlan) -> list[Scored]:
        """Give scores for every split."""
        splits = (*plan.folds, plan.val_split, plan.test_split)
        rows = event_rows(data)
        labels = data.events["label"].to_numpy()
        scores = self.own.predict(rows, labels, [(split.train, split.test) for split in splits])
        lengths, asked = [len(of_split) for of_split in scores], [len(split.test) for split in splits]
        if lengths != asked:
            raise ConfigError(
                "--pipeline: `predict` must return one array a fold with a score for each test event, got "
                f"{lengths} for {asked}"
            )
        return [
            Scored(split.name, split.test, np.asarray(of_split, dtype=np.float64))
            for split, of_split in zip(splits, scores, strict=True)
        ]


def event_rows(data: Dataset) -> pd.DataFrame:
    """Return the features of each event's own bar."""
    return data.bars.iloc[data.rows].reset_index(drop=True)


def light(pipeline: FoldPipeline) -> FoldPipeline:
    """Return a copy whose estimator, or each member of an ensemble, fits fewer trees or epochs."""
    lighter: Any = clone(pipeline)
    return lighter.set_params(estimator=_lightened(lighter.estimator))


def _lightened(estimator: Any) -> Any:
    given = estimator.get_params()
    less = {name: min(given[name], most) for name, most in LIGHT.items() if given.get(name) is not None}
    if members := getattr(estimator, "members", None):
        less["members"] = {name: _lightened(member) for name, member in members.items()}
    return estimator.set_params(**less)


def scored(predictions: pd.DataFrame, plan: SplitPlan) -> list[Scored]:
    """Read the scores of a run's predictions, which lie in the order of the positions that were tested."""
    parts = [(fold, OUT_OF_FOLD, number) for number, fold in enumerate(plan.folds)]
    parts += [(plan.val_split, VAL, -1), (plan.test_split, TEST, -1)]
    splits = []
    for split, part, number in parts:
        rows = predictions.loc[(predictions["part"] == part) & (predictions["fold"] == number)]
        splits.append(Scored(split.name, split.test, expected_outcome(rows)))
    return splits


def expected_outcome(predictions: pd.DataFrame) -> FloatArray:
    """Return the predicted number, or the mean class under the predicted probabilities."""
    columns = class_columns(predictions)
    if not columns:
        return predictions["prediction"].to_numpy(dtype=np.float64)
    values = predictions[list(columns.values())].to_numpy(dtype=np.float64)
    return np.nan_to_num(values) @ np.array(list(columns), dtype=np.float64)

"""The fits of one run: a fold at a time, then on train, then on train and val."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from smc.cv.plan import SplitPlan
from smc.dataset import Dataset
from smc.pipeline import FoldPipeline
from smc.typing import IntArray

OUT_OF_FOLD, TRAIN, VAL, TEST = "out_of_fold", "train", "val", "test"


@dataclass(frozen=True)
class Fits:
    """What the fits of a run gave.

    Attributes
    ----------
    model
        The model to be saved.
    learned
        Positions of the events that it learned from.
    predictions
        One row a prediction, by ``part``; the rows of ``train`` were fitted on, all others not.
    """

    model: FoldPipeline
    learned: IntArray
    predictions: pd.DataFrame


@dataclass(frozen=True)
class Fitting:
    """Fit a pipeline to events given by position, and predict others.

    Attributes
    ----------
    final
        ``refit``: the saved model learns from train and val, for as many rounds as the train fit stopped at,
        scaled by rows. ``train``: it is the train fit.
    use_weights
        Whether rows count by the uniqueness of their labels.
    """

    data: Dataset
    final: str = "refit"
    use_weights: bool = True

    def run(self, pipeline: FoldPipeline, plan: SplitPlan, step: Callable[[str], None]) -> Fits:
        """Fit on every fold, on the train part and for the saved model; predict what each left out.

        Each fold's own fit predicts it, the train fit predicts val (and its own rows, for the gap), and the
        saved model predicts the test part. ``step`` is told what is being fitted.
        """
        tables = []
        for number, fold in enumerate(plan.folds):
            step(f"fold {number + 1}/{len(plan.folds)}")
            tables.append(self.predict(self.fit(pipeline, fold.train), fold.test, OUT_OF_FOLD, number))
        step("train fit")
        train_model = self.fit(pipeline, plan.train)
        tables += [self.predict(train_model, plan.train, TRAIN), self.predict(train_model, plan.val, VAL)]
        step("final fit")
        model, learned = self._final(train_model, plan)
        tables.append(self.predict(model, plan.test, TEST))
        return Fits(model, learned, pd.concat(tables, ignore_index=True))

    def fit(self, pipeline: FoldPipeline, positions: IntArray) -> FoldPipeline:
        """Fit a clone on some events."""
        events = self.data.events.iloc[positions]
        return clone(pipeline).fit(
            self.data.features.iloc[positions],
            events["label"].to_numpy(),
            sample_weight=events["weight"].to_numpy() if self.use_weights else None,
            spans=self.data.spans[positions],
        )

    def predict(self, model: FoldPipeline, positions: IntArray, part: str, fold: int = -1) -> pd.DataFrame:
        """Predict some events, one row each beside what happened."""
        columns = dict(_predicted(model, self.data.features.iloc[positions]))
        return self.data.events.iloc[positions].assign(part=part, fold=fold, **columns)

    def _final(self, train_model: FoldPipeline, plan: SplitPlan) -> tuple[FoldPipeline, IntArray]:
        if self.final == "train":
            return train_model, plan.train
        return self.fit(train_model.for_refit(len(plan.development)), plan.development), plan.development


def _predicted(model: FoldPipeline, rows: pd.DataFrame) -> Iterator[tuple[str, Any]]:
    """Give the prediction, and for a classifier the probability of each class."""
    if not hasattr(model, "predict_proba"):
        yield "prediction", model.predict(rows)
        return
    probability = model.predict_proba(rows)
    yield "prediction", model.classes_[np.argmax(probability, axis=1)]
    for number, name in enumerate(model.classes_):
        yield f"p_{name}", probability[:, number]

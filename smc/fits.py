"""The fits of one run: a fold at a time, then on train, then on train and val."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils import get_tags

from smc.cv.plan import SplitPlan
from smc.dataset import Dataset
from smc.pipeline import FoldPipeline
from smc.typing import IntArray

OUT_OF_FOLD, TRAIN, VAL, TEST = "out_of_fold", "train", "val", "test"

#: Labels of several steps ahead are called `label_1`, `label_5`; the last is also `label`.
STEP = "label_"


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
        One row a prediction, by ``part``; the rows of ``train`` were fitted on, all others not. For labels of
        several steps ahead, ``prediction`` is that of the longest, and ``prediction_<step>`` that of each, if
        the model learns them.
    """

    model: FoldPipeline
    learned: IntArray
    predictions: pd.DataFrame
    augmentation: list[dict[str, Any]]


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
        tables, added = [], []
        for number, fold in enumerate(plan.folds):
            step(f"fold {number + 1}/{len(plan.folds)}")
            fold_model = self.fit(pipeline, fold.train)
            tables.append(self.predict(fold_model, fold.test, OUT_OF_FOLD, number))
            added.append({"fit": fold.name, **fold_model.augmentation_})
        step("train fit")
        train_model = self.fit(pipeline, plan.train)
        tables += [self.predict(train_model, plan.train, TRAIN), self.predict(train_model, plan.val, VAL)]
        step("final fit")
        model, learned = self._final(train_model, plan)
        tables.append(self.predict(model, plan.test, TEST))
        added += [{"fit": "train", **train_model.augmentation_}, {"fit": "final", **model.augmentation_}]
        return Fits(model, learned, pd.concat(tables, ignore_index=True), added)

    def fit(self, pipeline: FoldPipeline, positions: IntArray) -> FoldPipeline:
        """Fit a clone on some events."""
        events = self.data.events.iloc[positions]
        unfitted: Any = clone(pipeline)

        def earlier(rows: IntArray, n_bars: IntArray) -> Any:
            return self.data.inputs(positions[rows], pipeline.lookback, bars_before=n_bars)

        return unfitted.fit(
            self.data.inputs(positions, pipeline.lookback),
            events[self._targets(pipeline)].to_numpy(),
            sample_weight=events["weight"].to_numpy() if self.use_weights else None,
            spans=self.data.spans[positions],
            earlier=earlier,
        )

    def predict(self, model: FoldPipeline, positions: IntArray, part: str, fold: int = -1) -> pd.DataFrame:
        """Predict some events, one row each beside what happened."""
        inputs = self.data.inputs(positions, model.lookback)
        columns = dict(_predicted(model, inputs, self._targets(model)))
        return self.data.events.iloc[positions].assign(part=part, fold=fold, **columns)

    def _targets(self, pipeline: FoldPipeline) -> str | list[str]:
        """Name what to learn: the label of each step ahead, if there are several and the model takes them."""
        steps = [name for name in self.data.events if str(name).startswith(STEP)]
        return steps if steps and get_tags(pipeline).target_tags.multi_output else "label"

    def _final(self, train_model: FoldPipeline, plan: SplitPlan) -> tuple[FoldPipeline, IntArray]:
        if self.final == "train":
            return train_model, plan.train
        return self.fit(train_model.for_refit(len(plan.development)), plan.development), plan.development


def _predicted(model: FoldPipeline, inputs: Any, targets: str | list[str]) -> Iterator[tuple[str, Any]]:
    """Give the prediction, for a classifier the probability of each class, and that of each step ahead."""
    if not hasattr(model, "predict_proba"):
        values = model.predict(inputs)
        yield "prediction", values if values.ndim == 1 else values[:, -1]
        for name, step in zip(targets, values.T, strict=True) if values.ndim == 2 else ():
            yield f"prediction_{name.removeprefix(STEP)}", step
        return
    probability = model.predict_proba(inputs)
    yield "prediction", model.classes_[np.argmax(probability, axis=1)]
    for number, name in enumerate(model.classes_):
        yield f"p_{name}", probability[:, number]

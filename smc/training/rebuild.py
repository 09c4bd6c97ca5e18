"""A finished run's events and folds, made again from its own configuration and bars."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smc.config.instantiate import instantiate
from smc.config.saved_config import usable_config, without_side_effects
from smc.cv.plan import SplitPlan
from smc.errors import DataError, ResultsError
from smc.evaluation.predictions import answer_columns
from smc.explanation.contributions import evenly_spread
from smc.explanation.model_inputs import as_array
from smc.fingerprint import bars_fingerprint
from smc.pipeline import FoldPipeline
from smc.results import KeptBars, Run
from smc.training.components import Components
from smc.training.cross_fit import OUT_OF_FOLD, CrossFitter
from smc.training.dataset import Dataset
from smc.training.prepare import cached_dataset
from smc.training.tuning import as_found
from smc.typing import Config, FloatArray, IntArray

#: Difference of a prediction that another processor may make.
SAME = 1e-6
#: Inputs that an explanation may draw from.
N_KNOWN = 1000


@dataclass(frozen=True)
class Rebuilt:
    """The events of a run, and what its folds are.

    Attributes
    ----------
    config
        The run's, with what smc did not have yet when it was made switched off.
    plan
        As the run saved it.
    """

    run: Run
    config: Config
    components: Components
    bars: dict[str, pd.DataFrame]
    data: Dataset
    plan: SplitPlan

    @property
    def learned(self) -> IntArray:
        """Positions of the events that the saved model learned from."""
        return self.plan.train if self.config["final"] == "train" else self.plan.development

    def inputs(self, model: FoldPipeline, positions: IntArray) -> FloatArray:
        """Return what a model looks at for some events: rows (n, f), or windows (n, lookback, f)."""
        return as_array(self.data.inputs(positions, model.lookback))

    def known(self, model: FoldPipeline) -> FloatArray:
        """Return inputs of events that the saved model learned from, evenly spread where there are many."""
        return self.inputs(model, evenly_spread(self.learned, N_KNOWN))

    def fold_models(self, on_progress: Callable[[str], None]) -> Iterator[tuple[FoldPipeline, IntArray]]:
        """Fit each fold again; give its model with the positions of the events that it is tested on.

        Raises
        ------
        ResultsError
            There are no folds, or one no longer predicts what the run says.
        """
        config = self.config
        if not self.plan.folds or OUT_OF_FOLD not in set(self.run.predictions["part"]):
            raise ResultsError(f"run {self.run.run_id} has no out-of-fold predictions: nothing to shuffle")
        fitter = CrossFitter(
            self.data,
            self.components.pipeline,
            final=config["final"],
            sample_weight=config["sample_weight"],
        )
        tuned = as_found(self.run.record.get("tuning") or (), fitter, self.plan)
        fitter, folds = tuned.fitter, tuned.plan.folds
        for number, fold in enumerate(folds):
            on_progress(f"{fold.name} of {len(folds)}")
            model = fitter.fit_whole(fold.train, fold.name).model
            self._check(fitter.predict(model, fold.test, OUT_OF_FOLD, number), number)
            yield model, fold.test

    def _check(self, again: pd.DataFrame, number: int) -> None:
        """Raise ResultsError unless a fold predicts what it did."""
        table = self.run.predictions
        before = table[(table["part"] == OUT_OF_FOLD) & (table["fold"] == number)]
        keys = ["symbol", "event"] if "symbol" in before else ["event"]
        before, again = pd.DataFrame(before).sort_values(keys), again.sort_values(keys)
        columns = [name for name in answer_columns(again) if name in before]
        same = len(before) == len(again) and np.allclose(
            before[columns].to_numpy(dtype=np.float64),
            again[columns].to_numpy(dtype=np.float64),
            rtol=0.0,
            atol=SAME * max(1e-12, float(np.abs(before[columns].to_numpy(dtype=np.float64)).max(initial=0))),
        )
        if not same:
            raise ResultsError(
                f"fold {number} of run {self.run.run_id} predicts something else today, so its importances "
                f"would not be the run's: python -m smc.reproduce {self.run.run_id} says what changed"
            )


def rebuild(run: Run, output: str | Path, on_progress: Callable[[str], None] = lambda _: None) -> Rebuilt:
    """Make the events of a finished run again.

    Raises
    ------
    DataError
        The data have changed, and the bars of then are not kept.
    ResultsError
        The events come out differently: code or libraries have changed.
    """
    on_progress("bars")
    config, _ = usable_config(run.config)
    bars = _bars(run, config["data"], output)
    components = Components.from_config(without_side_effects(config))
    on_progress("features, labels (the first time, they are compiled)")
    data = cached_dataset(bars, components, Path(output))
    plan = run.plan
    if not np.array_equal(plan.spans, data.spans):
        raise ResultsError(
            f"the events of run {run.run_id} come out differently today: python -m smc.reproduce "
            f"{run.run_id} says what changed"
        )
    return Rebuilt(run, config, components, bars, data, plan)


def components_of(run: Run) -> Components:
    """Build the objects of a run again, but for those whom it told."""
    return components_from(run.config)


def components_from(saved: Config) -> Components:
    """Build the objects of a saved configuration again, but for those whom it told.

    What a run made before smc had some group or key did not know is switched off (`usable_config`).
    """
    config, _ = usable_config(saved)
    return Components.from_config(without_side_effects(config))


def _bars(run: Run, source: Config, output: str | Path) -> dict[str, pd.DataFrame]:
    """Return the bars that the run was made of: those kept, else those of the source if they are the same."""
    prints = run.fingerprints
    kept, bars = KeptBars(str(output), prints), {}
    for symbol, expected in prints.items():
        if kept.has(symbol):
            bars[symbol] = kept.load(symbol)
            continue
        bars[symbol] = instantiate(source, "data").load(symbol)
        if bars_fingerprint(bars[symbol]) != expected:
            raise DataError(
                f"{symbol}: the data have changed since run {run.run_id}, and its bars are not kept under "
                f"{output} (runs keep theirs unless keep_bars=false): train it again"
            )
    return bars

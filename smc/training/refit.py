"""A trial fitted for deployment, on all of its events: no new choice, and no figures claimed for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smc import results
from smc.errors import ResultsError
from smc.pipeline import FoldPipeline
from smc.results import Run
from smc.training.baseline import baseline_of
from smc.training.cross_fit import TRAIN_FIT, CrossFitter
from smc.training.rebuild import Rebuilt, rebuild
from smc.training.record import last_training_bar
from smc.training.tuning import as_found
from smc.typing import IntArray

#: What the fit for deployment is called.
DEPLOYED_FIT = "fit on all events"


@dataclass(frozen=True)
class Refit:
    """What a trial gave for deployment.

    Attributes
    ----------
    model
        None: the run's own saved model serves.
    baseline
        Fitted on the same events.
    """

    model: FoldPipeline | None
    baseline: FoldPipeline
    n_events: int
    last_training_bar: pd.Timestamp


def refit(run: Run, output: str | Path, on_progress: Callable[[str], None] = lambda _: None) -> Refit:
    """Fit a run's configuration on train, val and test, as its saved model was fitted on train and val.

    Rounds are those at which the train fit stops, scaled by rows; parameters that a search found are taken
    from the record. The train fit is made again for that: it looks at nothing that it had not seen.

    Raises
    ------
    DataError
        The bars of the run are not to be had any more.
    ResultsError
        Its events come out differently today, or code of one's own has changed.
    """
    rebuilt = _rebuilt(run, output, on_progress)
    fitter, everything = _fitter(rebuilt), np.arange(len(rebuilt.data.events))
    tuned = as_found(run.record.get("tuning") or (), fitter, rebuilt.plan).fitter
    on_progress(TRAIN_FIT)
    train_fit = tuned.fit_whole(rebuilt.plan.train, TRAIN_FIT)
    on_progress(DEPLOYED_FIT)
    fitted = tuned.for_refit(train_fit, len(everything)).fit_whole(everything, DEPLOYED_FIT)
    return _result(rebuilt, fitted.model, everything)


def as_is(run: Run, output: str | Path, on_progress: Callable[[str], None] = lambda _: None) -> Refit:
    """Take a run's own saved model for deployment, and fit the baseline on the events that it learned from.

    Raises
    ------
    DataError, ResultsError
        As `refit` does.
    """
    rebuilt = _rebuilt(run, output, on_progress)
    return _result(rebuilt, None, rebuilt.learned)


def _rebuilt(run: Run, output: str | Path, on_progress: Callable[[str], None]) -> Rebuilt:
    rebuilt = rebuild(run, output, on_progress)
    config = {**run.config, "paths": {**run.config["paths"], "output": str(output)}}
    today = results.identify(config, data_hash=run.record["data_hash"]).trial
    if today != run.record.get("trial_hash"):
        raise ResultsError(
            f"run {run.run_id} is another trial today: code of your own, or a file that it reads, has "
            "changed; undo the change, or train and select again"
        )
    return rebuilt


def _fitter(rebuilt: Rebuilt) -> CrossFitter:
    return CrossFitter(
        rebuilt.data,
        rebuilt.components.pipeline,
        sample_weight=rebuilt.config["sample_weight"],
        watches=rebuilt.components.fit_watches,
    )


def _result(rebuilt: Rebuilt, model: FoldPipeline | None, learned: IntArray) -> Refit:
    baseline = baseline_of(_fitter(rebuilt), rebuilt.components.labels.task).fit_whole(learned, DEPLOYED_FIT)
    last = last_training_bar(rebuilt.bars, rebuilt.data, learned)
    return Refit(model, baseline.model, len(learned), last)

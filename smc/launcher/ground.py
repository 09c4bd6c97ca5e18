"""What decides on the events that a run is judged by, looked at once for all jobs that share it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from smc.config.job import Job
from smc.launcher.loaded_bars import LoadedBars
from smc.training.components import Components
from smc.training.prepare import PreparedData, prepare
from smc.training.registration import development_of
from smc.typing import LabelTask

#: Parts of a configuration that decide on it.
PARTS = ("data", "features", "events", "labels", "cv", "split", "symbol", "side", "structure")


@dataclass(frozen=True)
class Ground:
    """The events of a job, in a few figures.

    Attributes
    ----------
    symbols
        Of the job, in its order.
    n_independent
        By symbol, the sum of the out-of-fold events' uniqueness.
    development
        First and last bar of the events before the test part.
    """

    task: LabelTask
    symbols: tuple[str, ...]
    n_independent: Mapping[str, float]
    development: tuple[pd.Timestamp, pd.Timestamp]
    split_hash: str
    two_sided: bool


class Grounds:
    """Prepare the data of each job as its run will; features are cached on the way.

    The jobs must come as `smc.launcher.loaded_bars.by_bars` orders them.

    Attributes
    ----------
    bars
        That were loaded so far.
    """

    def __init__(self, bars: LoadedBars) -> None:
        self.bars = bars
        self._known: dict[str, Ground | None] = {}

    def of(self, job: Job) -> Ground | None:
        """Return what a job stands on; None where its events cannot be had: its run will say why."""
        key = json.dumps({name: job.config[name] for name in PARTS}, sort_keys=True, default=str)
        if key not in self._known:
            self._known[key] = self._look(job)
        return self._known[key]

    def _look(self, job: Job) -> Ground | None:
        try:
            return self.look(job)
        except Exception:  # noqa: BLE001 - whatever a class of one's own raises, the run meets it again
            return None

    def look(self, job: Job) -> Ground:
        """Return what a job stands on; whatever its run would raise, is."""
        components, bars = Components.from_config(job.config), self.bars.load(job.config)
        return _ground(prepare(components, bars, job.config, Path(job.config["paths"]["output"])))


def _ground(prepared: PreparedData) -> Ground:
    tested = [fold.test for fold in prepared.plan.folds]
    events = prepared.data.events
    out_of_fold = events.iloc[np.unique(np.concatenate(tested))] if tested else events.iloc[:0]
    return Ground(
        prepared.task,
        tuple(prepared.bars),
        out_of_fold.groupby("symbol")["weight"].sum().to_dict(),
        development_of(prepared),
        prepared.plan.hash,
        prepared.plan.is_two_sided,
    )

"""What an earlier run's search chose, for one that begins with it (`tune.start_from`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
import pandas as pd

from smc.cv.plan import SplitPlan
from smc.errors import ConfigError, ResultsError
from smc.interfaces import Tuner
from smc.results import load_run
from smc.results.locate import locate
from smc.results.record import TuningOrigin
from smc.training.prepare import PreparedData
from smc.training.registration import bounds_of
from smc.training.tuning import Told
from smc.typing import Bars, Config


@dataclass(frozen=True)
class EarlierSearch:
    """The parameters that a run chose, and how far its search had looked.

    Attributes
    ----------
    looked_until
        Open of the last bar that a label looked at by its search, or by those that it started from.
    """

    run_id: str
    params: Mapping[str, Any]
    looked_until: pd.Timestamp

    @classmethod
    def asked(cls, config: Config) -> Self | None:
        """Read the run that a configuration starts from; None if it starts from none.

        Raises
        ------
        ConfigError
            There is no such run, it cannot be read, or what it chose is of no use here.
        """
        name = config["tune"].get("start_from")
        if name is None:
            return None
        try:
            run = load_run(locate(name, config["paths"]["output"]))
            record, before = run.record, run.config["model"]["_target_"]
        except (ResultsError, KeyError, TypeError) as error:
            said = str(error) if isinstance(error, ResultsError) else f"run {name} has no model on record"
            raise ConfigError(f"tune.start_from: {said}") from error
        searches, origin = record.get("tuning"), record.get("tuning_origin")
        if not searches:
            raise ConfigError(
                f"tune.start_from: run {run.run_id} looked for no parameters; name one that did, by tune=tpe"
            )
        if not origin:
            raise ConfigError(
                f"tune.start_from: run {run.run_id} does not say how far its search had looked, since an "
                "earlier smc made it; train it again and name that run"
            )
        now = config["model"]["_target_"]
        if before != now:
            raise ConfigError(
                f"tune.start_from: run {run.run_id} chose parameters of {before.rpartition('.')[2]}, and "
                f"this model is {now.rpartition('.')[2]}; name a run of the same model"
            )
        earlier = cls._read(run.run_id, searches[-1].get("params"), origin.get("looked_until"))
        earlier._check_space(config["space"])
        return earlier

    @classmethod
    def on_record(cls, origin: TuningOrigin | None) -> Self | None:
        """Return what a finished run had started from, as its own record has it."""
        if not origin or origin["run_id"] is None:
            return None
        return cls._read(origin["run_id"], origin["params"], origin["looked_until"])

    @classmethod
    def _read(cls, run_id: str, params: object, looked_until: object) -> Self:
        try:
            stamp = cast(pd.Timestamp, pd.Timestamp(str(looked_until)).tz_convert("UTC"))
        except (ValueError, TypeError) as error:
            raise ConfigError(
                f"tune.start_from: run {run_id} does not say how far it looked: {looked_until!r}"
            ) from error
        if not isinstance(params, Mapping) or not params:
            raise ConfigError(f"tune.start_from: run {run_id} has no parameters on record")
        return cls(run_id, params, stamp)

    def _check_space(self, space: Mapping[str, Any]) -> None:
        from smc.tune.space import flat, path_of

        where = flat(space)
        unknown = [name for name in self.params if where.get(name) is None]
        if unknown:
            raise ConfigError(
                f"tune.start_from: run {self.run_id} chose {', '.join(unknown)}, where this search does not "
                f"look; add +{path_of(unknown[0])}.low= and .high=, or start from another run"
            )

    def check_before(self, first: pd.Timestamp) -> None:
        """Refuse to start from a search that looked at what is to be evidence.

        Raises
        ------
        ConfigError
            It did.
        """
        if self.looked_until >= first:
            raise ConfigError(
                f"tune.start_from: the search of run {self.run_id}, or one that it started from, looked at "
                f"bars up to {self.looked_until:%Y-%m-%d %H:%M}, and the evidence here begins on "
                f"{first:%Y-%m-%d %H:%M}: it would be judged on what it was chosen on; start from a search "
                "on earlier bars, or from none"
            )


def in_full(config: Config, earlier: EarlierSearch | None) -> Config:
    """Return a configuration that names the run that it starts from by its whole id, as its own id has it."""
    if earlier is None:
        return config
    return {**config, "tune": {**config["tune"], "start_from": earlier.run_id}}


def evidence_begins(tuner: Tuner, prepared: PreparedData) -> pd.Timestamp:
    """Return the open of the first bar of an event that a run of a tuned model is judged on."""
    folds = _folds_of(tuner, prepared.plan)
    tested = [fold.test for fold in folds] or [prepared.plan.val]
    return bounds_of(prepared.bars, prepared.data.events.iloc[np.unique(np.concatenate(tested))])[0]


def origin_of(told: Told, events: pd.DataFrame, bars: Bars, earlier: EarlierSearch | None) -> TuningOrigin:
    """Say how far the searches of a run looked, with those that they started from."""
    looked = np.unique(np.concatenate(told.looked))
    until = bounds_of(bars, events.iloc[looked])[1]
    if earlier is None:
        return {"looked_until": until.isoformat(), "run_id": None, "params": None}
    until = max(until, earlier.looked_until)
    return {"looked_until": until.isoformat(), "run_id": earlier.run_id, "params": dict(earlier.params)}


def _folds_of(tuner: Tuner, plan: SplitPlan) -> tuple[Any, ...]:
    if tuner.scope == "fold":
        return tuple(plan.folds)
    from smc.tune.block import TuningBlock

    return TuningBlock.of(plan).folds

"""A part that is asked about, and what it is asked on: drawn bars and rows, and a run of its own."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc import results
from smc.config.check import check_config, target_problems
from smc.config.compose import compose
from smc.config.instantiate import instantiate, locate
from smc.errors import ConfigError
from smc.features.feature_set import FeatureSet
from smc.features.laws import random_walk
from smc.laws.calibrators import drawn_answers
from smc.laws.evaluations import Tables, drawn_predictions
from smc.laws.fresh import fresh_modules
from smc.laws.labels import Relabelling
from smc.laws.models import drawn_rows
from smc.parts.kinds import Kind
from smc.results.own_code import own_modules
from smc.training.own_laws import quiet
from smc.training.run import train
from smc.typing import Config, FloatArray, IntArray, Spans

#: Bars on which laws are tried, beyond the warm-up of a family.
N_BARS = 1000
#: A run of a few seconds, of every group's cheapest option.
QUICK = (
    *(
        "data=simulated",
        "data.n_bars=1800",
        "symbol=S01",
        "features=daily",
        "labels=direction",
        "cv.n_splits=2",
    ),
    *("events.last=150", "model=logistic", "reg=baseline", "aug=none", "monitor=none", "keep_bars=false"),
)
#: What a watch over a run is shown of it: the figures of one symbol.
RECORD = (
    *("task", "history", "out_of_fold_metrics", "val_metrics", "test_metrics", "financial_metrics"),
    *(
        "val_financial_metrics",
        "test_financial_metrics",
        "baseline_metrics",
        "metrics_by_regime",
        "intervals",
    ),
)
#: What the quick run needs besides, for a part of a kind to be asked at all.
AT_WORK = {
    "watch": ("model=xgboost", "model.n_estimators=8"),
    "callback": ("model=mlp", "model.max_epochs=3", "model.hidden_dims=[8]"),
}


@dataclass(frozen=True, eq=False)
class Subject:
    """A class of one's own, held to the laws of its kind.

    Attributes
    ----------
    target
        Dotted path of the class.
    arguments
        Of its constructor.
    given_bars
        On which laws of features, events and labels are tried; None: a random walk.
    """

    kind: Kind
    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    given_bars: pd.DataFrame | None = None

    @property
    def node(self) -> Config:
        """What a configuration would say of it."""
        return {"_target_": self.target, **self.arguments}

    @cached_property
    def cls(self) -> type:
        """The class itself."""
        return locate(self.target)

    def check_arguments(self) -> None:
        """Raise ConfigError unless the constructor takes the arguments."""
        if problems := list(target_problems("", self.node)):
            raise ConfigError("\n".join(line.lstrip(".") for line in problems))
        instantiate(self.node)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[Any]:
        """Build it anew, of modules that are imported anew, as laws are asked of it: a family in a set."""
        with fresh_modules(own_modules(self.node)), quiet():
            part = instantiate(self.node)
            yield FeatureSet({self.kind.name: part}) if self.kind.entry == "families" else part

    @cached_property
    def warm_up(self) -> int:
        """Bars at the start that a family asks for."""
        with self.fresh() as part:
            return int(getattr(part, "warm_up", 0))

    @cached_property
    def bars(self) -> pd.DataFrame:
        """Hourly bars of a walk on which nothing can be known, unless bars were given."""
        if self.given_bars is not None:
            return self.given_bars
        n_bars = N_BARS + (self.warm_up if self.kind.entry == "families" else 0)
        index = pd.date_range("2020-01-01", periods=n_bars, freq="h", tz="UTC", name="time")
        return random_walk(index, np.random.default_rng(0))

    @cached_property
    def features(self) -> pd.DataFrame:
        """The features of the bars, as the default option has them."""
        columns = instantiate(compose(["features=default", "data=simulated"])["features"])
        return columns.compute(self.bars)

    @cached_property
    def events(self) -> IntArray:
        """Positions of every fifth bar."""
        return np.arange(50, len(self.bars), 5, dtype=np.int64)

    @cached_property
    def side(self) -> IntArray:
        """Long and short by turns, three events each."""
        return np.where(np.arange(len(self.events)) // 3 % 2, -1, 1)

    @contextlib.contextmanager
    def relabelling(self) -> Iterator[Relabelling]:
        """Ask a label again and again about the same events."""
        with self.fresh() as labels:
            yield Relabelling(labels, self.bars, self.events, self.side)

    @cached_property
    def spans(self) -> Spans:
        """Spans of labels that overlap, of many lengths."""
        start = np.cumsum(np.random.default_rng(0).integers(1, 6, 400))
        return np.column_stack([start, start + np.random.default_rng(1).integers(3, 20, 400)])

    @cached_property
    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows (n, 6), and a number a row that they tell."""
        return drawn_rows()

    @cached_property
    def classed_rows(self) -> tuple[np.ndarray, np.ndarray]:
        """The same rows, and one of two unequal classes a row."""
        X, score = self.rows
        return X, (score > 1).astype(np.int64)

    @cached_property
    def probabilities(self) -> tuple[FloatArray, IntArray]:
        """Probabilities, and the column of what happened."""
        return drawn_answers()

    @cached_property
    def predictions(self) -> Tables:
        """Predictions of all parts on the bars."""
        return drawn_predictions(self.bars)

    @cached_property
    def quick_config(self) -> Config:
        """The configuration of a quick run, without the part."""
        return compose([*QUICK, *AT_WORK.get(self.kind.name, ())])

    @cached_property
    def config(self) -> Config:
        """The same with it, at its place."""
        config = dict(self.quick_config)
        if self.kind.entry:
            group = config[self.kind.group]
            entries = {**group[self.kind.entry], self.kind.name: self.node}
            config[self.kind.group] = {**group, self.kind.entry: entries}
        else:
            config[self.kind.group] = self.node
        return {**config, "symbol": None} if self.kind.group == "data" else config

    @cached_property
    def records(self) -> dict[str, Any]:
        """Records of a symbol: of a run, and of one in which nothing was measured."""
        record = _quick_record()
        sick = {**record, "history": {**record["history"], "train_val_gap": 0.6}}
        unknown = {key: None for key in record if key.endswith("_metrics")}
        empty = {**record, **unknown, "history": dict.fromkeys(record["history"])}
        return {"a run": record, "a run that memorises": sick, "a run without figures": empty}


@contextlib.contextmanager
def quick_run(config: Config) -> Iterator[results.Run]:
    """Carry out a run in a folder and a ledger of its own, which are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="smc-check-") as folder, quiet():
        paths = {**config["paths"], "output": str(Path(folder, "outputs")), "min_free_mb": 0.0}
        ledger = {
            **config["ledger"],
            "output": paths["output"],
            "url": str(Path(folder, "ledger.sqlite")),
        }
        check_config({**config, "paths": paths, "ledger": ledger})
        outcome = train({**config, "paths": paths, "ledger": ledger})
        yield results.load_run(outcome.folder)


@cache
def _quick_record() -> dict[str, Any]:
    with quick_run(compose(QUICK)) as run:
        return {key: run.record[key] for key in RECORD if key in run.record}

"""What is audited: one composed run on one symbol."""

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from smc.audit.procedure import ComposedRun, OwnPipeline, Procedure, Scored
from smc.cv.base import PurgedSplitter
from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.errors import ConfigError, SplitError
from smc.interfaces import Splitter
from smc.laws.labels import Relabelling
from smc.training.components import Components
from smc.training.dataset import Dataset, check_fit, event_side, make_dataset, traded
from smc.training.prepare import symbols_of
from smc.typing import Config, IntArray, OnProgress, Spans

#: Bars beyond the warm-up in which features, events and labels are tampered with.
STRETCH_SIZE = 3000
#: Most events, the latest, and most folds, first and last among them, on which a pipeline is refitted.
N_EVENTS, N_FOLDS = 1500, 5


@dataclass(frozen=True)
class Chain:
    """What is known at each bar: features of every bar, the events after the warm-up, and their sides."""

    features: pd.DataFrame
    events: IntArray
    side: IntArray


@dataclass(frozen=True)
class AuditedRun:
    """A composed run that can be carried out again, on other bars, events or labels.

    Attributes
    ----------
    procedure
        From labelled events to predictions.
    n_draws
        Refits of each null.
    n_cuts
        Cut-offs of `future` and `labels`.
    """

    config: Config
    components: Components
    symbol: str
    bars: pd.DataFrame
    procedure: Procedure
    n_draws: int = 20
    n_cuts: int = 40

    @cached_property
    def data(self) -> Dataset:
        """Labelled events of all bars."""
        return self.dataset(self.bars)

    @cached_property
    def plan(self) -> SplitPlan:
        """Their splits, as the run's splitter makes them."""
        return self.plan_of(self.data)

    @cached_property
    def recent(self) -> Dataset:
        """The latest of them, on which the pipeline is refitted."""
        return most_recent(self.data, N_EVENTS)

    @cached_property
    def recent_plan(self) -> SplitPlan:
        """Splits of the latest events."""
        return self.plan_of(self.recent, n_folds=N_FOLDS)

    @cached_property
    def real(self) -> list[Scored]:
        """What the procedure makes of the latest events."""
        return self.procedure.predict(self.recent, self.recent_plan)

    @cached_property
    def stretch(self) -> pd.DataFrame:
        """The most recent bars, enough for the warm-up and `STRETCH_SIZE` more."""
        return self.bars.iloc[-(self.warm_up + STRETCH_SIZE) :]

    @cached_property
    def relabelling(self) -> Relabelling:
        """The label class, asked about the events of the stretch."""
        chain = self.chain(self.stretch)
        return Relabelling(self.components.labels, self.stretch, chain.events, chain.side)

    @property
    def warm_up(self) -> int:
        """Bars at the start that have no settled features."""
        return int(self.components.features.warm_up)

    def chain(self, bars: pd.DataFrame) -> Chain:
        """Compute what a decision may rest on, from a copy of the bars, whatever a class of your own does."""
        features = self.components.features.compute(bars.copy())
        events = self.components.events.compute(bars.copy(), features)
        known = traded(bars, events[events >= self.warm_up])
        return Chain(features, known, event_side(bars.copy(), known, features, self.components))

    def dataset(self, bars: pd.DataFrame) -> Dataset:
        """Label the events of a copy of some bars."""
        compute = self.components.features.compute
        return make_dataset({self.symbol: bars.copy()}, self.components, lambda own: compute(own.copy()))

    def plan_of(self, data: Dataset, *, n_folds: int | None = None) -> SplitPlan:
        """Split events as the run would, but without refusing what leaks; no folds where they are too few.

        ``n_folds`` keeps so many of them, evenly spread.
        """
        outer = SplitPlan.from_spans(data.spans, None, **self.config["split"])
        development = outer.development
        labels = data.events["label"].to_numpy()[development]
        try:
            folds = cut_folds(self.components.cv, data.spans[development], labels)
        except SplitError:
            folds = []
        if n_folds is not None and len(folds) > n_folds:
            folds = [folds[at] for at in np.linspace(0, len(folds) - 1, n_folds).astype(int)]
        return replace(outer, folds=tuple(fold.at(development) for fold in folds))


def cut_folds(cv: Splitter, spans: Spans, labels: np.ndarray) -> list[Fold]:
    """Let any splitter cut its folds; one of smc as a run does, another by scikit-learn's ``split``."""
    if isinstance(cv, PurgedSplitter):
        return list(cv.folds(spans))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*groups.*")  # a splitter that does not look at spans
        folds = list(cv.split(np.zeros((len(spans), 1)), labels, groups=spans))
    return [
        Fold(f"fold {number}", np.asarray(train, dtype=np.int64), np.asarray(test, dtype=np.int64), 0)
        for number, (train, test) in enumerate(folds)
    ]


def most_recent(data: Dataset, n_events: int) -> Dataset:
    """Keep the last events only."""
    events = data.events.iloc[-n_events:].reset_index(drop=True)
    return replace(data, rows=data.rows[-n_events:], events=events, spans=data.spans[-n_events:])


def load_audited_run(
    config: Config,
    on_progress: OnProgress = lambda _: None,
    *,
    n_draws: int = 20,
    n_cuts: int = 40,
    max_bars: int = 15_000,
    pipeline: str | None = None,
) -> AuditedRun:
    """Build the objects of a configuration and load the bars of its symbol.

    Parameters
    ----------
    on_progress
        Told what is being done.
    max_bars
        The most recent bars are audited, so that long histories take no longer.
    pipeline
        Dotted path of a pipeline of your own, see `smc.audit.procedure.OwnPipeline`.

    Raises
    ------
    ConfigError
        More than one symbol, or features or labels that do not fit the bars.
    """
    on_progress("bars")
    components = Components.from_config(config)
    symbols = symbols_of(config, components.data)
    if len(symbols) > 1:
        raise ConfigError(f"symbol: an audit looks at one symbol, got {symbols}; audit them one by one")
    (symbol,) = symbols
    bars = components.data.load(symbol)
    check_fit(symbol, bars.iloc[-max_bars:], components.features, components.labels.horizon)
    sample_weight = config["sample_weight"]
    procedure = (
        OwnPipeline(pipeline)
        if pipeline
        else ComposedRun(components.pipeline, config["final"], sample_weight)
    )
    return AuditedRun(config, components, symbol, bars.iloc[-max_bars:], procedure, n_draws, n_cuts)

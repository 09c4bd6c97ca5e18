"""Which classes of one's own a run is made of, and which laws each of them breaks on the run's own bars."""

import contextlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, cast

import numpy as np
import pandas as pd

from smc.blame import described
from smc.config.instantiate import instantiate
from smc.cv.base import PurgedSplitter
from smc.features.feature_set import FeatureSet
from smc.laws.events import event_faults
from smc.laws.fault import Fault
from smc.laws.features import feature_faults
from smc.laws.fresh import fresh_modules
from smc.laws.labels import own_label_faults
from smc.laws.splits import account_faults, fold_faults
from smc.results.identity import NOT_OF_RUN
from smc.results.own_code import own_modules, own_targets
from smc.training.prepare import PreparedData
from smc.typing import Config, IntArray

#: Bars beyond the warm-up, and latest events, on which laws are tried: it takes seconds.
STRETCH_SIZE, N_EVENTS = 1500, 300
#: Of these events the stretch holds so many at least, however far they lie apart.
MIN_EVENTS = 30
#: Besides what only watches a run: what makes bars is known by the bars.
NOT_JUDGED = (*NOT_OF_RUN, "data")


@dataclass(frozen=True)
class OwnPart:
    """A class of one's own in a configuration.

    Attributes
    ----------
    place
        Dotted path of its node.
    node
        Its ``_target_`` and arguments.
    """

    place: str
    node: Config

    @property
    def name(self) -> str:
        """Dotted path of the class."""
        return self.node["_target_"]

    @property
    def group(self) -> str:
        """Group that it stands in."""
        return self.place.partition(".")[0]


def own_parts(config: Config) -> list[OwnPart]:
    """Find the classes of one's own that a run is made of, the outermost ones."""
    return list(_own_parts({name: node for name, node in config.items() if name not in NOT_JUDGED}, ""))


def build_anew(part: OwnPart) -> None:
    """Import and build a class once more, so that files which it opens meanwhile are seen."""
    with contextlib.suppress(Exception), quiet(), fresh_modules(own_modules(part.node)):
        instantiate(part.node)


def broken_laws(part: OwnPart, config: Config, prepared: PreparedData) -> list[str]:
    """Return what a class breaks, a sentence each; nothing of one that no law is about.

    A class that fails on altered bars cannot be told to keep its laws.
    """
    with quiet():
        try:
            return [fault.sentence for fault in _faults(part, config, prepared)]
        except Exception as error:  # noqa: BLE001 - whatever a class of one's own raises, the run goes on
            return [f"its laws could not be tried: {described(error)}"]


@dataclass(frozen=True)
class _Tried:
    """The latest bars of a run's first symbol, and what the run makes of them."""

    prepared: PreparedData
    warm_up: int

    @cached_property
    def events(self) -> pd.DataFrame:
        """The latest labelled events."""
        events = self.prepared.data.events
        return events[events["symbol"] == self.symbol].iloc[-N_EVENTS:]

    @property
    def symbol(self) -> str:
        """The first symbol."""
        return next(iter(self.prepared.bars))

    @cached_property
    def first(self) -> int:
        """Position of the first bar that is tried."""
        events = self.events["event"].to_numpy()
        newest = len(self.prepared.bars[self.symbol]) - STRETCH_SIZE
        return max(0, min(newest, int(events[-min(len(events), MIN_EVENTS)])) - self.warm_up)

    @property
    def bars(self) -> pd.DataFrame:
        """They themselves."""
        return self.prepared.bars[self.symbol].iloc[self.first :]

    @property
    def features(self) -> pd.DataFrame:
        """Their features, as the run has them."""
        rows = self.prepared.data.bars.iloc[self.first : self.first + len(self.bars)]
        return rows.set_axis(self.bars.index)

    @property
    def asked(self) -> tuple[IntArray, IntArray]:
        """Events that lie in them, by position, and their sides."""
        event, side = (self.events[name].to_numpy() for name in ("event", "side"))
        known = event >= self.first + self.warm_up
        return event[known] - self.first, side[known]


def _own_parts(value: Any, place: str) -> Iterator[OwnPart]:
    if isinstance(value, dict):
        if "_target_" in value and next(own_targets({"_target_": value["_target_"]}), None):
            yield OwnPart(place, value)
            return
        items: Iterable[tuple[object, Any]] = value.items()
    else:
        items = enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _own_parts(item, f"{place}.{key}" if place else str(key))


def _faults(part: OwnPart, config: Config, prepared: PreparedData) -> Iterator[Fault]:
    fresh = partial(_built, part, config)
    if part.group == "cv":
        yield from _split_faults(fresh, prepared)
    if part.group not in ("features", "events", "labels"):
        return
    with fresh() as built:
        warm_up = int(getattr(built, "warm_up", 0))
    tried = _Tried(prepared, warm_up)
    if part.group == "features":
        yield from feature_faults(fresh, tried.bars)
    elif part.group == "events":
        yield from event_faults(fresh, tried.bars, tried.features)
    else:
        yield from own_label_faults(fresh, tried.bars, *tried.asked)


def _split_faults(fresh: Any, prepared: PreparedData) -> Iterator[Fault]:
    plan = prepared.plan
    for fold in plan.splits:
        yield from fold_faults(fold, plan.spans)
    with fresh() as cv:
        if plan.folds:
            yield from account_faults(cast(PurgedSplitter, cv), plan.folds)


@contextlib.contextmanager
def _built(part: OwnPart, config: Config) -> Iterator[Any]:
    """Build what the laws of a class are asked of: a family in a set of its own, else its whole group."""
    family = part.place.removeprefix("features.families.")
    is_family = part.group == "features" and part.place != family and "." not in family
    with fresh_modules(own_modules(config[part.group])):
        yield FeatureSet({family: instantiate(part.node)}) if is_family else instantiate(config[part.group])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Leave no trace: random numbers go on as if nothing was drawn, and wild bars warn of nothing."""
    state = np.random.get_state()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(state)

"""What comes before any fit: the labelled events of a run, and how they are split."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from smc import results
from smc.config.suggest import as_text
from smc.cv.base import PurgedSplitter
from smc.cv.fold import Fold
from smc.cv.plan import SplitPlan
from smc.errors import ConfigError, SmcError, SplitError
from smc.features.cache import FeatureCache
from smc.fingerprint import bars_fingerprint, content_hash
from smc.interfaces import DataSource, Splitter
from smc.results.about import asked_symbols
from smc.results.own_code import own_targets
from smc.training.components import Components
from smc.training.dataset import Dataset, check_fit, make_dataset
from smc.training.once import Last
from smc.typing import Bars, Config, LabelTask


@dataclass(frozen=True)
class PreparedData:
    """Bars, the events that were labelled on them, and their split.

    Attributes
    ----------
    cv_failure
        Why there are no folds; None if there are.
    """

    bars: Bars
    data: Dataset
    plan: SplitPlan
    cv_failure: str | None
    task: LabelTask

    @property
    def can_trade(self) -> bool:
        """Whether no event was left out for how it ended, see `Dataset.can_trade`."""
        return self.data.can_trade


@contextmanager
def recorded(
    store: results.RunStore, config: Config, *, unless: type[SmcError] | tuple[()] = ()
) -> Iterator[None]:
    """Record what ends a run before its bars are known, a bug in a class of your own too.

    It stands under an id of its own, since without data a run has none.

    Parameters
    ----------
    unless
        Errors that are raised as they are.
    """
    try:
        yield
    except unless:
        raise
    except Exception:
        run_id = results.run_id(config, data_hash=None, seed=config["seed"])
        claimed = store.claim(run_id, retry="failed", about=results.about(config))
        with results.place_errors(store.output), claimed:
            raise


def symbols_of(config: Mapping[str, Any], data: DataSource) -> list[str]:
    """Return the symbols of a run: those that its configuration names, or the first that the data have.

    Raises
    ------
    ConfigError
        An empty pool, one that names a symbol twice, or all symbols, which make a sweep and no run.
    """
    if config["symbol"] is None:
        return _first(data.symbols())
    symbols = asked_symbols(config)
    if config["symbol"] == "all":
        raise ConfigError(
            "symbol=all is a sweep over all symbols: add -m, or name a pool, symbol=[A,B]; the one symbol of "
            "that name is symbol=[all]"
        )
    if not symbols or len(set(symbols)) < len(symbols):
        raise ConfigError(f"symbol: a pool needs symbols that differ, got {symbols}; null is the first one")
    return symbols


def _first(symbols: Sequence[str]) -> list[str]:
    """Return the first symbol, unless one is called as the word that stands for the first."""
    for name in symbols:
        if name.lower() == "null":
            raise ConfigError(
                f"symbol=null is the first symbol, {symbols[0]}, and there is one called {name}: name the "
                f"one that is meant, {as_text('symbol', symbols[0])} or {as_text('symbol', name)}"
            )
    return list(symbols[:1])


def load_bars(components: Components, config: Config) -> Bars:
    """Load the bars of the run's symbols, and check that its features and labels fit into them."""
    bars = {symbol: components.data.load(symbol) for symbol in symbols_of(config, components.data)}
    for symbol, own in bars.items():
        check_fit(symbol, own, components.features, components.labels.horizon)
    return bars


#: Events of the run before: a sweep asks for those of a symbol many times, one after another.
_events: Last[Dataset] = Last()
#: Splits of these events.
_splits: Last[tuple[SplitPlan, str | None]] = Last()


def prepare(components: Components, bars: Bars, config: Config, output: Path) -> PreparedData:
    """Label the events of the bars, and split them; what the run before asked for too is not made again.

    Classes of one's own are asked each time: what they give may depend on more than configuration and bars.
    """
    of_events = {name: config[name] for name in ("features", "events", "labels", "side")}
    of_splits = {name: config[name] for name in ("cv", "split")}
    prints = [(symbol, bars_fingerprint(own)) for symbol, own in bars.items()]
    data = _events.get(
        content_hash([str(output.resolve()), prints, of_events]),
        lambda: cached_dataset(bars, components, output),
        again=any(own_targets(of_events)),
    )
    plan, cv_failure = _splits.get(
        (data, content_hash(of_splits)),
        lambda: make_plan(data, components, config["split"]),
        again=any(own_targets(of_splits)),
    )
    return PreparedData(bars, data, plan, cv_failure, components.labels.task)


def cached_dataset(bars: Bars, components: Components, output: Path) -> Dataset:
    """Make the events of the bars; their features are read from the cache if they stand there."""
    cache = FeatureCache(output / "cache" / "features")
    return make_dataset(bars, components, partial(cache.compute, components.features))


def make_plan(
    data: Dataset, components: Components, sizes: Mapping[str, Any]
) -> tuple[SplitPlan, str | None]:
    """Split the events; where a fold is too small or of one class, leave the folds out and say why.

    Raises
    ------
    SplitError
        Not even the outer split can be had, or not one fold: a strategy that no event count of the run
        satisfies is a mistake, and a run that ends well without what was asked for would hide it.
    """
    cv, task = components.cv, components.labels.task
    try:
        return _checked_plan(data, cv, task, sizes), None
    except SplitError as failure:
        plan = _checked_plan(data, None, task, sizes)
        if not any(_can_learn(data, fold, task, sizes["min_train_size"]) for fold in _folds(plan, cv)):
            raise SplitError(
                f"no fold can be cut from the {len(plan.development)} events before the test part (of "
                f"{len(data.events)}): {failure}; use more events, or a cv of fewer or smaller parts"
            ) from failure
        return plan, str(failure)


def _folds(plan: SplitPlan, cv: Splitter) -> Sequence[Fold]:
    """Return the folds that a splitter cuts, some too small, or none if there are too few events for it."""
    purged = cast(PurgedSplitter, cv)  # a plan takes no other
    try:
        return [fold.at(plan.development) for fold in purged.folds(plan.spans[plan.development])]
    except SplitError:
        return []


def _can_learn(data: Dataset, fold: Fold, task: LabelTask, min_train_size: int) -> bool:
    """Tell whether the training rows of a fold are enough, and of more than one class."""
    n_classes = data.events["label"].iloc[fold.train].nunique()
    return len(fold.train) >= min_train_size and (task == "regression" or n_classes > 1)


def _checked_plan(data: Dataset, cv: Splitter | None, task: LabelTask, sizes: Mapping[str, Any]) -> SplitPlan:
    plan = SplitPlan.from_spans(data.spans, cv, **sizes)
    if task == "classification":
        plan.check_classes(data.events["label"])
    return plan

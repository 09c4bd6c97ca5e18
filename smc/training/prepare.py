"""What comes before any fit: the labelled events of a run, and how they are split."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smc import results
from smc.cv.plan import SplitPlan
from smc.errors import ConfigError, SmcError, SplitError
from smc.features.cache import FeatureCache
from smc.results.about import asked_symbols
from smc.training.components import Components
from smc.training.dataset import Dataset, check_fit, label_events, pool
from smc.typing import Bars, Config


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
        with store.claim(run_id, retry="failed", about=results.about(config)):
            raise


def symbols_of(config: Mapping[str, Any], data: Any) -> list[str]:
    """Return the symbols of a run: those that its configuration names, or the first that the data have.

    Raises
    ------
    ConfigError
        An empty pool, one that names a symbol twice, or all symbols, which make a sweep and no run.
    """
    if config["symbol"] is None:
        return data.symbols()[:1]
    symbols = asked_symbols(config)
    if config["symbol"] == "all":
        raise ConfigError("symbol=all is a sweep over all symbols: add -m, or name a pool, symbol=[A,B]")
    if not symbols or len(set(symbols)) < len(symbols):
        raise ConfigError(f"symbol: a pool needs symbols that differ, got {symbols}; null is the first one")
    return symbols


def load_bars(parts: Components, config: Config) -> Bars:
    """Load the bars of the run's symbols, and check that its features and labels fit into them."""
    bars = {symbol: parts.data.load(symbol) for symbol in symbols_of(config, parts.data)}
    for symbol, each in bars.items():
        check_fit(symbol, each, parts.features, parts.labels.horizon)
    return bars


def prepare(parts: Components, bars: Bars, config: Config, output: Path) -> PreparedData:
    """Label the events of the bars, and split them."""
    data = make_dataset(bars, parts, output)
    return PreparedData(bars, data, *make_plan(data, parts, config["split"]))


def make_dataset(bars: Bars, parts: Components, output: Path) -> Dataset:
    """Compute or read the features of each symbol, label its events, and pool them."""
    cache = FeatureCache(output / "cache" / "features")
    labelled = {}
    for symbol, each in bars.items():
        features = cache.compute(parts.features, each)
        labelled[symbol] = (each, label_events(each, features, parts.features.warm_up, parts))
    return pool(labelled)


def make_plan(data: Dataset, parts: Components, sizes: Mapping[str, Any]) -> tuple[SplitPlan, str | None]:
    """Split the events; where the folds cannot be had, leave them out and say why.

    Raises
    ------
    SplitError
        Not even the outer split can be had.
    """
    try:
        return _checked_plan(data, parts.cv, parts.labels.task, sizes), None
    except SplitError as failure:
        return _checked_plan(data, None, parts.labels.task, sizes), str(failure)


def _checked_plan(data: Dataset, cv: Any, task: str, sizes: Mapping[str, Any]) -> SplitPlan:
    plan = SplitPlan.from_spans(data.spans, cv, **sizes)
    if task == "classification":
        plan.check_classes(data.events["label"])
    return plan

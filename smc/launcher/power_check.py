"""What a sweep can find out at all, told before its first fit."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from smc import results, stats
from smc.config.job import Job
from smc.edge import edge_as_correlation
from smc.errors import SmcError
from smc.launcher.loaded_bars import LoadedBars
from smc.ledger import Ledger
from smc.training.components import Components
from smc.training.prepare import cached_dataset, make_plan
from smc.typing import LabelTask

#: What decides on the events that a run is judged by.
GROUND = ("data", "features", "events", "labels", "cv", "split", "symbol", "side")
#: An edge in accuracy that is worth a sweep, and seldom larger on real markets.
WORTHWHILE = 0.10


@dataclass
class SymbolPower:
    """Out-of-fold events of one symbol, and the configurations that they are to tell apart.

    Attributes
    ----------
    n_independent
        The sum of the events' uniqueness; that of the fewest, where configurations differ in their events.
    trials
        Configurations of the sweep, and those that the ledger counts already; seeds are no trials.
    task
        Which says what an edge is: of a classification accuracy above the baseline's, of a regression the
        correlation of forecast and return.
    """

    n_independent: float = np.inf
    trials: set[str] = field(default_factory=set)
    task: LabelTask = "classification"

    @property
    def edge(self) -> float:
        """The smallest edge that can be told from luck."""
        detectable = stats.detectable_edge if self.task == "classification" else stats.detectable_correlation
        return detectable(self.n_independent, len(self.trials))

    @property
    def worthwhile(self) -> float:
        """An edge that is worth a sweep: `WORTHWHILE`, or the correlation that names signs so much better."""
        return WORTHWHILE if self.task == "classification" else edge_as_correlation(WORTHWHILE)

    @property
    def n_affordable(self) -> int:
        """Configurations that may be compared if the edge is worthwhile and no larger."""
        if self.task == "classification":
            return stats.affordable_trials(self.n_independent, self.worthwhile)
        return stats.affordable_for_correlation(self.n_independent, self.worthwhile)


class PowerCheck:
    """Count events and trials of each symbol of a sweep, by task; features are cached on the way.

    What is tried of a symbol counts for either task. A job whose events cannot be had is left out: its run
    will say why.
    """

    def __init__(self, bars: LoadedBars) -> None:
        self._bars = bars
        self._by_task: dict[tuple[LabelTask, str], SymbolPower] = {}
        self._by_ground: dict[str, tuple[LabelTask, list[str], dict[str, float]]] = {}

    def add(self, job: Job) -> None:
        """Count a job among the trials of its symbols."""
        ground = json.dumps({name: job.config[name] for name in GROUND}, sort_keys=True, default=str)
        if ground not in self._by_ground:
            self._by_ground[ground] = self._independent_events(job)
        task, symbols, worth = self._by_ground[ground]
        for symbol, n_independent in worth.items():
            power = self._by_task.setdefault((task, symbol), SymbolPower(task=task))
            power.n_independent = min(power.n_independent, n_independent)
            power.trials.add(results.seedless_hash({**job.config, "symbol": symbols}))

    def by_task(self, ledger: Ledger) -> dict[tuple[LabelTask, str], SymbolPower]:
        """Return what each symbol can show; trials that a ledger counts are among its own, if it answers."""
        if not self._by_task:
            return {}
        try:
            trials: dict[str, set[str]] = (
                ledger.trials().groupby("symbol")["seedless_hash"].agg(set).to_dict()
            )
        except SmcError:
            trials = {}
        for (_, symbol), power in self._by_task.items():
            trials[symbol] = trials.get(symbol, set()) | power.trials
        return {
            (task, symbol): replace(power, trials=trials[symbol])
            for (task, symbol), power in self._by_task.items()
        }

    def _independent_events(self, job: Job) -> tuple[LabelTask, list[str], dict[str, float]]:
        """Return task and symbols of a job, and by symbol the sum of the out-of-fold events' uniqueness."""
        try:
            components = Components.from_config(job.config)
            bars = self._bars.load(job.config)
            data = cached_dataset(bars, components, Path(job.config["paths"]["output"]))
            plan, _ = make_plan(data, components, job.config["split"])
        except Exception:  # noqa: BLE001 - whatever a class of one's own raises, the run meets it again
            return "classification", [], {}
        tested = [fold.test for fold in plan.folds]
        events = data.events.iloc[np.unique(np.concatenate(tested))] if tested else data.events.iloc[:0]
        worth = events.groupby("symbol")["weight"].sum().to_dict()
        return components.labels.task, list(bars), worth


def sentences(power: Iterable[SymbolPower]) -> Iterator[str]:
    """Say what the events can show with so many trials, and how many they bear, for each task."""
    by_task: dict[LabelTask, list[SymbolPower]] = {}
    for symbol in power:
        by_task.setdefault(symbol.task, []).append(symbol)
    for task, symbols in by_task.items():
        if max(len(symbol.trials) for symbol in symbols) >= 2:
            yield from _of_task(task, symbols)


def _of_task(task: LabelTask, symbols: Sequence[SymbolPower]) -> Iterator[str]:
    n_trials = _range([len(symbol.trials) for symbol in symbols])
    worth = _range([symbol.n_independent for symbol in symbols])
    edges = [symbol.edge for symbol in symbols]
    if task == "classification":
        small = f"an edge under {_range([100 * edge for edge in edges])} points of accuracy"
        enough, needed = f"an edge of {100 * WORTHWHILE:g} points", stats.needed_events(WORTHWHILE, 1)
    else:
        small = f"a correlation of forecast and return under {_range(edges, digits=2)}"
        correlation = symbols[0].worthwhile
        enough, needed = f"a correlation of {correlation:.2f}", stats.needed_for_correlation(correlation, 1)
    yield (
        f"{n_trials} configurations a symbol on out-of-fold events worth {worth} independent ones: "
        f"{small} cannot be told from luck"
    )
    if any(symbol.edge > symbol.worthwhile for symbol in symbols):
        bear = _range([symbol.n_affordable for symbol in symbols])
        yield (
            f"for {enough} these events bear {bear} configurations "
            f"({needed} independent events bear one); fewer, chosen beforehand, or more events show more"
        )


def _range(values: Sequence[float], digits: int = 0) -> str:
    low, high = (f"{value:.{digits}f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"

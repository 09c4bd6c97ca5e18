"""What a sweep can find out at all, told before its first fit."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from smc import results, stats
from smc.config.job import Job
from smc.errors import SmcError
from smc.launcher.loaded_bars import LoadedBars
from smc.ledger import Ledger
from smc.training.components import Components
from smc.training.prepare import cached_dataset, make_plan

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
    """

    n_independent: float = np.inf
    trials: set[str] = field(default_factory=set)

    @property
    def edge(self) -> float:
        """The smallest edge in accuracy that can be told from luck."""
        return stats.detectable_edge(self.n_independent, len(self.trials))

    @property
    def n_affordable(self) -> int:
        """Configurations that may be compared if the edge is worthwhile and no larger."""
        return stats.affordable_trials(self.n_independent, WORTHWHILE)


class PowerCheck:
    """Count events and trials of each symbol that a sweep classifies; features are cached on the way.

    A job whose events cannot be had is left out: its run will say why.
    """

    def __init__(self, bars: LoadedBars) -> None:
        self._bars = bars
        self._by_symbol: dict[str, SymbolPower] = {}
        self._by_ground: dict[str, tuple[list[str], dict[str, float]]] = {}

    def add(self, job: Job) -> None:
        """Count a job among the trials of its symbols."""
        ground = json.dumps({name: job.config[name] for name in GROUND}, sort_keys=True, default=str)
        if ground not in self._by_ground:
            self._by_ground[ground] = self._independent_events(job)
        symbols, worth = self._by_ground[ground]
        for symbol, n_independent in worth.items():
            power = self._by_symbol.setdefault(symbol, SymbolPower())
            power.n_independent = min(power.n_independent, n_independent)
            power.trials.add(results.seedless_hash({**job.config, "symbol": symbols}))

    def by_symbol(self, ledger: Ledger) -> dict[str, SymbolPower]:
        """Return what each symbol can show; trials that a ledger counts are among its own, if it answers."""
        if not self._by_symbol:
            return {}
        try:
            counted = ledger.trials().groupby("symbol")["seedless_hash"].agg(set).to_dict()
        except SmcError:
            counted = {}
        return {
            symbol: SymbolPower(power.n_independent, power.trials | counted.get(symbol, set()))
            for symbol, power in self._by_symbol.items()
        }

    def _independent_events(self, job: Job) -> tuple[list[str], dict[str, float]]:
        """Return the symbols of a job, and by symbol the sum of the out-of-fold events' uniqueness.

        There are none of a regression, which has no accuracy.
        """
        try:
            components = Components.from_config(job.config)
            if components.labels.task != "classification":
                return [], {}
            bars = self._bars.load(job.config)
            data = cached_dataset(bars, components, Path(job.config["paths"]["output"]))
            plan, _ = make_plan(data, components, job.config["split"])
        except Exception:  # noqa: BLE001 - whatever a class of one's own raises, the run meets it again
            return [], {}
        tested = [fold.test for fold in plan.folds]
        events = data.events.iloc[np.unique(np.concatenate(tested))] if tested else data.events.iloc[:0]
        return list(bars), events.groupby("symbol")["weight"].sum().to_dict()


def sentences(power: dict[str, SymbolPower]) -> Iterator[str]:
    """Say what the events can show with so many trials, and how many they bear."""
    if not power or max(len(symbol.trials) for symbol in power.values()) < 2:
        return
    symbols = list(power.values())
    n_trials = _range([len(symbol.trials) for symbol in symbols])
    worth = _range([symbol.n_independent for symbol in symbols])
    edges = _range([100 * symbol.edge for symbol in symbols])
    yield (
        f"{n_trials} configurations a symbol on out-of-fold events worth {worth} independent ones: "
        f"an edge under {edges} points of accuracy cannot be told from luck"
    )
    if any(symbol.edge > WORTHWHILE for symbol in symbols):
        bear, needed = _range([symbol.n_affordable for symbol in symbols]), stats.needed_events(WORTHWHILE, 1)
        yield (
            f"for an edge of {100 * WORTHWHILE:g} points these events bear {bear} configurations "
            f"({needed} independent events bear one); fewer, chosen beforehand, or more events show more"
        )


def _range(values: Sequence[float]) -> str:
    low, high = (f"{value:.0f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"

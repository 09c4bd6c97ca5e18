"""What a sweep can find out at all, told before its first fit."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from smc import results, stats
from smc.config.job import Job
from smc.errors import SmcError
from smc.launcher.bars import LoadedBars
from smc.ledger import Ledger
from smc.training.components import Components
from smc.training.prepare import make_dataset, make_plan

#: What decides on the events that a run is judged by.
GROUND = ("data", "features", "events", "labels", "cv", "split", "symbol", "side")
#: An edge in accuracy that is worth a sweep, and seldom larger on real markets.
WORTHWHILE = 0.10


@dataclass
class Evidence:
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


class EvidenceAhead:
    """Count events and trials of each symbol that a sweep classifies; features are cached on the way.

    A job whose events cannot be had is left out: its run will say why.
    """

    def __init__(self, bars: LoadedBars) -> None:
        self._bars = bars
        self._found: dict[str, Evidence] = {}
        self._known: dict[str, tuple[list[str], dict[str, float]]] = {}

    def add(self, job: Job) -> None:
        """Count a job among the trials of its symbols."""
        ground = json.dumps({name: job.config[name] for name in GROUND}, sort_keys=True, default=str)
        if ground not in self._known:
            self._known[ground] = self._independent_events(job)
        symbols, worth = self._known[ground]
        for symbol, n_independent in worth.items():
            evidence = self._found.setdefault(symbol, Evidence())
            evidence.n_independent = min(evidence.n_independent, n_independent)
            evidence.trials.add(results.seedless_hash({**job.config, "symbol": symbols}))

    def by_symbol(self, ledger: Ledger) -> dict[str, Evidence]:
        """Return the evidence, with what a ledger counts already; one out of reach counts none."""
        if not self._found:
            return {}
        try:
            counted = ledger.trials().groupby("symbol")["seedless_hash"].agg(set).to_dict()
        except SmcError:
            counted = {}
        return {
            symbol: Evidence(each.n_independent, each.trials | counted.get(symbol, set()))
            for symbol, each in self._found.items()
        }

    def _independent_events(self, job: Job) -> tuple[list[str], dict[str, float]]:
        """Return the symbols of a job, and by symbol the sum of the out-of-fold events' uniqueness.

        There are none of a regression, which has no accuracy.
        """
        try:
            parts = Components.from_config(job.config)
            if parts.labels.task != "classification":
                return [], {}
            bars = self._bars.load(job.config)
            data = make_dataset(bars, parts, Path(job.config["paths"]["output"]))
            plan, _ = make_plan(data, parts, job.config["split"])
        except Exception:  # noqa: BLE001 - whatever a class of one's own raises, the run meets it again
            return [], {}
        tested = [fold.test for fold in plan.folds]
        events = data.events.iloc[np.unique(np.concatenate(tested))] if tested else data.events.iloc[:0]
        return list(bars), events.groupby("symbol")["weight"].sum().to_dict()


def sentences(evidence: dict[str, Evidence]) -> Iterator[str]:
    """Say what the events can show with so many trials, and how many they bear."""
    if not evidence or max(len(each.trials) for each in evidence.values()) < 2:
        return
    every = list(evidence.values())
    n_trials = _range([len(each.trials) for each in every])
    worth = _range([each.n_independent for each in every])
    edges = _range([100 * each.edge for each in every])
    yield (
        f"{n_trials} configurations a symbol on out-of-fold events worth {worth} independent ones: "
        f"an edge under {edges} points of accuracy cannot be told from luck"
    )
    if any(each.edge > WORTHWHILE for each in every):
        bear, needed = _range([each.n_affordable for each in every]), stats.needed_events(WORTHWHILE, 1)
        yield (
            f"for an edge of {100 * WORTHWHILE:g} points these events bear {bear} configurations "
            f"({needed} independent events bear one); fewer, chosen beforehand, or more events show more"
        )


def _range(values: Sequence[float]) -> str:
    low, high = (f"{value:.0f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"

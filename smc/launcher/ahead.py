"""What a sweep can find out at all, told before its first fit."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from smc import results, stats
from smc.config import instantiate
from smc.config.job import Job
from smc.errors import SmcError
from smc.parts import Parts
from smc.prepared import make_dataset, make_plan
from smc.symbols import symbols_of

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


def evidence_ahead(jobs: Sequence[Job]) -> dict[str, Evidence]:
    """Count events and trials of each symbol that a sweep classifies; features are cached on the way.

    A job whose events cannot be had is left out: its run will say why.
    """
    found: dict[str, Evidence] = {}
    known: dict[str, tuple[list[str], dict[str, float]]] = {}
    for job in jobs:
        ground = json.dumps({name: job.config[name] for name in GROUND}, sort_keys=True, default=str)
        if ground not in known:
            known[ground] = _independent_events(job)
        symbols, worth = known[ground]
        for symbol, n_independent in worth.items():
            evidence = found.setdefault(symbol, Evidence())
            evidence.n_independent = min(evidence.n_independent, n_independent)
            evidence.trials.add(results.seedless_hash({**job.config, "symbol": symbols}))
    for symbol, evidence in found.items():
        evidence.trials |= _counted_already(jobs[0], symbol)
    return found


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


def _independent_events(job: Job) -> tuple[list[str], dict[str, float]]:
    """Return the symbols of a job, and by symbol the sum of the out-of-fold events' uniqueness.

    There are none of a regression, which has no accuracy.
    """
    try:
        parts = Parts.from_config(job.config)
        if parts.labels.task != "classification":
            return [], {}
        bars = {symbol: parts.data.load(symbol) for symbol in symbols_of(job.config, parts.data)}
        data = make_dataset(bars, parts, Path(job.config["paths"]["output"]))
        plan, _ = make_plan(data, parts, job.config["split"])
    except SmcError:
        return [], {}
    tested = [fold.test for fold in plan.folds]
    events = data.events.iloc[np.unique(np.concatenate(tested))] if tested else data.events.iloc[:0]
    return list(bars), events.groupby("symbol")["weight"].sum().to_dict()


def _counted_already(job: Job, symbol: str) -> set[str]:
    """Return the configurations that the ledger counts for a symbol; here one out of reach counts none."""
    try:
        return set(instantiate(job.config["ledger"], "ledger").trials(symbol)["seedless_hash"])
    except SmcError:
        return set()


def _range(values: Sequence[float]) -> str:
    low, high = (f"{value:.0f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"

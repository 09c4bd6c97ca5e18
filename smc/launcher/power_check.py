"""What a sweep can find out at all, told before its first fit."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from smc import stats
from smc.edge import edge_as_correlation
from smc.launcher.ground import Ground
from smc.trials import Ledger
from smc.typing import LabelTask

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
    """Count events and trials of each symbol of a sweep, by task.

    What is tried of a symbol's market counts for either task.
    """

    def __init__(self) -> None:
        self._by_task: dict[tuple[LabelTask, str], SymbolPower] = {}

    def add(self, ground: Ground, trial: str) -> None:
        """Count a trial among those of its symbols."""
        for symbol, n_independent in ground.n_independent.items():
            power = self._by_task.setdefault((ground.task, symbol), SymbolPower(task=ground.task))
            power.n_independent = min(power.n_independent, n_independent)
            power.trials.add(trial)

    def by_task(self, ledger: Ledger, run_ids: Sequence[str]) -> dict[tuple[LabelTask, str], SymbolPower]:
        """Return what each symbol can show, with all trials that the ledger counts on its market.

        Parameters
        ----------
        run_ids
            Of the sweep's runs: they say which market a symbol is.
        """
        if not self._by_task:
            return {}
        rows = ledger.trials()
        own = rows.loc[rows["run_id"].isin(run_ids)]
        counted = _by_symbol(own, rows)
        return {
            (task, symbol): replace(power, trials=power.trials | counted.get(symbol, set()))
            for (task, symbol), power in self._by_task.items()
        }


def _by_symbol(own: pd.DataFrame, rows: pd.DataFrame) -> dict[Hashable, set[str]]:
    """Return the trials on the markets that each symbol is in the runs of a sweep."""
    trials = {market: set(tried) for market, tried in rows.groupby("market")["trial"]}
    markets = own.groupby("symbol")["market"].unique()
    return {symbol: set().union(*map(trials.__getitem__, names)) for symbol, names in markets.items()}


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

"""Which of a market's runs stand for a trial, which only repeat one, and which have told nothing."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from smc.trials.view import FAILED, KILLED


@dataclass(frozen=True)
class CountedRun:
    """A run of one symbol of a market, as it is counted; numbers are those of the ledger's events.

    Attributes
    ----------
    registered, position
        When it was registered, and its place among those that were registered with it.
    has_column
        Whether its evidence is kept.
    """

    run_id: str
    symbol: str
    trial: str
    seed: int
    version: str
    code_version: str
    bars: str
    round: int
    registered: int
    position: int
    started: int | None
    scored: int | None
    status: str
    has_column: bool

    @property
    def unit(self) -> str:
        """Name of the trial that it is a seed of: configuration, code and bars (16 hex digits)."""
        return unit(self)

    @property
    def order(self) -> tuple[int, int, str, str]:
        """Sorts seeds by when they were registered."""
        return self.registered, self.position, self.run_id, self.symbol


def unit(run: Any) -> str:
    """Return the name of the trial that a run, or its row, is a seed of."""
    parts = (run.trial, run.version, run.code_version, run.bars)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass
class Count:
    """What a market's runs come to.

    Attributes
    ----------
    columns
        The run that stands for each trial, and the round of the trial.
    repeats
        Further seeds that finished, by trial.
    """

    columns: list[tuple[CountedRun, int]] = field(default_factory=list)
    repeats: dict[str, list[CountedRun]] = field(default_factory=dict)
    n_untold: int = 0
    n_trials: int = 0


def count(
    runs: Iterable[CountedRun],
    lists: Mapping[str, AbstractSet[str]],
    contains: Mapping[str, AbstractSet[str]],
) -> Count:
    """Count the trials of one market.

    A trial is a configuration and code on given bars, whatever its seed. The first registered seed that
    finished stands for it; one registered before it that was scored and did not finish is untold. A trial
    without evidence is untold once a fold of it was scored, or if it waits in a list of which a fold of any
    job was scored, even one whose process went before it started; it does not count if it started and ended
    before that. Where the run that stands for the same trial on bars that continue these, or under a higher
    version of smc, has the seed of the run that stands here, nothing is left of it to count.

    Parameters
    ----------
    lists
        Ids of the runs that were registered together.
    contains
        Fingerprint of bars -> fingerprints of older bars that they hold and continue.
    """
    units: dict[str, list[CountedRun]] = {}
    for run in sorted(runs, key=lambda run: run.order):
        units.setdefault(run.unit, []).append(run)
    begun = _begun([run for seeds in units.values() for run in seeds], lists)
    superseded = _superseded(list(units.values()), contains)
    counted = Count()
    for trial, seeds in units.items():
        if trial not in superseded:
            _count_trial(trial, seeds, begun, counted)
    return counted


def _count_trial(trial: str, seeds: Sequence[CountedRun], begun: AbstractSet[str], counted: Count) -> None:
    told = [run for run in seeds if run.has_column]
    if told:
        started = [run.round for run in seeds if run.started is not None]
        counted.columns.append((told[0], max(started)))
        if told[1:]:
            counted.repeats[trial] = told[1:]
        before = seeds[: seeds.index(told[0])]
        counted.n_untold += sum(run.scored is not None for run in before)
    else:
        untold = any(run.scored is not None or _waits(run, begun) for run in seeds)
        counted.n_untold += untold
        counted.n_trials += untold
    counted.n_trials += bool(told)


def _waits(run: CountedRun, begun: AbstractSet[str]) -> bool:
    has_ended = run.started is not None and run.status in (FAILED, KILLED)
    return run.run_id in begun and not has_ended


def _begun(runs: Sequence[CountedRun], lists: Mapping[str, AbstractSet[str]]) -> set[str]:
    """Return the runs of the lists of which a fold of any job was scored."""
    scored = {run.run_id for run in runs if run.scored is not None}
    return {run_id for jobs in lists.values() if jobs & scored for run_id in jobs}


def _superseded(units: Sequence[Sequence[CountedRun]], contains: Mapping[str, AbstractSet[str]]) -> set[str]:
    """Return the trials that a newer vintage or version stands for, once its run of that seed has finished.

    Another seed does not: bars that are a bar longer would let one choose among seeds.
    """
    standing = [next((run for run in seeds if run.has_column), seeds[0]) for seeds in units]
    finished: dict[tuple[str, int], list[CountedRun]] = {}
    for run in standing:
        if run.has_column:
            finished.setdefault((run.trial, run.seed), []).append(run)
    return {
        run.unit
        for run in standing
        if any(_supersedes(newer, run, contains) for newer in finished.get((run.trial, run.seed), []))
    }


def _supersedes(newer: CountedRun, older: CountedRun, contains: Mapping[str, AbstractSet[str]]) -> bool:
    continues = older.bars in contains.get(newer.bars, ())
    is_higher = version_key(newer.version) > version_key(older.version)
    is_same = (newer.version, newer.code_version) == (older.version, older.code_version)
    return (is_higher and (continues or newer.bars == older.bars)) or (is_same and continues)


def version_key(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, which sort as versions do.

    >>> version_key("0.10.1") > version_key("0.9")
    True
    """
    return tuple(map(int, re.findall(r"\d+", version)))

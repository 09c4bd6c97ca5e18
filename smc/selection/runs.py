"""All finished runs under an output folder, read one after another, and what became of the others."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.errors import ResultsError
from smc.evaluation.predictions import BASELINE
from smc.ledger import Ledger
from smc.results import Run, RunStore, list_runs, load_run
from smc.results.return_scheme import SIMPLE
from smc.selection.candidate import Candidate, SymbolTrials
from smc.selection.candidates import candidates_of
from smc.selection.market import market_of
from smc.selection.sealed_test_log import SealedTestLog, sealed_events


@dataclass
class FinishedRuns:
    """The candidates of every symbol, and the runs that gave none.

    Attributes
    ----------
    candidates
        By symbol.
    folders
        Of the runs, by id.
    damaged
        ``folder`` and ``reason`` of those that are not what their manifest says.
    repeated
        Folders that hold a copy of a run.
    without_evidence
        ``run_id``, ``symbol`` and ``reason`` of those that have no out-of-fold predictions to be judged by.
    set_aside
        The same of those whose returns are of an earlier kind, where the symbol has runs of today's: trials
        that count, and that are not held against the others.
    """

    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    damaged: list[dict[str, str]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    without_evidence: list[dict[str, str]] = field(default_factory=list)
    set_aside: list[dict[str, str]] = field(default_factory=list)

    def add(self, run: Run) -> None:
        """Read what a selection needs of a run; its tables are let go of again."""
        if run.run_id in self.folders:
            self.repeated.append(run.path.name)
            return
        try:
            candidates = candidates_of(
                run.run_id,
                run.record,
                _with_baseline(run.predictions),
                run.returns,
                sealed=sealed_events(run.path),
            )
        except (KeyError, ValueError, OSError) as error:
            reason = f"{type(error).__name__}: {error}"
            self.damaged.append({"folder": run.path.name, "reason": f"cannot be judged: {reason}"})
            return
        self.folders[run.run_id] = run.path
        for candidate in candidates:
            symbol = candidate.identity.symbol
            self.candidates.setdefault(symbol, []).append(candidate)
            if candidate.out_of_fold is None or not len(candidate.out_of_fold.evidence):
                reason = "no out-of-fold evidence: " + (", ".join(candidate.notes) or "no folds were fitted")
                self.without_evidence.append({"run_id": run.run_id, "symbol": symbol, "reason": reason})

    def open_test(self, candidate: Candidate, test_log: SealedTestLog, by: str) -> Candidate:
        """Return the candidate with its test part; a sealed one is opened, which is written down first."""
        if not candidate.is_sealed or candidate.test is not None:
            return candidate
        symbol = candidate.identity.symbol
        test_log.record(candidate.run_id, symbol, by)
        run = load_run(self.folders[candidate.run_id])
        predictions, returns = run.sealed_tables()
        opened = candidates_of(candidate.run_id, run.record, _with_baseline(predictions), returns)
        return replace(candidate, test=next(run.test for run in opened if run.identity.symbol == symbol))

    def symbol_trials(self, ledger: Ledger, test_log: SealedTestLog) -> list[SymbolTrials]:
        """Return what was tried of each symbol, those too of which no run has finished."""
        trials = ledger.trials()
        symbols = sorted({*self.candidates, *trials["symbol"]})
        return [
            self._of_symbol(symbol, trials.take(np.flatnonzero(trials["symbol"] == symbol)), ledger, test_log)
            for symbol in symbols
        ]

    def _of_symbol(
        self, symbol: str, trials: pd.DataFrame, ledger: Ledger, test_log: SealedTestLog
    ) -> SymbolTrials:
        finished = self.candidates.get(symbol, [])
        n_known = len({run.identity.trial for run in finished if run.out_of_fold is not None})
        counted = ledger.count(symbol, _period(finished))
        candidates = self._of_one_scheme(symbol, finished)
        statuses = {str(name): int(n) for name, n in trials["status"].value_counts().sort_index().items()}
        market = market_of(
            symbol,
            candidates,
            n_trials=max(counted, n_known),
            statuses=statuses,
            registered=[str(name) for name in trials["trial_id"]],
            openings=test_log.openings(symbol, {run.run_id: run for run in finished}),
        )
        return SymbolTrials(symbol, candidates, market)

    def _of_one_scheme(self, symbol: str, candidates: list[Candidate]) -> list[Candidate]:
        """Leave out the runs of an earlier kind of returns if there are others: one panel, one kind."""
        of_today = [run for run in candidates if run.identity.return_scheme == SIMPLE]
        if not of_today:
            return candidates
        self.set_aside += [
            {
                "run_id": run.run_id,
                "symbol": symbol,
                "reason": "its returns are of the old kind: train it again",
            }
            for run in candidates
            if run.identity.return_scheme != SIMPLE
        ]
        return of_today


def read_runs(output: str | Path) -> FinishedRuns:
    """Read every finished run under an output folder; a damaged one is named and left out.

    The order of the folders does not matter, and a run that was copied under another name counts once.

    Raises
    ------
    ResultsError
        There is none.
    """
    runs = FinishedRuns()
    for run in _verified(output, runs.damaged):
        runs.add(run)
    if not runs.folders:
        damaged = f", but {len(runs.damaged)} damaged ones" if runs.damaged else ""
        raise ResultsError(f"no finished run under {output}{damaged}: python -m smc.train makes one")
    return runs


def runs_summary(runs: FinishedRuns, missing: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the manifest says of the runs."""
    return {
        "read": len(runs.folders),
        "damaged": sorted(runs.damaged, key=lambda run: run["folder"]),
        "missing": missing,
        "repeated": sorted(runs.repeated),
        "without_evidence": sorted(runs.without_evidence, key=lambda run: (run["symbol"], run["run_id"])),
        "set_aside": sorted(runs.set_aside, key=lambda run: (run["symbol"], run["run_id"])),
    }


def _verified(output: str | Path, damaged: list[dict[str, str]]) -> Iterator[Run]:
    for folder in list_runs(output):
        try:
            yield load_run(folder)
        except ResultsError as error:
            damaged.append({"folder": folder.name, "reason": str(error)})


def _with_baseline(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return predictions that say what the baseline said, too."""
    if len(predictions) and not any(str(name).startswith(BASELINE) for name in predictions):
        raise ValueError("its predictions lack the baseline's; it was made by an older version, run it again")
    return predictions


def _period(candidates: list[Candidate]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last bar of the out-of-fold evidence; None if there is none."""
    splits = [run.out_of_fold for run in candidates if run.out_of_fold is not None]
    if not splits:
        return None
    first = min(int(split.time[0]) for split in splits)
    last = max(int(np.max(split.end)) for split in splits)
    stamps: Any = pd.to_datetime([first, last], utc=True)
    return stamps[0], stamps[1]


def missing_runs(output: str | Path, there: Collection[str]) -> list[dict[str, Any]]:
    """Name the runs that the sweeps' lists (``sweeps/*.json``) ask for and that are not there.

    Of a run that several sweeps asked for the last one stands. A job whose bars could not be loaded has no
    run id; its failure is recorded under one of its own.
    """
    store, missing = RunStore(output), {}
    for path in sorted((Path(output) / "sweeps").glob("*.json")):
        for job in _jobs(path):
            run_id = job.get("run_id")
            if run_id in there:
                continue
            key = run_id or (path.name, job.get("job"))
            missing[key] = {
                "run_id": run_id,
                "symbol": job.get("symbol"),
                "model": job.get("model"),
                "overrides": job.get("overrides"),
                "state": store.state(run_id) if run_id else "unknown",
                "sweep": path.stem,
            }
    return list(missing.values())


def _jobs(path: Path) -> list[dict[str, Any]]:
    """Return the jobs of a list; none of one that cannot be read."""
    try:
        jobs = json.loads(path.read_bytes())["jobs"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [job for job in jobs if isinstance(job, dict)] if isinstance(jobs, list) else []

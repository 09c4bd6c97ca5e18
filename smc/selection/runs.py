"""All finished runs under an output folder, read one after another, and what became of the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.errors import ResultsError
from smc.evaluation.predictions import BASELINE
from smc.ledger import Ledger
from smc.results import Run, list_runs, load_run
from smc.selection.candidate import Candidate
from smc.selection.candidates import candidates_of
from smc.selection.symbol_trials import SymbolTrials
from smc.selection.test_access_log import TestAccessLog, is_sealed, sealed_tables


@dataclass
class Runs:
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
    """

    measure: str
    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    damaged: list[dict[str, str]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    without_evidence: list[dict[str, str]] = field(default_factory=list)

    def add(self, run: Run) -> None:
        """Read what a selection needs of a run; its tables are let go of again."""
        if run.run_id in self.folders:
            self.repeated.append(run.path.name)
            return
        try:
            found = candidates_of(
                run.run_id,
                run.record,
                _known(run.predictions),
                run.returns,
                self.measure,
                is_sealed=is_sealed(run.path),
            )
        except (KeyError, ValueError, OSError) as error:
            reason = f"{type(error).__name__}: {error}"
            self.damaged.append({"folder": run.path.name, "reason": f"cannot be judged: {reason}"})
            return
        self.folders[run.run_id] = run.path
        for each in found:
            symbol = each.identity.symbol
            self.candidates.setdefault(symbol, []).append(each)
            if each.out_of_fold is None or not len(each.out_of_fold.evidence):
                reason = "no out-of-fold evidence: " + (", ".join(each.notes) or "no folds were fitted")
                self.without_evidence.append({"run_id": run.run_id, "symbol": symbol, "reason": reason})

    def open_test(self, candidate: Candidate, openings: TestAccessLog, by: str) -> Candidate:
        """Return the candidate with its test part; a sealed one is opened, which is written down first."""
        if not candidate.is_sealed or candidate.test is not None:
            return candidate
        symbol = candidate.identity.symbol
        openings.record(candidate.run_id, symbol, by)
        run = load_run(self.folders[candidate.run_id])
        predictions, returns = sealed_tables(run.path)
        found = candidates_of(candidate.run_id, run.record, _known(predictions), returns, self.measure)
        return replace(candidate, test=next(each.test for each in found if each.identity.symbol == symbol))

    def tried(self, ledger: Ledger) -> list[SymbolTrials]:
        """Return what was tried of each symbol, those too of which no run has finished."""
        trials = ledger.trials()
        symbols = sorted({*self.candidates, *trials["symbol"]})
        return [
            self._tried(symbol, trials.take(np.flatnonzero(trials["symbol"] == symbol)), ledger)
            for symbol in symbols
        ]

    def _tried(self, symbol: str, trials: pd.DataFrame, ledger: Ledger) -> SymbolTrials:
        candidates = self.candidates.get(symbol, [])
        n_known = len({each.identity.trial for each in candidates if each.out_of_fold is not None})
        counted = ledger.count(symbol, _period(candidates))
        statuses = {str(name): int(n) for name, n in trials["status"].value_counts().sort_index().items()}
        return SymbolTrials(symbol, candidates, max(counted, n_known), statuses)


def read_runs(output: str | Path, measure: str) -> Runs:
    """Read every finished run under an output folder; a damaged one is named and left out.

    The order of the folders does not matter, and a run that was copied under another name counts once.

    Raises
    ------
    ResultsError
        There is none.
    """
    runs = Runs(measure)
    for run in _verified(output, runs.damaged):
        runs.add(run)
    if not runs.folders:
        found = f", but {len(runs.damaged)} damaged ones" if runs.damaged else ""
        raise ResultsError(f"no finished run under {output}{found}: python -m smc.train makes one")
    return runs


def account(runs: Runs, missing: list[dict[str, Any]]) -> Mapping[str, Any]:
    """Return what the manifest says of the runs."""
    return {
        "read": len(runs.folders),
        "damaged": sorted(runs.damaged, key=lambda each: each["folder"]),
        "missing": missing,
        "repeated": sorted(runs.repeated),
        "without_evidence": sorted(runs.without_evidence, key=lambda each: (each["symbol"], each["run_id"])),
    }


def _verified(output: str | Path, damaged: list[dict[str, str]]) -> Iterator[Run]:
    for folder in list_runs(output):
        try:
            yield load_run(folder)
        except ResultsError as error:
            damaged.append({"folder": folder.name, "reason": str(error)})


def _known(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return predictions that say what the baseline said, too."""
    if len(predictions) and not any(str(name).startswith(BASELINE) for name in predictions):
        raise ValueError("its predictions lack the baseline's; it was made by an older version, run it again")
    return predictions


def _period(candidates: list[Candidate]) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """Return the first and the last bar of the out-of-fold evidence; None if there is none."""
    parts = [each.out_of_fold for each in candidates if each.out_of_fold is not None]
    if not parts:
        return None
    first = min(int(part.time[0]) for part in parts)
    last = max(int(np.max(part.end)) for part in parts)
    stamps: Any = pd.to_datetime([first, last], utc=True)
    return stamps[0], stamps[1]

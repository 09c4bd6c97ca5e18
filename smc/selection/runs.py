"""All finished runs under an output folder, read one after another, and what became of the others."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from smc.errors import PlaceError, ResultsError
from smc.evaluation.predictions import BASELINE
from smc.evaluation.rows import AnyRows
from smc.outside.regular_file import read_json
from smc.results import Run, RunStore, list_runs, load_run
from smc.results.manifest import RUN_ID
from smc.results.opened_scores import SCORES
from smc.results.own_code import own_targets
from smc.results.plain import to_plain
from smc.results.return_scheme import SIMPLE, is_of_today
from smc.results.run import SEALED_EVENTS, reading
from smc.selection.candidate import Candidate, SymbolTrials
from smc.selection.candidates import candidates_of
from smc.selection.facts import RunFacts, plain, remembered
from smc.selection.family import families
from smc.selection.remembered import RememberedRuns, state_of
from smc.selection.verdict import Verdict
from smc.trials import Head, Ledger

#: Why a run whose folder holds together is left out all the same.
CHANGED = "it was changed after the ledger had been told of it: run it again"


class ChangedRunError(ResultsError):
    """A run that is read in full is not what was judged."""


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
    heads
        Event of the ledger that registered a run, by id.
    digests
        Hash of a run's list of files when it was read, by id.
    """

    candidates: dict[str, list[Candidate]] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    damaged: list[dict[str, str]] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    without_evidence: list[dict[str, str]] = field(default_factory=list)
    set_aside: list[dict[str, str]] = field(default_factory=list)
    heads: dict[str, Head] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def read(self, folder: Path, known: RememberedRuns) -> None:
        """Take in what a selection needs of a run folder; its tables are let go of again.

        A folder that is remembered is not opened. One that is damaged, or cannot be judged, is named.
        """
        state = state_of(folder)
        facts = known.recall(folder, state)
        if facts is not None and self._add(folder, facts):
            return
        try:
            run = load_run(folder)
        except PlaceError:
            raise  # what could be read a moment later would be judged a moment later
        except ResultsError as error:
            self.damaged.append({"folder": folder.name, "reason": str(error)})
            return
        if run.run_id in self.folders:
            self.repeated.append(folder.name)
            return
        try:
            facts = _facts(run)
        except PlaceError:
            raise
        except ResultsError as error:
            self.damaged.append({"folder": folder.name, "reason": f"cannot be judged: {error}"})
            return
        if self._add(folder, facts):
            known.keep(folder, state, facts)

    def _add(self, folder: Path, facts: RunFacts) -> bool:
        """Take in the facts of a run; not those that are none (False)."""
        try:
            run_id, digest = facts["run_id"], facts["digest"]
            head = Head(*facts["head"]) if facts["head"] else None
            candidates = [
                remembered(own, partial(self._in_full, run_id, own["identity"]["symbol"]))
                for own in facts["candidates"]
            ]
        except (KeyError, TypeError, ValueError):
            return False
        if run_id in self.folders:
            self.repeated.append(folder.name)
            return True
        self.folders[run_id], self.digests[run_id] = folder, digest
        if head:
            self.heads[run_id] = head
        for candidate in candidates:
            symbol = candidate.identity.symbol
            self.candidates.setdefault(symbol, []).append(candidate)
            if candidate.out_of_fold is None or not candidate.out_of_fold.n_events:
                reason = "no out-of-fold evidence: " + (", ".join(candidate.notes) or "no folds were fitted")
                self.without_evidence.append({"run_id": run_id, "symbol": symbol, "reason": reason})
        return True

    def check(self, verdict: Verdict) -> None:
        """Read the run that a verdict rests on in full: it is what was judged.

        Raises
        ------
        ChangedRunError
            It is not.
        """
        if verdict.candidate is not None:
            self._in_full(verdict.candidate.run_id, verdict.symbol)

    def _in_full(self, run_id: str, symbol: str) -> Candidate:
        """Return a candidate with all of its events, from a folder every byte of which was checked."""
        return self._verified(run_id, symbol)[1]

    def _verified(self, run_id: str, symbol: str) -> tuple[Run, Candidate]:
        folder = self.folders[run_id]
        try:
            run = load_run(folder)
            with reading(folder):
                found = [candidate for candidate in _candidates(run) if candidate.identity.symbol == symbol]
        except PlaceError:
            raise
        except ResultsError as error:
            raise ChangedRunError(_changed(folder)) from error
        judged = [own for own in self.candidates[symbol] if own.run_id == run_id]
        is_same = run.digest == self.digests[run_id] and list(map(plain, found)) == list(map(plain, judged))
        if not is_same:
            raise ChangedRunError(_changed(folder))
        return run, found[0]

    def open_test(self, candidate: Candidate, ledger: Ledger, by: str) -> Candidate:
        """Return the candidate with its test part; a sealed one is opened, which the ledger is told first."""
        if not candidate.is_sealed or candidate.test is not None:
            return candidate
        symbol, (time, end) = candidate.identity.symbol, candidate.test_events
        if end is None:
            return candidate
        run, _ = self._verified(candidate.run_id, symbol)
        part = (run.record.get("test_part") or {}).get(symbol)
        if part and part["last"]:  # exact; a run of before 0.3 dates the bars of its events alone
            end = pd.to_datetime(part["last"], utc=True)
        start = pd.to_datetime(int(time.min()), utc=True)
        ledger.open_test(candidate.run_id, symbol, start, end, by)
        predictions, returns = run.sealed_tables()
        opened = candidates_of(candidate.run_id, run.record, _with_baseline(predictions), returns)
        return replace(candidate, test=next(run.test for run in opened if run.identity.symbol == symbol))

    def keep_figures(self, verdict: Verdict, ledger: Ledger) -> None:
        """Write down what was seen of the test part that a verdict rests on; what was seen first stands."""
        test, candidate = verdict.evidence.get("test"), verdict.candidate
        if test is None or candidate is None:
            return
        scores = load_run(self.folders[candidate.run_id]).sealed_figures().get(verdict.symbol)
        ledger.opened_figures(candidate.run_id, verdict.symbol, {**to_plain(test)[0], SCORES: scores})

    def symbol_trials(self, ledger: Ledger, output: Path) -> list[SymbolTrials]:
        """Return what was tried of each symbol, those too of which no run has finished.

        Symbols are those of the folder's runs. Everything that was tried on a symbol's market is there,
        whatever folder or name it was tried under. Where one name is several markets, that of the newest
        bars is judged.
        """
        rows, markets = ledger.trials(), ledger.markets()
        self._leave_out_changed(rows)
        own = rows.loc[rows["run_id"].isin(list(self.folders)) | (rows["output"] == str(output.resolve()))]
        of_symbols = {str(symbol): of_symbol for symbol, of_symbol in own.groupby("symbol")}
        market_of = {symbol: _newest(of_symbol, markets) for symbol, of_symbol in of_symbols.items()}
        family_of = families(markets, ledger.last_p_values(), set(market_of.values()))
        symbols = []
        for symbol, market in market_of.items():
            is_simulated = bool(markets.at[market, "simulated"])
            symbols.append(
                SymbolTrials(
                    symbol,
                    self._candidates_of(symbol, market, of_symbols[symbol]),
                    ledger.market_trials(market),
                    is_simulated,
                    family_of[is_simulated],
                )
            )
        return symbols

    def _candidates_of(self, symbol: str, market: str, rows: pd.DataFrame) -> list[Candidate]:
        """Return the runs of a symbol on the market that is judged, with the trials that the ledger names."""
        trial_of = dict(zip(rows["run_id"], rows["trial"], strict=True))
        here = set(rows.loc[rows["market"] == market, "run_id"])
        candidates = []
        for run in self.candidates.get(symbol, []):
            if run.run_id in here:
                identity = replace(run.identity, trial=trial_of[run.run_id])
                candidates.append(replace(run, identity=identity))
            else:
                reason = "its bars are another market under the same name"
                self.set_aside.append({"run_id": run.run_id, "symbol": symbol, "reason": reason})
        return self._of_one_scheme(symbol, candidates)

    def _leave_out_changed(self, rows: pd.DataFrame) -> None:
        """Leave out runs whose folder is not what the ledger was told of when it was committed."""
        digests = dict(zip(rows["run_id"], rows["digest"], strict=True))
        for run_id, folder in list(self.folders.items()):
            expected = digests.get(run_id)
            if isinstance(expected, str) and self.digests[run_id] not in expected.split():
                del self.folders[run_id]
                self.damaged.append({"folder": folder.name, "reason": CHANGED})
                for symbol, runs in self.candidates.items():
                    self.candidates[symbol] = [run for run in runs if run.run_id != run_id]

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


def read_runs(output: str | Path, known: RememberedRuns | None = None) -> FinishedRuns:
    """Read every finished run under an output folder; a damaged one is named and left out.

    The order of the folders does not matter, and a run that was copied under another name counts once.

    Parameters
    ----------
    known
        What was read of the folders before: those that did not change since are not read again.

    Raises
    ------
    ResultsError
        There is none.
    """
    runs, known = FinishedRuns(), known or RememberedRuns(Path(output))
    for folder in list_runs(output):
        runs.read(folder, known)
    if not runs.folders:
        damaged = f", but {len(runs.damaged)} damaged ones" if runs.damaged else ""
        raise ResultsError(f"no finished run under {output}{damaged}: python -m smc.train makes one")
    return runs


def _facts(run: Run) -> RunFacts:
    with reading(run.path):
        head = run.record.get("ledger")
        return {
            "run_id": run.run_id,
            "digest": run.digest,
            "head": [head["number"], head["hash"]] if head else None,
            "candidates": [plain(candidate) for candidate in _candidates(run)],
        }


def _changed(folder: Path) -> str:
    return f"the run at {folder} was changed while it was judged: select again"


def _candidates(run: Run) -> list[Candidate]:
    sealed = "sealed_predictions"
    return candidates_of(
        run.run_id,
        _with_own_classes(run),
        _with_baseline(run.rows("predictions")),
        run.rows("returns") if is_of_today(run.record) else run.returns,
        sealed=run.rows(sealed, SEALED_EVENTS) if run.has(f"{sealed}.parquet") else None,
    )


def runs_summary(
    runs: FinishedRuns, missing: list[dict[str, Any]], unreadable: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    """Return what the manifest says of the runs.

    Parameters
    ----------
    unreadable
        Lists of sweeps whose missing runs nobody can name, see `unreadable_lists`.
    """
    return {
        "read": len(runs.folders),
        "damaged": sorted([*runs.damaged, *unreadable], key=lambda run: run["folder"]),
        "missing": missing,
        "repeated": sorted(runs.repeated),
        "without_evidence": sorted(runs.without_evidence, key=lambda run: (run["symbol"], run["run_id"])),
        "set_aside": sorted(runs.set_aside, key=lambda run: (run["symbol"], run["run_id"])),
    }


def _with_baseline(predictions: AnyRows) -> AnyRows:
    """Return predictions that say what the baseline said, too."""
    if len(predictions) and not any(str(name).startswith(BASELINE) for name in predictions):
        raise ValueError("its predictions lack the baseline's; it was made by an older version, run it again")
    return predictions


def _with_own_classes(run: Run) -> Mapping[str, Any]:
    """Return a run's record; before 0.3 it said nothing of classes of one's own, which were under no laws."""
    if "own_classes" in run.record:
        return run.record
    why = "it was made before classes of one's own were put under their laws: run it again"
    names = sorted(set(own_targets(run.config)))
    own = [{"class": name, "code": "", "passed": False, "why": why} for name in names]
    return {**run.record, "own_classes": own}


def _newest(rows: pd.DataFrame, markets: pd.DataFrame) -> str:
    """Return the market with the newest bar of those that a symbol's runs are of; of several, by name."""
    names = sorted(rows["market"].unique())
    last = markets["last"].reindex(names)
    return names[0] if bool(last.isna().all()) else str(last.idxmax())


def missing_runs(output: str | Path, there: Collection[str]) -> list[dict[str, Any]]:
    """Name the runs that the sweeps' lists (``sweeps/*.json``) ask for and that are not there.

    Of a run that several sweeps asked for the last one stands. A job whose bars could not be loaded has no
    run id; its failure is recorded under one of its own.
    """
    store, missing = RunStore(output), {}
    for sweep, job in listed_jobs(output):
        run_id = job.get("run_id")
        if run_id in there:
            continue
        missing[run_id or (sweep, job.get("job"))] = {
            "run_id": run_id,
            "symbol": job.get("symbol"),
            "model": job.get("model"),
            "overrides": job.get("overrides"),
            "state": store.state(run_id) if run_id else "unknown",
            "sweep": sweep,
        }
    return list(missing.values())


def listed_jobs(output: str | Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the jobs that sweeps listed, each with the name of its sweep, the oldest first."""
    for path in sorted((Path(output) / "sweeps").glob("*.json")):
        for job in _jobs(path) or ():
            yield path.stem, job


def unreadable_lists(output: str | Path) -> list[dict[str, str]]:
    """Name the lists of sweeps that cannot be read, whose runs may be missing without a word."""
    why = "this list of a sweep cannot be read, so that its missing runs cannot be named; delete it"
    paths = sorted((Path(output) / "sweeps").glob("*.json"))
    return [{"folder": f"sweeps/{path.name}", "reason": why} for path in paths if _jobs(path) is None]


def _jobs(path: Path) -> list[dict[str, Any]] | None:
    """Return the jobs of a list that name a run, or none; None of a list that cannot be read."""
    try:
        jobs = read_json(path)["jobs"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return [job for job in jobs if _is_job(job)] if isinstance(jobs, list) else None


def _is_job(job: Any) -> bool:
    if not isinstance(job, dict):
        return False
    run_id, symbol = job.get("run_id"), job.get("symbol")
    named = symbol if isinstance(symbol, list) else [symbol]
    is_named = run_id is None or (isinstance(run_id, str) and bool(RUN_ID.fullmatch(run_id)))
    return is_named and all(name is None or isinstance(name, str) for name in named)

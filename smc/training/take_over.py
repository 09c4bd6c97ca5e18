"""Runs that the ledger does not know, counted from what their folders say: of before, or somebody else's."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc import results
from smc.config.saved_config import upgrade_config
from smc.errors import PlaceError, ResultsError, SmcError
from smc.evaluation.predictions import HELD_OUT, of_part
from smc.results import KeptBars, Run, list_runs, load_run
from smc.results.return_scheme import SIMPLE, return_scheme
from smc.results.run import reading
from smc.selection.candidates import bar_times
from smc.selection.manifest import head_of_manifest
from smc.training.evidence import columns_of, evidence_table, measured_today
from smc.training.old_ledger import (
    OldTrial,
    known_openings,
    manifests_of,
    old_trials,
    sweep_jobs,
    utc_stamp,
)
from smc.training.registration import SIMULATED
from smc.trials import Head, Ledger, Registration
from smc.trials.importing import ImportedRun

#: The rule whose criteria bind later selections.
HONEST = "honest"
#: Who looked, where a run wrote its test figures down itself.
RECORDED = "recorded"
#: A period that nobody knows overlaps every other.
ALWAYS = (utc_stamp("1970-01-01"), utc_stamp("2200-01-01"))
#: What the first versions called themselves; they did not write it down.
BEFORE_SIMPLE_RETURNS, BEFORE_LEDGER = "0.1.0", "0.2.0"


def unknown_runs(ledger: Ledger, output: Path) -> tuple[list[Run], list[str]]:
    """Return the finished runs of an output folder that a ledger does not know.

    Returns
    -------
    tuple
        The runs, and a sentence for each damaged folder, which is left out.
    """
    folders, runs, left_out = list_runs(output), {}, []
    known = ledger.known(folder.name for folder in folders)
    for folder in folders:
        if folder.name not in known:
            try:
                run = load_run(folder)
                _ = run.record
            except PlaceError:
                raise
            except ResultsError as error:
                left_out.append(str(error))
                continue
            if not ledger.knows(run.run_id):  # or it is a copy under another name
                runs[run.run_id] = run
    return list(runs.values()), left_out


def registrable(runs: Sequence[Run]) -> tuple[list[Run], list[str]]:
    """Return the runs that say all that they would be registered with, and a sentence for each other."""
    able, left_out = [], []
    for run in runs:
        try:
            with reading(run.path):
                registration_of_folder(run)
        except PlaceError:
            raise
        except ResultsError as error:
            left_out.append(str(error))
        else:
            able.append(run)
    return able, left_out


def take_over(ledger: Ledger, output: Path, runs: Sequence[Run]) -> list[str]:
    """Count runs as if each had been tried when it says, with all that their folder counted; return the ids.

    What an earlier smc counted in the folder's own ledger and has left no run, failed trials too, and jobs of
    its sweeps that never ran, are among them. A test part that a run wrote down is a look at it.

    Raises
    ------
    ResultsError
        The ledger, or the earlier one, cannot be used.
    """
    old, jobs = old_trials(output), sweep_jobs(output)
    opened = known_openings(output)
    finished = []
    for run in runs:
        with reading(run.path):
            finished.append(_of_folder(run, output, old.get(run.run_id), jobs.get(run.run_id), opened))
    known_prints = {symbol: print_ for run in finished for symbol, print_ in run.registration.symbols.items()}
    trials = {
        run.record["seedless_hash"]: own.registration.trial for run, own in zip(runs, finished, strict=True)
    }
    there = {run.run_id for run in runs}
    lost = [
        _of_row(trial, jobs.get(run_id), known_prints, trials)
        for run_id, trial in old.items()
        if run_id not in there and not ledger.knows(run_id)
    ]
    begun = {job["sweep"] for run_id, job in jobs.items() if run_id in there or run_id in old}
    waiting = [
        _of_job(job, known_prints)
        for run_id, job in jobs.items()
        if job["sweep"] in begun and run_id not in there and run_id not in old and not ledger.knows(run_id)
    ]
    imported = [*finished, *lost, *(job for job in waiting if job is not None)]
    if not imported:
        return []
    ids = ledger.import_runs(
        imported, _KeptBars(output, runs), source=str(output), head=head_of_manifest(output)
    )
    _bring_criteria(ledger, output)
    return ids


def _bring_criteria(ledger: Ledger, output: Path) -> None:
    """Bind markets to what their first selection asked for, as the manifests of a folder say."""
    rows = ledger.trials()
    market_of = dict(zip(rows["run_id"], rows["market"], strict=True))
    for manifest in manifests_of(output):
        if manifest.get("selection") != HONEST:
            continue
        for symbol, entry in manifest["selections"].items():
            candidate = (entry.get("candidate") or {}).get("run_id")
            market = market_of.get(candidate)
            if market and ledger.criteria_of(market) is None:
                verdict = {symbol: {"verdict": entry["verdict"], "run_id": candidate}}
                ledger.selected(market, manifest["selection_criteria"], HONEST, verdict)


def _of_folder(
    run: Run,
    output: Path,
    old: OldTrial | None,
    job: Mapping[str, Any] | None,
    opened: Mapping[tuple[str, str], str],
) -> ImportedRun:
    kept = run.evidence
    evidence = _earlier_evidence(run, output) if kept is None else measured_today(kept, run.predictions)
    scheme = return_scheme(run.record)
    return ImportedRun(
        registration_of_folder(run),
        evidence={symbol: (rows, values) for symbol, rows, values in columns_of(evidence, scheme)},
        tests=_seen_tests(run, opened),
        date=old.created if old else utc_stamp(run.record["timestamp"]),
        together=job["sweep"] if job else _event(run),
        head=_head(run),
        digest=run.digest,
    )


def _of_row(
    old: OldTrial, job: Mapping[str, Any] | None, prints: Mapping[str, str], trials: Mapping[str, str]
) -> ImportedRun:
    """Count a trial that an earlier ledger knew and that left no folder: somebody may have looked at it."""
    hashes = {"data_hash": old.data_hash}
    registration = Registration(
        old.run_id,
        {symbol: prints.get(symbol, f"{old.data_hash}/{symbol}") for symbol in old.symbols},
        trial=trials.get(old.seedless_hash, old.seedless_hash),
        version=BEFORE_LEDGER,
        code_version=old.code_version,
        question="",
        seed=old.seed,
        model=old.model,
        development=old.period or ALWAYS,
        output="",
        hashes=hashes,
    )
    status = old.status if old.status in ("finished", "failed") else "killed"
    return ImportedRun(registration, status, date=old.created, together=job["sweep"] if job else None)


def _of_job(job: Mapping[str, Any], prints: Mapping[str, str]) -> ImportedRun | None:
    """List a job of a sweep that never ran; None where its symbol says nothing of a market."""
    symbols = job["symbol"] if isinstance(job["symbol"], list) else [job["symbol"]]
    known = {symbol: prints[symbol] for symbol in symbols if symbol in prints}
    if not known:
        return None
    run_id = str(job["run_id"])
    registration = Registration(
        run_id,
        known,
        trial=run_id,
        version=BEFORE_LEDGER,
        code_version="",
        question="",
        seed=0,
        model=str(job["model"]),
        development=ALWAYS,
        output="",
    )
    return ImportedRun(
        registration, "registered", scored=False, date=_stamp_of(job["sweep"]), together=job["sweep"]
    )


def registration_of_folder(run: Run) -> Registration:
    """Return what a run would have been registered with."""
    record, config = run.record, run.config
    return Registration(
        run.run_id,
        run.fingerprints,
        trial=record.get("trial_hash") or _earlier_trial(run),
        version=record.get("version") or _earlier_version(run),
        code_version=record["code_version"],
        question=record.get("question_hash") or results.question_hash(config),
        seed=record["seed"],
        model=record["model_name"],
        development=_development(run),
        output=str(run.path.parent.parent),
        hashes={name: record[name] for name in ("config_hash", "data_hash", "split_hash")},
        simulated=config["data"]["_target_"] == SIMULATED,
        two_sided=run.plan.is_two_sided,
    )


def _earlier_trial(run: Run) -> str:
    """Name the trial of a run that did not: by today's hash, so that a run of today stands for it.

    Code of one's own was not kept then: each such run is a trial of its own, whatever seed it had.
    """
    if any(not name.startswith("smc.") for name in run.record["class_names"].values()):
        return run.run_id
    try:
        return results.trial_hash(upgrade_config(run.config)[0])
    except SmcError:
        return run.record["seedless_hash"]


def _earlier_version(run: Run) -> str:
    return BEFORE_LEDGER if return_scheme(run.record) == SIMPLE else BEFORE_SIMPLE_RETURNS


def _earlier_evidence(run: Run, output: Path) -> pd.DataFrame:
    """Make the evidence of a run that kept none, from its predictions: of the events that it held out."""
    events = of_part(run.predictions, *HELD_OUT).drop_duplicates(["symbol", "event"])
    events = events.sort_values(["symbol", "event"], ignore_index=True)
    kept = KeptBars(str(output), run.fingerprints)
    bars = {
        str(symbol): kept.load(str(symbol)) if kept.has(str(symbol)) else _dated_bars(own)
        for symbol, own in events.groupby("symbol")
    }
    return evidence_table(bars, events, run.predictions)


def _dated_bars(events: pd.DataFrame) -> pd.DataFrame:
    """Return bars without prices, dated by the events that stand on them."""
    position = np.arange(events["end"].to_numpy().max() + 1)
    return pd.DataFrame(index=pd.to_datetime(bar_times(position, events), utc=True))


def _development(run: Run) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the period of a run's predictions before its test part."""
    time = of_part(run.predictions, "out_of_fold", "val")["time"]
    if not len(time):
        return ALWAYS
    return utc_stamp(time.min().isoformat()), utc_stamp(time.max().isoformat())


def _seen_tests(run: Run, opened: Mapping[tuple[str, str], str]) -> dict[str, dict[str, Any]]:
    """Return the span of each symbol's test part that was looked at: by the run itself, or by a selection."""
    sealed = run.sealed_events()
    rows = of_part(run.predictions, "test") if sealed is None else sealed
    seen = {}
    for symbol, own in rows.groupby("symbol"):
        by = RECORDED if sealed is None else opened.get((run.run_id, str(symbol)), opened.get(("", "")))
        if by is not None:
            own = own.sort_values("event")
            end = pd.to_datetime(bar_times(own["end"].to_numpy(), own).max(), utc=True)
            seen[str(symbol)] = {"start": own["time"].min(), "end": end, "by": by}
    return seen


def _event(run: Run) -> str | None:
    """Name the event that registered a run where it was made: several in one second were no list."""
    head = _head(run)
    return f"event {head.number}" if head else None


def _head(run: Run) -> Head | None:
    head = run.record.get("ledger")
    return Head(head["number"], head["hash"]) if head else None


def _stamp_of(sweep: str) -> pd.Timestamp:
    day, _, clock = sweep.partition("T")
    return utc_stamp(f"{day}T{clock.replace('-', ':')}")


class _KeptBars(Mapping[str, pd.DataFrame]):
    """Bars that runs were made of, as far as they are kept, by fingerprint."""

    def __init__(self, output: Path, runs: Sequence[Run]) -> None:
        prints = {print_ for run in runs for print_ in run.fingerprints.values()}
        self._kept = KeptBars(str(output), {print_: print_ for print_ in prints})

    def __getitem__(self, fingerprint: str) -> pd.DataFrame:
        if fingerprint not in self._kept.fingerprints or not self._kept.has(fingerprint):
            raise KeyError(fingerprint)
        return self._kept.load(fingerprint)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._kept.fingerprints if self._kept.has(name))

    def __len__(self) -> int:
        return sum(1 for _ in self)

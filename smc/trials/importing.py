"""Runs from before, or from another ledger: counted as if each had been tried when it says, or one by one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.trials import blobs, view
from smc.trials.chain import Head
from smc.trials.register import Registering, list_id
from smc.trials.registration import Registration
from smc.trials.runs import Evidence, kept_evidence, kept_tests, known
from smc.trials.view import FINISHED

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class ImportedRun:
    """A run that a ledger takes over.

    Attributes
    ----------
    registration
        As it would have been registered; `by_name` where nothing but a name is left.
    status
        "finished", "failed" or "killed"; "registered" if it waited in a list.
    scored
        Whether a fold of it was scored, which a finished run's always was.
    evidence, tests
        As of a run that finishes; empty if its folder is gone.
    date
        When it was registered; one without a date is a round of its own.
    head
        Event of the ledger that counted it where it was made: number and hash.
    digest
        Hash of its folder's list of files.
    together
        Name of what it was registered with; runs that share a date were registered together as well.
    """

    registration: Registration
    status: str = FINISHED
    reason: str | None = None
    scored: bool = True
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    tests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    date: pd.Timestamp | None = None
    together: str | None = None
    head: Head | None = None
    digest: str | None = None


def by_name(
    name: str, symbols: Mapping[str, str], development: tuple[pd.Timestamp, pd.Timestamp]
) -> Registration:
    """Register a trial of which nothing is left but its name: a question and a version of its own.

    Parameters
    ----------
    symbols
        Symbol -> fingerprint of bars that the ledger knows, for their market.
    development
        The period that it was judged on; that of all bars if nobody knows.
    """
    run_id = hashlib.sha256(f"by name\n{name}".encode()).hexdigest()[:16]
    return Registration(
        run_id,
        symbols,
        trial=run_id,
        version="0",
        code_version="",
        question=run_id,
        seed=0,
        model=name[:64],
        development=development,
        output="",
    )


def import_runs(
    connection: "Connection",
    runs: Sequence[ImportedRun],
    bars: Mapping[str, pd.DataFrame],
    head: Head | None,
    source: str,
) -> list[str]:
    """Take over the runs that are not known, oldest first and those without a date last; return their ids."""
    there = known(connection, (run.registration.run_id for run in runs))
    unknown: dict[str, ImportedRun] = {}
    for run in runs:
        if run.registration.run_id not in there:
            unknown.setdefault(run.registration.run_id, run)
    for group in _groups(list(unknown.values())):
        _import(connection, group, bars, {"head": head, "source": source})
    return list(unknown)


def _groups(runs: Sequence[ImportedRun]) -> list[list[ImportedRun]]:
    """Put together what was registered together, oldest first; of one second in the order of its ledger."""
    groups: dict[object, list[ImportedRun]] = {}
    for run in runs:
        key = run.together or (None if run.date is None else run.date.value) or run.registration.run_id
        groups.setdefault(key, []).append(run)
    latest = pd.Timestamp.max.tz_localize("UTC")

    def place(run: ImportedRun) -> tuple[pd.Timestamp, int]:
        return run.date or latest, run.head.number if run.head else 0

    return sorted(groups.values(), key=lambda group: min(map(place, group)))


def _import(
    connection: "Connection",
    group: Sequence[ImportedRun],
    bars: Mapping[str, pd.DataFrame],
    origin: Mapping[str, Any],
) -> None:
    registrations = [run.registration for run in group]
    name = list_id(registration.run_id for registration in registrations)
    payload, contents = Registering(connection, bars, by_symbol=True).payload(registrations, name)
    outcomes = {}
    for run in group:
        said, columns = kept_evidence(run.evidence)
        contents += columns
        outcomes[run.registration.run_id] = {
            **{"status": run.status, "reason": run.reason, "scored": run.scored or run.status == FINISHED},
            **{"head": run.head, "digest": run.digest},
            **{"tests": kept_tests(run.tests), "date": None if run.date is None else run.date.isoformat()},
            **said,
        }
    blobs.keep(connection, contents)
    view.append(connection, view.IMPORTED, {**payload, **origin, "outcomes": outcomes})

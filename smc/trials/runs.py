"""What is said of a run, from its registration to its end, within a transaction that holds the head."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from smc.errors import ResultsError
from smc.trials import blobs, view
from smc.trials.among import rows_among
from smc.trials.chain import Head, link_of
from smc.trials.market_trials import PanelRows
from smc.trials.register import Registering, nanoseconds
from smc.trials.registration import Registration
from smc.trials.tables import tables
from smc.trials.view import FINISHED, STARTED

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Reason of a run that another process closed, for its own had gone without a word.
REAPED = "reaped"
#: Events of a run's panel, and what it says of each (n_events,): NaN where it predicted none.
Evidence = tuple[PanelRows, npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Registered:
    """How a run is counted.

    Attributes
    ----------
    round
        The largest over its symbols: 1 + how often somebody may have looked before it was registered.
    head
        The event that registered it; a run that keeps this can tell its own ledger from another.
    """

    round: int
    head: Head


def register(
    connection: "Connection",
    registrations: Sequence[Registration],
    bars: Mapping[str, pd.DataFrame],
    name: str | None = None,
) -> None:
    """Register runs as a list, or one by itself; a list that is known stays as it is."""
    if name is not None and is_listed(connection, name):
        return
    payload, contents = Registering(connection, bars).payload(registrations, name)
    blobs.keep(connection, contents)
    view.append(connection, view.REGISTERED, payload)


def start(
    connection: "Connection",
    registration: Registration,
    bars: Mapping[str, pd.DataFrame],
    name: str | None,
) -> None:
    """Start a run, and register it before unless it was started before or is one of the list."""
    run_id = registration.run_id
    known = rows_of(connection, run_id, must_exist=False)
    is_repeat = bool(known) and all(row.started is not None for row in known)
    if not is_repeat and (name is None or not is_listed(connection, name, run_id)):
        register(connection, [registration], bars)
    place = {"output": root(registration.output), "host": os.uname().nodename}
    view.append(connection, STARTED, {"run_id": run_id, **place})


def scored(connection: "Connection", run_id: str) -> None:
    """Say once that a fold of a run was scored."""
    if any(row.scored is None for row in rows_of(connection, run_id)):
        view.append(connection, view.SCORED, {"run_id": run_id})


def finish(
    connection: "Connection",
    run_id: str,
    evidence: Mapping[str, Evidence],
    tests: Mapping[str, Mapping[str, Any]],
    digest: str | None,
) -> None:
    """Say that a run finished; of evidence and looks at a test part the first are kept."""
    rows_of(connection, run_id)
    told, opened = (_symbols_in(connection, table, run_id) for table in ("columns", "openings"))
    new = {symbol: said for symbol, said in evidence.items() if symbol not in told}
    looked = {symbol: test for symbol, test in tests.items() if symbol not in opened}
    said, contents = kept_evidence(new)
    blobs.keep(connection, contents)
    facts = {"run_id": run_id, "reason": None, **said, "tests": kept_tests(looked), "digest": digest}
    view.append(connection, FINISHED, facts)


def end(connection: "Connection", run_id: str, status: str, reason: str | None) -> None:
    """Say how a run ended, without any evidence."""
    nothing = {"panels": {}, "columns": {}, "tests": {}, "digest": None} if status == FINISHED else {}
    view.append(connection, status, {"run_id": run_id, "reason": reason, **nothing})


def open_attempts(connection: "Connection", output: str) -> list[tuple[str, int, str | None]]:
    """Return the runs of an output folder that are called started, how often each was, and where at last."""
    table = tables().runs
    query = table.select().with_only_columns(table.c.run_id, table.c.attempts, table.c.host).distinct()
    rows = connection.execute(query.filter_by(status=STARTED, output=root(output)))
    return [(row.run_id, row.attempts, row.host) for row in rows]


def registered(connection: "Connection", run_ids: Sequence[str]) -> dict[str, Registered]:
    """Return how runs are counted, by id."""
    runs = tables().runs
    query = runs.select().with_only_columns(runs.c.run_id, runs.c.round, runs.c.registered)
    rows = list(rows_among(connection, query.order_by(runs.c.round), runs.c.run_id, run_ids))
    links = {number: link_of(connection, number) for number in {row.registered for row in rows}}
    counted = {row.run_id: Registered(row.round, links[row.registered]) for row in rows}
    return {run_id: counted[run_id] for run_id in run_ids}


def rows_of(connection: "Connection", run_id: str, *, must_exist: bool = True) -> list[Any]:
    """Return the rows of a run, one for each symbol.

    Raises
    ------
    ResultsError
        There are none, and there must be.
    """
    table = tables().runs
    rows = list(connection.execute(table.select().filter_by(run_id=run_id).order_by(table.c.symbol)))
    if must_exist and not rows:
        raise ResultsError(f"run {run_id} is not in the ledger: start it before its fit")
    return rows


def known(connection: "Connection", run_ids: Iterable[str]) -> set[str]:
    """Return those of many runs that are registered."""
    runs = tables().runs
    query = runs.select().with_only_columns(runs.c.run_id)
    return {row.run_id for row in rows_among(connection, query, runs.c.run_id, run_ids)}


def is_listed(connection: "Connection", name: str, run_id: str | None = None) -> bool:
    """Tell whether a list is known, or holds a run."""
    which = {"list": name} if run_id is None else {"list": name, "run_id": run_id}
    return connection.execute(tables().lists.select().filter_by(**which)).first() is not None


def kept_evidence(evidence: Mapping[str, Evidence]) -> tuple[dict[str, Any], list[bytes]]:
    """Return what an event says of evidence, and the blobs that it names."""
    panels = {rows.key: pack_rows(rows) for rows, _ in evidence.values()}
    columns = {
        symbol: (rows.key, blobs.pack(np.asarray(values, dtype=np.float32)))
        for symbol, (rows, values) in evidence.items()
    }
    said = {
        "panels": {key: blobs.name(content) for key, content in panels.items()},
        "columns": {symbol: [key, blobs.name(content)] for symbol, (key, content) in columns.items()},
    }
    return said, [*panels.values(), *(content for _, content in columns.values())]


def kept_tests(tests: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return what an event says of test parts that a run has looked at itself."""
    return {
        symbol: {
            "start": nanoseconds(test["start"]),
            "end": nanoseconds(test["end"]),
            "by": test.get("by", "recorded"),
            "figures": test.get("figures"),
        }
        for symbol, test in tests.items()
    }


def pack_rows(rows: PanelRows) -> bytes:
    """Compress the events of a panel."""
    return blobs.pack(np.concatenate([np.diff(rows.start, prepend=0), rows.end - rows.start]))


def unpack_rows(key: str, content: bytes) -> PanelRows:
    """Return the events that `pack_rows` compressed."""
    steps, lengths = blobs.unpack(content, "int64").reshape(2, -1)
    start = steps.cumsum()
    return PanelRows(key, start, start + lengths)


def root(output: str) -> str:
    """Return the root of results as `reap` compares it."""
    return str(Path(output).resolve())


def _symbols_in(connection: "Connection", name: str, run_id: str) -> set[str]:
    table = getattr(tables(), name)
    return {row.symbol for row in connection.execute(table.select().filter_by(run_id=run_id))}

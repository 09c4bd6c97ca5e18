"""The rows that follow from the events: every one of them is written here, and nowhere else."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from smc.fingerprint import canonical_json
from smc.trials.among import rows_among
from smc.trials.chain import Event, link
from smc.trials.tables import HASHES, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

STARTED, FINISHED, FAILED, KILLED = "started", "finished", "failed", "killed"
REGISTERED, SCORED, OPENED, FIGURES = "registered", "scored", "opened", "figures"
AUDITED, SELECTED, IMPORTED = "audited", "selected", "imported"
REFITTED, JOURNAL = "refitted", "journal"

Apply = Callable[["Connection", Event, Mapping[str, Any]], None]


def append(connection: "Connection", kind: str, payload: Mapping[str, Any]) -> None:
    """Write an event behind the head, and what follows from it; the transaction holds the head."""
    apply(connection, link(connection, kind, payload))


def apply(connection: "Connection", event: Event) -> None:
    """Write what follows from an event, and from nothing else than the events before it."""
    _APPLY[event.kind](connection, event, event.payload)


def _registered(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    table = tables()
    _merge(connection, payload["merged"])
    _insert(connection, table.bars, (_bars_row(event, key, facts) for key, facts in payload["bars"].items()))
    jobs = {run_id: position for position, run_id in enumerate(payload["jobs"])}
    if payload["list"] is not None:
        _insert(connection, table.lists, ({"list": payload["list"], "run_id": run_id} for run_id in jobs))
    _insert(
        connection,
        table.runs,
        (
            _run_row(event, run, symbol, facts) | {"position": jobs[run["run_id"]]}
            for run in payload["runs"]
            for symbol, facts in run["symbols"].items()
        ),
    )
    dated = {"registered": event.number, "updated": event.time}
    _update_each(
        connection,
        table.runs,
        (
            ({"run_id": run_id, "symbol": symbol}, {"round": number, "position": jobs[run_id], **dated})
            for run_id, symbol, number in payload["again"]
        ),
    )
    _insert(
        connection,
        table.registrations,
        (
            {"number": event.number, "market": market, "start": start, "end": end}
            for market, start, end in payload["opens"]
        ),
    )


def _merge(connection: "Connection", merged: Mapping[str, str]) -> None:
    table = tables()
    for gone, kept in merged.items():
        for rows in (table.bars, table.runs, table.selections):
            connection.execute(rows.update().filter_by(market=gone).values(market=kept))
        _merge_registrations(connection, gone, kept)


def _merge_registrations(connection: "Connection", gone: str, kept: str) -> None:
    """Move registrations to another market; one event may have registered trials of both."""
    table = tables().registrations
    moved = connection.execute(table.select().filter_by(market=gone)).all()
    known = set(map(tuple, connection.execute(table.select().filter_by(market=kept))))
    connection.execute(table.delete().filter_by(market=gone))
    new = [row._asdict() | {"market": kept} for row in moved]
    _insert(connection, table, (row for row in new if tuple(row.values()) not in known))


def _bars_row(event: Event, fingerprint: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    contains = canonical_json(facts["contains"])
    return {**facts, "fingerprint": fingerprint, "number": event.number, "contains": contains}


def _run_row(event: Event, run: Mapping[str, Any], symbol: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    named = ("run_id", "trial", "version", "code_version", "question", "seed", "model", "simulated")
    start, end = run["development"]
    return {
        **{name: run[name] for name in (*named, "output", *HASHES)},
        **{"symbol": symbol, "market": facts["market"], "bars": facts["bars"], "round": facts["round"]},
        **{"start": start, "end": end, "registered": event.number, "position": 0},
        **{"two_sided": run.get("two_sided")},  # an event of before 0.4 does not say
        **{"started": None, "scored": None, "finished": None, "status": REGISTERED, "reason": None},
        **{"attempts": 0, "host": None, "digest": None, "created": event.time, "updated": event.time},
    }


def _started(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    runs = tables().runs
    first = _first(runs, "started", event)
    values = {"status": STARTED, "reason": None, "output": payload["output"], "started": first}
    values["host"] = payload.get("host")  # an event of before 0.4 does not say
    _update(connection, event, payload, attempts=runs.c.attempts + 1, **values)


def _scored(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    _update(connection, event, payload, scored=_first(tables().runs, "scored", event))


def _finished(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    runs = tables().runs
    first = {name: _first(runs, name, event) for name in ("scored", "finished")}
    told = {"status": FINISHED, "reason": payload["reason"], "digest": _digests(connection, payload)}
    _update(connection, event, payload, **first, **told)
    _evidence(connection, {payload["run_id"]: payload})
    for symbol, test in payload["tests"].items():
        _opened(connection, event, {"run_id": payload["run_id"], "symbol": symbol, **test})


def _digests(connection: "Connection", payload: Mapping[str, Any]) -> str | None:
    """Return the digests of all folders that a run was committed to: one output folder may be one of many."""
    runs = tables().runs
    row = connection.execute(runs.select().filter_by(run_id=payload["run_id"])).first()
    known = (row.digest or "").split() if row else []
    return " ".join(dict.fromkeys(filter(None, [*known, payload["digest"]]))) or None


def _evidence(connection: "Connection", told: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what runs told, by run; the first events of a panel stand."""
    table, panels = tables(), {}
    for said in told.values():
        panels = {**said["panels"], **panels}
    known = {row.panel for row in rows_among(connection, table.panels.select(), table.panels.c.panel, panels)}
    new = ({"panel": key, "rows": rows} for key, rows in panels.items() if key not in known)
    _insert(connection, table.panels, new)
    _insert(
        connection,
        table.columns,
        (
            {"run_id": run_id, "symbol": symbol, "panel": panel, "column": column}
            for run_id, said in told.items()
            for symbol, (panel, column) in said["columns"].items()
        ),
    )


def _imported(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    _registered(connection, event, payload)
    outcomes = payload["outcomes"]
    each = (({"run_id": run_id}, _outcome(event, outcome)) for run_id, outcome in outcomes.items())
    _update_each(connection, tables().runs, each)
    _evidence(connection, outcomes)
    for run_id, outcome in outcomes.items():
        for symbol, test in outcome["tests"].items():
            _opened(connection, event, {"run_id": run_id, "symbol": symbol, **test})
    heads = tables().heads
    for number, digest in filter(
        None, [payload["head"], *(outcome["head"] for outcome in outcomes.values())]
    ):
        head = {"number": number, "hash": digest}
        if connection.execute(heads.select().filter_by(**head)).first() is None:
            _insert(connection, heads, [head])


def _outcome(event: Event, outcome: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an imported run's row says of its end."""
    number, status = event.number, outcome["status"]
    return {
        **{"status": status, "reason": outcome["reason"], "digest": outcome["digest"]},
        "started": None if status == REGISTERED else number,
        "scored": number if outcome["scored"] else None,
        "finished": number if status == FINISHED else None,
        "attempts": 0 if status == REGISTERED else 1,
        "created": outcome["date"] or event.time,
    }


def _ended(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    _update(connection, event, payload, status=event.kind, reason=payload["reason"])


def _opened(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    row = {name: payload[name] for name in ("run_id", "symbol", "start", "end", "by")}
    figures = payload.get("figures")
    row |= {"time": event.time, "figures": None if figures is None else canonical_json(figures)}
    connection.execute(tables().openings.insert().values(row))


def _figures(connection: "Connection", _: Event, payload: Mapping[str, Any]) -> None:
    which = {name: payload[name] for name in ("run_id", "symbol")}
    figures = canonical_json(payload["figures"])
    connection.execute(tables().openings.update().filter_by(**which).values(figures=figures))


def _audited(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    problems = canonical_json(payload["problems"])
    row = {**payload, "problems": problems, "number": event.number, "time": event.time}
    connection.execute(tables().audits.insert().values(row))


def _selected(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    criteria = payload["criteria"]
    row = {
        **{"number": event.number, "market": payload["market"], "rule": payload["rule"], "time": event.time},
        "criteria": None if criteria is None else canonical_json(criteria),
        "verdicts": canonical_json(payload["verdicts"]),
    }
    connection.execute(tables().selections.insert().values(row))


def _refitted(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    row = {**payload, "number": event.number, "time": event.time}
    connection.execute(tables().versions.insert().values(row))


def _journal(connection: "Connection", event: Event, payload: Mapping[str, Any]) -> None:
    evidence = canonical_json(payload["evidence"])
    row = {**payload, "evidence": evidence, "event": event.number, "time": event.time}
    connection.execute(tables().journal.insert().values(row))


def _update(connection: "Connection", event: Event, payload: Mapping[str, Any], **values: Any) -> None:
    which = tables().runs.update().filter_by(run_id=payload["run_id"])
    connection.execute(which.values(updated=event.time, **values))


def _update_each(
    connection: "Connection", table: "Table", changes: Iterable[tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    """Give many rows values of their own: pairs of what tells a row, and what it says from now on."""
    from sqlalchemy import bindparam

    if changes := list(changes):
        which = (table.c[name] == bindparam(f"of_{name}") for name in changes[0][0])
        rows = [{**{f"of_{name}": key for name, key in row.items()}, **values} for row, values in changes]
        connection.execute(table.update().where(*which), rows)


def _first(runs: "Table", column: str, event: Event) -> Any:
    """Keep the number of the first event of a kind."""
    from sqlalchemy import func

    return func.coalesce(runs.c[column], event.number)


def _insert(connection: "Connection", table: "Table", rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        connection.execute(table.insert(), rows)


_APPLY: dict[str, Apply] = {
    REGISTERED: _registered,
    STARTED: _started,
    SCORED: _scored,
    FINISHED: _finished,
    FAILED: _ended,
    KILLED: _ended,
    OPENED: _opened,
    FIGURES: _figures,
    AUDITED: _audited,
    SELECTED: _selected,
    IMPORTED: _imported,
    REFITTED: _refitted,
    JOURNAL: _journal,
}

"""What a ledger tells of a market: columns, untold trials, openings and what was asked for."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from smc.trials import blobs
from smc.trials.counting import Count, CountedRun, count
from smc.trials.market_trials import Column, MarketTrials, Opening, PanelRows
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection


def market_trials(connection: "Connection", market: str) -> MarketTrials:
    """Gather what a selection is given of a market; one that nobody has tried has nothing."""
    rows = _rows(connection, market)
    counted = count(map(_counted, rows), _lists(connection, market), _contains(connection, market))
    contents = _columns(connection, market)
    facts = {(row.run_id, row.symbol): row for row in rows}

    def column(run: CountedRun, number: int) -> Column:
        row = facts[run.run_id, run.symbol]
        values = blobs.unpack(contents[row.column], "float32").astype(np.float64)
        return Column(
            trial=run.unit,
            run_id=run.run_id,
            symbol=run.symbol,
            seed=row.seed,
            panel=row.panel,
            question=row.question,
            round=number,
            values=values,
        )

    columns, repeats = _built(counted, column)
    used = {each.panel for each in (*columns, *(each for seeds in repeats.values() for each in seeds))}
    units = {(run.run_id, run.symbol): run.unit for run in map(_counted, rows)}
    return MarketTrials(
        market=market,
        symbols=sorted({row.symbol for row in rows}),
        panels=panels(connection, used),
        columns=columns,
        n_untold=counted.n_untold,
        n_trials=counted.n_trials,
        repeats=repeats,
        statuses=dict(Counter(row.status for row in rows)),
        openings=_openings(connection, market, units),
        criteria=criteria_of(connection, market),
    )


def panels(connection: "Connection", keys: Iterable[str]) -> dict[str, PanelRows]:
    """Return the events of each panel."""
    table, wanted = tables().panels, set(keys)
    named = {row.panel: row.rows for row in connection.execute(table.select()) if row.panel in wanted}
    contents = blobs.load(connection, named.values())
    return {key: unpack_rows(key, contents[rows]) for key, rows in sorted(named.items())}


def pack_rows(rows: PanelRows) -> bytes:
    """Compress the events of a panel."""
    return blobs.pack(np.concatenate([np.diff(rows.start, prepend=0), rows.end - rows.start]))


def unpack_rows(key: str, content: bytes) -> PanelRows:
    """Return the events that `pack_rows` compressed."""
    steps, lengths = blobs.unpack(content, "int64").reshape(2, -1)
    start = steps.cumsum()
    return PanelRows(key, start, start + lengths)


def criteria_of(connection: "Connection", market: str, rule: str | None = None) -> Mapping[str, Any] | None:
    """Return what the first selection of a market asked for, or the first by one rule."""
    table = tables().selections
    query = table.select().where(table.c.market == market, table.c.criteria.is_not(None))
    if rule is not None:
        query = query.where(table.c.rule == rule)
    row = connection.execute(query.order_by(table.c.number).limit(1)).first()
    return None if row is None else json.loads(row.criteria)


def _built(counted: Count, column: Any) -> tuple[list[Column], dict[str, list[Column]]]:
    rounds = {run.unit: number for run, number in counted.columns}
    columns = [column(run, number) for run, number in counted.columns]
    repeats = {unit: [column(run, rounds[unit]) for run in seeds] for unit, seeds in counted.repeats.items()}
    return columns, repeats


def _rows(connection: "Connection", market: str) -> list[Any]:
    runs, columns = tables().runs, tables().columns
    same = (runs.c.run_id == columns.c.run_id) & (runs.c.symbol == columns.c.symbol)
    query = runs.outerjoin(columns, same).select().where(runs.c.market == market)
    query = query.with_only_columns(*runs.c, columns.c.panel, columns.c.column)
    return list(connection.execute(query.order_by(runs.c.registered, runs.c.position)))


def _counted(row: Any) -> CountedRun:
    named = ("run_id", "symbol", "trial", "version", "code_version", "bars", "round")
    dated = ("registered", "position", "started", "scored", "status")
    facts = {name: getattr(row, name) for name in (*named, *dated)}
    return CountedRun(**facts, has_column=row.column is not None)


def _lists(connection: "Connection", market: str) -> dict[str, set[str]]:
    """Return the runs of this market that were registered together, by the name of their list."""
    runs, lists = tables().runs, tables().lists
    query = lists.join(runs, lists.c.run_id == runs.c.run_id).select().where(runs.c.market == market)
    jobs: dict[str, set[str]] = {}
    for name, run_id in connection.execute(query.with_only_columns(lists.c.list, lists.c.run_id)):
        jobs.setdefault(name, set()).add(run_id)
    return jobs


def _contains(connection: "Connection", market: str) -> dict[str, set[str]]:
    table = tables().bars
    rows = connection.execute(table.select().where(table.c.market == market))
    return {row.fingerprint: set(json.loads(row.contains)) for row in rows}


def _columns(connection: "Connection", market: str) -> dict[str, bytes]:
    """Return the columns of a market by the names of their blobs."""
    runs, columns, stored = tables().runs, tables().columns, tables().blobs
    same = (runs.c.run_id == columns.c.run_id) & (runs.c.symbol == columns.c.symbol)
    joined = columns.join(runs, same).join(stored, stored.c.sha256 == columns.c.column)
    query = joined.select().where(runs.c.market == market)
    rows = connection.execute(query.with_only_columns(stored.c.sha256, stored.c.content))
    return {row.sha256: row.content for row in rows}


def _openings(connection: "Connection", market: str, units: Mapping[tuple[str, str], str]) -> list[Opening]:
    runs, table = tables().runs, tables().openings
    same = (runs.c.run_id == table.c.run_id) & (runs.c.symbol == table.c.symbol)
    query = table.join(runs, same).select().where(runs.c.market == market).order_by(table.c.time)
    return [
        opening(row, units[row.run_id, row.symbol])
        for row in connection.execute(query.with_only_columns(*table.c))
    ]


def opening(row: Any, unit: str) -> Opening:
    """Return a test part that was looked at."""
    return Opening(
        run_id=row.run_id,
        trial=unit,
        symbol=row.symbol,
        start=_stamp(row.start),
        end=_stamp(row.end),
        time=dt.datetime.fromisoformat(row.time),
        by=row.by,
        figures={} if row.figures is None else json.loads(row.figures),
    )


def _stamp(nanoseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(nanoseconds // 10**9, tz=dt.UTC)

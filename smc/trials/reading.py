"""What a ledger tells of a market: columns, untold trials, openings and what was asked for."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smc.trials import blobs
from smc.trials.among import rows_among
from smc.trials.counting import Count, CountedRun, count
from smc.trials.looks import criteria_of, last_verdicts, opening_row
from smc.trials.market_trials import Column, MarketTrials, Opening, PanelRows
from smc.trials.runs import root, rows_of, unpack_rows
from smc.trials.tables import tables
from smc.trials.view import FINISHED

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
            two_sided=row.two_sided is not False,
        )

    columns, repeats = _built(counted, column)
    used = {kept.panel for kept in (*columns, *chain.from_iterable(repeats.values()))}
    trial_of = {(row.run_id, row.symbol): row.trial for row in rows}
    return MarketTrials(
        market=market,
        symbols=sorted({row.symbol for row in rows}),
        panels=panels(connection, used),
        columns=columns,
        n_untold=counted.n_untold,
        n_trials=counted.n_trials,
        repeats=repeats,
        statuses=dict(Counter(row.status for row in rows)),
        openings=_openings(connection, market, trial_of),
        criteria=criteria_of(connection, market),
    )


def without_evidence(connection: "Connection", output: str) -> list[str]:
    """Return the runs of an output folder that finished and left no column."""
    runs, columns = tables().runs, tables().columns
    query = runs.select().with_only_columns(runs.c.run_id).distinct()
    query = query.where(runs.c.run_id.not_in(columns.select().with_only_columns(columns.c.run_id)))
    return [row.run_id for row in connection.execute(query.filter_by(status=FINISHED, output=root(output)))]


def trials(connection: "Connection", symbol: str | None) -> pd.DataFrame:
    """Return the runs, or those of one symbol, in the order of registration."""
    table = tables().runs
    query = table.select().order_by(table.c.registered, table.c.position, table.c.symbol)
    if symbol is not None:
        query = query.where(table.c.symbol == symbol)
    rows = [tuple(row) for row in connection.execute(query)]
    frame = pd.DataFrame(rows, columns=[column.name for column in table.columns])
    bars = {name: pd.to_datetime(frame[name], utc=True) for name in ("start", "end")}
    times = {name: pd.to_datetime(frame[name], utc=True, format="ISO8601") for name in ("created", "updated")}
    return frame.assign(**bars, **times)


def markets(connection: "Connection", rule: str | None) -> pd.DataFrame:
    """Return the markets of all runs, and what was found last."""
    runs, verdicts = tables().runs, last_verdicts(connection, rule)
    tried = runs.select().with_only_columns(runs.c.market, runs.c.symbol, runs.c.simulated).distinct()
    symbols, simulated = {}, {}
    for market, symbol, is_simulated in connection.execute(tried):
        symbols.setdefault(market, set()).add(symbol)
        simulated[market] = simulated.get(market, True) and is_simulated
    first, last = (_extreme_bars(connection, choose) for choose in (min, max))
    rows = [
        {
            "symbols": tuple(sorted(names)),
            "first": first.get(market),
            "last": last.get(market),
            "simulated": simulated[market],
            "verdicts": verdicts.get(market),
        }
        for market, names in symbols.items()
    ]
    frame = pd.DataFrame(
        rows, columns=["symbols", "first", "last", "simulated", "verdicts"], index=list(symbols), dtype=object
    )
    stamps = {name: pd.to_datetime(frame[name], utc=True) for name in ("first", "last")}
    return frame.assign(**stamps, simulated=frame["simulated"].astype(bool)).sort_index()


def _extreme_bars(connection: "Connection", choose: Callable[..., int]) -> dict[str, int]:
    """Return the first or the last bar of each market."""
    name, stamps = ("first" if choose is min else "last"), {}
    for row in connection.execute(tables().bars.select()):
        stamp = getattr(row, name)
        if stamp is not None:
            stamps[row.market] = choose(stamp, stamps.get(row.market, stamp))
    return stamps


def market_of(connection: "Connection", fingerprint: str) -> str | None:
    """Return the market of bars."""
    row = connection.execute(tables().bars.select().filter_by(fingerprint=fingerprint)).first()
    return None if row is None else row.market


def current(connection: "Connection", market: str) -> str:
    """Return the market that a market's first bars belong to now."""
    return market_of(connection, market) or market


def opening(connection: "Connection", run_id: str, symbol: str) -> Opening | None:
    """Return what is known of a look at a test part."""
    rows = [row for row in rows_of(connection, run_id, must_exist=False) if row.symbol == symbol]
    row = opening_row(connection, run_id, symbol)
    return None if row is None or not rows else _opening(row, rows[0].trial)


def panels(connection: "Connection", keys: Iterable[str]) -> dict[str, PanelRows]:
    """Return the events of each panel."""
    table = tables().panels
    named = {row.panel: row.rows for row in rows_among(connection, table.select(), table.c.panel, keys)}
    contents = blobs.load(connection, named.values())
    return {key: unpack_rows(key, contents[rows]) for key, rows in sorted(named.items())}


def _built(counted: Count, column: Any) -> tuple[list[Column], dict[str, list[Column]]]:
    rounds = {run.unit: number for run, number in counted.columns}
    columns = [column(run, number) for run, number in counted.columns]
    repeats = {
        trial: [column(run, rounds[trial]) for run in seeds] for trial, seeds in counted.repeats.items()
    }
    return columns, repeats


def _rows(connection: "Connection", market: str) -> list[Any]:
    runs, columns = tables().runs, tables().columns
    same = (runs.c.run_id == columns.c.run_id) & (runs.c.symbol == columns.c.symbol)
    query = runs.outerjoin(columns, same).select().where(runs.c.market == market)
    query = query.order_by(runs.c.registered, runs.c.position, runs.c.symbol)
    return list(connection.execute(query.with_only_columns(*runs.c, columns.c.panel, columns.c.column)))


def _counted(row: Any) -> CountedRun:
    named = ("run_id", "symbol", "trial", "seed", "version", "code_version", "bars", "round")
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


def _openings(
    connection: "Connection", market: str, trial_of: Mapping[tuple[str, str], str]
) -> list[Opening]:
    runs, table = tables().runs, tables().openings
    same = (runs.c.run_id == table.c.run_id) & (runs.c.symbol == table.c.symbol)
    query = table.join(runs, same).select().where(runs.c.market == market)
    query = query.order_by(table.c.time, table.c.run_id, table.c.symbol)
    return [
        _opening(row, trial_of[row.run_id, row.symbol])
        for row in connection.execute(query.with_only_columns(*table.c))
    ]


def _opening(row: Any, trial: str) -> Opening:
    """Return a test part that was looked at."""
    return Opening(
        run_id=row.run_id,
        trial=trial,
        symbol=row.symbol,
        start=pd.to_datetime(row.start, utc=True),
        end=pd.to_datetime(row.end, utc=True),
        time=dt.datetime.fromisoformat(row.time),
        by=row.by,
        figures={} if row.figures is None else json.loads(row.figures),
    )

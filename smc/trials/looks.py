"""What was looked at, checked, asked for and fitted: test parts, own classes, selections, versions."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.errors import ResultsError
from smc.trials import view
from smc.trials.register import nanoseconds
from smc.trials.runs import rows_of
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection


def open_test(
    connection: "Connection", run_id: str, symbol: str, period: tuple[pd.Timestamp, pd.Timestamp], by: str
) -> bool:
    """Say that a test part is about to be looked at; False if it was before."""
    if symbol not in {row.symbol for row in rows_of(connection, run_id)}:
        raise ResultsError(f"run {run_id} has no symbol {symbol} in the ledger: its test part is not opened")
    if opening_row(connection, run_id, symbol) is not None:
        return False
    start, end = map(nanoseconds, period)
    said = {"run_id": run_id, "symbol": symbol, "start": start, "end": end, "by": by}
    view.append(connection, view.OPENED, said)
    return True


def opened_figures(connection: "Connection", run_id: str, symbol: str, figures: Mapping[str, Any]) -> None:
    """Say what was seen in a test part; the first figures stand."""
    row = opening_row(connection, run_id, symbol)
    if row is None:
        raise ResultsError(
            f"the test part of run {run_id}, {symbol} was never opened: open it before its figures"
        )
    if row.figures is None:
        said = {"run_id": run_id, "symbol": symbol, "figures": dict(figures)}
        view.append(connection, view.FIGURES, said)


def opening_row(connection: "Connection", run_id: str, symbol: str) -> Any:
    """Return what is known of a look at a test part; None if nobody has looked."""
    return connection.execute(tables().openings.select().filter_by(run_id=run_id, symbol=symbol)).first()


def audited(connection: "Connection", code: str, subject: str, said: Mapping[str, Any]) -> None:
    """Say that code was put under its laws: whether it ``passed``, and the ``problems``."""
    said = {"code": code, "subject": subject, **said}
    view.append(connection, view.AUDITED, said)


def audit_of(connection: "Connection", code: str) -> dict[str, Any] | None:
    """Return the last audit of code, by its hash; None if there was none."""
    table = tables().audits
    query = table.select().filter_by(code=code).order_by(table.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    said = {"subject": row.subject, "passed": row.passed, "problems": json.loads(row.problems)}
    return {**said, "time": pd.Timestamp(row.time)}


def selected(
    connection: "Connection",
    market: str,
    criteria: Mapping[str, Any] | None,
    rule: str,
    verdicts: Mapping[str, Any],
) -> None:
    """Say what a selection asked for and found."""
    said = {"market": market, "criteria": criteria, "rule": rule, "verdicts": verdicts}
    view.append(connection, view.SELECTED, said)


def criteria_of(connection: "Connection", market: str, rule: str | None = None) -> dict[str, Any] | None:
    """Return what the first selection of a market asked for, or the first by one rule."""
    table = tables().selections
    query = table.select().where(table.c.market == market, table.c.criteria.is_not(None))
    if rule is not None:
        query = query.where(table.c.rule == rule)
    row = connection.execute(query.order_by(table.c.number).limit(1)).first()
    return None if row is None else json.loads(row.criteria)


def last_p_values(connection: "Connection") -> dict[str, dict[str, dict[str, float | None]]]:
    """Return the p-values that the last selection with criteria found, by market and symbol."""
    return {
        row.market: {
            symbol: verdict.get("p_values") or {} for symbol, verdict in json.loads(row.verdicts).items()
        }
        for row in _last_of_each_market(connection, tables().selections.c.criteria.is_not(None))
    }


def last_verdicts(connection: "Connection", rule: str | None) -> dict[str, dict[str, Any]]:
    """Return what the last selection of each market found, by market."""
    which = [] if rule is None else [tables().selections.c.rule == rule]
    rows = _last_of_each_market(connection, *which)
    return {row.market: json.loads(row.verdicts) for row in rows}


def _last_of_each_market(connection: "Connection", *which: "ColumnElement[bool]") -> list[Any]:
    """Return the last selection of each market, of those that fulfil the conditions."""
    from sqlalchemy import func

    table = tables().selections
    last = table.select().with_only_columns(func.max(table.c.number)).where(*which).group_by(table.c.market)
    return list(connection.execute(table.select().where(table.c.number.in_(last))))


def selections_of(connection: "Connection", symbol: str) -> list[dict[str, Any]]:
    """Return the last selection of a symbol by each rule, on each market of that name, the newest first."""
    table = tables().selections
    found: dict[tuple[str, str, bool], dict[str, Any]] = {}
    for row in connection.execute(table.select().order_by(table.c.number.desc())):
        verdict, key = json.loads(row.verdicts).get(symbol), (row.market, row.rule, row.criteria is None)
        if verdict is not None and key not in found:
            criteria = None if row.criteria is None else json.loads(row.criteria)
            found[key] = {
                **{"number": row.number, "market": row.market, "rule": row.rule, "time": row.time},
                **{"criteria": criteria, **verdict},
            }
    return list(found.values())


def refitted(connection: "Connection", version: str, digest: str, said: Mapping[str, Any]) -> None:
    """Say that a version was fitted, unless that was said."""
    if digest not in digests_of(connection, version):
        view.append(connection, view.REFITTED, {"version": version, "digest": digest, **said})


def digests_of(connection: "Connection", version: str) -> list[str]:
    """Return the hashes of the folders of a version, as they were told."""
    table = tables().versions
    return [row.digest for row in connection.execute(table.select().filter_by(version=version))]

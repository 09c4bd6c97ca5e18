"""What the registry says for people: what is live, what was done, and how two versions differ."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from smc.registry.entry import LIVE, PROPOSED, SHADOW, Entry
from smc.registry.registry import Registry
from smc.registry.standing import Standing
from smc.report.document import Section, Table
from smc.report.text import day, minute, p_value

COLUMNS = ("symbol", "stage", "version", "evidence", "p", "rung", "age of last bar")
NOTHING = "Nothing was proposed yet: python -m smc.select judges, then python -m smc.registry propose all."
FLAT = "flat"


def live_sections(
    registry: Registry, symbols: Sequence[str] = (), now: pd.Timestamp | None = None
) -> list[Section]:
    """Return what is live and what waits, symbol by symbol, with the mark of every override."""
    standings = chosen(registry, symbols)
    moment = now or pd.Timestamp.now(tz="UTC")
    rows = [row for standing in standings.values() for row in _rows(standing, moment)]
    points = [*places(registry), *(mark for standing in standings.values() for mark in marks(standing))]
    if not rows:
        return [Section("Registry", [*points, NOTHING, *_elsewhere(registry)])]
    return [Section("Registry", points, [Table(COLUMNS, rows, n_text=4, n_whole=3)])]


def history_section(registry: Registry, standing: Standing) -> Section:
    """Return every row of a symbol's journal, with who wrote it, when and why."""
    columns = ("row", "when", "version", "what", "who", "why")
    rows = [
        (
            str(entry.number),
            minute(entry.time),
            entry.version,
            f"{entry.action}: {entry.stage} {_rung(entry)}".strip(),
            entry.who,
            entry.why + (f" (OVERRIDE: {entry.override})" if entry.override else ""),
        )
        for entry in standing.entries
    ]
    points = [*places(registry), *marks(standing)]
    return Section(f"Journal of {standing.symbol}", points, [Table(columns, rows, n_text=6, n_whole=3)])


def entry_section(entry: Entry, standing: Standing, *, is_new: bool = True) -> Section:
    """Return what a row changed, and what comes next."""
    already = "" if is_new else " already; nothing was written"
    what = f"{entry.version} of run {entry.run_id} is {entry.stage}{already}: {entry.folder}"
    row = f"Row {entry.number}, {entry.action} by {entry.who}: {entry.why}."
    return Section(entry.symbol, [what, row, now_live(standing), *marks(standing), *_next(entry)])


def now_live(standing: Standing) -> str:
    """Say in a sentence what is live."""
    live, before = standing.live, standing.before
    if live is None:
        return f"{standing.symbol} is {FLAT}: no position is taken."
    behind = f"a rollback leads to {before.version}" if before else "nothing stands before it"
    return f"Live is {live.version} at {live.rung} % of the position; {behind}."


def marks(standing: Standing) -> Iterator[str]:
    """Say of every version that is live, waits or stands before that no verdict let it in."""
    for entry in (standing.live, standing.before, *standing.waiting):
        if entry is not None and entry.override is not None:
            yield f"OVERRIDE: no verdict lets {standing.symbol} {entry.version} in: {entry.override}"


def places(registry: Registry) -> Iterator[str]:
    """Say where the journal is, and whether that is not the user's own ledger."""
    yield f"Deployment {registry.deployment}, in the ledger {registry.ledger.place}."
    if registry.ledger.fallback:
        yield f"Not yours: {registry.ledger.fallback}."


def plain(standing: Standing) -> dict[str, Any]:
    """Return where a symbol stands as plain data."""
    live, before = standing.live, standing.before
    return {
        "symbol": standing.symbol,
        "number": standing.number,
        "live": live.plain() if live else None,
        "before": before.plain() if before else None,
        "waiting": [entry.plain() for entry in standing.waiting],
    }


def chosen(registry: Registry, symbols: Sequence[str]) -> dict[str, Standing]:
    """Return the standings of some symbols, which must be known; without any, of all."""
    standings = registry.standings()
    if not symbols:
        return standings
    return {
        symbol: standings[symbol] if symbol in standings else registry.known(symbol) for symbol in symbols
    }


def _rows(standing: Standing, now: pd.Timestamp) -> Iterator[tuple[str, ...]]:
    if standing.live is None and standing.entries:
        yield (standing.symbol, FLAT, *[""] * 5)
    for entry in filter(None, (standing.live, *standing.waiting)):
        yield standing.symbol, *_cells(entry, now)


def _cells(entry: Entry, now: pd.Timestamp) -> Iterable[str]:
    evidence = entry.evidence
    verdict = evidence["verdict"] or "no verdict"
    age = (now - pd.Timestamp(entry.last_training_bar)).days
    return (
        entry.stage,
        entry.version,
        ", ".join(filter(None, ("OVERRIDE" if entry.override else "", verdict, day(evidence["time"] or "")))),
        p_value((evidence["p_values"] or {}).get("corrected")),
        _rung(entry),
        f"{age:,} days",
    )


def _rung(entry: Entry) -> str:
    return f"{entry.rung} %" if entry.stage == LIVE else ""


def _next(entry: Entry) -> Iterator[str]:
    if entry.stage in (PROPOSED, SHADOW):
        yield f"What comes next: python -m smc.registry promote {entry.symbol}"


def _elsewhere(registry: Registry) -> Iterator[str]:
    """Name the deployments of the ledger that have a journal, where this one has none."""
    for name, output in registry.journal.others().items():
        yield f"The ledger has the journal of deployment {name}, written from {output}: --deployment {name}"

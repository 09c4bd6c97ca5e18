"""Whether a ledger is what its events say: the chain, every row that follows from it, every array."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from smc.trials import blobs, chain, view
from smc.trials.database import Database
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def problems(connection: "Connection") -> list[str]:
    """Say what does not hold, nothing if all does; rows are compared with a replay of the events."""
    links = list(chain.events(connection))
    broken = chain.broken_links(links, chain.head(connection))
    if broken:
        return broken
    replayed = Database("sqlite://")
    try:
        with replayed.writing() as memory:
            for event, _ in links:
                view.apply(memory, event)
            differing = [
                problem for table in tables().derived() for problem in _differences(connection, memory, table)
            ]
    finally:
        replayed.close()
    return [*differing, *_damaged(connection)]


def _differences(connection: "Connection", memory: "Connection", table: "Table") -> Iterable[str]:
    kept, expected = _rows(connection, table), _rows(memory, table)
    for key in sorted(kept.keys() | expected.keys(), key=str):
        place = f"table {table.name}, row {', '.join(map(str, key))}"
        if key not in kept:
            yield f"{place}: it is missing"
        elif key not in expected:
            yield f"{place}: no event says it"
        elif kept[key] != expected[key]:
            names = [name for name, value in expected[key].items() if kept[key][name] != value]
            yield f"{place}: {', '.join(names)} is not what the events say"


def _rows(connection: "Connection", table: "Table") -> dict[tuple[Any, ...], dict[str, Any]]:
    keys = [column.name for column in table.primary_key]
    rows = [dict(row) for row in connection.execute(table.select()).mappings()]
    return {tuple(row[key] for key in keys): row for row in rows}


def _damaged(connection: "Connection") -> list[str]:
    """Say which arrays are missing, or are not those that the events name."""
    table = tables()
    named = {
        **{row.signature: f"moves of bars {row.fingerprint}" for row in _all(connection, table.bars)},
        **{row.rows: f"events of panel {row.panel}" for row in _all(connection, table.panels)},
        **{row.column: f"column of run {row.run_id}" for row in _all(connection, table.columns)},
    }
    named.pop(None, None)
    contents = blobs.load(connection, named)
    return [
        f"{what}: its array {'is missing' if key not in contents else 'was changed'}"
        for key, what in named.items()
        if key not in contents or blobs.name(contents[key]) != key
    ]


def _all(connection: "Connection", table: "Table") -> Iterable[Any]:
    return connection.execute(table.select())

"""Rows that are asked for by many keys, which one statement cannot hold."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Select

#: Keys that one statement asks for; SQLite allows some 32,000.
CHUNK = 1000


def rows_among(
    connection: "Connection", query: "Select[*tuple[Any, ...]]", column: "Column[Any]", keys: Iterable[Any]
) -> Iterator[Any]:
    """Give the rows of a query of which a column is one of the keys."""
    ordered = sorted(set(keys))
    for first in range(0, len(ordered), CHUNK):
        yield from connection.execute(query.where(column.in_(ordered[first : first + CHUNK])))

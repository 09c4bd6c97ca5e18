"""A file of SQLite that somebody else wrote."""

import sqlite3
from pathlib import Path


def read_only(path: Path) -> sqlite3.Connection:
    """Open a file of SQLite that is not to be made or changed, whatever signs its name holds."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def table_names(connection: sqlite3.Connection) -> set[str]:
    """Name the tables of a database."""
    return {name for (name,) in map(tuple, connection.execute("SELECT name FROM sqlite_master"))}

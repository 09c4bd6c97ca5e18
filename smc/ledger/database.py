"""The ledger's one table, in whatever database a URL names."""

import contextlib
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from smc.errors import DiskFullError, ResultsError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

#: Seconds that a writer waits for the others, or for a server that does not answer, before it gives up.
BUSY_TIMEOUT = 30
#: What drivers call that wait; psycopg knows it for the connection alone.
TIMEOUTS = {
    "pysqlite": "timeout",
    "pg8000": "timeout",
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
}
#: Processes that create the same database at once get in each other's way for some milliseconds.
CREATE_ATTEMPTS, CREATE_PAUSE = 20, 0.05

REMEDY = "every trial must be counted before its fit, so mend it or name another database with `ledger.url=`"
INSTALL = "install its driver with pip install 'smc[postgres]' (in a checkout: pip install -e '.[postgres]')"


class Database:
    """Run statements on the table ``trials``, which is created on first use.

    SQLAlchemy is imported with the first statement: about 0.12 s, once a process.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    @cached_property
    def table(self) -> "Table":
        """Columns of the table; stamps are UTC, trials and symbols are the key."""
        from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table

        hashes = ("config_hash", "seedless_hash", "data_hash", "split_hash", "code_version")
        return Table(
            "trials",
            MetaData(),
            Column("trial_id", String(64), primary_key=True),
            Column("symbol", String(64), primary_key=True),
            Column("model", String(64), nullable=False),
            *(Column(name, String(64), nullable=False) for name in hashes),
            Column("seed", Integer, nullable=False),
            Column("evidence_start", DateTime(timezone=True)),
            Column("evidence_end", DateTime(timezone=True)),
            Column("status", String(16), nullable=False),
            Column("reason", String(100)),
            Column("attempts", Integer, nullable=False),
            Column("created", DateTime(timezone=True), nullable=False),
            Column("updated", DateTime(timezone=True), nullable=False),
            Column("output", String(1000), nullable=False),
        )

    @contextlib.contextmanager
    def transaction(self) -> Iterator["Connection"]:
        """Give a connection whose statements take effect together, or not at all.

        Raises
        ------
        ResultsError
            Whatever the database refuses, in one sentence and without its password.
        """
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._engine.begin() as connection:
                yield connection
        except (SQLAlchemyError, ImportError, OSError) as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Close the connections; the next transaction opens one again."""
        engine = self.__dict__.pop("_engine", None)
        if engine is not None:
            engine.dispose()

    def __str__(self) -> str:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            return make_url(self.url).render_as_string(hide_password=True)
        except ArgumentError:
            return repr(self.url)

    @cached_property
    def _engine(self) -> "Engine":
        from sqlalchemy import create_engine, make_url

        url = make_url(self.url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+pg8000")
        is_sqlite = url.get_backend_name() == "sqlite"
        if is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        wait = TIMEOUTS.get(url.get_driver_name())
        arguments = {wait: BUSY_TIMEOUT} if wait else {}
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=not is_sqlite)
        with engine.connect() as connection:
            self._create(connection, log_ahead=is_sqlite)
        return engine

    def _create(self, connection: "Connection", *, log_ahead: bool) -> None:
        """Create the table if it is not there; several processes may do so at once."""
        from sqlalchemy.exc import DBAPIError
        from sqlalchemy.schema import CreateTable

        for attempt in range(1, CREATE_ATTEMPTS + 1):
            try:
                with connection.begin():
                    if log_ahead:  # SQLite does not wait for others when it changes its journal
                        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                    connection.execute(CreateTable(self.table, if_not_exists=True))
            except DBAPIError as error:
                if attempt == CREATE_ATTEMPTS or error.connection_invalidated:
                    raise
                time.sleep(CREATE_PAUSE)
            else:
                return

    def _refused(self, error: Exception) -> ResultsError:
        cause = _cause(error)
        if "disk is full" in cause:
            return DiskFullError(
                f"the ledger {self} cannot be written: {cause}; free some room and run again"
            )
        remedy = INSTALL if getattr(error, "name", None) == "pg8000" else REMEDY
        return ResultsError(f"the ledger {self} cannot be used: {cause}; {remedy}")


def _cause(error: Exception) -> str:
    """Say in one line what the driver said, and what made it say so."""
    cause = getattr(error, "orig", None) or error
    fields = cause.args[0] if cause.args and isinstance(cause.args[0], dict) else {}  # pg8000's, by protocol
    lines = [fields.get("M") or str(cause), str(cause.__cause__ or "")]
    return ": ".join(line.splitlines()[0] for line in lines if line)

"""The ledger's one table, in whatever database a URL names."""

import contextlib
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smc.errors import ResultsError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

#: Seconds that a writer waits for the others before it gives up.
BUSY_TIMEOUT = 30
#: Processes that create the same database at once get in each other's way for some milliseconds.
CREATE_ATTEMPTS, CREATE_PAUSE = 20, 0.05


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
        is_sqlite = url.get_backend_name() == "sqlite"
        if is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        arguments: dict[str, Any] = {"timeout": BUSY_TIMEOUT} if is_sqlite else {}
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=not is_sqlite)
        self._create(engine, log_ahead=is_sqlite)
        return engine

    def _create(self, engine: "Engine", *, log_ahead: bool) -> None:
        """Create the table if it is not there; several processes may do so at once."""
        from sqlalchemy.exc import DBAPIError
        from sqlalchemy.schema import CreateTable

        for attempt in range(1, CREATE_ATTEMPTS + 1):
            try:
                with engine.begin() as connection:
                    if log_ahead:  # SQLite does not wait for others when it changes its journal
                        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                    connection.execute(CreateTable(self.table, if_not_exists=True))
            except DBAPIError:
                if attempt == CREATE_ATTEMPTS:
                    raise
                time.sleep(CREATE_PAUSE)
            else:
                return

    def _refused(self, error: Exception) -> ResultsError:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        return ResultsError(
            f"the ledger {self} cannot be used: {cause}; every trial must be counted before its fit,"
            " so mend it or name another database with `ledger.url=`"
        )

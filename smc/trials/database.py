"""Tables of smc's own, the ledger's above all, in whatever database a URL names."""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from smc.errors import ConfigError, DiskFullError, PlaceError, ResultsError, install
from smc.outside.secrets import HIDDEN, hidden_address, meet
from smc.trials.chain import EMPTY
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

#: Seconds that a writer waits for the others, or for a server that does not answer, before it gives up.
BUSY_TIMEOUT = 30
#: What drivers call that wait; psycopg knows it for the connection alone.
TIMEOUTS = {
    "pysqlite": "timeout",
    "pg8000": "timeout",
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
}
#: Bytes of free disk without which SQLite cannot write its files.
ROOM = 200_000
#: Processes that create the same database at once get in each other's way for some milliseconds.
CREATE_ATTEMPTS, CREATE_PAUSE = 20, 0.05
#: Execution option: the statement that opens a transaction in SQLite.
BEGIN = "begin_with"

FULL = "the disk is full: free some room and run again"
REMEDY = "every trial must be counted before its fit, so mend it or name another database with `ledger.url=`"
MALFORMED = (
    "`ledger.url`, or $SMC_LEDGER, must be a path or an SQLAlchemy URL, such as sqlite:////folder/l.db or "
    "postgresql://host:5432/smc, with user:password and an @ before the host; %40 is an @ in a password"
)
INSTALL = f"install its driver with {install('postgres')}"


class Database:
    """Run statements on tables, the ledger's unless others are named, which are created on first use.

    SQLAlchemy is imported with the first statement: about 0.12 s, once a process.

    Parameters
    ----------
    place
        A file of SQLite, or a URL for SQLAlchemy.
    name
        What messages call it.
    create
        Creates the tables that are not there; None: the ledger's.
    remedy
        What messages advise where it cannot be used.
    """

    def __init__(
        self,
        place: Path | str,
        *,
        name: str = "the ledger",
        create: Callable[["Connection"], None] | None = None,
        remedy: str = REMEDY,
    ) -> None:
        if isinstance(place, str):
            meet(place, "url")
        self.place, self.name, self.create, self.remedy = place, name, create or _create_tables, remedy

    def reading(self) -> contextlib.AbstractContextManager["Connection"]:
        """Give a connection that sees one state of the database and waits for nobody."""
        return self._transaction("BEGIN")

    def writing(self) -> contextlib.AbstractContextManager["Connection"]:
        """Give a connection that alone writes: what it reads stays true until its statements take effect.

        They take effect together, or not at all.
        """
        return self._transaction("BEGIN IMMEDIATE")

    def close(self) -> None:
        """Close the connections; the next transaction opens one again."""
        engine = self.__dict__.pop("_engine", None)
        if engine is not None:
            engine.dispose()

    def __str__(self) -> str:
        if isinstance(self.place, Path):
            return f"sqlite:///{self.place}"
        with contextlib.suppress(ConfigError):
            return hidden_address(self._url.render_as_string(hide_password=False))
        return HIDDEN

    @cached_property
    def _url(self) -> "URL":
        """The place as SQLAlchemy knows it; what stands in the name of a file stays what it is.

        Raises
        ------
        ConfigError
            It is no URL; it is not repeated, since it may hold a password.
        """
        from sqlalchemy import URL, make_url
        from sqlalchemy.exc import ArgumentError

        if isinstance(self.place, Path):
            return URL.create("sqlite", database=str(self.place))
        try:
            if self.place.count("@") <= 1:
                return make_url(self.place)
        except (ArgumentError, ValueError):
            pass
        raise ConfigError(MALFORMED) from None

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator["Connection"]:
        """Give a connection in a transaction of its own.

        Raises
        ------
        ResultsError
            Whatever the database refuses, in one sentence and without its password.
        """
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._engine.execution_options(**{BEGIN: begin}).begin() as connection:
                yield connection
        except (SQLAlchemyError, ImportError, OSError) as error:
            raise self._refused(error) from error

    @cached_property
    def _engine(self) -> "Engine":
        from sqlalchemy import create_engine, event

        url = self._url
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+pg8000")
        is_sqlite = url.get_backend_name() == "sqlite"
        if is_sqlite and url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        wait = TIMEOUTS.get(url.get_driver_name())
        arguments: dict[str, int | None] = {wait: BUSY_TIMEOUT} if wait else {}
        if is_sqlite:
            arguments["isolation_level"] = None  # its driver begins too late, and never to write
        engine = create_engine(url, connect_args=arguments, pool_pre_ping=not is_sqlite)
        if is_sqlite:
            event.listen(engine, "begin", _begin)
        with engine.connect():  # a server that cannot be reached is waited for once
            pass
        self._create(engine, log_ahead=is_sqlite)
        return engine

    def _create(self, engine: "Engine", *, log_ahead: bool) -> None:
        """Create the tables that are not there; several processes may do so at once."""
        from sqlalchemy.exc import DBAPIError

        for attempt in range(1, CREATE_ATTEMPTS + 1):
            try:
                if log_ahead:  # SQLite does not wait for others when it changes its journal
                    with engine.connect() as connection:
                        connection.exec_driver_sql("PRAGMA journal_mode=WAL").close()
                with engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
                    self.create(connection)
            except DBAPIError as error:
                if attempt == CREATE_ATTEMPTS or error.connection_invalidated:
                    raise
                time.sleep(CREATE_PAUSE)
            else:
                return

    def _refused(self, error: Exception) -> ResultsError:
        from sqlalchemy.exc import InterfaceError, OperationalError

        cause = _cause(error)
        if "disk is full" in cause or self._has_no_room(error):
            return DiskFullError(f"{self.name} {self} cannot be written: {cause}; {FULL}")
        is_away = isinstance(error, InterfaceError | OperationalError | OSError)
        remedy = INSTALL if getattr(error, "name", None) == "pg8000" else self.remedy
        kind = PlaceError if is_away else ResultsError
        return kind(f"{self.name} {self} cannot be used: {cause}; {remedy}")

    def _has_no_room(self, error: Exception) -> bool:
        """Tell whether SQLite failed for want of room, which it calls an I/O error beside its main file."""
        code = getattr(getattr(error, "orig", None), "sqlite_errorname", "")
        file = self._url.database
        if not file or not code.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_FULL")):
            return False
        folder = Path(file).absolute().parent
        return folder.is_dir() and shutil.disk_usage(folder).free < ROOM


def _begin(connection: "Connection") -> None:
    statement = connection.get_execution_options().get(BEGIN)
    if statement:
        connection.exec_driver_sql(statement)


def _create_tables(connection: "Connection") -> None:
    head = tables().head
    tables().metadata.create_all(connection)
    _add_columns(connection)
    if connection.dialect.name == "postgresql":  # SQLite holds what is longer or larger all the same
        _widen_columns(connection)
    _add_indexes(connection)
    if connection.execute(head.select()).first() is None:
        connection.execute(head.insert().values(id=1, number=EMPTY.number, hash=EMPTY.hash))


def _add_columns(connection: "Connection") -> None:
    """Add to a ledger of before the columns that rows of today have, without a value."""
    from sqlalchemy import inspect
    from sqlalchemy.schema import CreateColumn

    runs = tables().runs
    known = {column["name"] for column in inspect(connection).get_columns(runs.name)}
    for column in runs.columns:
        if column.name not in known:
            kind = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {runs.name} ADD COLUMN {kind}")


def _add_indexes(connection: "Connection") -> None:
    """Give the tables of a ledger of before the indexes of today."""
    from sqlalchemy import inspect

    inspected = inspect(connection)
    for table in (table for table in tables().metadata.sorted_tables if table.indexes):
        known = {index["name"] for index in inspected.get_indexes(table.name)}
        for index in table.indexes:
            if index.name not in known:
                index.create(connection)


def _widen_columns(connection: "Connection") -> None:
    """Give the columns of a ledger of before the width that they have today."""
    from sqlalchemy import BigInteger, Integer, String, Text, inspect

    for table in tables().metadata.sorted_tables:
        known = {column["name"]: column["type"] for column in inspect(connection).get_columns(table.name)}
        for column in table.columns:
            was, kind = known[column.name], column.type
            is_short = isinstance(kind, Text) and isinstance(was, String) and was.length is not None
            is_small = isinstance(kind, BigInteger) and isinstance(was, Integer)
            if is_short or (is_small and not isinstance(was, BigInteger)):
                width = kind.compile(dialect=connection.dialect)
                name = connection.dialect.identifier_preparer.quote(column.name)
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ALTER COLUMN {name} TYPE {width}")


def _cause(error: Exception) -> str:
    """Say in one line what the driver said, and what made it say so."""
    cause = getattr(error, "orig", None) or error
    fields = cause.args[0] if cause.args and isinstance(cause.args[0], dict) else {}  # pg8000's, by protocol
    lines = [fields.get("M") or str(cause), str(cause.__cause__ or "")]
    return ": ".join(line.splitlines()[0] for line in lines if line)

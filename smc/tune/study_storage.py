"""The database that a study is kept in, and the lock by which processes take turns with it."""

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from optuna.exceptions import OptunaError
from optuna.storages import RDBStorage
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from smc.errors import ConfigError, PlaceError, ResultsError, install
from smc.outside.secrets import hidden_address, meet
from smc.tune.quiet import quiet

#: Seconds that a writer of SQLite waits for the others.
BUSY_TIMEOUT = 60
#: What is added to the name of a file of SQLite for the file that is locked.
LOCK = "-lock"


class StudyStorage:
    """A database of Optuna's, SQLite or PostgreSQL.

    Parameters
    ----------
    place
        A file, or a URL for SQLAlchemy.
    key
        By which a command line names the place, for error messages.
    must_exist
        Whether nothing is created, nor written.

    Raises
    ------
    ConfigError
        The place is no URL, or one of another database.
    """

    def __init__(
        self, place: Path | str, key: str = "hydra.sweeper.storage", *, must_exist: bool = False
    ) -> None:
        self.key, self.must_exist = key, must_exist
        self.url = _url(place, key)

    def __str__(self) -> str:
        return hidden_address(self.url.render_as_string(hide_password=False))

    @cached_property
    def optuna(self) -> RDBStorage:
        """Optuna's own view of it; its tables are created where there are none."""
        with self.named_errors(), quiet():
            return RDBStorage(
                self._opened.render_as_string(hide_password=False),
                engine_kwargs={"connect_args": self._arguments},
                skip_table_creation=self.must_exist,
            )

    @contextlib.contextmanager
    def exclusive(self) -> Iterator[None]:
        """Let no other process take its turn inside the block; the death of one ends its turn."""
        with self.named_errors():
            if self.url.get_backend_name() == "sqlite":
                with _locked_file(Path(f"{self.url.database}{LOCK}")):
                    yield
                return
            engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_NUMBER})
                try:
                    yield
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK_NUMBER})

    @contextlib.contextmanager
    def named_errors(self) -> Iterator[None]:
        """Say in one sentence what the database refuses.

        Raises
        ------
        ResultsError
            A `PlaceError` where a server or a disk does not do its part.
        """
        try:
            yield
        except (SQLAlchemyError, OptunaError, ImportError, OSError) as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Close the connections."""
        if "optuna" in self.__dict__:
            self.optuna.remove_session()
            self.optuna.engine.dispose()

    @property
    def _arguments(self) -> dict[str, int]:
        knows_it = self.url.get_driver_name() in ("pysqlite", "pg8000")
        return {"timeout": BUSY_TIMEOUT} if knows_it else {}

    @property
    def _opened(self) -> URL:
        """The URL that is opened: of a file that must be there, one that changes nothing."""
        if self.must_exist and self.url.get_backend_name() == "sqlite":
            return self.url.set(
                database=f"file:{Path(str(self.url.database)).absolute()}",
                query={"mode": "ro", "uri": "true"},
            )
        return self.url

    def _refused(self, error: Exception) -> ResultsError:
        cause = error.__cause__ if isinstance(error, OptunaError) and error.__cause__ else error
        said = str(getattr(cause, "orig", None) or cause).splitlines()[0]
        is_away = isinstance(cause, OperationalError | InterfaceError | OSError)
        remedy = f"install its driver with {install('postgres')}" if isinstance(error, ImportError) else (
            f"mend it, or name another with {self.key}="
        )  # fmt: skip
        kind = PlaceError if is_away and not self.must_exist else ResultsError
        return kind(f"the study's database {self} cannot be used: {said}; {remedy}")


#: Of the lock on a server, the same for every study: they take turns for some milliseconds.
_LOCK_NUMBER = int.from_bytes(hashlib.sha256(b"smc study").digest()[:7], "big")


def _url(place: Path | str, key: str) -> URL:
    if isinstance(place, Path):
        return URL.create("sqlite", database=str(place))
    meet(place, "url")
    try:
        url = make_url(place)
    except (ArgumentError, ValueError):
        raise ConfigError(
            f"{key}: must be a path or an SQLAlchemy URL, such as sqlite:///folder/tuning.sqlite or "
            "postgresql://host:5432/smc"
        ) from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(
            f"{key}: studies are kept in SQLite or PostgreSQL, got {url.get_backend_name()}; "
            "type a path or postgresql://host:5432/smc"
        )
    return url.set(drivername="postgresql+pg8000") if url.drivername == "postgresql" else url


@contextlib.contextmanager
def _locked_file(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

"""A search as a study in a database, for people to look at: `optuna-dashboard` opens it."""

import importlib.util
import logging
from collections.abc import Callable

import optuna
from optuna.storages import BaseStorage
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial

from smc.errors import ConfigError, install
from smc.outside.secrets import HIDDEN, hidden_address, hidden_text, meet
from smc.tune.quiet import quiet

log = logging.getLogger("smc")

RELATIONAL, REDIS = ("sqlite", "postgresql"), ("redis", "rediss")


def check_storage(url: object) -> None:
    """Refuse what names no database, before anything is opened.

    Raises
    ------
    ValueError
        It is no URL of a kind that is known; a password in it is not repeated.
    """
    text = str(url)
    backend = text.partition("://")[0].partition("+")[0]
    if not isinstance(url, str) or "://" not in text or backend not in (*RELATIONAL, *REDIS):
        shown = hidden_address(text) if "://" in text else HIDDEN if "@" in text else text
        raise ValueError(
            "`storage` must be an URL, such as sqlite:///outputs/tuning.sqlite, "
            f"postgresql://user:password@host/studies or redis://host:6379, got {shown}"
        )
    if backend in REDIS and importlib.util.find_spec("redis") is None:
        raise ValueError("`storage` of Redis needs its client, which is not installed: pip install redis")


class StudyCopies:
    """Write the trials of searches into a database while they are made.

    They are a copy: nothing is read back, so that a search chooses the same with it or without. One that
    died begins anew, under its own name and with the same trials.

    Parameters
    ----------
    url
        Of SQLite, PostgreSQL or Redis; None: nothing is written.

    Raises
    ------
    ConfigError
        The database cannot be opened.
    """

    def __init__(self, url: str | None) -> None:
        self._storage = None if url is None else _opened(url)

    @property
    def are_written(self) -> bool:
        """Whether there is a database to write to."""
        return self._storage is not None

    def begin(self, name: str, *, n_objectives: int = 1) -> Callable[[FrozenTrial], None]:
        """Begin a study, in the place of one of the same name; return what writes a trial into it.

        A database that is lost meanwhile is told in the log, and the search goes on without.
        """
        if self._storage is None:
            return lambda _: None
        storage = self._storage

        def create() -> optuna.Study:
            if any(known.study_name == name for known in storage.get_all_studies()):
                optuna.delete_study(study_name=name, storage=storage)
            return optuna.create_study(
                study_name=name, storage=storage, directions=[StudyDirection.MINIMIZE] * n_objectives
            )

        studies: list[optuna.Study] = []

        def write(trial: FrozenTrial) -> None:
            if studies and not _is_written(lambda: studies[0].add_trial(trial)):
                studies.clear()

        _is_written(lambda: studies.append(create()))
        return write


def _is_written(write: Callable[[], object]) -> bool:
    """Write, in Optuna's silence; False if the database is not to be had, which the log says."""
    try:
        with quiet():
            write()
    except Exception as error:  # noqa: BLE001 - of whatever driver
        log.warning("tune.storage: no more trials are written: %s", hidden_text(_first_line(error)))
        return False
    return True


def _opened(url: str) -> BaseStorage:
    meet(url, "url")
    try:
        return _storage(url)
    except Exception as error:
        remedy = f"; {install('postgres')} brings its driver" if isinstance(error, ImportError) else ""
        raise ConfigError(
            f"tune.storage: {hidden_address(url)} cannot be opened: {hidden_text(_first_line(error))}{remedy}"
        ) from error


def _storage(url: str) -> BaseStorage:
    if url.partition("://")[0] in REDIS:
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalRedisBackend

        return JournalStorage(JournalRedisBackend(url))
    from pathlib import Path

    from sqlalchemy import NullPool, make_url

    made = make_url(url)
    if made.drivername == "postgresql":
        made = made.set(drivername="postgresql+pg8000")
    if made.get_backend_name() == "sqlite" and made.database:
        Path(made.database).parent.mkdir(parents=True, exist_ok=True)
    pool = {"poolclass": NullPool}  # a search writes now and then, and holds no connection meanwhile
    return optuna.storages.RDBStorage(made.render_as_string(hide_password=False), engine_kwargs=pool)


def _first_line(error: BaseException) -> str:
    """Return what an error says, or what it came of: Optuna's own say that something went wrong."""
    cause = error.__cause__ or error
    lines = str(cause).splitlines() or [type(cause).__name__]
    return lines[0]

"""Where the ledger is: as typed, as the user's machine says, or in the output folder where that fails."""

import errno
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from smc.errors import ConfigError, ResultsError
from smc.outside.home import home_path

#: Environment variable that names the ledger of every run: a path, or an SQLAlchemy URL.
VARIABLE = "SMC_LEDGER"
FILE = "ledger.sqlite"


#: What a URL of a database begins with.
SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")
#: How people write the scheme of PostgreSQL's own tools.
POSTGRES = "postgres://"


@dataclass(frozen=True)
class Place:
    """A database, and why it is not the one that serves as a rule.

    Attributes
    ----------
    database
        A file of SQLite, or a URL for SQLAlchemy.
    fallback
        What keeps the user's own ledger from being used, in a sentence; None as a rule.
    """

    database: Path | str
    fallback: str | None = None


def ledger_place(url: str | None, output: str | None) -> Place:
    """Find the ledger: ``url``, else ``$SMC_LEDGER``, else one in the user's data directory.

    Both may be a path instead of a URL. A file that cannot be written or locked gives way to one in the
    output folder, and the reason is kept. A typed place and a server never do: half a team's trials elsewhere
    would be worse than an error.

    Raises
    ------
    ConfigError
        What was typed is neither a path nor a URL.
    ResultsError
        The user's own ledger cannot be used and there is no output folder to keep one in.
    """
    if url is not None:
        return Place(read_place(url, "ledger.url"))
    named = os.environ.get(VARIABLE)
    path = read_place(named, VARIABLE) if named else user_data_path("smc", appauthor=False) / FILE
    if not isinstance(path, Path):
        return Place(path)
    refusal = _refusal(path)
    if refusal is None:
        return Place(path)
    reason = f"the ledger {path} cannot be used: {refusal}"
    remedy = f"set {VARIABLE} to a file on a local disk, or type `ledger.url=`"
    if output is None:
        raise ResultsError(f"{reason}; {remedy}")
    own = Path(output).absolute() / FILE
    return Place(own, f"{reason}; {own} counts the trials of this folder alone; {remedy}")


def read_place(typed: str, name: str) -> Path | str:
    """Read what was typed as a file or as a URL; ``sqlite:///`` before a path may be left out.

    Parameters
    ----------
    name
        Of the key or variable that it was typed for.

    Raises
    ------
    ConfigError
        It is empty, a folder, or the beginning of a URL. A URL is not repeated: it may hold a password.

    >>> read_place("postgresql://host/smc", "ledger.url"), read_place("/data/ledger.sqlite", "ledger.url")
    ('postgresql://host/smc', PosixPath('/data/ledger.sqlite'))
    """
    scheme, is_url, rest = typed.partition("://")
    if is_url and scheme == "sqlite" and rest.startswith("/~"):
        typed, is_url = rest[1:], ""
    if typed.startswith(POSTGRES):
        raise ConfigError(
            f"{name}: the URL of a PostgreSQL server begins with postgresql://, not postgres://"
        )
    if is_url:
        return typed
    if not typed.strip() or SCHEME.match(typed):
        raise ConfigError(
            f"{name}: it is no file and no URL; type a path, or postgresql://host:5432/database"
        )
    try:
        path = Path(home_path(typed)).absolute()
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from error
    if path.is_dir():
        raise ConfigError(f"{name}: {path} is a folder; name the file in it: {path / FILE}")
    return path


def _refusal(path: Path) -> str | None:
    """Say what keeps a file from being written and locked; a full disk is for the database to say."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent) as probe:
            _lock(probe.fileno())
    except OSError as error:
        return None if error.errno == errno.ENOSPC else error.strerror or str(error)
    if path.exists() and not os.access(path, os.W_OK):
        return os.strerror(errno.EACCES)
    return None


def _lock(file: int) -> None:
    """Lock a file as SQLite does; some network disks refuse it."""
    try:
        import fcntl
    except ImportError:  # Windows locks whatever it opens
        return
    fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

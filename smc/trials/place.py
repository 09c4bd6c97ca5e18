"""Where the ledger is: as typed, as the user's machine says, or in the output folder where that fails."""

import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_path

from smc.errors import ResultsError

#: Environment variable that names the ledger of every run: a path, or an SQLAlchemy URL.
VARIABLE = "SMC_LEDGER"
FILE = "ledger.sqlite"


@dataclass(frozen=True)
class Place:
    """A database, and why it is not the one that serves as a rule.

    Attributes
    ----------
    url
        For SQLAlchemy.
    fallback
        What keeps the user's own ledger from being used, in a sentence; None as a rule.
    """

    url: str
    fallback: str | None = None


def ledger_place(url: str | None, output: str | None) -> Place:
    """Find the ledger: ``url``, else ``$SMC_LEDGER``, else one in the user's data directory.

    A file that cannot be written or locked gives way to one in the output folder, and the reason is kept. A
    typed URL and a server never do: half a team's trials elsewhere would be worse than an error.

    Raises
    ------
    ResultsError
        The user's own ledger cannot be used and there is no output folder to keep one in.
    """
    if url is not None:
        return Place(url)
    named = os.environ.get(VARIABLE)
    if named and "://" in named:
        return Place(named)
    path = Path(named).expanduser().absolute() if named else user_data_path("smc", appauthor=False) / FILE
    refusal = _refusal(path)
    if refusal is None:
        return Place(_sqlite(path))
    reason = f"the ledger {path} cannot be used: {refusal}"
    remedy = f"set {VARIABLE} to a file on a local disk, or type `ledger.url=`"
    if output is None:
        raise ResultsError(f"{reason}; {remedy}")
    own = Path(output).absolute() / FILE
    return Place(_sqlite(own), f"{reason}; {own} counts the trials of this folder alone; {remedy}")


def _sqlite(path: Path) -> str:
    return f"sqlite:///{path}"


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

"""What is live, by symbol: the journal of one deployment, read and written."""

import getpass
import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from smc.deployment.entry import Entry
from smc.deployment.standing import Standing
from smc.errors import ConfigError
from smc.fingerprint import content_hash
from smc.outside.home import home_path
from smc.results.manifest import RUN_ID
from smc.results.version import VERSIONS
from smc.trials import Journal, Ledger


class Registry:
    """Read and write what is live.

    Parameters
    ----------
    output
        Root of all results, where the versions stand.
    deployment
        Whose journal; None: one that belongs to this folder (a hash of its path), so that two folders never
        share one. Machines that answer for one desk give it one name.
    url
        Of the ledger that holds the journal, as for `smc.trials.Ledger`.

    Examples
    --------
    >>> registry = Registry(url="sqlite://")
    >>> registry.poll("EURUSD"), registry.what_is_live("EURUSD")
    (0, None)
    """

    def __init__(
        self, output: str | Path = "outputs", *, deployment: str | None = None, url: str | None = None
    ) -> None:
        self.output = Path(home_path(output))
        self.deployment = deployment_of(self.output, deployment)
        self.ledger = Ledger(url, str(self.output))
        self.journal = Journal(self.ledger, self.deployment)

    def poll(self, symbol: str) -> int:
        """Return the number of the last row of a symbol, 0 without one: cheap enough for every bar."""
        return self.journal.last(symbol)

    def newest(self) -> int:
        """Return the event of the last row of any symbol, 0 without one: another one tells of a change."""
        return self.journal.newest()

    def what_is_live(self, symbol: str) -> Entry | None:
        """Return the row of the version that is live; None: flat, or nothing ever was."""
        return self.standing(symbol).live

    def standing(self, symbol: str) -> Standing:
        """Return what is live of a symbol, what was before it, and what waits."""
        return Standing.of(symbol, map(self._entry, self.journal.rows(symbol)))

    def standings(self) -> dict[str, Standing]:
        """Return where every symbol of the journal stands."""
        return {
            symbol: Standing.of(symbol, map(self._entry, rows))
            for symbol, rows in sorted(self.journal.by_symbol().items())
        }

    def known(self, symbol: str) -> Standing:
        """Return where a symbol of the journal stands.

        Raises
        ------
        ConfigError
            Nothing of that name was ever proposed here.
        """
        standing = self.standing(symbol)
        if standing.entries:
            return standing
        known = list(self.journal.by_symbol())
        near = get_close_matches(symbol, known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known) or 'none yet'}"
        raise ConfigError(f"{symbol}: nothing of that name was proposed in {self.deployment}; {hint}")

    def append(self, standing: Standing, said: Mapping[str, Any]) -> Entry:
        """Write the next row of a symbol, if nobody wrote one since its standing was read; return it.

        Raises
        ------
        ResultsError
            Somebody did; the message says who. Nothing was written.
        """
        output = str(self.output.resolve())
        number = self.journal.append(standing.symbol, {**said, "output": output}, after=standing.number)
        return next(entry for entry in self.standing(standing.symbol).entries if entry.number == number)

    def _entry(self, row: Mapping[str, Any]) -> Entry:
        kept = {name: value for name, value in row.items() if name not in ("deployment", "event")}
        return Entry(**kept, folder=self.output / VERSIONS / row["version"])


def deployment_of(output: Path, name: str | None) -> str:
    """Return what a deployment is called: its name, else a hash of the folder's path.

    Raises
    ------
    ConfigError
        The name is none.

    >>> deployment_of(Path("/data/outputs"), None), deployment_of(Path("/data/outputs"), "desk-1")
    ('0d35b85e02ace3a1', 'desk-1')
    """
    if name is None:
        return content_hash(str(output.resolve()))[:16]
    if not RUN_ID.fullmatch(name):
        raise ConfigError(f"--deployment: a name is 1 to 64 letters, digits, - and _, got {name!r}")
    return name


def whoever() -> str:
    """Name who writes a row: the user and the machine."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that nobody has
        user = str(os.getuid())
    return f"{user}@{os.uname().nodename}"

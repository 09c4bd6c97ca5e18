"""Who answers by the journal of a deployment: what is live, and the shadows beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from smc.deployment import Entry, Registry, Standing
from smc.errors import ConfigError
from smc.prediction.assignment import LIVE, SHADOW, Assignment
from smc.prediction.version import Version, load_version

#: A rung is a percentage in the journal.
WHOLE = 100.0


class LiveModels:
    """Say what is live by a journal, read again only when a row was written.

    A version answers as ``live`` with the share of its rung, each shadow as ``shadow <version>`` with none. A
    symbol of which nothing is live stands there with nobody.

    Parameters
    ----------
    registry
        The journal that is asked at every bar.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._newest = -1
        self._said: Mapping[str, Sequence[Assignment]] = {}

    def __call__(self) -> Mapping[str, Sequence[Assignment]]:
        """Return who is to answer, by symbol; the same object while nothing changes."""
        newest = self.registry.newest()
        if newest != self._newest:
            self._said = {
                symbol: _answering(standing) for symbol, standing in self.registry.standings().items()
            }
            self._newest = newest
        return self._said

    def load(self, folder: Path) -> Version:
        """Load a version if it is what the journal says that it is.

        Raises
        ------
        ResultsError
            Its folder is gone or damaged, or another version stands in its place.
        """
        for standing in self.registry.standings().values():
            for entry in standing.entries:
                if entry.folder == folder:
                    entry.open_version()
        return load_version(folder)


def live_entries(registry: Registry, symbols: Sequence[str] = ()) -> dict[str, Entry]:
    """Return the row of what is live, by symbol; of some, or of all.

    Raises
    ------
    ConfigError
        Nothing is, or one of the symbols is flat or unknown.
    """
    standings = {symbol: registry.known(symbol) for symbol in symbols} or registry.standings()
    live = {symbol: standing.live for symbol, standing in standings.items() if standing.live}
    if flat := [symbol for symbol in symbols if symbol not in live]:
        raise ConfigError(
            f"{flat[0]}: nothing is live; python -m smc.registry promote {flat[0]} puts what waits there"
        )
    if not live:
        raise ConfigError(
            "nothing is live: python -m smc.registry propose and promote lead there; --run ID asks a "
            "finished run, --run latest the last one"
        )
    return live


def _answering(standing: Standing) -> Sequence[Assignment]:
    live = [] if standing.live is None else [_assigned(standing.live, LIVE, standing.live.rung / WHOLE)]
    return [*live, *(_assigned(entry, f"{SHADOW} {entry.version}", 0.0) for entry in standing.shadows)]


def _assigned(entry: Entry, role: str, rung: float) -> Assignment:
    return Assignment(entry.version, entry.folder, role, rung)

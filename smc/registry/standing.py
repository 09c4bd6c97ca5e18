"""Where a symbol stands: what follows from the rows of its journal, and from nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from smc.errors import ConfigError
from smc.registry.entry import LIVE, PROPOSED, RETIRED, Entry


@dataclass(frozen=True)
class Standing:
    """What is live of a symbol, what was before it, and what waits.

    Attributes
    ----------
    entries
        Every row, the first one first.
    live
        The row that put a version live; None: flat, no position is taken.
    before
        What was live before it and was not taken back: a rollback leads there. None where nothing is live.
    waiting
        Versions that are proposed, or answer as shadows, in the order in which they came.
    """

    symbol: str
    entries: tuple[Entry, ...] = ()
    live: Entry | None = None
    before: Entry | None = None
    waiting: tuple[Entry, ...] = ()

    @classmethod
    def of(cls, symbol: str, entries: Iterable[Entry]) -> "Standing":
        """Read the rows in their order.

        A version that is promoted stands on those before it; a rollback takes off what stands above its
        version, and a retired version is out of the pile.
        """
        read, pile, waiting, is_flat = tuple(entries), list[Entry](), dict[str, Entry](), True
        for entry in read:
            waiting.pop(entry.version, None)
            versions = [each.version for each in pile]
            if entry.stage == LIVE:
                if entry.action == "rollback" and entry.version in versions:
                    pile = pile[: versions.index(entry.version)]
                pile = [each for each in pile if each.version != entry.version] + [entry]
                is_flat = False
            elif entry.stage == RETIRED:
                is_flat = is_flat or versions[-1] == entry.version
                pile = [each for each in pile if each.version != entry.version]
            else:
                waiting[entry.version] = entry
        live = None if is_flat else pile[-1]
        before = pile[-2] if live and len(pile) > 1 else None
        return cls(symbol, read, live, before, tuple(waiting.values()))

    @property
    def number(self) -> int:
        """Of the last row; 0 without one."""
        return self.entries[-1].number if self.entries else 0

    @property
    def once_live(self) -> dict[str, Entry]:
        """The rows of versions that were ever live, by version, the last of each."""
        return {entry.version: entry for entry in self.entries if entry.stage == LIVE}

    @property
    def proposed(self) -> tuple[Entry, ...]:
        """What was proposed and has not answered yet."""
        return tuple(entry for entry in self.waiting if entry.stage == PROPOSED)

    @property
    def shadows(self) -> tuple[Entry, ...]:
        """What answers beside what is live, and is not traded."""
        return tuple(entry for entry in self.waiting if entry.stage != PROPOSED)

    def named(self, name: str, among: Iterable[Entry], what: str) -> Entry:
        """Return the row of the version that is meant by an id, or the beginning of one.

        Parameters
        ----------
        what
            Those are, for the error: "waiting", "live once".

        Raises
        ------
        ConfigError
            None of them is meant, or several are; the message names them.
        """
        known = {entry.version: entry for entry in among}
        found = [version for version in known if name and version.startswith(name)]
        if len(found) == 1 or name in found:
            return known[name if name in found else found[0]]
        which = ", ".join(known) or "none"
        many = "begin with it" if found else f"are {what}"
        raise ConfigError(f"{self.symbol}: no one version {name!r}; {', '.join(found) or which} {many}")

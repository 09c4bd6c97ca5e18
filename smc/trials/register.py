"""What registering runs means: which of them are new trials, of which market, and of which round."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from smc.trials.among import rows_among
from smc.trials.bars_known import BarsKnown, KnownBars
from smc.trials.registration import Registration
from smc.trials.rounds import new_round
from smc.trials.tables import HASHES, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    Rows = list["Row[Any]"]


def list_id(run_ids: Iterable[str]) -> str:
    """Return the name of runs that are registered together, whatever their order (16 hex digits)."""
    return hashlib.sha256("\n".join(sorted(set(run_ids))).encode()).hexdigest()[:16]


@dataclass
class _Decided:
    """What an event says of its runs."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    again: list[tuple[str, str, int]] = field(default_factory=list)
    opens: set[tuple[str, int, int]] = field(default_factory=set)


class Registering:
    """Decide what one event registers, as long as nobody else can write.

    A run that is known and was started is left as it is. One that was listed and never started is registered
    anew: whoever picks a job out of a list after a look does what a second idea would have done.

    Parameters
    ----------
    bars
        By fingerprint.
    by_symbol
        Whether the market of bars that nobody has any more is told by the symbol's name.
    """

    def __init__(
        self, connection: "Connection", bars: Mapping[str, pd.DataFrame], *, by_symbol: bool = False
    ) -> None:
        self._connection, self._bars, self._by_symbol = connection, bars, by_symbol
        self._known_bars = BarsKnown(connection)
        self._rounds: dict[tuple[str, int, int], int] = {}

    def payload(
        self, registrations: Sequence[Registration], list_name: str | None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return what the event says, and the blobs that it names."""
        symbols = {
            fingerprint: symbol
            for registration in registrations
            for symbol, fingerprint in registration.symbols.items()
        }
        known = self._known_bars.markets(symbols, self._bars, by_symbol=self._by_symbol)
        related = self._related({registration.trial for registration in registrations})
        decided = _Decided()
        for registration in registrations:
            self._decide(registration, known, related.get(registration.trial, []), decided)
        new = self._known_bars.new
        return {
            "list": list_name,
            "jobs": [registration.run_id for registration in registrations],
            "runs": decided.runs,
            "again": decided.again,
            "opens": sorted(decided.opens),
            "bars": {name: bars.facts() for name, bars in new.known.items()},
            "merged": new.merged,
        }, new.contents

    def _decide(
        self,
        registration: Registration,
        bars: Mapping[str, KnownBars],
        related: "Rows",
        decided: _Decided,
    ) -> None:
        """Say of each symbol of a run whether it is known, and which round is its own."""
        start, end = map(nanoseconds, registration.development)
        new: dict[str, dict[str, Any]] = {}
        for symbol, fingerprint in registration.symbols.items():
            market = self._known_bars.resolve(bars[fingerprint].market)
            own = [row for row in related if (row.run_id, row.symbol) == (registration.run_id, symbol)]
            if own and own[0].started is not None:
                continue
            kin = [row.round for row in related if _is_kin(row, registration, bars[fingerprint])]
            if not kin:
                decided.opens.add((market, start, end))
            number = max(kin) if kin else self._new_round(market, start, end)
            if own:
                decided.again.append((registration.run_id, symbol, max(number, own[0].round)))
            else:
                new[symbol] = {"bars": fingerprint, "market": market, "round": number}
        if new:
            decided.runs.append(_facts(registration) | {"symbols": new, "development": [start, end]})

    def _new_round(self, market: str, start: int, end: int) -> int:
        key = (market, start, end)
        if key not in self._rounds:
            merged = self._known_bars.new.merged
            markets = [market, *(gone for gone in merged if self._known_bars.resolve(gone) == market)]
            registrations, looks = self._history(markets)
            self._rounds[key] = new_round((start, end), registrations, looks)
        return self._rounds[key]

    def _history(self, markets: Sequence[str]) -> tuple[list[Any], list[Any]]:
        """Return when trials of a market were registered, and when it was looked at."""
        from sqlalchemy import func

        table, runs = tables().registrations, tables().runs
        registered = table.select().with_only_columns(table.c.number, table.c.start, table.c.end)
        looked = (
            runs.select()
            .with_only_columns(func.min(runs.c.scored), runs.c.start, runs.c.end)
            .where(runs.c.market.in_(markets), runs.c.scored.is_not(None))
            .group_by(runs.c.start, runs.c.end)
        )
        return (
            [tuple(row) for row in self._connection.execute(registered.where(table.c.market.in_(markets)))],
            [tuple(row) for row in self._connection.execute(looked)],
        )

    def _related(self, trials: Iterable[str]) -> dict[str, "Rows"]:
        """Return the runs that share a configuration, by its hash."""
        runs = tables().runs
        related: dict[str, Rows] = {}
        for row in rows_among(self._connection, runs.select(), runs.c.trial, trials):
            related.setdefault(row.trial, []).append(row)
        return related


def _is_kin(row: Any, registration: Registration, bars: KnownBars) -> bool:
    """Tell whether a run is a seed, an older vintage or another version of a trial that was started."""
    return (
        row.started is not None
        and (row.bars == bars.fingerprint or row.bars in bars.contains)
        and (row.version != registration.version or row.code_version == registration.code_version)
    )


def _facts(registration: Registration) -> dict[str, Any]:
    named = (
        "run_id",
        "trial",
        "version",
        "code_version",
        "question",
        "seed",
        "model",
        "simulated",
        "two_sided",
    )
    facts = {name: getattr(registration, name) for name in (*named, "output")}
    return facts | {name: registration.hashes.get(name, "") for name in HASHES}


def nanoseconds(stamp: pd.Timestamp) -> int:
    """Return a stamp as nanoseconds since 1970.

    Raises
    ------
    ValueError
        The stamp has no time zone.
    """
    if stamp.tzinfo is None:
        raise ValueError(f"the ledger needs stamps with a time zone, got {stamp}")
    return int(stamp.as_unit("ns").value)

"""The bars that a ledger has seen, and which market new ones belong to."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smc.fingerprint import bars_fingerprint
from smc.trials import blobs
from smc.trials.market import Market, Moves, Signature
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class KnownBars:
    """What a ledger keeps of a series of bars.

    Attributes
    ----------
    contains
        Fingerprints of older bars that it holds, value for value, and continues.
    """

    fingerprint: str
    market: str
    n_bars: int
    first: int | None
    last: int | None
    moves: str | None
    days: str | None
    contains: frozenset[str] = frozenset()

    def facts(self) -> dict[str, Any]:
        """Return what an event says of it."""
        names = ("market", "n_bars", "first", "last", "moves", "days")
        return {name: getattr(self, name) for name in names} | {"contains": sorted(self.contains)}


@dataclass
class NewBars:
    """Bars that become known by one event.

    Attributes
    ----------
    merged
        Markets that these bars show to be one: the one that is given up -> the one that is kept.
    """

    known: dict[str, KnownBars] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    contents: list[bytes] = field(default_factory=list)


class BarsKnown:
    """Tell the market of bars by those that a ledger knows; it must not change meanwhile."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self.new = NewBars()

    def markets(self, fingerprints: Iterable[str], bars: Mapping[str, pd.DataFrame]) -> dict[str, KnownBars]:
        """Return what is known of each series; new ones are compared with all that is known.

        Raises
        ------
        ValueError
            Bars that nobody has seen are not given.
        """
        wanted = sorted(set(fingerprints))
        known = self._read(wanted)
        for fingerprint in wanted:
            if fingerprint not in known:
                if fingerprint not in bars:
                    raise ValueError(f"the bars {fingerprint} are new to the ledger: give them too")
                self._add(fingerprint, bars[fingerprint])
        found = {**known, **self.new.known}
        return {fingerprint: found[fingerprint] for fingerprint in wanted}

    def resolve(self, market: str) -> str:
        """Return a market after all that the new bars have shown to be one."""
        while market in self.new.merged:
            market = self.new.merged[market]
        return market

    def _add(self, fingerprint: str, bars: pd.DataFrame) -> None:
        compared = Market(bars)
        held = self._held_by(bars)
        same = {each.market for each in held}
        same |= {each.market for each, remembered in self._remembered if compared.is_that_of(remembered)}
        markets = self._by_age({self.resolve(market) for market in same})
        market = markets[0] if markets else fingerprint
        self.new.merged.update(dict.fromkeys(markets[1:], market))
        contains = {each.fingerprint for each in held}
        contains |= {name for each in held for name in each.contains}
        moves, days = (_packed(each) for each in (compared.signature.bars, compared.signature.days))
        stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
        added = KnownBars(
            fingerprint,
            market,
            n_bars=len(bars),
            first=int(stamps[0]),
            last=int(stamps[-1]),
            moves=blobs.name(moves),
            days=blobs.name(days),
            contains=frozenset(contains),
        )
        self.new.known[fingerprint] = added
        self.new.contents += [moves, days]
        self._remembered.append((added, compared.signature))

    def _by_age(self, markets: set[str]) -> list[str]:
        """Sort markets by the bars that they are named after, those seen first before the others."""
        order = [each.market for each in self._all]
        return sorted(markets, key=lambda market: order.index(market) if market in order else len(order))

    def _held_by(self, bars: pd.DataFrame) -> list[KnownBars]:
        """Return the older bars that these hold, value for value, and continue."""
        stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
        held = []
        for each in (*self._all, *self.new.known.values()):
            if each.first is None or each.last is None or each.last >= stamps[-1]:
                continue
            first, end = np.searchsorted(stamps, each.first), np.searchsorted(stamps, each.last, side="right")
            if end - first == each.n_bars and bars_fingerprint(bars.iloc[first:end]) == each.fingerprint:
                held.append(each)
        return held

    @cached_property
    def _all(self) -> list[KnownBars]:
        table = tables().bars
        return [_known(row) for row in self._connection.execute(table.select().order_by(table.c.number))]

    @cached_property
    def _remembered(self) -> list[tuple[KnownBars, Signature]]:
        """What new bars are compared with; bars that newer ones hold would say nothing else."""
        contained = {name for each in self._all for name in each.contains}
        compared = [each for each in self._all if each.moves and each.fingerprint not in contained]
        names = (name for each in compared for name in (each.moves, each.days) if name)
        contents = blobs.load(self._connection, names)
        return [(each, _signature(each, contents)) for each in compared]

    def _read(self, fingerprints: list[str]) -> dict[str, KnownBars]:
        table, known = tables().bars, {}
        for first in range(0, len(fingerprints), blobs.CHUNK):
            chunk = table.c.fingerprint.in_(fingerprints[first : first + blobs.CHUNK])
            rows = self._connection.execute(table.select().where(chunk))
            known |= {row.fingerprint: _known(row) for row in rows}
        return known


def _known(row: Any) -> KnownBars:
    names = ("fingerprint", "market", "n_bars", "first", "last", "moves", "days")
    return KnownBars(
        **{name: getattr(row, name) for name in names}, contains=frozenset(json.loads(row.contains))
    )


def _packed(moves: Moves) -> bytes:
    return blobs.pack(np.concatenate([[moves.step], np.diff(moves.cells, prepend=0), moves.signs]))


def _signature(known: KnownBars, contents: Mapping[str, bytes]) -> Signature:
    def moves(name: str | None) -> Moves:
        values = blobs.unpack(contents[name or ""], "int64")
        half = 1 + len(values) // 2
        return Moves(int(values[0]), values[1:half].cumsum(), values[half:])

    return Signature(moves(known.moves), moves(known.days))

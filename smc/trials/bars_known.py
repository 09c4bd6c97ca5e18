"""The bars that a ledger has seen, and which market new ones belong to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smc.fingerprint import bars_fingerprint
from smc.trials import blobs
from smc.trials.among import rows_among
from smc.trials.market import (
    DAY,
    HOPELESS,
    HOURS,
    MIN_SHARED,
    NO_DAYS,
    SAME,
    Days,
    Moves,
    Signature,
    agree_by_bar,
    agreement_of_days,
    distinct,
    signature,
)
from smc.trials.tables import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: Bars that continue others are remembered once they are so much longer: a year of daily vintages is one.
GROWTH = 1.25


@dataclass(frozen=True)
class KnownBars:
    """What a ledger keeps of a series of bars.

    Attributes
    ----------
    signature
        Name of the blob that holds its moves; None if they are those of older bars that it contains.
    contains
        Fingerprints of older bars that it holds, value for value, and continues.
    """

    fingerprint: str
    market: str
    n_bars: int
    first: int | None
    last: int | None
    signature: str | None = None
    contains: frozenset[str] = frozenset()

    def facts(self) -> dict[str, Any]:
        """Return what an event says of it."""
        names = ("market", "n_bars", "first", "last", "signature")
        return {name: getattr(self, name) for name in names} | {"contains": sorted(self.contains)}


@dataclass(frozen=True)
class Remembered:
    """Bars that new ones are compared with.

    Attributes
    ----------
    days
        Those that are distinct.
    content
        The blob with all that is remembered of them: its moves are many, and rarely needed.
    """

    series: KnownBars
    days: Days
    content: bytes

    @property
    def moves(self) -> Moves:
        """The moves of its bars."""
        return _unpacked(self.content).bars


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

    def markets(
        self, symbols: Mapping[str, str], bars: Mapping[str, pd.DataFrame], *, by_symbol: bool
    ) -> dict[str, KnownBars]:
        """Return what is known of each series; new ones are compared with all that is known.

        Parameters
        ----------
        symbols
            By fingerprint.
        by_symbol
            Where nobody has the bars any more, the market of the symbol's newest ones is taken.

        Raises
        ------
        ValueError
            Bars that nobody has seen are not given.
        """
        wanted = sorted(symbols)
        known = self._read(wanted)
        unknown = [fingerprint for fingerprint in wanted if fingerprint not in known]
        if len(unknown) > 1:  # what may hold others, last
            unknown.sort(key=lambda fingerprint: len(bars.get(fingerprint, ())))
        for fingerprint in unknown:
            if fingerprint in bars:
                self._add(fingerprint, bars[fingerprint])
            elif by_symbol:
                self._add_lost(fingerprint, symbols[fingerprint])
            else:
                raise ValueError(f"the bars {fingerprint} are new to the ledger: give them too")
        known |= self.new.known
        return {fingerprint: known[fingerprint] for fingerprint in wanted}

    def resolve(self, market: str) -> str:
        """Return a market after all that the new bars have shown to be one."""
        while market in self.new.merged:
            market = self.new.merged[market]
        return market

    def _add(self, fingerprint: str, bars: pd.DataFrame) -> None:
        own, held = signature(bars), self._held_by(bars)
        same = {series.market for series in held} | self._markets_like(own)
        markets = self._by_age({self.resolve(market) for market in same})
        market = markets[0] if markets else fingerprint
        self.new.merged.update(dict.fromkeys(markets[1:], market))
        stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
        added = KnownBars(
            fingerprint,
            market,
            n_bars=len(bars),
            first=int(stamps[0]),
            last=int(stamps[-1]),
            contains=frozenset(series.fingerprint for series in held).union(
                *(series.contains for series in held)
            ),
        )
        longest = max((series.n_bars for series in held if series.signature), default=0)
        if len(bars) >= GROWTH * longest:
            content = _packed(own)
            added = replace(added, signature=blobs.name(content))
            self.new.contents.append(content)
            self._remembered.append(Remembered(added, distinct(own.days), content))
        self.new.known[fingerprint] = added

    def _markets_like(self, own: Signature) -> set[str]:
        """Return the markets of which remembered bars tell what these do."""
        shares = agreement_of_days(own.days, [known.days for known in self._remembered])
        same = {
            known.series.market
            for known, share in zip(self._remembered, shares, strict=True)
            if share >= SAME
        }
        for known, share in zip(self._remembered, shares, strict=True):
            is_open = not (share < HOPELESS or known.series.market in same)
            if is_open and agree_by_bar(own.bars, known.moves):
                same.add(known.series.market)
        return same

    def _add_lost(self, fingerprint: str, symbol: str) -> None:
        runs = tables().runs
        query = runs.select().filter_by(symbol=symbol).order_by(runs.c.registered.desc()).limit(1)
        row = self._connection.execute(query).first()
        market = fingerprint if row is None else self.resolve(row.market)
        self.new.known[fingerprint] = KnownBars(fingerprint, market, n_bars=0, first=None, last=None)

    def _by_age(self, markets: set[str]) -> list[str]:
        """Sort markets by the bars that they are named after, those seen first before the others."""
        order = [series.market for series in self._all]
        return sorted(markets, key=lambda market: order.index(market) if market in order else len(order))

    def _held_by(self, bars: pd.DataFrame) -> list[KnownBars]:
        """Return the older bars that these hold, value for value, and continue."""
        stamps = pd.DatetimeIndex(bars.index).as_unit("ns").asi8
        known = [series for series in (*self._all, *self.new.known.values()) if series.first is not None]
        spans = np.array([(series.first, series.last) for series in known], dtype=np.int64).reshape(-1, 2)
        begins, ends = (
            np.searchsorted(stamps, spans[:, 0]),
            np.searchsorted(stamps, spans[:, 1], side="right"),
        )

        @cache
        def print_of(begin: int, end: int) -> str:
            return bars_fingerprint(bars.iloc[begin:end])

        return [
            series
            for series, begin, end in zip(known, begins.tolist(), ends.tolist(), strict=True)
            if end - begin == series.n_bars
            and end < len(stamps)
            and print_of(begin, end) == series.fingerprint
        ]

    @cached_property
    def _all(self) -> list[KnownBars]:
        table = tables().bars
        return [_known(row) for row in self._connection.execute(table.select().order_by(table.c.number))]

    @cached_property
    def _remembered(self) -> list[Remembered]:
        """What new bars are compared with; bars that newer ones hold would say nothing else."""
        kept = [series for series in self._all if series.signature]
        contained = {name for series in kept for name in series.contains}
        compared = [series for series in kept if series.fingerprint not in contained]
        contents = blobs.load(self._connection, (series.signature for series in compared if series.signature))
        return [_remembered(series, contents[series.signature]) for series in compared if series.signature]

    def _read(self, fingerprints: list[str]) -> dict[str, KnownBars]:
        table = tables().bars
        rows = rows_among(self._connection, table.select(), table.c.fingerprint, fingerprints)
        return {row.fingerprint: _known(row) for row in rows}


def _known(row: Any) -> KnownBars:
    names = ("fingerprint", "market", "n_bars", "first", "last", "signature")
    return KnownBars(
        **{name: getattr(row, name) for name in names}, contains=frozenset(json.loads(row.contains))
    )


def _remembered(series: KnownBars, content: bytes) -> Remembered:
    first, last = series.first, series.last
    is_short = first is not None and last is not None and last - first < (MIN_SHARED - 2) * DAY
    return Remembered(series, NO_DAYS if is_short else distinct(_unpacked(content).days), content)


def _packed(known: Signature) -> bytes:
    moves, days = known
    sizes = [moves.step, len(moves.cells), days.first]
    return blobs.pack(
        np.concatenate(
            [sizes, np.diff(moves.cells, prepend=0), moves.signs, days.signs.ravel().astype(np.int64)]
        )
    )


def _unpacked(content: bytes) -> Signature:
    values = blobs.unpack(content, "int64")
    (step, n_moves, first), values = map(int, values[:3]), values[3:]
    cells, signs, days = np.split(values, [n_moves, 2 * n_moves])
    moves = Moves(step, cells.cumsum(), signs)
    return Signature(moves, Days(first, days.reshape(HOURS, -1).astype(np.int8)))

"""All stamps of a table to UTC, by what the cells, the header and the caller say."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from smc.data.faults import Faults
from smc.data.reading.columns import Columns
from smc.data.reading.stamps import NAT, Spelling, parse_stamps
from smc.data.reading.typed import Typed
from smc.data.reading.zones import localise
from smc.errors import DataError

#: What to set when a zone is missing.
ZONES = (
    "data.tz=UTC, data.tz=America/New_York, data.tz=-05:00 (histdata), or that of the server: most of "
    "MetaTrader's run 7 hours ahead of New York, data.tz=America/New_York+07:00, some on "
    "data.tz=Europe/Athens, and the two differ for four weeks a year"
)


#: What a cell says about its zone at its end.
OFFSET = re.compile(
    r":.*?(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?)$", re.I
)


def agreed_zone(columns: Columns, zone: tzinfo | None) -> tzinfo | None:
    """Take the zone that the header states; another one asked for is refused."""
    if columns.zone is None:
        return zone
    stated = UTC if columns.zone == "UTC" else ZoneInfo(columns.zone)
    if zone is not None and _offsets(zone) != _offsets(stated):
        name = columns.name(columns.time[0])
        raise DataError(
            f"the header {name!r} says {columns.zone}, data.tz says {zone}: leave data.tz out, or rename the "
            "column"
        )
    return stated


def check_zone_is_used(cells: Sequence[str], spelling: Spelling, zone: tzinfo | None, *, column: str) -> None:
    """Refuse a zone that contradicts the stamps of a file that all say theirs.

    A zone that keeps UTC contradicts nothing: all bars are brought to UTC.

    Parameters
    ----------
    cells
        The first stamps, as text.

    Raises
    ------
    DataError
        The stamps are epochs, or say UTC or another offset than the zone's.
    """
    if zone is None or not any(_offsets(zone)):
        return
    stated = [_stated(cell.strip()) for cell in cells]
    is_utc = not any(stated)
    stamps, _ = parse_stamps(pa.array(cells, pa.string()), spelling)
    clocks = [
        datetime(1970, 1, 1) + timedelta(microseconds=int(stamp) // 1000) + offset
        for stamp, offset in zip(stamps, stated, strict=True)
        if stamp != NAT
    ]
    known = [offset for stamp, offset in zip(stamps, stated, strict=True) if stamp != NAT]
    if not is_utc and known == [zone.utcoffset(clock) for clock in clocks]:
        return
    said = "are UTC (epochs, Z or +00:00)" if is_utc else f"say their offset ({cells[0].strip()})"
    raise DataError(
        f"the stamps of column {column} {said}, so that data.tz={zone} has no effect: leave data.tz out; or, "
        "if they show the clock of a server and only look like it, as MetaTrader 5's Python package writes "
        "them, set data.stamps=wall_clock"
    )


def _offsets(zone: tzinfo) -> list[timedelta | None]:
    return [zone.utcoffset(datetime(2020, month, 1)) for month in (1, 7)]


def _stated(cell: str) -> timedelta:
    """Read the offset that a stamp says; none, as in an epoch, is UTC's."""
    match = OFFSET.search(cell)
    if not match or match["utc"]:
        return timedelta(0)
    shift = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return -shift if match["sign"] == "-" else shift


def to_utc(typed: Typed, zone: tzinfo | None, faults: Faults, *, column: str) -> Typed:
    """Bring all stamps to UTC.

    Where some say their zone and some do not, the kind of the first row is the file's, and the others are
    noted; under `repair` those without one are read in ``zone``.

    Raises
    ------
    DataError
        Under `repair`, if no zone is known.
    """
    naive = ~typed.aware
    if typed.aware.any() and naive.any():
        odd = np.flatnonzero(typed.aware != typed.aware[0])
        if faults.repairs and zone is None:
            raise DataError(
                f"some stamps carry no time zone (row {typed.rows[naive][0]}): to repair them set {ZONES}"
            )
        stamps = typed.stamps[odd]
        faults.note(
            "mixed_zone",
            typed.rows[odd],
            lambda i: pd.Timestamp(int(stamps[i])),
            column=column,
            mended=faults.repairs,
        )
        if not faults.repairs:
            typed = typed.keep(typed.aware == typed.aware[0])
            naive = ~typed.aware
    if not naive.any() or zone is None:
        return typed
    utc, fits = localise(typed.stamps[naive], zone, faults, typed.rows[naive], column=column)
    stamps, good = typed.stamps.copy(), np.ones(len(naive), dtype=bool)
    stamps[naive], good[naive] = utc, fits
    return Typed(stamps, typed.aware, typed.rows, typed.values, typed.n_read).keep(good)

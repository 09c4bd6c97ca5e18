"""All stamps of a table to UTC, by what the cells, the header and the caller say."""

from datetime import UTC, datetime, tzinfo

import numpy as np
import pandas as pd

from smc.data.faults import Faults
from smc.data.reading.columns import Columns
from smc.data.reading.typed import Typed
from smc.data.reading.zones import localise
from smc.errors import DataError

#: What to set when a zone is missing.
ZONES = (
    "data.tz=UTC, data.tz=America/New_York, data.tz=Europe/Athens (many MetaTrader servers) or "
    "data.tz=Etc/GMT+5 (histdata: UTC-5 all year)"
)


def agreed_zone(columns: Columns, zone: tzinfo | None) -> tzinfo | None:
    """Take the zone that the header states; another one asked for is refused."""
    if not columns.is_utc:
        return zone
    if zone is not None:
        offsets = {zone.utcoffset(datetime(2020, month, 1)) for month in (1, 7)}
        if any(offsets):
            name = columns.name(columns.time[0])
            raise DataError(
                f"the header {name!r} says UTC, data.tz says {zone}: leave data.tz out, or rename the column"
            )
    return UTC


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

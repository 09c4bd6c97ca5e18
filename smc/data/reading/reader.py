"""One file to bars."""

from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from smc.data.bad_bars import COLUMNS, PRICES, settle
from smc.data.faults import Faults, OnBad
from smc.data.reading.blocks import Table
from smc.data.reading.columns import Columns
from smc.data.reading.container import prefix_errors, unpack
from smc.data.reading.instants import ZONES, agreed_zone, check_zone_is_used, to_utc
from smc.data.reading.marks import check_marks
from smc.data.reading.misread import Misreading
from smc.data.reading.plan import Reading, Request, open_table, plan, stamp_sample
from smc.data.reading.typed import Growing, Typed, settle_stamps, type_block
from smc.errors import DataError


def read_bars(
    path: Path,
    symbol: str,
    *,
    zone: tzinfo | None = None,
    on_bad: OnBad = "error",
    request: Request | None = None,
    max_gap: timedelta | None = None,
) -> pd.DataFrame:
    """Read one file of bars in whatever format it is written, in memory bounded by the bars it holds.

    Parameters
    ----------
    zone
        Of stamps that do not say theirs.
    request
        What the caller says about columns, stamps and prices.

    Returns
    -------
    DataFrame
        As `smc.data.files.Files.load` describes it.

    Raises
    ------
    DataError
        The file cannot be understood, or breaks a rule that ``on_bad`` does not settle.
    """
    request = request or Request({})
    faults = Faults(path.name, on_bad)
    with prefix_errors(path):
        content = unpack(path)
        table = open_table(content, request.named)
        reading = plan(table, content, symbol, request)
        columns = reading.columns
        faults.explain = Misreading(table, reading)
        _note_repeated_columns(columns, faults)
        zone = agreed_zone(columns, zone)
        typed = _gather(table, reading, zone, faults)
        n_read = typed.n_read + faults.dropped["short_row"] + faults.dropped["long_row"]
        typed, n_absent = _trim(typed, columns)
        typed = settle_stamps(typed, reading, faults)
        column = columns.name(columns.time[0])
        if reading.spelling.is_wall and zone is None:
            raise DataError(f"data.stamps=wall_clock says that the stamps are those of a clock: set {ZONES}")
        if typed.aware.all():
            check_zone_is_used(stamp_sample(table, columns), reading.spelling, zone, column=column)
        check_marks(table, reading, typed, faults)
        origin = "stamps" if typed.aware.all() else "header" if columns.zone else str(zone)
        typed = to_utc(typed, zone, faults, column=column)
    index = pd.DatetimeIndex(typed.stamps, name="time").tz_localize("UTC")
    bars = pd.DataFrame(typed.values, index, list(COLUMNS), copy=False)
    bars = settle(bars, faults, typed.rows, n_read=n_read, n_absent=n_absent, max_gap=max_gap)
    bars.attrs["source"] = {"file": content.name, "zone": origin, **_describe(table, reading)}
    return bars


def _gather(table: Table, reading: Reading, zone: tzinfo | None, faults: Faults) -> Typed:
    """Read all blocks; stop at the first if its stamps lack a zone and none is known."""
    rows = Growing()
    symbols: set[Any] = set()
    label = reading.columns.symbol
    for block in table.blocks(reading.columns.needed, faults):
        part = type_block(block, reading, faults)
        if zone is None and not len(rows) and len(part.rows) and not part.aware[0]:
            stamp = pd.Timestamp(int(part.stamps[0]))
            raise DataError(f"stamps carry no time zone (row {part.rows[0]}: {stamp}): set {ZONES}")
        if label is not None:
            symbols.update(block.cells[label].unique().to_pylist())
            _check_single(symbols - {""})
        rows.append(part)
    return rows.whole()


def _check_single(symbols: set[Any]) -> None:
    if len(symbols) > 1:
        shown = ", ".join(sorted(map(str, symbols))[:5])
        raise DataError(f"the file mixes {len(symbols)} symbols ({shown}): write one file a symbol")


def _note_repeated_columns(columns: Columns, faults: Faults) -> None:
    """Note a second column for a field: the leftmost is read; `repair` fills its holes from the others."""
    spare = [place for places in (*columns.prices.values(), columns.volume) for place in places[1:]]
    header = np.zeros(len(spare), dtype=np.int64)
    faults.note(
        "repeated_column",
        header,
        lambda i: f"column {spare[i] + 1}",
        column=columns.name(spare[0]) if spare else "",
        mended=faults.repairs,
    )


def _trim(typed: Typed, columns: Columns) -> tuple[Typed, int]:
    """Cut a wide table to the rows between a symbol's first price and its last; count the rows cut off."""
    if not columns.is_wide:
        return typed, 0
    quoted = np.flatnonzero(~np.logical_and.reduce([np.isnan(typed.values[name]) for name in PRICES]))
    inside = np.zeros(len(typed.rows), dtype=bool)
    if quoted.size:
        inside[quoted[0] : quoted[-1] + 1] = True
    return typed.keep(inside), int(np.count_nonzero(~inside))


def _describe(table: Table, reading: Reading) -> dict[str, Any]:
    """Say how the file was understood."""
    columns = reading.columns
    return {
        "format": table.kind,
        "time": [columns.name(place) for place in columns.time],
        "stamps": reading.spelling.style,
        "volume": columns.name(columns.volume[0]) if columns.volume else None,
        "decimal": reading.decimal,
        "price_scale": reading.price_scale,
    }

"""How the cells of one file are to be read: decided once, from its header and first rows."""
# pyarrow.compute makes its functions when it is imported
# pyright: reportAttributeAccessIssue=false

import re
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smc.data.faults import Faults
from smc.data.reading.arrow import ArrowTable
from smc.data.reading.blocks import Block, Table
from smc.data.reading.columns import Columns, by_header, by_shape
from smc.data.reading.container import Content
from smc.data.reading.json_rows import JsonTable
from smc.data.reading.likely import suggest
from smc.data.reading.named import Named
from smc.data.reading.stamps import Spelling, day_or_month_first, find_spelling, to_text
from smc.data.reading.text import TextTable
from smc.errors import DataError

#: A day in the name of a file whose stamps count milliseconds from it.
DAY_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)([01]\d)([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class Reading:
    """How the cells of one file are read."""

    columns: Columns
    spelling: Spelling  # of the stamps
    decimal: str = "."
    price_scale: float | None = None  # points in one unit of price
    stamps: str | None = None  # what the caller says about the stamps


@dataclass(frozen=True)
class Request:
    """What the caller says about a file."""

    named: Named  # columns, by field
    stamps: str | None = None  # a key of `smc.data.reading.stamps.STAMPS`
    price_scale: float | None = None


def open_table(content: Content, named: Named | None = None) -> Table:
    """Choose the reader by what the file is, not by how it is called."""
    kind = content.kind()
    if kind in ("parquet", "feather"):
        return ArrowTable(content, kind)
    return JsonTable(content) if kind == "json" else TextTable(content, named)


def plan(table: Table, content: Content, symbol: str, request: Request) -> Reading:
    """Decide which column is what, and how stamps are written.

    Raises
    ------
    DataError
        Columns or stamps that smc does not know, or cannot know for sure.
    """
    if not table.sample:
        raise DataError("a header, but no rows below it that have as many cells")
    columns = _columns(table, symbol, request.named)
    if request.stamps == "wall_clock":
        columns = replace(columns, zone=None)
    stamps, scale = request.stamps, request.price_scale
    if columns.is_clock_ms and stamps is None:
        spelling = Spelling("clock_ms", midnight=_midnight(content.name))
        return Reading(columns, spelling, table.decimal, scale)
    column = columns.name(columns.time[0])
    cells = stamp_sample(table, columns)
    spelling = find_spelling(cells, column=column, stamps=stamps)
    if spelling.style == "year_last":
        blocks = table.blocks(columns.time, Faults(content.name, "drop"))
        style = day_or_month_first(stamp_cells(block, columns) for block in blocks)
        spelling = replace(spelling, style=style)
    return Reading(columns, spelling, table.decimal, scale, stamps)


def _columns(table: Table, symbol: str, named: Named) -> Columns:
    """Assign the columns by the header's names, or by the shape of the first rows."""
    if table.names is not None:
        try:
            return by_header(table.names, table.sample, symbol, named)
        except DataError as error:
            said = suggest(table.names, table.sample, named)
            raise DataError(f"{error}; {said}" if said else str(error)) from error
    columns = by_shape(table.sample, named)
    if columns is None:
        said = suggest(None, table.sample, named)
        raise DataError(
            f"the first row, {list(table.sample[0])}, holds no stamp, open, high, low and close where smc "
            f"expects them{'; ' + said if said else ''}"
        )
    return columns


def stamp_sample(table: Table, columns: Columns) -> list[str]:
    """Give the stamps of the first rows as text, a date and a clock joined."""
    return [" ".join(row[place] for place in columns.time) for row in table.sample]


def stamp_cells(block: Block, columns: Columns) -> pa.Array:
    """Give the cells of the stamp; a date and a clock are joined by a blank."""
    date, *clock = (to_text(block.cells[position]) for position in columns.time)
    return pc.binary_join_element_wise(date, *clock, " ") if clock else date


def _midnight(name: str) -> int:
    """Find the day that the stamps count from in a file's name, the innermost one."""
    days = ["-".join(groups) for groups in DAY_IN_NAME.findall(name)]
    if not days:
        raise DataError(
            "the stamps count milliseconds of a day, and the file's name has no YYYYMMDD to say which"
        )
    return int(np.datetime64(days[-1], "ns").astype(np.int64))

"""Decimal mark or thousands separator: decided a column at a time, from all of its cells."""
# pyarrow.compute makes its functions when it is imported
# pyright: reportAttributeAccessIssue=false

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smc.data.faults import Faults
from smc.data.reading.blocks import Table
from smc.data.reading.plan import Reading
from smc.data.reading.typed import Typed
from smc.errors import DataError
from smc.typing import FloatArray

THOUSAND = 1000


def check_marks(table: Table, reading: Reading, typed: Typed, faults: Faults) -> None:
    """Refuse a column whose decimal mark may part thousands: 1,003 beside 985.

    It is one if exactly three digits follow it in every cell that has it, never after a leading zero, and
    other cells, from 100 to 999, have none. The numbers alone clear nearly every column; only for others is
    the text read again.

    Raises
    ------
    DataError
        With a cell of either kind.
    """
    if reading.price_scale is not None:
        return
    fields = {**reading.columns.prices, "volume": reading.columns.volume}
    for field, places in fields.items():
        if places and _may_be_parted(typed.values[field]):
            _check_cells(table, reading, places[0], faults)


def _may_be_parted(values: FloatArray) -> bool:
    """Tell whether all numbers could be thousands misread as decimals, or below a thousand."""
    if not len(values) or not np.nanmin(np.append(values, np.inf)) >= 1:
        return False
    whole = values == np.rint(values)
    plain = whole & (values >= THOUSAND / 10)
    if not plain.any() or np.nanmax(values) >= THOUSAND:
        return False
    parted = values[~whole & np.isfinite(values)] * THOUSAND
    return bool(parted.size) and bool(np.allclose(parted, np.rint(parted), rtol=0, atol=1e-6))


def _check_cells(table: Table, reading: Reading, place: int, faults: Faults) -> None:
    parted, plain = "", ""
    mark = "," if reading.decimal == "," else "[.]"
    for block in table.blocks((place,), Faults(faults.name, "drop")):
        if not pa.types.is_string(block.cells[place].type):
            return
        cells = pc.utf8_trim_whitespace(block.cells[place])
        has_mark = cells.filter(pc.match_substring_regex(cells, mark))
        if not pc.all(pc.match_substring_regex(has_mark, rf"^[1-9][0-9]{{0,2}}{mark}[0-9]{{3}}$")).as_py():
            return
        parted = parted or (has_mark[0].as_py() if len(has_mark) else "")
        others = cells.filter(pc.match_substring_regex(cells, "^[1-9][0-9]{2}$"))
        plain = plain or (others[0].as_py() if len(others) else "")
    if parted and plain:
        raise DataError(
            f"column {reading.columns.name(place)} holds {parted!r} beside {plain!r}: the mark before three "
            "digits may part thousands or decimals, and a wrong guess is a factor of 1,000. Write the file "
            "without separators of thousands"
        )

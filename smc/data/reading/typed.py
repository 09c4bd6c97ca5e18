"""From a block of cells to arrays of instants and numbers, with every unreadable cell noted."""
# pyarrow.compute makes its functions when it is imported
# pyright: reportAttributeAccessIssue=false

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from smc.data.bad_bars import COLUMNS, PRICES
from smc.data.faults import Faults
from smc.data.reading.blocks import Block, texts
from smc.data.reading.epochs import agreed_unit, from_epochs
from smc.data.reading.numbers import SEPARATED, parse_numbers
from smc.data.reading.plan import Reading, stamp_cells
from smc.data.reading.stamps import NAT, check_single_spelling, parse_stamps
from smc.errors import DataError
from smc.typing import BoolArray, FloatArray, IntArray

#: A price in points may be off a whole number by this part of itself: float noise of the source.
NOISE = 1e-9
N_BAD = 1000  # unreadable stamps of a block that are looked at for another spelling


@dataclass(frozen=True)
class Typed:
    """Rows whose cells could be read; a stamp without a zone is still a wall clock."""

    stamps: IntArray  # nanoseconds
    aware: BoolArray  # the stamp says its zone
    rows: IntArray
    values: dict[str, FloatArray]
    n_read: int  # rows seen, blank ones apart

    def keep(self, good: BoolArray) -> "Typed":
        """Keep the rows of a mask."""
        if good.all():
            return self
        values = {name: array[good] for name, array in self.values.items()}
        return Typed(self.stamps[good], self.aware[good], self.rows[good], values, self.n_read)


class Growing:
    """Rows that grow in place, block by block: the whole is never held twice."""

    def __init__(self) -> None:
        self.n_read = 0
        self._stamps = np.empty(0, np.int64)
        self._aware = np.empty(0, np.bool_)
        self._rows = np.empty(0, np.int64)
        self._values = {name: np.empty(0, np.float64) for name in COLUMNS}

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, part: Typed) -> None:
        """Add the rows of a block."""
        self.n_read += part.n_read
        pairs = [(self._stamps, part.stamps), (self._aware, part.aware), (self._rows, part.rows)]
        pairs += [(self._values[name], part.values[name]) for name in COLUMNS]
        for array, more in pairs:
            size = len(array)
            array.resize(size + len(more), refcheck=False)
            array[size:] = more

    def whole(self) -> Typed:
        """Give all rows."""
        return Typed(self._stamps, self._aware, self._rows, self._values, self.n_read)


def type_block(block: Block, reading: Reading, faults: Faults) -> Typed:
    """Read stamps, prices and volume of a block; rows with an unreadable one are noted and left out.

    A row whose cells are all empty is a blank line, and left out without a note.
    """
    columns, cells = reading.columns, stamp_cells(block, reading.columns)
    column = columns.name(columns.time[0])
    stamps, aware = parse_stamps(cells, reading.spelling)
    bad = np.flatnonzero(stamps == NAT)[:N_BAD]
    check_single_spelling(texts(cells.take(pa.array(bad))), reading.spelling, column=column)
    positions = {**columns.prices, "volume": columns.volume}
    numbers = {name: _numbers(block, name, positions[name], reading, faults) for name in COLUMNS}
    is_blank = _is_empty(cells) & np.logical_and.reduce([number.missing for number in numbers.values()])
    sieve = _Sieve(block.rows, ~is_blank, faults)
    sieve.note("bad_stamp", stamps == NAT, cells, column)
    for name, number in numbers.items():
        if positions[name]:
            place = positions[name][0]
            mended = name == "volume" and faults.repairs
            if faults.on_bad != "error":
                _check_no_separators(block.cells[place], number.faults["non_numeric"], columns.name(place))
            for rule, bad in number.faults.items():
                sieve.note(rule, bad, block.cells[place], columns.name(place), mended=mended)
    values = {name: number.values for name, number in numbers.items()}
    typed = Typed(stamps, aware, block.rows, values, int(np.count_nonzero(~is_blank)))
    return typed.keep(sieve.alive)


def _check_no_separators(cells: pa.Array, bad: BoolArray, column: str) -> None:
    """Refuse cells that are numbers in another spelling: to drop them is to choose rows by their price."""
    for cell in texts(cells.take(pa.array(np.flatnonzero(bad)[:N_BAD]))):
        if SEPARATED.fullmatch(cell.strip()):
            raise DataError(
                f"column {column} holds {cell!r}, a number written with other marks than the rest of the "
                "file; rows that are left out for it would be chosen by their price. Write the file without "
                "separators of thousands and with one decimal mark; data.on_bad settles nothing here"
            )


def settle_stamps(typed: Typed, reading: Reading, faults: Faults) -> Typed:
    """Turn counts from 1970 into instants, in the one unit of their column; others stay as they are.

    Where the caller says that stamps are a wall clock, what they say about their zone is dropped.

    Raises
    ------
    DataError
        The counts are no epochs, or of two units.
    """
    stamps, aware = typed.stamps, typed.aware
    if reading.spelling.is_wall:
        aware = np.zeros(len(aware), dtype=bool)
    if reading.spelling.style == "epoch" and len(stamps):
        column = reading.columns.name(reading.columns.time[0])
        unit = agreed_unit(stamps, typed.rows, reading.stamps, column=column)
        counts, stamps = stamps, from_epochs(stamps, unit)
        bad = np.flatnonzero(stamps == NAT)
        faults.note("bad_stamp", typed.rows[bad], lambda i: repr(str(counts[bad[i]])), column=column)
    return Typed(stamps, aware, typed.rows, typed.values, typed.n_read).keep(stamps != NAT)


class _Sieve:
    """Note the rows of a block rule by rule; a row counts for the first rule that it breaks."""

    def __init__(self, rows: IntArray, alive: BoolArray, faults: Faults) -> None:
        self._rows = rows
        self._faults = faults
        self.alive = alive

    def note(self, rule: str, bad: BoolArray, cells: pa.Array, column: str, *, mended: bool = False) -> None:
        places = np.flatnonzero(bad & self.alive)
        self._faults.note(
            rule,
            self._rows[places],
            lambda i: repr(texts(cells[places[i] : places[i] + 1])[0]),
            column=column,
            mended=mended,
        )
        self.alive[places] = mended


@dataclass(frozen=True)
class _Numbers:
    """One field of a block."""

    values: FloatArray
    missing: BoolArray
    faults: dict[str, BoolArray]  # masks by rule


def _numbers(
    block: Block, field: str, positions: tuple[int, ...], reading: Reading, faults: Faults
) -> _Numbers:
    """Read a field: of repeated columns the leftmost; `repair` fills its holes from the others.

    Rows in which two of them differ are noted whatever is done about holes: neither can be trusted.
    """
    values, unreadable = np.full(len(block.rows), np.nan), np.zeros(len(block.rows), dtype=bool)
    conflicting = unreadable.copy()
    for place, position in enumerate(positions):
        number, bad = parse_numbers(block.cells[position], decimal=reading.decimal)
        conflicting |= np.isfinite(values) & np.isfinite(number) & (values != number)
        if faults.repairs or not place:
            values = np.where(np.isnan(values), number, values)
            unreadable |= bad
    masks = {"non_numeric": unreadable, "conflicting_cells": conflicting}
    missing = np.isnan(values) & ~unreadable
    if reading.price_scale is not None and field in PRICES:
        whole = np.rint(values)
        off = np.abs(np.subtract(values, whole, where=np.isfinite(values), out=np.zeros(len(values))))
        masks["not_points"] = off > NOISE * np.maximum(np.abs(values), 1.0)
        values = whole / reading.price_scale
    return _Numbers(values, missing, masks)


def _is_empty(cells: pa.Array) -> BoolArray:
    empty = pc.equal(cells, "") if pa.types.is_string(cells.type) else pc.is_null(cells)
    return empty.to_numpy(zero_copy_only=False)

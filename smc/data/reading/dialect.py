"""How a text file writes its table: delimiter, header, decimal mark."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from smc.data.bad_bars import PRICES
from smc.data.reading.columns import NUMBER, by_shape, is_header
from smc.data.reading.likely import suggest
from smc.data.reading.named import Named, find_named
from smc.errors import DataError

DELIMITERS = "\t;,|"
#: Lines in which a header is looked for; a preamble is rarely longer than two.
HEADER_DEPTH = 20
#: What the first cell of a line of symbols reads, where every field stands once for each symbol.
LABELS = ("ticker", "tickers", "symbol", "symbols")


@dataclass(frozen=True)
class Dialect:
    """How a text file writes its table."""

    delimiter: str
    names: tuple[str, ...] | None  # the header
    n_columns: int
    first_line: int  # of the rows, from 1
    decimal: str = "."


def sniff(lines: Sequence[str], named: Named | None = None) -> Dialect:
    """Tell the dialect from a file's first lines.

    A header is a line that names open, high, low and close, as smc or the caller calls them; shorter lines
    above it are a preamble. Without one the first line must have a shape that
    `smc.data.reading.columns.by_shape` knows, or the caller gives positions. The decimal mark is a comma if
    cells are parted by something else and more of them are written with a comma than with a point; thousands
    separators are never read (`smc.data.reading.marks`).

    Raises
    ------
    DataError
        Neither a header nor a known shape, or rows of data above the header; with what to type, if that can
        be told.

    Examples
    --------
    >>> sniff(["20170301 000000;1,05;1,06;1,04;1,05;0"])
    Dialect(delimiter=';', names=None, n_columns=6, first_line=1, decimal=',')
    """
    named = named or {}
    if all(isinstance(name, int) for field in PRICES for name in named.get(field, ("",))):
        return _by_position(lines, named)
    for place, line in enumerate(lines[:HEADER_DEPTH]):
        for delimiter in DELIMITERS:
            if is_header(names := split(line, delimiter), named):
                return _with_header(lines, place, delimiter, names)
    place = next((place for place, line in enumerate(lines) if line.strip()), None)
    if place is None:
        raise DataError("no row of data: the file has blank lines only")
    given = [name for names in named.values() for name in names]
    farthest = max((name for name in given if isinstance(name, int)), default=0)
    for delimiter in DELIMITERS if not any(isinstance(name, str) for name in given) else "":
        rows = _rows(lines[place:], delimiter)
        if len(rows[0]) > farthest and by_shape(rows, named):
            decimal = _decimal(lines[place:], delimiter)
            return Dialect(delimiter, None, len(rows[0]), place + 1, decimal)
    raise _not_known(lines, place, named)


def split(line: str, delimiter: str) -> list[str]:
    """Part one line into cells, quotes removed."""
    return next(csv.reader([line], delimiter=delimiter), [])


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Part lines into rows; those of another length than the first are left out."""
    rows = [split(line, delimiter) for line in lines]
    return [row for row in rows if len(row) == len(rows[0])]


def _by_position(lines: Sequence[str], named: Named) -> Dialect:
    """Find the first line with a number where the caller has a price; a line above may be a header."""
    places = [int(named[field][0]) for field in PRICES]
    for place, line in enumerate(lines[: HEADER_DEPTH + 1]):
        for delimiter in DELIMITERS:
            cells = [cell.strip() for cell in split(line, delimiter)]
            if len(cells) > max(places) and any(NUMBER.fullmatch(cells[price]) for price in places):
                _check_preamble(lines[:place], delimiter)
                above = split(lines[place - 1], delimiter) if place else []
                names = tuple(above) if len(above) == len(cells) else None
                return Dialect(delimiter, names, len(cells), place + 1, _decimal(lines[place:], delimiter))
    shown = ", ".join(map(str, places))
    raise DataError(f"data.columns gives prices to the columns {shown}, where no line has a number")


def _check_preamble(lines: Sequence[str], delimiter: str) -> None:
    """Refuse lines above columns by position that look like damaged rows."""
    _check_quotes(lines)
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in split(line, delimiter)]
        if line.lstrip()[:1].isdigit() or any(NUMBER.fullmatch(cell) for cell in cells):
            raise DataError(
                f"line {number} has numbers, but not where data.columns has prices: remove it, or mend it"
            )


def _check_quotes(lines: Sequence[str]) -> None:
    for number, line in enumerate(lines, 1):
        if line.count('"') % 2:
            raise DataError(f"row {number}: a quote is not closed on its line: remove it")


def _with_header(lines: Sequence[str], place: int, delimiter: str, names: list[str]) -> Dialect:
    _check_quotes(lines[: place + 1])
    names, above, first = _join_labels(lines, place, delimiter, names)
    longest = max((len(split(line, delimiter)) for line in lines[:above]), default=0)
    if longest >= len(names):
        raise DataError(f"the header stands in line {place + 1}, below rows of data: move it to the top")
    return Dialect(delimiter, tuple(names), len(names), first + 1, _decimal(lines[first:], delimiter))


def _join_labels(
    lines: Sequence[str], place: int, delimiter: str, names: list[str]
) -> tuple[list[str], int, int]:
    """Join a header of three lines (fields and symbols in either order, then the name of the index) to one.

    yfinance and pandas write it. With one symbol the fields are the names; with more they become
    `SYMBOL:field`, a table of several symbols side by side.

    Returns
    -------
    tuple
        The names, and how many lines stand above the header and above the rows.
    """
    for labels, index in ((place + 1, place + 2), (place - 1, place + 1)):
        if not 0 <= labels < len(lines) or index >= len(lines):
            continue
        symbols, stamp = split(lines[labels], delimiter), split(lines[index], delimiter)
        is_index = len(stamp) > 0 and stamp[0].strip().lower() in ("date", "datetime", "timestamp", "time")
        if len(symbols) == len(names) and symbols[0].strip().lower() in LABELS and is_index:
            joined = names[1:]
            if len(set(symbols[1:])) > 1:
                joined = [f"{symbol}:{name}" for symbol, name in zip(symbols[1:], names[1:], strict=True)]
            return [stamp[0], *joined], min(place, labels), index + 1
    return names, place, place + 1


def _decimal(lines: Sequence[str], delimiter: str) -> str:
    cells = [cell.strip() for line in lines for cell in split(line, delimiter)]
    commas = sum(bool(re.fullmatch(r"[+-]?\d*,\d+", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d*\.\d+", cell)) for cell in cells)
    return "," if delimiter != "," and commas > points else "."


def _not_known(lines: Sequence[str], place: int, named: Named) -> DataError:
    """Say what was looked for, and what to type where that can be told from the cells."""
    for delimiter in DELIMITERS:
        first = next((n for n, line in enumerate(lines) if _is_data(line, delimiter)), None)
        if first is None:
            continue
        rows = _rows(lines[first:], delimiter)
        header = next((split(line, delimiter) for line in lines[:first][::-1] if line.strip()), [])
        names = header if len(header) == len(rows[0]) else None
        if any(isinstance(name, str) for wanted in named.values() for name in wanted):
            find_named(named, names, len(rows[0]))  # says which name is missing
        if said := suggest(names, rows, named):
            return DataError(f"{_nothing_known(lines, place)}; {said}")
    return DataError(
        f"{_nothing_known(lines, place)}; put a header line on top (time,open,high,low,close,volume)"
    )


def _is_data(line: str, delimiter: str) -> bool:
    """Tell whether a line has the numbers of a bar."""
    cells = split(line, delimiter)
    return sum(bool(NUMBER.fullmatch(cell.strip())) for cell in cells) >= 4


def _nothing_known(lines: Sequence[str], place: int) -> str:
    return (
        f"neither a header with open, high, low and close, nor a known layout without one: line {place + 1} "
        f"reads {_shorten(lines[place])!r}"
    )


def _shorten(line: str) -> str:
    return line if len(line) <= 60 else line[:57] + "..."

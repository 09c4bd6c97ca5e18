"""How a text file writes its table: delimiter, header, decimal mark."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from smc.data.reading.columns import by_shape, is_header
from smc.errors import DataError

DELIMITERS = "\t;,|"
#: Lines in which a header is looked for; a preamble is rarely longer than two.
HEADER_DEPTH = 20


@dataclass(frozen=True)
class Dialect:
    """How a text file writes its table."""

    delimiter: str
    names: tuple[str, ...] | None  # the header
    n_columns: int
    first_line: int  # of the rows, from 1
    decimal: str = "."


def sniff(lines: Sequence[str]) -> Dialect:
    """Tell the dialect from a file's first lines.

    A header is a line that names open, high, low and close; shorter lines above it are a preamble. Without
    one the first line must have a shape that `smc.data.reading.columns.by_shape` knows. The decimal mark is a
    comma if cells are parted by something else and more of them are written with a comma than with a point;
    thousands separators are never read.

    Raises
    ------
    DataError
        Neither a header nor a known shape, or rows of data above the header.

    Examples
    --------
    >>> sniff(["20170301 000000;1,05;1,06;1,04;1,05;0"])
    Dialect(delimiter=';', names=None, n_columns=6, first_line=1, decimal=',')
    """
    for place, line in enumerate(lines[:HEADER_DEPTH]):
        for delimiter in DELIMITERS:
            if is_header(names := split(line, delimiter)):
                return _with_header(lines, place, delimiter, names)
    place = next((place for place, line in enumerate(lines) if line.strip()), None)
    if place is None:
        raise DataError("no row of data: the file has blank lines only")
    for delimiter in DELIMITERS:
        if by_shape(cells := split(lines[place], delimiter)):
            decimal = _decimal(lines[place:], delimiter)
            return Dialect(delimiter, None, len(cells), place + 1, decimal)
    raise DataError(
        f"neither a header with open, high, low and close, nor a known layout without one: line {place + 1} "
        f"reads {_shorten(lines[place])!r}; put a header line on top (time,open,high,low,close,volume)"
    )


def split(line: str, delimiter: str) -> list[str]:
    """Part one line into cells, quotes removed."""
    return next(csv.reader([line], delimiter=delimiter), [])


def _with_header(lines: Sequence[str], place: int, delimiter: str, names: list[str]) -> Dialect:
    for above, line in enumerate(lines[: place + 1], start=1):
        if line.count('"') % 2:
            raise DataError(f"row {above}: a quote is not closed on its line: remove it")
    longest = max((len(split(line, delimiter)) for line in lines[:place]), default=0)
    if longest >= len(names):
        raise DataError(f"the header stands in line {place + 1}, below rows of data: move it to the top")
    first = place + 1
    below = [split(line, delimiter) for line in lines[first : first + 2]]
    if len(below) == 2 and [row[0].lower() for row in below if row] in (
        ["ticker", "date"],
        ["ticker", "datetime"],
    ):
        names, first = [below[1][0], *names[1:]], first + 2  # yfinance writes three lines of header
    return Dialect(delimiter, tuple(names), len(names), first + 1, _decimal(lines[first:], delimiter))


def _decimal(lines: Sequence[str], delimiter: str) -> str:
    cells = [cell.strip() for line in lines for cell in split(line, delimiter)]
    commas = sum(bool(re.fullmatch(r"[+-]?\d*,\d+", cell)) for cell in cells)
    points = sum(bool(re.fullmatch(r"[+-]?\d*\.\d+", cell)) for cell in cells)
    return "," if delimiter != "," and commas > points else "."


def _shorten(line: str) -> str:
    return line if len(line) <= 60 else line[:57] + "..."

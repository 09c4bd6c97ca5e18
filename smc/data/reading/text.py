"""Rows of delimited text, a block at a time, with the line number of each."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from smc.data.faults import Faults
from smc.data.reading.blocks import Block, settle_lengths
from smc.data.reading.container import Content, text_of
from smc.data.reading.dialect import Dialect, sniff, split
from smc.data.reading.named import Named
from smc.errors import DataError
from smc.typing import IntArray

BLOCK_SIZE = 1 << 22  # characters read at once: bounds the memory of a file of any length
SAMPLE_SIZE = 100  # lines from which the dialect is told
LINE_SIZE = 1 << 16  # characters: the longest line looked at there
MAX_ODD = 100_000  # rows of another length in a block; bars are longer than 40 characters


class TextTable:
    """A CSV file or one of its relatives; every cell stays text."""

    kind = "text"

    def __init__(self, content: Content, named: Named | None = None) -> None:
        self._content = content
        with text_of(content.open()) as stream:
            lines = [stream.readline(LINE_SIZE) for _ in range(SAMPLE_SIZE)]
        if longest := [place for place, line in enumerate(lines, 1) if len(line) == LINE_SIZE]:
            raise DataError(_too_long(longest[0], LINE_SIZE))
        lines = [line.rstrip("\n") for line in lines]
        self.dialect = sniff(lines, named)
        self.names = list(self.dialect.names) if self.dialect.names else None
        self.decimal = self.dialect.decimal
        rows = [split(line, self.dialect.delimiter) for line in lines[self.dialect.first_line - 1 :]]
        self.sample = [row for row in rows if len(row) == self.dialect.n_columns]

    def blocks(self, positions: Sequence[int], faults: Faults) -> Iterator[Block]:
        """Read from the start; rows of a wrong length are noted and left out, or padded under `repair`."""
        for piece in self._pieces():
            yield piece.read(positions, faults)

    def _pieces(self) -> "Iterator[_Piece]":
        """Cut the text after the header at line ends."""
        line, rest = self.dialect.first_line, ""
        with text_of(self._content.open()) as stream:
            for _ in range(line - 1):
                stream.readline()
            while more := stream.read(BLOCK_SIZE):
                text, end, rest = (rest + more).rpartition("\n")
                if end:
                    piece = _Piece(text + end, line, self.dialect)
                    yield piece
                    line += piece.n_lines
                elif len(rest) > BLOCK_SIZE:
                    raise DataError(_too_long(line, BLOCK_SIZE))
        if rest:
            yield _Piece(rest + "\n", line, self.dialect)


def _too_long(line: int, size: int) -> str:
    return f"line {line} is longer than {size:,} characters: this is no table of bars"


class _Piece:
    """Some whole lines of a file, parsed by Arrow into columns of text."""

    def __init__(self, text: str, line: int, dialect: Dialect) -> None:
        self.n_lines = text.count("\n")
        self._text = text
        self._line = line
        self._dialect = dialect
        self._odd: list[arrow_csv.InvalidRow] = []  # rows of another length

    def read(self, positions: Sequence[int], faults: Faults) -> Block:
        """Parse the wanted columns, and settle the rows of a wrong length."""
        names = [str(position) for position in positions]
        encoded, places = _without_blank_lines(self._text.encode(), self._dialect.delimiter)
        table = self._parse(encoded, names)
        if table.num_rows + len(self._odd) != len(places):
            raise DataError(f"row {self._open_quote()}: a quote is not closed on its line: remove it")
        is_even = np.ones(len(places), dtype=bool)
        is_even[[row.number - 1 for row in self._odd]] = False
        rows = self._line + places[is_even]
        padded = self._settle(self._line + places[~is_even], faults)
        if padded:
            extra = [pa.array([cells[position] for _, cells in padded]) for position in positions]
            table = pa.concat_tables([table, pa.table(extra, names=names)])
            rows = np.append(rows, [line for line, _ in padded])
            order = np.argsort(rows, kind="stable")
            table, rows = table.take(pa.array(order)), rows[order]
        cells = {
            position: table[name].combine_chunks() for position, name in zip(positions, names, strict=True)
        }
        return Block(cells, rows)

    def _parse(self, encoded: bytes, names: list[str]) -> pa.Table:
        every = [str(position) for position in range(self._dialect.n_columns)]
        if not encoded:
            return pa.table({name: pa.array([], pa.string()) for name in names})
        try:
            return arrow_csv.read_csv(
                pa.BufferReader(encoded),
                arrow_csv.ReadOptions(column_names=every, use_threads=False, block_size=len(encoded) + 1),
                arrow_csv.ParseOptions(
                    delimiter=self._dialect.delimiter,
                    ignore_empty_lines=False,
                    invalid_row_handler=self._set_aside,
                ),
                arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(every, pa.string()), include_columns=names
                ),
            )
        except pa.ArrowInvalid:
            if len(self._odd) <= MAX_ODD:
                raise
        first = self._odd[0]
        raise DataError(
            f"more than {MAX_ODD:,} rows below line {self._line} have another number of cells than the "
            f"{self._dialect.n_columns} of the table, such as {first.text[:60]!r}: this is no table of bars"
        )

    def _set_aside(self, row: arrow_csv.InvalidRow) -> str:
        self._odd.append(row)
        return "skip" if len(self._odd) <= MAX_ODD else "error"

    def _settle(self, lines: IntArray, faults: Faults) -> list[tuple[int, list[str]]]:
        """Settle the rows of another length, blank lines apart."""
        odd = [
            (int(line), split(row.text, self._dialect.delimiter))
            for line, row in zip(lines, self._odd, strict=True)
            if row.text.strip()
        ]
        return settle_lengths(odd, self._dialect.n_columns, faults)

    def _open_quote(self) -> int:
        """Find the first line with an odd number of quotes."""
        odd = (place for place, line in enumerate(self._text.split("\n")) if line.count('"') % 2)
        return self._line + next(odd, 0)


def _without_blank_lines(encoded: bytes, delimiter: str) -> tuple[bytes, IntArray]:
    """Leave out lines of blanks and delimiters, which Arrow would hand to Python one by one.

    Returns
    -------
    tuple
        The other lines, and the place of each among all lines, from 0.
    """
    blanks = [ord(blank) for blank in ("\n", " ", delimiter)]
    data = np.frombuffer(encoded, np.uint8)
    ends = np.flatnonzero(data == blanks[0])
    starts = np.append(0, ends[:-1] + 1)
    if not np.isin(data[starts], blanks).any():
        return encoded, np.arange(len(ends))
    says = np.logical_and.reduce([data != blank for blank in blanks])
    is_full = np.add.reduceat(says, starts, dtype=np.int64) > 0
    return data[np.repeat(is_full, ends + 1 - starts)].tobytes(), np.flatnonzero(is_full)

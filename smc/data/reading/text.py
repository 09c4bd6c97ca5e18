"""Rows of delimited text, a block at a time, with the line number of each."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from smc.data.faults import Faults
from smc.data.reading.blocks import Block, settle_lengths
from smc.data.reading.container import Content, text_of
from smc.data.reading.dialect import Dialect, sniff, split
from smc.errors import DataError

BLOCK_SIZE = 1 << 22  # characters read at once: bounds the memory of a file of any length
SAMPLE_SIZE = 100  # lines from which the dialect is told
LINE_SIZE = 1 << 16  # characters: the longest line looked at there


class TextTable:
    """A CSV file or one of its relatives; every cell stays text."""

    kind = "text"

    def __init__(self, content: Content) -> None:
        self._content = content
        with text_of(content.open()) as stream:
            lines = [stream.readline(LINE_SIZE) for _ in range(SAMPLE_SIZE)]
        if longest := [place for place, line in enumerate(lines, 1) if len(line) == LINE_SIZE]:
            raise DataError(_too_long(longest[0], LINE_SIZE))
        lines = [line.rstrip("\n") for line in lines]
        self.dialect = sniff(lines)
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
        table = self._parse(names)
        if table.num_rows + len(self._odd) != self.n_lines:
            raise DataError(f"row {self._open_quote()}: a quote is not closed on its line: remove it")
        is_even = np.ones(self.n_lines, dtype=bool)
        is_even[[row.number - 1 for row in self._odd]] = False
        rows = self._line + np.flatnonzero(is_even)
        padded = self._settle(faults)
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

    def _parse(self, names: list[str]) -> pa.Table:
        encoded = self._text.encode()
        every = [str(position) for position in range(self._dialect.n_columns)]
        return arrow_csv.read_csv(
            pa.BufferReader(encoded),
            arrow_csv.ReadOptions(column_names=every, use_threads=False, block_size=len(encoded) + 1),
            arrow_csv.ParseOptions(
                delimiter=self._dialect.delimiter,
                ignore_empty_lines=False,
                invalid_row_handler=self._set_aside,
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(every, pa.string()), include_columns=names),
        )

    def _set_aside(self, row: arrow_csv.InvalidRow) -> str:
        self._odd.append(row)
        return "skip"

    def _settle(self, faults: Faults) -> list[tuple[int, list[str]]]:
        """Settle the rows of another length, blank lines apart."""
        odd = [
            (self._line + row.number - 1, split(row.text, self._dialect.delimiter))
            for row in self._odd
            if row.text.strip()
        ]
        return settle_lengths(odd, self._dialect.n_columns, faults)

    def _open_quote(self) -> int:
        """Find the first line with an odd number of quotes."""
        odd = (place for place, line in enumerate(self._text.split("\n")) if line.count('"') % 2)
        return self._line + next(odd, 0)

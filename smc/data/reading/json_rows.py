"""Rows of a JSON file: a list of rows (freqtrade), or of records."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from smc.data.faults import Faults
from smc.data.reading.blocks import Block, settle_lengths
from smc.data.reading.container import Content
from smc.errors import DataError

SAMPLE_SIZE = 20  # rows


class JsonTable:
    """A JSON list of rows without a header, or of records with one; numbers keep their spelling."""

    kind = "json"
    decimal = "."

    def __init__(self, content: Content) -> None:
        rows = [(number, row) for number, row in enumerate(_load(content), 1) if row not in ([], {}, None)]
        if not rows:
            raise DataError("the JSON has empty rows only")
        records = [row for _, row in rows if isinstance(row, dict)]
        is_records = isinstance(rows[0][1], dict)
        self.names = list(dict.fromkeys(str(name) for row in records for name in row)) if is_records else None
        self._rows = [(number, [_text(cell) for cell in _cells(row, self.names)]) for number, row in rows]
        self._n_columns = len(self._rows[0][1])
        self.sample = [cells for _, cells in self._rows[:SAMPLE_SIZE] if len(cells) == self._n_columns]

    def blocks(self, positions: Sequence[int], faults: Faults) -> Iterator[Block]:
        """Give all rows in one block."""
        n_columns = self._n_columns
        odd = [(row, cells) for row, cells in self._rows if len(cells) != n_columns]
        even = [(row, cells) for row, cells in self._rows if len(cells) == n_columns]
        kept = sorted(even + settle_lengths(odd, n_columns, faults))
        cells = {place: pa.array([cells[place] for _, cells in kept], pa.string()) for place in positions}
        yield Block(cells, np.array([row for row, _ in kept], dtype=np.int64))


def _load(content: Content) -> list[Any]:
    with content.open() as stream:
        try:
            rows = json.load(stream, parse_int=str, parse_float=str, parse_constant=str)
        except (json.JSONDecodeError, RecursionError) as error:
            raise DataError(f"no valid JSON: {error}. Is it complete?") from error
    if not isinstance(rows, list) or not rows:
        raise DataError("the JSON must be a list of rows, [[stamp, open, high, low, close, volume], ...]")
    return rows


def _cells(row: Any, names: list[str] | None) -> list[Any]:
    if isinstance(row, dict) and names is not None:
        return [row.get(name) for name in names]
    return row if isinstance(row, list) else [row]


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)

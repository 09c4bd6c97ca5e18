"""Rows of Parquet and Feather files, a block at a time, with the types they are stored in."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from smc.data.faults import Faults
from smc.data.reading.blocks import Block, texts
from smc.data.reading.container import Content
from smc.errors import DataError

BATCH_SIZE = 1 << 18  # rows
SAMPLE_SIZE = 20  # rows


class ArrowTable:
    """A Parquet or Feather file; an index that pandas stored is a column like any other."""

    decimal = "."

    def __init__(self, content: Content, kind: str) -> None:
        self.kind = kind
        self._content = content
        first = next((batch for batch in self._batches() if batch.num_rows), None)
        if first is None:
            raise DataError("the table has no rows")
        self.names: list[str] | None = first.schema.names
        head = [texts(column[:SAMPLE_SIZE]) for column in first.columns]
        self.sample: list[list[str]] = [list(row) for row in zip(*head, strict=True)]

    def blocks(self, positions: Sequence[int], faults: Faults) -> Iterator[Block]:  # noqa: ARG002
        """Read from the start."""
        row = 1
        for batch in self._batches():
            cells = {position: _plain(batch.column(position)) for position in positions}
            yield Block(cells, np.arange(row, row + batch.num_rows))
            row += batch.num_rows

    def _batches(self) -> Iterator[pa.RecordBatch]:
        with self._content.open() as stream:
            if self.kind == "parquet":
                yield from parquet.ParquetFile(stream).iter_batches(BATCH_SIZE)
                return
            reader = pa.ipc.open_file(stream)
            for place in range(reader.num_record_batches):
                batch = reader.get_batch(place)
                batch.validate(full=True)  # Arrow follows the offsets of a damaged file without a check
                for start in range(0, batch.num_rows, BATCH_SIZE):
                    yield batch.slice(start, BATCH_SIZE)


def _plain(cells: pa.Array) -> pa.Array:
    """Unfold dictionary encoding, and store text in one way."""
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_large_string(cells.type) or pa.types.is_string_view(cells.type):
        cells = cells.cast(pa.string())
    return cells

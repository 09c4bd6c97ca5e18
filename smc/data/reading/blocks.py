"""The shape that every format is read into: rows of cells, a block at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa

from smc.data.faults import Faults
from smc.typing import IntArray


@dataclass(frozen=True)
class Block:
    """Some rows of some columns."""

    cells: dict[int, pa.Array]  # by the column's position
    rows: IntArray  # lines of a text file from 1, records of another from 1


class Table(Protocol):
    """A file whose header, if it has one, and first rows are known."""

    kind: str  # what the source record calls the format
    decimal: str  # the decimal mark of its text
    names: list[str] | None  # the header
    sample: list[list[str]]  # the first rows, as text

    def blocks(self, positions: Sequence[int], faults: Faults) -> Iterator[Block]:
        """Read some columns from the start; rows of a wrong length go through `settle_lengths`."""
        ...


def settle_lengths(
    odd: Sequence[tuple[int, list[str]]], n_columns: int, faults: Faults
) -> list[tuple[int, list[str]]]:
    """Note rows with too few or too many cells; under `repair` give the short ones back, padded.

    Parameters
    ----------
    odd
        Row number and cells of each such row.
    """
    padded = []
    for rule, is_short in (("short_row", True), ("long_row", False)):
        rows_of_rule = [(row, cells) for row, cells in odd if (len(cells) < n_columns) is is_short]
        sizes = [f"{len(cells)} of {n_columns} cells" for _, cells in rows_of_rule]
        mended = is_short and faults.repairs
        rows = np.array([row for row, _ in rows_of_rule], dtype=np.int64)
        faults.note(rule, rows, sizes.__getitem__, column="(all)", mended=mended)
        if mended:
            padded = [(row, cells + [""] * (n_columns - len(cells))) for row, cells in rows_of_rule]
    return padded


def texts(cells: pa.Array) -> list[str]:
    """Write cells as text; an instant by Arrow, since Python's dates end earlier."""
    if pa.types.is_temporal(cells.type):
        cells = cells.cast(pa.string())
    return ["" if cell is None else str(cell) for cell in cells.to_pylist()]

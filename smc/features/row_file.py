"""A file of the structure machine's rows, written and read a part at a time, each byte hashed on its way."""

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import numpy as np

from smc.structure import COLUMNS, PART_SIZE
from smc.typing import FloatArray


def write_rows(file: BinaryIO, n_bars: int, parts: Iterable[FloatArray]) -> str:
    """Write a table of rows as NumPy's ``.npy``; return the SHA-256 of what was handed to the disk."""
    header = _header(n_bars)
    file.write(header)
    digest = hashlib.sha256(header)
    for rows in parts:
        file.write(rows.data)
        digest.update(rows.data)
    return digest.hexdigest()


class RowReader:
    """Read what `write_rows` wrote, once; the hash of what was read is known at the end.

    Raises
    ------
    ValueError
        The file does not hold ``n_bars`` rows, or something behind them.
    """

    def __init__(self, file: BinaryIO, n_bars: int) -> None:
        self.file, self.n_bars, self._digest = file, n_bars, hashlib.sha256()

    def parts(self) -> Iterator[FloatArray]:
        """Give the rows a part at a time, which the next part overwrites."""
        header = _header(self.n_bars)
        if self.file.read(len(header)) != header:
            raise ValueError(f"no table of {self.n_bars} rows")
        self._digest.update(header)
        memory = np.empty((min(self.n_bars, PART_SIZE), len(COLUMNS)))
        for first in range(0, self.n_bars, PART_SIZE):
            rows = memory[: self.n_bars - first]
            if self.file.readinto(rows.data) != rows.nbytes:  # type: ignore[attr-defined]
                raise ValueError(f"fewer than {self.n_bars} rows")
            self._digest.update(rows.data)
            yield rows
        if self.file.read(1):
            raise ValueError(f"more than {self.n_bars} rows")

    @property
    def sha256(self) -> str:
        """Of all that was read, hex."""
        return self._digest.hexdigest()


def _header(n_bars: int) -> bytes:
    header = io.BytesIO()
    shape = (n_bars, len(COLUMNS))
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return header.getvalue()

"""Some bars of one symbol, as arrays."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from smc.features.live import BARS
from smc.typing import FloatArray


class Chunk(NamedTuple):
    """Some bars: their stamps, numbers (n, 5), and a table of all their columns where one was given."""

    stamps: pd.DatetimeIndex
    prices: FloatArray
    table: pd.DataFrame | None

    @classmethod
    def of_table(cls, bars: pd.DataFrame) -> "Chunk":
        """Take checked bars."""
        prices = np.ascontiguousarray(bars[BARS].to_numpy(dtype=np.float64))
        return cls(pd.DatetimeIndex(bars.index).as_unit("ns"), prices, bars)

    def parts(self, size: int, first: int = 0) -> Iterator["Chunk"]:
        """Cut them, from a position on, into shorter ones."""
        for begin in range(first, len(self.stamps), size):
            part = slice(begin, begin + size)
            table = None if self.table is None else self.table.iloc[part]
            yield Chunk(self.stamps[part], self.prices[part], table)

"""The history of one simulated symbol, drawn bar by bar as far as asked."""

from datetime import timedelta

import numpy as np

from smc.data.simulation.calendar import opening_gaps, pace, trading_stamps
from smc.data.simulation.market import memory_at_start
from smc.typing import FloatArray, IntArray

TICK = 1e-5
#: Streams of random numbers: one that all symbols share, two of each symbol's own.
SHARED, OWN, FUTURES = range(3)


class History:
    """Walk one market forward; stop at any bar and ask what may follow.

    Parameters
    ----------
    seed, number
        Of all markets, and of this one among them.
    n_bars
        Bars at most.
    step
        Length of a bar.
    values
        Fields of `smc.data.simulation.market.MARKET`.

    Attributes
    ----------
    stamps
        Opens of all bars.
    bars
        (n_bars, 5): open, high, low, close, volume; NaN from the bar that comes next on.
    direction
        Side of the last break of structure at the close of each bar, 0 before any.
    """

    def __init__(self, seed: int, number: int, n_bars: int, step: timedelta, **values: float) -> None:
        self.stamps = trading_stamps(n_bars, step)
        self.bars = np.full((n_bars, 5), np.nan)
        self.direction: IntArray = np.zeros(n_bars, dtype=np.int64)
        self._seeds = (seed, number)
        self._clock = np.column_stack([pace(n_bars, step), opening_gaps(n_bars, step)])
        own = np.random.default_rng([seed, number, OWN])
        self._streams = own, np.random.default_rng([seed, 0, SHARED])
        price = TICK * round(own.uniform(0.8, 1.6) / TICK)
        self._memory = memory_at_start(close=price, tick=TICK, **values)
        self._next = 0

    def advance(self, end: int) -> None:
        """Draw the bars before ``end``; those that are there stay."""
        from smc.data.simulation.law import compiled

        walk, _ = compiled()
        new = slice(self._next, max(end, self._next))
        drawn = self.bars[new], self.direction[new]
        walk(self._memory, self._streams, self._clock[new], drawn)
        self._next = new.stop

    def futures(self, n_paths: int, n_bars: int) -> FloatArray:
        """Draw what may follow the last bar: (n_paths, n_bars, 5), all from one and the same past.

        The draws depend on the seed and on the bar alone. The history itself is left as it is.
        """
        from smc.data.simulation.law import compiled

        _, branch = compiled()
        coming = slice(self._next, self._next + n_bars)
        paths = np.empty((n_paths, n_bars, 5))
        rng = np.random.default_rng([*self._seeds, FUTURES, self._next])
        branch(self._memory, rng, self._clock[coming], paths)
        return paths

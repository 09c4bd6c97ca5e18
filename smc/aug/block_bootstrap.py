"""Blocks of neighbouring events, drawn again."""

import numpy as np

from smc.arguments import check_at_least, check_positive
from smc.aug.row_source import RowSource
from smc.aug.sampler import Sampler
from smc.aug.shares import keeps_shares
from smc.typing import FloatArray, IntArray

#: Draws of blocks until the class shares are kept.
MOST_DRAWS = 50


class BlockBootstrap(Sampler):
    """Append blocks of consecutive rows, drawn with replacement, each row as it is.

    Events that follow each other share bars, and so does what can be learned from them: drawn one by one,
    they would come out more independent than they are. A block keeps the neighbours together and in order.
    Every block that fits into the rows is as likely; the last one is cut to the size asked for. Few blocks
    can move the class shares by more than 5 points (one draw in four of 60 rows does); such a draw is made
    again, and only if none of many is better, it stands with a note.

    Parameters
    ----------
    block_size
        Events in a block; longer than labels overlap, shorter than the regimes that the blocks stand for.
    factor
        Rows that come out for each that goes in, the originals among them; rounded down.
    ablation
        Whether the run also fits the same model on the rows as they are.

    References
    ----------
    Künsch, H. R. (1989). The jackknife and the bootstrap for general stationary observations. Annals of
    Statistics 17.

    >>> sampler = BlockBootstrap(block_size=3)
    >>> rows, labels = sampler.fit_resample(np.arange(8.0).reshape(8, 1), np.arange(8) % 2)
    >>> rows.ravel()[8:]
    array([4., 5., 6., 3., 4., 5., 5., 6.])
    """

    def __init__(
        self, *, block_size: int = 10, factor: float = 2.0, ablation: bool = False, seed: int = 0
    ) -> None:
        check_positive("block_size", block_size)
        check_at_least("factor", factor, 1)
        self.block_size = block_size
        self.factor = factor
        self.ablation = ablation
        self.seed = seed

    def _make(
        self, source: RowSource, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        n_drawn = int(self.factor * len(y)) - len(y)
        drawn = self._draw(len(y), n_drawn, rng)
        for _ in range(MOST_DRAWS - 1):
            if keeps_shares(y, np.concatenate([y, y[drawn]])):
                break
            drawn = self._draw(len(y), n_drawn, rng)
        return drawn, source.take(drawn)

    def _draw(self, n_rows: int, n_drawn: int, rng: np.random.Generator) -> IntArray:
        size = min(self.block_size, n_rows)
        starts = rng.integers(0, n_rows - size + 1, size=-(-n_drawn // size))
        return (starts[:, None] + np.arange(size)).ravel()[:n_drawn]

"""Noisy copies, the more the fewer the rows."""

import numpy as np

from smc.arguments import check_non_negative
from smc.aug.perturb import adaptive_size, add_noise, draw_copies
from smc.aug.row_source import RowSource
from smc.aug.sampler import Sampler
from smc.typing import FloatArray, IntArray


class Adaptive(Sampler):
    """Bring few rows to three times or twice their number with noisy copies; leave many as they are.

    Parameters
    ----------
    noise
        Standard deviation of the noise, in standard deviations of each feature.
    n_small
        Fewer rows than these become three times as many.
    threshold
        Fewer than these, twice as many; from these on nothing is added.
    keep_kinds
        Whether a flag, direction, count or hour of a made-up row is one that a real row has.
    ablation
        Whether the run also fits the same model on the rows as they are.

    >>> sampler = Adaptive(n_small=3, threshold=5)
    >>> [len(sampler.fit_resample(np.eye(n), np.arange(n))[0]) for n in range(1, 7)]
    [3, 6, 6, 8, 5, 6]
    """

    def __init__(
        self,
        *,
        noise: float = 0.1,
        n_small: int = 200,
        threshold: int = 300,
        keep_kinds: bool = True,
        ablation: bool = False,
        seed: int = 0,
    ) -> None:
        check_non_negative("noise", noise)
        check_non_negative("n_small", n_small)
        check_non_negative("threshold", threshold)
        self.noise = noise
        self.n_small = n_small
        self.threshold = threshold
        self.keep_kinds = keep_kinds
        self.ablation = ablation
        self.seed = seed

    def _make(
        self, source: RowSource, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        size = adaptive_size(len(y), n_small=self.n_small, threshold=self.threshold)
        copied = draw_copies(y, size - len(y), rng)
        return copied, add_noise(source.take(copied), source.spread, self.noise, rng)

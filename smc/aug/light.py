"""A noisy copy of each row."""

import numpy as np

from smc.arguments import check_at_least, check_non_negative
from smc.aug.perturb import add_noise, draw_copies
from smc.aug.row_source import RowSource
from smc.aug.sampler import Sampler
from smc.typing import FloatArray, IntArray


class Light(Sampler):
    """Double the rows: behind each as it is, a copy of it with Gaussian noise.

    Noise on the inputs is a penalty on steep functions, as strong as its variance (Bishop 1995).

    Parameters
    ----------
    noise
        Standard deviation of the noise, in standard deviations of each feature.
    factor
        Rows that come out for each that goes in; rounded down.
    keep_kinds
        Whether a flag, direction, count or hour of a made-up row is one that a real row has.
    ablation
        Whether the run also fits the same model on the rows as they are.

    References
    ----------
    Bishop, C. (1995). Training with noise is equivalent to Tikhonov regularization. Neural Computation 7.

    >>> rows, labels = Light().fit_resample(np.array([[1.5], [2.5]]), np.array([0, 1]))
    >>> rows.ravel().round(2), labels
    (array([1.5 , 2.5 , 1.49, 2.53]), array([0, 1, 0, 1]))
    """

    def __init__(
        self,
        *,
        noise: float = 0.1,
        factor: float = 2.0,
        keep_kinds: bool = True,
        ablation: bool = False,
        seed: int = 0,
    ) -> None:
        check_non_negative("noise", noise)
        check_at_least("factor", factor, 1)
        self.noise = noise
        self.factor = factor
        self.keep_kinds = keep_kinds
        self.ablation = ablation
        self.seed = seed

    def _make(
        self, source: RowSource, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        copied = draw_copies(y, int(self.factor * len(y)) - len(y), rng)
        return copied, add_noise(source.take(copied), source.spread, self.noise, rng)

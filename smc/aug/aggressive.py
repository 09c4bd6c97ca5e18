"""Balance, and perturbed copies: noise, earlier bars, features left out."""

from typing import ClassVar

import numpy as np

from smc.arguments import check_at_least, check_fraction, check_non_negative, check_positive
from smc.aug.balance import fill_up, level_quotas
from smc.aug.interpolate import LEAST_ROWS
from smc.aug.perturb import adaptive_size, add_noise, draw_copies, drop_features, shift_back
from smc.aug.row_source import RowSource
from smc.aug.sampler import Sampler
from smc.aug.shares import has_classes, members
from smc.typing import FloatArray, IntArray


class Aggressive(Sampler):
    """Add half as many rows at least: first SMOTE until the classes are level, then perturbed copies.

    A copy is moved back in time by up to ``shift`` bars, then each of its features gets noise, then some
    features are replaced by their mean, discrete ones by their value nearest to it. The rows added are dealt
    out so that the classes become level; where they are, or have become so, every class is given the same
    number of copies. A class of one or two rows is left as it is, with a note. Targets that are numbers get
    copies only.

    Parameters
    ----------
    noise
        Standard deviation of the noise, in standard deviations of each feature.
    shift
        Bars that a copy may move back; each number of bars from 0 on is as likely.
    dropout
        Probability that a feature of a copy is replaced by its mean.
    k_neighbors
        Nearest rows of its class that SMOTE may mix a row with; lowered to what the class allows.
    n_small, threshold
        Fewer rows than ``n_small`` become three times as many, fewer than ``threshold`` twice.
    beyond
        Factor from ``threshold`` rows on; the size is rounded down.
    keep_kinds
        Whether a flag, direction, count or hour of a made-up row is one that a real row has.
    ablation
        Whether the run also fits the same model on the rows as they are.
    """

    balances: ClassVar[bool] = True

    def __init__(
        self,
        *,
        noise: float = 0.15,
        shift: int = 2,
        dropout: float = 0.1,
        k_neighbors: int = 5,
        n_small: int = 200,
        threshold: int = 300,
        beyond: float = 1.5,
        keep_kinds: bool = True,
        ablation: bool = False,
        seed: int = 0,
    ) -> None:
        check_non_negative("noise", noise)
        check_non_negative("shift", shift)
        if dropout:
            check_fraction("dropout", dropout)
        check_positive("k_neighbors", k_neighbors)
        check_non_negative("n_small", n_small)
        check_non_negative("threshold", threshold)
        check_at_least("beyond", beyond, 1)
        self.noise = noise
        self.shift = shift
        self.dropout = dropout
        self.k_neighbors = k_neighbors
        self.n_small = n_small
        self.threshold = threshold
        self.beyond = beyond
        self.keep_kinds = keep_kinds
        self.ablation = ablation
        self.seed = seed

    @property
    def reach(self) -> int:
        """Bars before each row, or before each window, that the sampler reads."""
        return self.shift

    def _make(
        self, source: RowSource, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        size = adaptive_size(len(y), n_small=self.n_small, threshold=self.threshold, beyond=self.beyond)
        n_made = size - len(y)
        classes = self._growing_classes(y)
        if not classes:
            copied = draw_copies(y, n_made, rng)
            return copied, self._perturb(source, copied, rng)
        sizes = np.array([len(rows) for rows in classes])
        quotas = level_quotas(sizes, n_made)
        n_mixed = np.minimum(quotas, sizes.max() - sizes)
        base, mixed = fill_up(source, classes, n_mixed, self.k_neighbors, rng)
        copied = [
            np.resize(rng.permutation(rows), n) for rows, n in zip(classes, quotas - n_mixed, strict=True)
        ]
        made = self._perturb(source, np.concatenate(copied), rng)
        return np.concatenate([base, *copied]), np.concatenate([mixed, made])

    def _growing_classes(self, y: np.ndarray) -> list[IntArray]:
        """Return the rows of each class that is given new ones."""
        if not has_classes(y):
            return []
        classes = members(y)
        too_few = [place for place, rows in enumerate(classes) if len(rows) < LEAST_ROWS]
        if too_few:
            names = np.unique(y)[too_few].tolist()
            self._note_too_few(names, [len(classes[place]) for place in too_few])
        return [rows for rows in classes if len(rows) >= LEAST_ROWS]

    def _perturb(self, source: RowSource, rows: IntArray, rng: np.random.Generator) -> FloatArray:
        if self.shift and source.lagged_rows is None:
            self._note("augmentation_unshifted", "no bars before the rows are known: none was moved in time")
        made = shift_back(source, rows, self.shift, rng)
        add_noise(made, source.spread, self.noise, rng)
        return drop_features(made, source.center, self.dropout, rng)

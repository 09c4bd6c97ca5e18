"""Balance of the classes."""

from typing import ClassVar

import numpy as np

from smc.arguments import check_positive
from smc.aug.balance import fill_up
from smc.aug.interpolate import LEAST_ROWS
from smc.aug.row_source import RowSource
from smc.aug.sampler import Sampler
from smc.aug.shares import has_classes, members
from smc.typing import FloatArray, IntArray


class Smote(Sampler):
    """Bring every class to the size of the largest, with rows between neighbours of the class.

    A class of one or two rows has no neighbourhood: it is left as it is, with a note, and the others are
    balanced. (imblearn's class raises there, and at a missing value; nor does it say where rows came from.)

    Parameters
    ----------
    k_neighbors
        Nearest rows of its class that a row may be mixed with; lowered to what the class allows.
    keep_kinds
        Whether a flag, direction, count or hour of a made-up row is one that a real row has.
    ablation
        Whether the run also fits the same model on the rows as they are.

    Raises
    ------
    ValueError
        The targets are numbers, which have no balance.

    References
    ----------
    Chawla, N., Bowyer, K., Hall, L., Kegelmeyer, W. P. (2002). SMOTE. Journal of Artificial Intelligence
    Research 16.

    >>> sampler = Smote()
    >>> rows = np.array([[0.0], [1.0], [2.0], [9.0], [9.0], [9.0], [9.0]])
    >>> rows, labels = sampler.fit_resample(rows, [1, 1, 1, 0, 0, 0, 0])
    >>> labels, sampler.origin_[7:], bool(0 <= rows[7, 0] <= 2)
    (array([1, 1, 1, 0, 0, 0, 0, 1]), array([2]), True)
    """

    balances: ClassVar[bool] = True

    def __init__(
        self, *, k_neighbors: int = 5, keep_kinds: bool = True, ablation: bool = False, seed: int = 0
    ) -> None:
        check_positive("k_neighbors", k_neighbors)
        self.k_neighbors = k_neighbors
        self.keep_kinds = keep_kinds
        self.ablation = ablation
        self.seed = seed

    def _make(
        self, source: RowSource, y: np.ndarray, rng: np.random.Generator
    ) -> tuple[IntArray, FloatArray]:
        if not has_classes(y):
            raise ValueError("targets that are numbers have no classes to balance: choose aug=light")
        classes = members(y)
        sizes = np.array([len(rows) for rows in classes])
        lacking = sizes.max() - sizes
        too_few = (sizes < LEAST_ROWS) & (lacking > 0)
        if too_few.any():
            self._note_too_few(np.unique(y)[too_few].tolist(), sizes[too_few].tolist())
        return fill_up(source, classes, np.where(too_few, 0, lacking), self.k_neighbors, rng)

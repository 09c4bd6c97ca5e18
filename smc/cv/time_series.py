"""scikit-learn's TimeSeriesSplit, purged."""

from sklearn.model_selection import TimeSeriesSplit

from smc.arguments import check_at_least, check_non_negative, check_positive_or_none
from smc.cv.base import ForwardSplitter
from smc.cv.blocks import check_enough
from smc.typing import IntArray


class TimeSeries(ForwardSplitter):
    """Take the blocks of scikit-learn's ``TimeSeriesSplit`` and purge what trains on them.

    An event is kept for training only if its label is known ``gap_size`` bars before the test block opens:
    ``end < test_start - gap_size``. scikit-learn's own ``gap`` counts rows, which says nothing about labels
    of different lengths, so it stays 0. For results that others must be able to compare; by default the first
    fold trains on a sixth of the events, where that of ``Expanding`` trains on three fifths.

    Parameters
    ----------
    n_splits
        Number of test blocks, at least 2.
    max_train_size
        Most events in a training window, purging included. None: all before the block.
    test_size
        Events in a test block. None: ``n_events // (n_splits + 1)``.
    gap_size
        Extra bars kept free of training labels before each test block.

    Raises
    ------
    SplitError
        Too few events for the blocks (says how many are needed), or nothing left to train on.

    Examples
    --------
    >>> import numpy as np
    >>> spans = np.column_stack([np.arange(1, 13), np.arange(2, 14)])
    >>> for train, test in TimeSeries(n_splits=2, max_train_size=5).split(spans, groups=spans):
    ...     print(train, test)
    [0 1 2] [4 5 6 7]
    [3 4 5 6] [ 8  9 10 11]
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        max_train_size: int | None = None,
        test_size: int | None = None,
        gap_size: int = 0,
    ):
        check_at_least("n_splits", n_splits, 2)
        check_positive_or_none(max_train_size=max_train_size, test_size=test_size)
        check_non_negative("gap_size", gap_size)
        self.n_splits = n_splits
        self.max_train_size = max_train_size
        self.test_size = test_size
        self.gap_size = gap_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return scikit-learn's splits as ranges."""
        check_enough(self, n_events, self.n_splits * (self.test_size or 1) + 1)
        plain = TimeSeriesSplit(self.n_splits, max_train_size=self.max_train_size, test_size=self.test_size)
        return [(_as_range(train), [_as_range(test)]) for train, test in plain.split(range(n_events))]

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return the number of test blocks."""
        return self.n_splits


def _as_range(positions: IntArray) -> range:
    return range(int(positions[0]), int(positions[-1]) + 1)

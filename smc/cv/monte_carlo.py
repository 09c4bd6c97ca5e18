"""Random contiguous test blocks."""

from itertools import count

import numpy as np

from smc.arguments import check_fraction, check_non_negative, check_positive
from smc.cv.base import TwoSidedSplitter
from smc.cv.blocks import check_enough, last_share
from smc.typing import IntArray


class MonteCarlo(TwoSidedSplitter):
    """Test contiguous blocks at random places, train on the rest, purged and embargoed.

    The places are drawn without repetition, every one equally likely. Blocks of different splits may overlap:
    some events are tested several times, some never, and those near both ends least often. Random rows would
    be no test at all: beside 20-bar labels, shuffled folds give an AUC of .91 from nothing.

    Parameters
    ----------
    n_splits
        Number of blocks. Ten blocks of a fifth test each event twice on average.
    test_frac
        Share of the events in a block; a fifth, as in the outer split of a run.
    embargo_size
        Bars after the end of a block's labels in which no training label may start. None: the longest label.
    seed
        Of the places.

    Raises
    ------
    SplitError
        Fewer places for a block than splits (says how many events are needed), or nothing left to train on.

    Examples
    --------
    >>> spans = np.column_stack([np.arange(1, 13), np.arange(2, 14)])
    >>> for train, test in MonteCarlo(n_splits=3, test_frac=0.25, embargo_size=0).split(spans, groups=spans):
    ...     print(train, test)
    [ 0  1  2  3  9 10 11] [5 6 7]
    [0 1 2 3 4 5 6 7] [ 9 10 11]
    [ 0  1  2  3  4 10 11] [6 7 8]
    """

    def __init__(
        self, n_splits: int = 10, *, test_frac: float = 0.2, embargo_size: int | None = None, seed: int = 0
    ):
        check_positive("n_splits", n_splits)
        check_fraction("test_frac", test_frac)
        if embargo_size is not None:
            check_non_negative("embargo_size", embargo_size)
        self.n_splits = n_splits
        self.test_frac = test_frac
        self.embargo_size = embargo_size
        self.seed = seed

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return all events beside each block."""
        check_enough(self, n_events, next(n for n in count(2) if self._n_places(n) >= self.n_splits))
        rng = np.random.default_rng(self.seed)
        places = rng.choice(self._n_places(n_events), self.n_splits, replace=False).tolist()
        size = len(last_share(n_events, self.test_frac))
        return [(range(n_events), [range(first, first + size)]) for first in places]

    def accounts(self, event: IntArray, fold: IntArray) -> IntArray:  # noqa: ARG002
        """Trade each block by itself, whether or not others share its events."""
        return fold

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return the number of blocks."""
        return self.n_splits

    def _n_places(self, n_events: int) -> int:
        """Count the positions at which a test block can start."""
        return last_share(n_events, self.test_frac).start + 1

"""Combinatorial purged cross-validation and its backtest paths."""

from itertools import combinations
from math import comb

import numpy as np

from smc.arguments import check_at_least, check_non_negative
from smc.cv.base import TwoSidedSplitter
from smc.cv.blocks import check_enough, even_blocks
from smc.typing import IntArray


class CPCV(TwoSidedSplitter):
    """Test every choice of k out of N contiguous blocks, train on the other blocks, purged and embargoed.

    There are C(N, k) splits. Each block is tested in C(N-1, k-1) of them, so that the test predictions can be
    laid end to end in phi = k/N C(N, k) ways: as many backtest paths over the whole history, each event once
    in each. One path is an anecdote; their spread is the point of the method.

    The arguments say block where others say group or fold: "group" already names scikit-learn's third
    argument, and a fold is one split here.

    Parameters
    ----------
    n_blocks
        N, at least 2. Six blocks of which two are tested give 15 fits and 5 paths, and train on two thirds of
        the events: the book's example, and about what a sweep on two cores can pay for.
    n_test_blocks
        k, from 1 (then it is ``PurgedKFold``) to N - 1.
    embargo_size
        Bars after the end of a block's labels in which no training label may start. None: the longest label.

    Raises
    ------
    SplitError
        Fewer events than blocks, or nothing left to train on.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 12.3-12.4 and figures 12.1-12.2.

    Examples
    --------
    >>> spans = np.column_stack([np.arange(1, 13), np.arange(2, 14)])
    >>> cv = CPCV(n_blocks=4, n_test_blocks=2, embargo_size=0)
    >>> for train, test in list(cv.split(spans, groups=spans))[:2]:
    ...     print(train, test)
    [ 7  8  9 10 11] [0 1 2 3 4 5]
    [ 4 10 11] [0 1 2 6 7 8]
    >>> cv.paths
    array([[0, 0, 1, 2],
           [1, 3, 3, 4],
           [2, 4, 5, 5]])
    """

    def __init__(self, n_blocks: int = 6, n_test_blocks: int = 2, *, embargo_size: int | None = None):
        check_at_least("n_blocks", n_blocks, 2)
        check_at_least("n_test_blocks", n_test_blocks, 1)
        if n_test_blocks >= n_blocks:
            raise ValueError(f"`n_test_blocks` must be below `n_blocks`={n_blocks}, got {n_test_blocks}")
        if embargo_size is not None:
            check_non_negative("embargo_size", embargo_size)
        self.n_blocks = n_blocks
        self.n_test_blocks = n_test_blocks
        self.embargo_size = embargo_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return all events beside each choice of blocks, in lexicographic order."""
        check_enough(self, n_events, self.n_blocks)
        blocks = even_blocks(n_events, self.n_blocks)
        return [(range(n_events), list(tests)) for tests in combinations(blocks, self.n_test_blocks)]

    def accounts(self, event: IntArray, fold: IntArray) -> IntArray:
        """Trade each backtest path by itself: the first fold that tests an event puts it on the first path.

        >>> CPCV(n_blocks=3, n_test_blocks=2).accounts(np.array([4, 6, 6, 4]), np.array([1, 0, 2, 0]))
        array([1, 0, 1, 0])
        """
        order = np.lexsort([fold, event])
        _, first, count = np.unique(event[order], return_index=True, return_counts=True)
        path = np.empty(len(event), dtype=np.int64)
        path[order] = np.arange(len(event)) - np.repeat(first, count)
        return path

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return C(n_blocks, n_test_blocks)."""
        return comb(self.n_blocks, self.n_test_blocks)

    @property
    def paths(self) -> IntArray:
        """Split that predicts each block on each backtest path (n_paths, n_blocks).

        Splits are numbered as ``split`` yields them; a split that tests a block goes to the first path on
        which the block is still free.
        """
        chosen = list(combinations(range(self.n_blocks), self.n_test_blocks))
        testing = [[k for k, tests in enumerate(chosen) if b in tests] for b in range(self.n_blocks)]
        return np.array(testing, dtype=np.int64).T

    def event_paths(self, n_events: int) -> IntArray:
        """Split that predicts each event on each backtest path (n_paths, n_events).

        Examples
        --------
        >>> CPCV(n_blocks=3, n_test_blocks=2).event_paths(5)
        array([[0, 0, 0, 0, 1],
               [1, 1, 2, 2, 2]])
        """
        check_enough(self, n_events, self.n_blocks)
        return np.repeat(self.paths, [len(block) for block in even_blocks(n_events, self.n_blocks)], axis=1)

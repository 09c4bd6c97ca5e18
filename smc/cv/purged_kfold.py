"""k contiguous test blocks, training on both sides."""

from smc.arguments import check_at_least, check_non_negative
from smc.cv.base import TwoSidedSplitter
from smc.cv.blocks import check_enough, even_blocks


class PurgedKFold(TwoSidedSplitter):
    """Test each of k contiguous blocks once, train on the rest, purged and embargoed.

    A training event is dropped if its label touches the block's interval, from the start of its first label
    to the largest end of any, or starts within ``embargo_size`` bars after that. Every event is tested once,
    so it makes the most of few events; its training sets contain the future of the test block, which no
    deployed model has.

    Parameters
    ----------
    n_splits
        Number of blocks, at least 2. Five keeps four fifths of the events for each fit; small blocks leak
        most when purging is left out (AUC .75 from nothing with blocks of 10 bars and labels of 20).
    embargo_size
        Bars after the end of a block's labels in which no training label may start. None: the longest label.

    Raises
    ------
    SplitError
        Fewer events than blocks, or nothing left to train on.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 7.4 and snippet 7.3. Unlike the snippet, a
    block ends at its largest label end, not at the end of its last label.

    Examples
    --------
    >>> import numpy as np
    >>> spans = np.column_stack([np.arange(1, 13), np.arange(2, 14)])
    >>> for train, test in PurgedKFold(n_splits=3, embargo_size=1).split(spans, groups=spans):
    ...     print(train, test)
    [ 6  7  8  9 10 11] [0 1 2 3]
    [ 0  1  2 10 11] [4 5 6 7]
    [0 1 2 3 4 5 6] [ 8  9 10 11]
    """

    def __init__(self, n_splits: int = 5, *, embargo_size: int | None = None):
        check_at_least("n_splits", n_splits, 2)
        if embargo_size is not None:
            check_non_negative("embargo_size", embargo_size)
        self.n_splits = n_splits
        self.embargo_size = embargo_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return all events beside each block."""
        check_enough(self, n_events, self.n_splits)
        return [(range(n_events), [block]) for block in even_blocks(n_events, self.n_splits)]

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return the number of blocks."""
        return self.n_splits

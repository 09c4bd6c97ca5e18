"""Rolling training window."""

from smc.arguments import check_non_negative, check_positive_or_none
from smc.cv.base import ForwardSplitter
from smc.cv.blocks import n_trailing_blocks, trailing_blocks


class WalkForward(ForwardSplitter):
    """Roll a fixed training window forward, one test block at a time.

    An event is kept for training only if its label is known ``gap_size`` bars before the test block opens:
    ``end < test_start - gap_size``. The default strategy, because it repeats what deployment does: fit on the
    recent past, trade the next block, refit. Its price is that the oldest events are never tested.

    Parameters
    ----------
    n_splits
        Number of test blocks, the last of which ends with the newest event. None: 5, or as many as fit where
        both sizes are given.
    train_size
        Events in the window before a test block, purging included: ``train_size=4`` can train on fewer. None:
        what the blocks leave, or three fifths of the events where ``test_size`` is not given either: with 80
        events, the fewest that smc is made for, a fold then still has 30 training rows after purging.
    test_size
        Events in a test block. None: an equal part of what the first window leaves.
    gap_size
        Extra bars kept free of training labels before each test block.

    Raises
    ------
    SplitError
        Too few events for the blocks (says how many are needed), or nothing left to train on.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 12.2 (the walk-forward method).

    Examples
    --------
    Six labels of two bars each; the fourth ends on the bar where the test block opens:

    >>> import numpy as np
    >>> X = np.zeros((6, 1))
    >>> spans = np.array([[1, 2], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7]])
    >>> for train, test in WalkForward(train_size=4, test_size=2).split(X, groups=spans): print(train, test)
    [0 1 2] [4 5]
    """

    def __init__(
        self,
        n_splits: int | None = None,
        *,
        train_size: int | None = None,
        test_size: int | None = None,
        gap_size: int = 0,
    ):
        check_positive_or_none(n_splits=n_splits, train_size=train_size, test_size=test_size)
        check_non_negative("gap_size", gap_size)
        self.n_splits = n_splits
        self.train_size = train_size
        self.test_size = test_size
        self.gap_size = gap_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return, for each block, the window of equal size before it."""
        blocks = trailing_blocks(self, n_events, self.n_splits, self.train_size, self.test_size)
        size = self.train_size or blocks[0].start
        return [(range(block.start - size, block.start), [block]) for block in blocks]

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return the number of test blocks; ``X`` is needed where the sizes decide it."""
        return n_trailing_blocks(self, X, self.n_splits, self.train_size, self.test_size)

"""Expanding training window."""

from smc.arguments import check_non_negative, check_positive_or_none
from smc.cv.base import ForwardSplitter
from smc.cv.blocks import n_trailing_blocks, trailing_blocks


class Expanding(ForwardSplitter):
    """Train on everything known so far, test the next block, move on.

    An event is kept for training only if its label is known ``gap_size`` bars before the test block opens:
    ``end < test_start - gap_size``. Right where old data still helps; where the market drifts, compare it
    with ``WalkForward``, which tests the same blocks by default and forgets.

    Parameters
    ----------
    n_splits
        Number of test blocks, the last of which ends with the newest event. None: 5, or as many as fit where
        both sizes are given.
    initial_train_size
        Events before the first test block, at least. None: what the blocks leave, or three fifths of the
        events where ``step_size`` is not given either: with 80 events, the fewest that smc is made for, the
        first fold then still has 30 training rows after purging.
    step_size
        Events in a test block, and added to the training window after it. None: an equal part of what the
        first window leaves.
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
    >>> for train, test in Expanding(initial_train_size=4, step_size=4).split(spans, groups=spans):
    ...     print(train, test)
    [0 1 2] [4 5 6 7]
    [0 1 2 3 4 5 6] [ 8  9 10 11]
    """

    def __init__(
        self,
        n_splits: int | None = None,
        *,
        initial_train_size: int | None = None,
        step_size: int | None = None,
        gap_size: int = 0,
    ):
        check_positive_or_none(n_splits=n_splits, initial_train_size=initial_train_size, step_size=step_size)
        check_non_negative("gap_size", gap_size)
        self.n_splits = n_splits
        self.initial_train_size = initial_train_size
        self.step_size = step_size
        self.gap_size = gap_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return, for each block, all events before it."""
        blocks = trailing_blocks(self, n_events, self.n_splits, self.initial_train_size, self.step_size)
        return [(range(block.start), [block]) for block in blocks]

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return the number of test blocks; ``X`` is needed where the sizes decide it."""
        return n_trailing_blocks(self, X, self.n_splits, self.initial_train_size, self.step_size)

"""Expanding training window."""

from sklearn.utils.validation import _num_samples

from smc.arguments import check_at_least, check_non_negative, check_positive_or_none
from smc.cv.base import ForwardSplitter
from smc.cv.blocks import N_SPLITS, check_enough, n_trailing_blocks, trailing_blocks

#: Fewest events in a test block behind a first window that is a share: there are fewer blocks instead.
LEAST_BLOCK = 4


class Expanding(ForwardSplitter):
    """Train on everything known so far, test the next block, move on.

    An event is kept for training only if its label is known ``gap_size`` bars before the test block opens:
    ``end < test_start - gap_size``. The default strategy (``conf/cv/expanding.yaml``: a first window of a
    fifth, then 8 blocks), because it repeats what deployment does, fit on all that is known and trade the
    next block, and tests four events in five. Where the market drifts, compare it with ``WalkForward``, which
    forgets.

    Parameters
    ----------
    n_splits
        Number of test blocks, the last of which ends with the newest event. None: 5, or as many as fit where
        both sizes are given. Behind a first window that is a share, fewer if a block had under 4 events.
    initial_train_size
        Events before the first test block, at least: a count, or below 1 a share of the events. None: what
        the blocks leave, or three fifths of the events where ``step_size`` is not given either: with 80
        events, the fewest that smc is made for, the first fold then still has 30 training rows after purging.
    min_initial_size
        Events that a share gives at least. Not used with a count.
    step_size
        Events in a test block, and added to the training window after it. None: an equal part of what the
        first window leaves.
    gap_size
        Extra bars kept free of training labels before each test block.

    Raises
    ------
    SplitError
        Too few events for the blocks (says how many are needed), or nothing left to train on.
    ValueError
        A size is not positive, or a size of 1 or more is no whole number.

    Examples
    --------
    >>> import numpy as np
    >>> spans = np.column_stack([np.arange(1, 13), np.arange(2, 14)])
    >>> for train, test in Expanding(initial_train_size=4, step_size=4).split(spans, groups=spans):
    ...     print(train, test)
    [0 1 2] [4 5 6 7]
    [0 1 2 3 4 5 6] [ 8  9 10 11]

    A share: of 12 events a quarter, then two blocks of at least 4.

    >>> [tests for _, tests in Expanding(8, initial_train_size=0.25).windows(12)]
    [[range(4, 8)], [range(8, 12)]]
    """

    def __init__(
        self,
        n_splits: int | None = None,
        *,
        initial_train_size: float | None = None,
        min_initial_size: int = 1,
        step_size: int | None = None,
        gap_size: int = 0,
    ):
        check_positive_or_none(n_splits=n_splits, initial_train_size=initial_train_size, step_size=step_size)
        check_at_least("min_initial_size", min_initial_size, 1)
        check_non_negative("gap_size", gap_size)
        if initial_train_size is not None and initial_train_size >= 1 and initial_train_size % 1:
            raise ValueError(
                "`initial_train_size` must be a whole number of events, or a share below 1, "
                f"got {initial_train_size}"
            )
        self.n_splits = n_splits
        self.initial_train_size = initial_train_size
        self.min_initial_size = min_initial_size
        self.step_size = step_size
        self.gap_size = gap_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return, for each block, all events before it."""
        n_splits, first_size = self._sizes(n_events)
        blocks = trailing_blocks(self, n_events, n_splits, first_size, self.step_size)
        return [(range(block.start), [block]) for block in blocks]

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return the number of test blocks; ``X`` is needed where the sizes decide it."""
        if self._share is None:
            first_size = None if self.initial_train_size is None else int(self.initial_train_size)
            return n_trailing_blocks(self, X, self.n_splits, first_size, self.step_size)
        if X is None:
            raise ValueError(
                "the number of splits depends on the data where `initial_train_size` is a share: pass X"
            )
        return len(self.windows(_num_samples(X)))

    @property
    def _share(self) -> float | None:
        """The share that the first window is; None where it is a count, or follows from the blocks."""
        size = self.initial_train_size
        return size if size is not None and size < 1 else None

    def _sizes(self, n_events: int) -> tuple[int | None, int | None]:
        """Return how many blocks there are, and the events before the first."""
        if self._share is None:
            return self.n_splits, None if self.initial_train_size is None else int(self.initial_train_size)
        first_size = max(self.min_initial_size, round(self._share * n_events), 1)
        if self.step_size is not None:
            return self.n_splits, first_size
        check_enough(self, n_events, first_size + LEAST_BLOCK)
        fit = (n_events - first_size) // LEAST_BLOCK
        return min(self.n_splits or N_SPLITS, fit), first_size

"""One split in time."""

from smc.arguments import check_fraction, check_non_negative
from smc.cv.base import ForwardSplitter
from smc.cv.blocks import check_enough, last_share


class Holdout(ForwardSplitter):
    """Train on the past, test once on the most recent events.

    An event is kept for training only if its label is known ``gap_size`` bars before the test block opens:
    ``end < test_start - gap_size``. The cheapest evidence and the weakest: one test block is one draw of the
    market, and its standard error cannot be seen from inside.

    Parameters
    ----------
    test_frac
        Share of the events in the test block. A fifth by default, as in the outer split of a run.
    gap_size
        Extra bars kept free of training labels before the test block.

    Examples
    --------
    >>> import numpy as np
    >>> spans = np.column_stack([np.arange(1, 13), np.arange(2, 14)])
    >>> for train, test in Holdout(test_frac=0.25).split(spans, groups=spans):
    ...     print(train, test)
    [0 1 2 3 4 5 6 7] [ 9 10 11]
    """

    def __init__(self, test_frac: float = 0.2, *, gap_size: int = 0):
        check_fraction("test_frac", test_frac)
        check_non_negative("gap_size", gap_size)
        self.test_frac = test_frac
        self.gap_size = gap_size

    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return the events before the test block, and the block."""
        check_enough(self, n_events, 2)
        test = last_share(n_events, self.test_frac)
        return [(range(test.start), [test])]

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:  # noqa: ARG002
        """Return 1."""
        return 1

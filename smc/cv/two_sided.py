"""Splitters that train on both sides of a test block."""

from smc.cv.base import PurgedSplitter
from smc.cv.purge import longest_label
from smc.typing import Spans


class TwoSidedSplitter(PurgedSplitter):
    """Train before and after each test block, purged on both sides and embargoed after it.

    The embargo starts at the largest end of the block's labels, not at its last event. ``embargo_size=None``
    takes the longest label of the spans given: what a test label reacted to is then out of reach of features
    that look back no longer than a label looks ahead. Give more bars for longer lookbacks.

    References
    ----------
    Lopez de Prado (2018), Advances in Financial Machine Learning, 7.4.2.
    """

    embargo_size: int | None

    def margins(self, spans: Spans) -> tuple[int, int]:
        """Return no gap, and the embargo."""
        return 0, longest_label(spans) if self.embargo_size is None else self.embargo_size

"""Splitters that train on the past alone."""

from smc.cv.base import PurgedSplitter
from smc.typing import Spans


class ForwardSplitter(PurgedSplitter):
    """Train before the test block only: ``gap_size`` further bars before it stay free of training labels.

    Nothing after a test block is trained on, so there is nothing to embargo. The gap is 0 by default: purging
    alone keeps labels apart, and a gap beyond it is for what labels do not show, such as slow features.
    """

    gap_size: int

    def margins(self, spans: Spans) -> tuple[int, None]:  # noqa: ARG002
        """Return the gap, and no embargo."""
        return self.gap_size, None

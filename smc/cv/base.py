"""The interface of all splitters: index arithmetic in the option, purging here."""

from abc import abstractmethod
from collections.abc import Generator, Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import BaseCrossValidator
from sklearn.utils.validation import _num_samples

from smc.arguments import check_spans
from smc.blame import place_of
from smc.cv.fold import Fold
from smc.cv.purge import longest_label
from smc.errors import SplitError
from smc.typing import IntArray, Spans


class PurgedSplitter(BaseCrossValidator):
    """Split events in time and purge every training set against the labels that it is tested on.

    An option says which positions may be trained on and which blocks are tested (``windows``); it never sees
    labels. This class purges, so that no option can forget to. Derive from ``ForwardSplitter`` or
    ``TwoSidedSplitter``, which say how much distance is kept.

    It is a scikit-learn splitter whose ``groups`` are the label spans: an integer array (n_events, 2) of the
    first and last bar of each label, in time order. ``cross_validate`` passes them on as ``groups=spans``.
    """

    # Read by scikit-learn's metadata routing: groups are always wanted.
    __metadata_request__split: ClassVar[dict[str, bool]] = {"groups": True}

    def split(
        self,
        X: object,
        y: object = None,  # noqa: ARG002
        groups: npt.ArrayLike | None = None,
    ) -> Generator[tuple[IntArray, IntArray], None, None]:
        """Return an iterator over (train, test), both sorted positions of events.

        Parameters
        ----------
        X
            Anything with one row an event; only its length is read.
        y
            Ignored.
        groups
            Label spans (n_events, 2), closed, sorted by start.

        Raises
        ------
        SplitError
            No spans or malformed ones, or too few events (at the call); a fold whose training set is empty
            after purging (when the iterator reaches it).
        """
        folds = self.folds(check_spans(groups, _num_samples(X)))
        return ((fold.train, fold.test) for fold in folds)

    def folds(self, spans: Spans) -> Iterator[Fold]:
        """Return an iterator over named folds, which also tell what purging cost."""
        windows = self.windows(len(spans))
        if windows is None:
            raise SplitError(f"{place_of(self, 'windows')}: returned None; `return` the splits")
        for window, tests in windows:
            for part in (window, *tests):
                if part and (part[0] < 0 or part[-1] >= len(spans)):
                    place, last = place_of(self, "windows"), len(spans) - 1
                    raise SplitError(f"{place}: positions must lie in 0..{last}, got {part}")
        gap_size, embargo_size = self.margins(spans)
        return (
            Fold.cut(
                spans, window, tests, name=f"fold {number}", gap_size=gap_size, embargo_size=embargo_size
            )
            for number, (window, tests) in enumerate(windows)
        )

    @abstractmethod
    def windows(self, n_events: int) -> list[tuple[range, list[range]]]:
        """Return, for each split, the positions that may be trained on and the test blocks in time order."""

    @abstractmethod
    def margins(self, spans: Spans) -> tuple[int, int | None]:
        """Return gap and embargo in bars; the embargo is None where nothing after a test is trained on."""

    def accounts(self, event: IntArray, fold: IntArray) -> IntArray:
        """Say which test predictions one account trades, so that it trades every event at most once.

        Here all together, or where folds share events those of each fold.

        Parameters
        ----------
        event, fold
            Of each prediction (n_predictions,).
        """
        return fold if len(np.unique(event)) < len(event) else np.zeros_like(fold)

    # scikit-learn's abstract method has no annotation, so that pyright takes its result for None.
    @abstractmethod
    def get_n_splits(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, X: object = None, y: object = None, groups: object = None
    ) -> int:
        """Return the number of splits."""


class ForwardSplitter(PurgedSplitter):
    """Train before the test block only: ``gap_size`` further bars before it stay free of training labels.

    Nothing after a test block is trained on, so there is nothing to embargo. The gap is 0 by default: purging
    alone keeps labels apart, and a gap beyond it is for what labels do not show, such as slow features.
    """

    gap_size: int

    def margins(self, spans: Spans) -> tuple[int, None]:  # noqa: ARG002
        """Return the gap, and no embargo."""
        return self.gap_size, None


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

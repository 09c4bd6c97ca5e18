"""The interface of all splitters: index arithmetic in the option, purging here."""

from abc import abstractmethod
from collections.abc import Generator, Iterator
from typing import Any, ClassVar

from sklearn.model_selection import BaseCrossValidator
from sklearn.utils.validation import _num_samples

from smc.arguments import check_spans
from smc.cv.fold import Fold
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
        X: Any,
        y: Any = None,  # noqa: ARG002
        groups: Any = None,
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

    # scikit-learn's abstract method has no annotation, so that pyright takes its result for None.
    @abstractmethod
    def get_n_splits(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, X: Any = None, y: Any = None, groups: Any = None
    ) -> int:
        """Return the number of splits."""

"""Purged splits for an estimator of a library, which asks a splitter for them and knows no label spans."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sklearn.utils.validation import _num_samples

from smc.arguments import check_spans
from smc.cv.base import PurgedSplitter
from smc.errors import LeakageError
from smc.typing import IntArray, Spans


@dataclass(frozen=True)
class PurgedSplits:
    """Give the purged splits of the rows of one fit, to whoever asks without label spans.

    Attributes
    ----------
    splitter
        Of `smc.cv`.
    spans
        First and last bar of the label of each row of the fit (n_rows, 2).
    """

    splitter: PurgedSplitter
    spans: Spans

    def split(
        self,
        X: Any,
        y: object = None,  # noqa: ARG002
        groups: object = None,  # noqa: ARG002
    ) -> Iterator[tuple[IntArray, IntArray]]:
        """Give train and test positions.

        Raises
        ------
        LeakageError
            Other rows than those that the spans are of, such as a part of them.
        """
        n_rows = _num_samples(X)
        if n_rows != len(self.spans):
            raise LeakageError(
                f"{n_rows} rows are to be split, but label spans are known of {len(self.spans)}: without its "
                "span no row can be purged; take an estimator that splits the rows that it is given"
            )
        return self.splitter.split(X, groups=self.spans)

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:
        """Return the number of splits."""
        return self.splitter.get_n_splits(X, y, groups)


def needs_purged_splits(estimator: object) -> bool:
    """Tell whether an estimator was given a purged splitter, which needs spans that it does not have."""
    return isinstance(getattr(estimator, "cv", None), PurgedSplitter)


def fit_with_purged_splits(estimator: Any, X: Any, y: Any, spans: Spans | None, **params: Any) -> Any:
    """Fit an estimator; one that splits rows by a purged splitter is given the splits of these rows.

    Parameters
    ----------
    spans
        First and last bar of the label of each row (n_rows, 2).

    Raises
    ------
    SplitError
        No spans for an estimator that splits rows.
    LeakageError
        It splits other rows than these.
    """
    if not needs_purged_splits(estimator):
        return estimator.fit(X, y, **params)
    splitter = estimator.cv
    splits = PurgedSplits(splitter, check_spans(spans, _num_samples(X)))
    return estimator.set_params(cv=splits).fit(X, y, **params).set_params(cv=splitter)

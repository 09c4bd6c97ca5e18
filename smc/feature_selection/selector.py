"""What the selectors have in common: an order of columns that does not matter, and a test against noise."""

import warnings
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from smc.arguments import check_at_least, check_fraction
from smc.stats.false_discovery import benjamini_hochberg
from smc.typing import BoolArray, FloatArray, IntArray, Spans

#: Where a table that a selector has cut says so (`DataFrame.attrs`); a pipeline refuses it.
CUT_BY = "features_selected_by"

KEPT_ONE = "feature_selection_kept_one"


class Selector(SelectorMixin, BaseEstimator, ABC):
    """Keep some columns of a table, in the order in which they stand there.

    It is a scikit-learn selector (`get_support`, `transform`, `get_feature_names_out`). Its place is in
    `smc.pipeline.FoldPipeline`, which fits it on the rows of one fit alone: chosen on all rows, features
    that are pure noise predict with an AUC of .67 (inside: .49). So a DataFrame that comes out of `transform`
    carries a mark, and a pipeline refuses to be fitted on it.

    A subclass fills in `_choose`. Before it is asked, missing cells are filled with the column's median,
    columns that do not vary are left out (they are never kept), and the others are sorted by their values,
    so that what is kept does not depend on where a column stood. If nothing is chosen, the best column is
    kept, since a model needs one, and a note says so.

    Attributes
    ----------
    support_
        Whether each column is kept.
    scores_
        What it was judged by, larger is better; NaN for one that does not vary.
    notes_
        What did not go as asked for, one ``reason`` and ``sentence`` each; also given as warnings.
    """

    n_features_in_: int

    def fit(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        sample_weight: npt.ArrayLike | None = None,
        spans: Spans | None = None,
    ) -> Self:
        """Choose columns.

        Parameters
        ----------
        X, y
            A table (n, f), NaN where a value is missing, in time order, and a target a row; of several
            targets a row, the last counts.
        sample_weight
            One non-negative weight a row.
        spans
            First and last bar of each label (n, 2); a selector that splits the rows needs them.
        """
        table: Any = X  # which the stub of `validate_data` takes for a str
        values: Any = validate_data(self, table, dtype=np.float64, ensure_all_finite="allow-nan")
        target = np.asarray(y).reshape(len(values), -1)[:, -1]
        weight = _check_sample_weight(sample_weight, values, dtype=np.float64, ensure_non_negative=True)
        filled = _filled(values)
        varying = np.flatnonzero(np.ptp(filled, axis=0) > 0)
        columns = varying[np.lexsort(filled[::-1, varying])]
        scores, chosen = np.zeros(len(columns)), np.ones(len(columns), dtype=bool)
        if len(columns) > 1:
            scores, chosen = self._choose(filled[:, columns], target, weight, spans)
        self.notes_: list[dict[str, str]] = []
        if not chosen.any():
            columns, scores, chosen = self._keep_best(columns, scores)
        self.support_ = np.zeros(values.shape[1], dtype=bool)
        self.support_[columns[chosen]] = True
        self.scores_ = np.full(values.shape[1], np.nan)
        self.scores_[columns] = scores
        return self

    def transform(self, X: npt.ArrayLike) -> np.ndarray | pd.DataFrame:
        """Return the columns kept; of a DataFrame, a marked one."""
        if not isinstance(X, pd.DataFrame):
            columns: Any = super().transform(X)
            return columns
        cut = X.loc[:, self._get_support_mask()]
        cut.attrs = {**X.attrs, CUT_BY: type(self).__name__}
        return cut

    @abstractmethod
    def _choose(
        self, X: FloatArray, y: np.ndarray, weight: FloatArray, spans: Spans | None
    ) -> tuple[FloatArray, BoolArray]:
        """Return each column's score, and whether it is kept; two columns or more, complete, that vary."""

    def _keep_best(self, columns: np.ndarray, scores: FloatArray) -> tuple[np.ndarray, FloatArray, BoolArray]:
        """Keep the best column where none was chosen (the first, if none varies), and say so."""
        sentence = f"{type(self).__name__} found no feature that stands out, and kept the best one alone"
        self.notes_.append({"reason": KEPT_ONE, "sentence": sentence})
        warnings.warn(sentence, RuntimeWarning, stacklevel=3)
        if not len(columns):
            columns, scores = np.array([0]), np.array([np.nan])
        return columns, scores, np.arange(len(columns)) == np.argmax(scores)

    # scikit-learn's abstract method has no annotation, so that pyright takes its result for None.
    def _get_support_mask(self) -> BoolArray:  # pyright: ignore[reportIncompatibleMethodOverride]
        check_is_fitted(self)
        return self.support_

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = True
        return tags


def _filled(values: FloatArray) -> FloatArray:
    """Fill missing cells with the column's median, 0 where all are missing."""
    missing = np.isnan(values)
    if not missing.any():
        return values
    known = np.where(missing.all(axis=0), 0.0, values)
    return np.where(np.isnan(known), np.nanmedian(known, axis=0), known)


def check_against_noise(q: float, n_shifts: int) -> None:
    """Raise ValueError unless ``0 < q < 1`` and there are 10 shifts at least."""
    check_fraction("q", q)
    check_at_least("n_shifts", n_shifts, 10)


def shifted_rows(n_rows: int, n_shifts: int) -> IntArray:
    """Return, a line a shift, the row whose label each row gets; the first line leaves all in their place.

    Labels move on in a circle by evenly spaced distances. Unlike shuffling, that keeps what makes noise look
    like signal: labels that overlap, classes that come in runs, features that change slowly.

    >>> shifted_rows(6, 2)
    array([[0, 1, 2, 3, 4, 5],
           [2, 3, 4, 5, 0, 1],
           [4, 5, 0, 1, 2, 3]])
    """
    distances = np.unique(np.arange(n_shifts + 1) * n_rows // (n_shifts + 1))
    return (np.arange(n_rows) + distances[:, None]) % n_rows


def stands_out(scores: FloatArray, q: float) -> BoolArray:
    """Tell which features score better than shifted labels explain, with a false discovery rate of ``q``.

    Each feature's scores are brought to mean 0 and standard deviation 1 over the lines, the true one among
    them, so that a feature that scores high whatever the labels (many values, slow changes) gains nothing by
    it. A p-value is the share of all shifted scores, of all features, that reach the true one; then
    Benjamini-Hochberg. On pure noise any feature at all is kept in about a share ``q`` of fits.

    Parameters
    ----------
    scores
        One line a shift, the true labels first; one column a feature.

    References
    ----------
    Altmann et al. (2010), "Permutation importance: a corrected feature importance measure", Bioinformatics
    26; Benjamini and Hochberg (1995).
    """
    spread = scores.std(axis=0)
    z = np.divide(scores - scores.mean(axis=0), spread, out=np.zeros_like(scores), where=spread > 0)
    null = np.sort(z[1:], axis=None)
    reached = len(null) - np.searchsorted(null, z[0], side="left")
    return benjamini_hochberg((1 + reached) / (1 + len(null)), q).rejected

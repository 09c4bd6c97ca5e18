"""Scaling and imputation, learned from the rows that are fitted on."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from smc.typing import BoolArray, FloatArray

#: A column whose values differ by less than this share of the largest is constant but for rounding.
CONSTANT_RANGE = 1e-10
#: The same for a column of zeros.
SMALLEST_RANGE = 1e-100


class Preprocess(TransformerMixin, BaseEstimator):
    """Centre each column, scale it to unit variance and, for a model that needs it, fill in missing values.

    A missing value becomes the column's median, and a flag of 0 or 1 is appended for each column that had one
    among the rows learned from, so that the model can tell. Missing stays missing with ``impute=False``.

    A column that is constant, or all missing, among the rows learned from says nothing: it becomes 0 wherever
    it has a value, whatever that value is later, and gets no flag. (A standard scaler would let a new value
    through unscaled, thousands of times larger than any other input.)

    Attributes
    ----------
    center_, factor_
        ``(x - center) * factor``; the factor is 0 for a column that says nothing.
    median_
        Median of each scaled column.
    flagged_
        Columns that get a flag.
    source_
        The input column behind each output column.

    >>> rows = [[1.0, 7.0], [3.0, 7.0], [np.nan, 7.0], [5.0, 7.0]]
    >>> Preprocess().fit(rows).transform([[np.nan, 7.0], [5.0, 900.0]]).round(3)
    array([[0.   , 0.   , 1.   ],
           [1.225, 0.   , 0.   ]])
    """

    n_features_in_: int

    def __init__(self, *, impute: bool = True) -> None:
        self.impute = impute

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:  # noqa: ARG002
        """Learn location, scale and flags from rows."""
        table: Any = X  # which the stub of `validate_data` takes for a str
        values: Any = validate_data(self, table, dtype=np.float64, order="C", ensure_all_finite="allow-nan")
        learned = np.array([self._learn(np.ascontiguousarray(column)) for column in values.T])
        self.center_, self.factor_, self.median_, has_missing = learned.T.copy()
        speaks = (has_missing > 0) & (self.factor_ > 0)
        self.flagged_ = np.flatnonzero(speaks) if self.impute else np.array([], np.int64)
        self.source_ = np.concatenate([np.arange(values.shape[1]), self.flagged_])
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Return the scaled columns, then the flags."""
        check_is_fitted(self)
        table: Any = X
        values = validate_data(self, table, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        scaled = (values - self.center_) * self.factor_
        if not self.impute:
            return scaled
        missing = np.isnan(values)
        return np.hstack([np.where(missing, self.median_, scaled), missing[:, self.flagged_]])

    def refill(self, rows: FloatArray, support: BoolArray) -> None:
        """Put the median, in place, wherever a row's flag says that a value is missing.

        For made-up rows: a sampler takes what stands for a missing value for a value, and adds noise to it.

        Parameters
        ----------
        rows
            Output columns (n, n_kept) or (n, lookback, n_kept).
        support
            Whether each output column is among them.
        """
        places = np.cumsum(support) - 1
        for flag, column in enumerate(self.flagged_, start=self.n_features_in_):
            if support[flag] and support[column]:
                rows[..., places[column]][rows[..., places[flag]] == 1] = self.median_[column]

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> np.ndarray:
        """Name the outputs: the inputs' names, then ``<name>_missing``."""
        given = getattr(self, "feature_names_in_", [f"x{column}" for column in range(self.n_features_in_)])
        names = list(given if input_features is None else input_features)
        return np.array([*names, *(f"{names[column]}_missing" for column in self.flagged_)], dtype=object)

    def _learn(self, column: FloatArray) -> tuple[float, float, float, bool]:
        """Return location, scale factor, scaled median (if it is needed), and whether a value is missing.

        One column at a time, so that a table of a million bars needs no second one beside it.
        """
        known = column[~np.isnan(column)]
        has_missing = len(known) < len(column)
        if not len(known) or not np.ptp(known) > max(CONSTANT_RANGE * np.abs(known).max(), SMALLEST_RANGE):
            return 0.0, 0.0, 0.0, has_missing
        center = known.mean()
        known -= center
        factor = 1 / np.sqrt(np.mean(known**2))
        median = float(np.median(known)) * factor if self.impute else 0.0
        return center, factor, median, has_missing

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

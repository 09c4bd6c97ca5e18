"""Scaling and imputation, learned from the rows that are fitted on."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, validate_data

from smc.model.plain_arrays import is_plain_table
from smc.typing import BoolArray, FloatArray

#: A column whose values differ by less than this share of the largest is constant but for rounding.
CONSTANT_RANGE = 1e-10
#: The same for a column of zeros.
SMALLEST_RANGE = 1e-100
#: Of the columns that are learned from at a time: a table of a million bars needs no second one beside it.
N_CELLS = 65_536


class Preprocess(TransformerMixin, BaseEstimator, auto_wrap_output_keys=None):
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
        n_columns = max(1, N_CELLS // len(values))
        groups = (values[:, first : first + n_columns] for first in range(0, values.shape[1], n_columns))
        learned = [self._learn(np.ascontiguousarray(columns.T)) for columns in groups]
        self.center_, self.factor_, self.median_, has_missing = np.hstack(learned)
        speaks = (has_missing > 0) & (self.factor_ > 0)
        self.flagged_ = np.flatnonzero(speaks) if self.impute else np.array([], np.int64)
        self.source_ = np.concatenate([np.arange(values.shape[1]), self.flagged_])
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Return the scaled columns, then the flags."""
        check_is_fitted(self)
        values = self._check(X)
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

    def _check(self, X: Any) -> FloatArray:
        """Check rows against those learned from."""
        is_known = not hasattr(self, "feature_names_in_") and is_plain_table(X, allow_nan=True)
        if is_known and X.shape[1] == self.n_features_in_:
            return X
        table: Any = X
        values: Any = validate_data(self, table, dtype=np.float64, ensure_all_finite="allow-nan", reset=False)
        return values

    def _learn(self, columns: FloatArray) -> FloatArray:
        """Return location, scale factor, scaled median (if it is needed), and 1 for a missing value (4, k).

        Parameters
        ----------
        columns
            (k, n).
        """
        is_missing = np.isnan(columns)
        has_missing = is_missing.any(axis=1)
        learned = np.zeros((4, len(columns)))
        learned[:3, ~has_missing] = self._learn_known(columns[~has_missing])
        for place in np.flatnonzero(has_missing):
            learned[:3, [place]] = self._learn_known(columns[place][None, ~is_missing[place]])
        learned[3] = has_missing
        return learned

    def _learn_known(self, known: FloatArray) -> FloatArray:
        """Return the first three of `_learn`, of columns without a missing value."""
        learned = np.zeros((3, len(known)))
        if not known.size:
            return learned
        least = np.maximum(CONSTANT_RANGE * np.abs(known).max(axis=1), SMALLEST_RANGE)
        speaks = np.ptp(known, axis=1) > least
        known = known[speaks]
        center = known.mean(axis=1)
        known -= center[:, None]
        factor = 1 / np.sqrt(np.mean(known**2, axis=1))
        median = _medians(known) * factor if self.impute and len(known) else 0.0 * factor
        learned[:, speaks] = center, factor, median
        return learned

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _medians(rows: FloatArray) -> FloatArray:
    """Return the median of each row, none of which misses a value; the rows are put into another order."""
    half, is_odd = divmod(rows.shape[1], 2)
    rows.partition([half] if is_odd else [half - 1, half], axis=1)
    return rows[:, half].copy() if is_odd else (rows[:, half - 1] + rows[:, half]) / 2

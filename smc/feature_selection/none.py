"""No feature selection."""

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils import Tags

from smc.typing import BoolArray


class NoSelection(BaseEstimator):
    """Keep every feature.

    >>> NoSelection().fit([[1.0, 2.0]], [0]).get_support()
    array([ True,  True])
    """

    def fit(self, X: npt.ArrayLike, y: object) -> Self:  # noqa: ARG002
        """Count the features; there is nothing to learn."""
        self.n_features_in_ = np.shape(X)[-1]
        return self

    def get_support(self) -> BoolArray:
        """Return True for each feature."""
        return np.ones(self.n_features_in_, dtype=bool)

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
